"""Mails to many."""

import factory

from registry.admissions.enums import ApplicationStatus
from registry.admissions.models import AudienceMail, AudienceText
from registry.core import clock
from tests.factories.accounts import UserFactory
from tests.factories.base import Factory, next_code
from tests.factories.catalogue import CohortFactory


class AudienceMailFactory(Factory):
    """A mail in English to nobody at all, not sent."""

    class Meta:
        model = AudienceMail
        exclude = ("user",)

    code = factory.LazyFunction(next_code)
    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory)
    user_id = factory.SelfAttribute("user.id")
    arguments = factory.LazyFunction(dict)
    statuses = factory.LazyFunction(lambda: [ApplicationStatus.SUBMITTED.value])
    fallback = "en"
    created_at = factory.LazyFunction(clock.now)
    texts = factory.LazyFunction(lambda: [AudienceText(locale="en", subject="News", text="Hello {name}")])
