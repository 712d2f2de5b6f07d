"""The page on which a coordinator says what must be corrected."""

import html
import re

from registry.admissions.operations.submission import submit_application
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.journeys import open_cohort, ready_draft


def test_return_page_shows_what_stands_there_now_beside_each_answer(client, acting_as) -> None:
    application, actor = ready_draft(open_cohort(with_files=True))
    with transaction():
        submit_application(application, actor=actor)
    acting_as(coordinator(user_id=UserFactory().id))

    page = html.unescape(client.get(f"/manage/applications/{application.code}/return").get_data(as_text=True))

    parts = [
        " ".join(re.sub(r"<[^>]+>", " ", part.partition('id="due_on')[0]).split()).lstrip("> ")
        for part in page.split('class="asked-again"')[1:]
    ]
    motivation, diploma = parts[-2:]
    assert parts[0].startswith("Your name What stands there now")
    assert "Given names: Dilnoza" in parts[0]
    assert motivation.startswith("Why do you want to take part? What stands there now I sell honey.")
    assert "What stands there now Not answered" in diploma
