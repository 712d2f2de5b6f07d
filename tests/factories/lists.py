"""Tags, kept filters, bulk actions and files."""

from datetime import timedelta

import factory

from registry.admissions.enums import BulkAction, ExportFormat
from registry.admissions.models import ApplicationTag, BulkRun, Export, SavedFilter, Tag
from registry.core import clock
from registry.core.export import export_path
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


class ExportFactory(Factory):
    """A CSV without rows that is ready."""

    class Meta:
        model = Export
        exclude = ("user",)

    code = factory.LazyFunction(next_code)
    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory)
    user_id = factory.SelfAttribute("user.id")
    format = ExportFormat.CSV
    purpose = "For the archive"
    asked = factory.LazyFunction(dict)
    columns = factory.LazyFunction(list)
    rows_total = 0
    asked_at = factory.LazyFunction(clock.now)
    finished_at = factory.LazyFunction(clock.now)
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(hours=1))

    @factory.lazy_attribute
    def file(self):
        export_path(f"{self.code}.csv").write_text("name\r\n")
        return f"{self.code}.csv"
