"""Tags and kept filters."""

import factory

from registry.admissions.enums import BulkAction
from registry.admissions.models import ApplicationTag, BulkRun, SavedFilter, Tag
from registry.core import clock
from registry.core.i18n import fold
from tests.factories.accounts import UserFactory
from tests.factories.admissions import ApplicationFactory
from tests.factories.base import Factory, next_code
from tests.factories.catalogue import CohortFactory, ProgrammeFactory


class TagFactory(Factory):
    class Meta:
        model = Tag

    cohort = factory.SubFactory(CohortFactory)
    name = factory.Sequence(lambda n: f"Tag {n}")
    folded = factory.LazyAttribute(lambda tag: fold(tag.name))


class ApplicationTagFactory(Factory):
    """A tag of the application's cohort on it."""

    class Meta:
        model = ApplicationTag
        exclude = ("application", "tag")

    application = factory.SubFactory(ApplicationFactory)
    tag = factory.SubFactory(TagFactory, cohort=factory.SelfAttribute("..application.cohort"))
    application_id = factory.SelfAttribute("application.id")
    tag_id = factory.SelfAttribute("tag.id")


class SavedFilterFactory(Factory):
    """The submitted ones by name; nobody else sees it."""

    class Meta:
        model = SavedFilter

    code = factory.LazyFunction(next_code)
    programme = factory.SubFactory(ProgrammeFactory)
    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Filter {n}")
    arguments = factory.LazyFunction(lambda: {"status": "submitted", "sort": "name"})
    created_at = factory.LazyFunction(clock.now)


class BulkRunFactory(Factory):
    """A review to be started for no application at all."""

    class Meta:
        model = BulkRun
        exclude = ("user",)

    code = factory.LazyFunction(next_code)
    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory)
    user_id = factory.SelfAttribute("user.id")
    action = BulkAction.REVIEW
    arguments = factory.LazyFunction(dict)
    total = 0
    created_at = factory.LazyFunction(clock.now)
