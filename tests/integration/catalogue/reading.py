"""What the tests of public pages share."""

import json
import re
from datetime import date
from typing import Any

from registry.catalogue.enums import Credential
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.people.enums import Education
from registry.places.enums import Standing
from tests.client import RegistryClient
from tests.factories.catalogue import (
    CohortFactory,
    CohortLanguageFactory,
    CohortScopeFactory,
    ProgrammeFactory,
    SeatPoolFactory,
)


def text_of(client: RegistryClient, path: str, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200, path
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", response.text, flags=re.S).split())


def linked_data(client: RegistryClient, path: str) -> dict[str, Any]:
    page = client.get(path).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.S)
    return json.loads(found)


def make_full_cohort() -> Cohort:
    cohort = CohortFactory(
        code="CHRT2345",
        capacity=40,
        used=7,
        age_min=14,
        age_max=30,
        age_on=date(2027, 9, 1),
        standing_on=date(2027, 3, 1),
        education_min=Education.ISCED_3,
        closes_at=clock.now().replace(month=6, day=30, hour=18, minute=59),
        programme=ProgrammeFactory(slug="shop", title="Shop", weeks=8, credential=Credential.CERTIFICATE),
    )
    CohortScopeFactory(cohort=cohort, bloc="sco", standing=Standing.MEMBER, country=None)
    CohortScopeFactory(cohort=cohort, country="MN")
    CohortLanguageFactory(cohort=cohort)
    for country, seats, used in (("UZ", 11, 3), ("BY", 12, 4), ("", 17, 0)):
        SeatPoolFactory(cohort=cohort, member_state=country, seats=seats, used=used)
    return cohort
