"""A first-come cohort whose seats and lists the tests fill, and how its list is read."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from registry.admissions.models import Application
from registry.admissions.operations import offers
from registry.catalogue.enums import SelectionMethod
from registry.catalogue.models import GENERAL, Cohort
from registry.core.transaction import transaction
from tests.conftest import NOW
from tests.factories.admissions import ApplicationFactory
from tests.factories.catalogue import CohortFactory, ProgrammeFactory, SeatPoolFactory

OPENING = NOW + timedelta(days=40)


def make_cohort(**seats: int) -> Cohort:
    """First come, first served; pools open after the window has closed."""
    seats = {GENERAL if state == "general" else state: n for state, n in seats.items()}
    cohort = CohortFactory(
        programme=ProgrammeFactory(slug="honey", title="Honey online"),
        capacity=sum(seats.values()),
        selection=SelectionMethod.FIRST_COME,
        pools_open_at=OPENING,
    )
    for state, n in seats.items():
        SeatPoolFactory(cohort=cohort, member_state=state, seats=n)
    return cohort


def arrive(cohort: Cohort, state: str) -> Application:
    application = ApplicationFactory(cohort=cohort, member_state=state)
    with transaction():
        offers.place_first_come(application)
    return application


def rows_of(response: Any) -> list[list[str]]:
    """The cells of the table of people."""
    page = unquote(response.get_data(as_text=True)).split("In line")[-1]
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in rows
    ]
