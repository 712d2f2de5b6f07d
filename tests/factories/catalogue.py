"""Programmes and cohorts."""

from datetime import timedelta

import factory

from registry.catalogue.enums import CohortStatus, ProgrammeKind, ProgrammeStatus
from registry.catalogue.models import (
    GENERAL,
    Cohort,
    CohortLanguage,
    CohortScope,
    IndicatorDefinition,
    Programme,
    ProgrammeTranslation,
    SeatPool,
    Topic,
)
from registry.core import clock
from registry.people.enums import LanguageLevel
from tests.factories.base import Factory, next_code


class ProgrammeFactory(Factory):
    """A published course with an English title."""

    class Meta:
        model = Programme

    slug = factory.Sequence(lambda n: f"programme-{n}")
    kind = ProgrammeKind.COURSE
    status = ProgrammeStatus.PUBLISHED
    created_at = factory.LazyFunction(clock.now)
    published_at = factory.LazyFunction(clock.now)

    @factory.post_generation
    def title(self, create, extracted, **kwargs):
        if create:
            ProgrammeTranslationFactory(programme=self, title=extracted or f"Course {self.slug}")


class ProgrammeTranslationFactory(Factory):
    class Meta:
        model = ProgrammeTranslation

    locale = "en"
    title = "Selling online"
    summary = "How to sell online."
    description = "You learn how to sell online."


class CohortFactory(Factory):
    """Published, open for another 30 days, starting in 60, with 20 seats and no pools."""

    class Meta:
        model = Cohort

    code = factory.LazyFunction(next_code)
    programme = factory.SubFactory(ProgrammeFactory)
    status = CohortStatus.PUBLISHED
    names = factory.LazyFunction(lambda: {"en": "Spring 2027"})
    zone = "Asia/Tashkent"
    opens_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=10))
    closes_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=30))
    starts_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=60))
    ends_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=120))
    age_on = factory.LazyFunction(clock.today)
    standing_on = factory.LazyFunction(clock.today)
    capacity = 20
    created_at = factory.LazyFunction(clock.now)
    published_at = factory.LazyFunction(clock.now)


class SeatPoolFactory(Factory):
    """The general pool with 20 seats."""

    class Meta:
        model = SeatPool

    cohort = factory.SubFactory(CohortFactory)
    member_state = GENERAL
    seats = 20


class CohortScopeFactory(Factory):
    """Kenyans; for a bloc give `bloc`, `standing` and `country=None`. The country and bloc must be loaded."""

    class Meta:
        model = CohortScope

    cohort = factory.SubFactory(CohortFactory)
    country = "KE"


class CohortLanguageFactory(Factory):
    """English at B1."""

    class Meta:
        model = CohortLanguage

    cohort = factory.SubFactory(CohortFactory)
    tag = "en"
    level = LanguageLevel.B1


class TopicFactory(Factory):
    class Meta:
        model = Topic

    slug = factory.Sequence(lambda n: f"topic-{n}")
    names = factory.LazyAttribute(lambda topic: {"en": f"About {topic.slug}"})
    position = factory.Sequence(lambda n: n)
    source = "test"


class IndicatorFactory(Factory):
    class Meta:
        model = IndicatorDefinition

    code = factory.Sequence(lambda n: f"T-{n}")
    titles = factory.LazyFunction(lambda: {"en": "Completed"})
    numerators = factory.LazyFunction(lambda: {"en": "People who completed."})
    denominators = factory.LazyFunction(dict)
    unit = "participants"
    source_standard = "test"
    edition = "1"
