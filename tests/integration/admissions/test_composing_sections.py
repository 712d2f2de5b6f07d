"""A coordinator says that a section has several entries."""

import re

import pytest

from registry.access.actor import Actor, Grant
from registry.access.roles import Role
from registry.admissions.operations.form_versions import start_form_draft
from registry.admissions.operations.questions import SectionInput, input_of_section
from registry.admissions.queries.form_versions import get_draft, get_section
from registry.core.transaction import transaction
from tests.planning import load

COORDINATOR = Actor(label="c", user_id=2, grants=(Grant(Role.COORDINATOR, programme="honey"),))
PATH = "/manage/cohorts/PUB22222/form"


def _draft():
    return get_draft(load("PUB22222"))


SECTION = {
    "version": "0",
    "shown": "{}",
    "title_en": "Shops",
    "title_zh": "店铺",
    "repeats": "y",
    "least_entries": "0",
    "most_entries": "４",
    "entry_label_zh": "店铺",
}


def test_section_with_entries_is_composed_on_its_page_and_saved_again(client, published):
    with transaction():
        start_form_draft(published, is_empty=True, actor=COORDINATOR)
    assert client.post(f"{PATH}/sections/new", data=SECTION).status_code == 303
    section = get_section(_draft(), "shops")
    assert input_of_section(section) == SectionInput({"en": "Shops", "zh": "店铺"}, {}, 0, 4, {"zh": "店铺"})
    assert "Filled in several times: from 0 to 4 entries." in client.get(PATH).get_data(as_text=True)

    page = client.get(f"{PATH}/sections/shops").get_data(as_text=True)
    assert re.search(r'name="repeats"[^>]* checked|checked[^>]*name="repeats"', page)
    once = {name: value for name, value in SECTION.items() if name != "repeats"} | {"version": "1"}
    assert client.post(f"{PATH}/sections/shops", data=once).status_code == 303
    assert not get_section(_draft(), "shops").is_repeating


@pytest.mark.parametrize(
    ("bad", "at"),
    [
        ({"least_entries": "4", "most_entries": "3"}, "most_entries"),
        ({"most_entries": "11"}, "most_entries"),
        ({"most_entries": "0"}, "most_entries"),
        ({"least_entries": "-1"}, "least_entries"),
        ({"entry_label_en": "x" * 61}, "entry_label_en"),
        ({"title_en": "", "title_zh": ""}, "title_en"),
    ],
)
def test_section_with_a_bad_number_of_entries_says_so_at_its_field(client, published, bad, at):
    with transaction():
        start_form_draft(published, is_empty=True, actor=COORDINATOR)

    response = client.post(f"{PATH}/sections/new", data=SECTION | bad)

    assert response.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', response.get_data(as_text=True))) == {at}
    assert not _draft().sections
