"""A focal point invites somebody who applies, and imports others from a file with errors."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.checks import without_script
from tests.e2e.conftest import OpenPage
from tests.e2e.nominating import PreparedNominations, prepare_nominations
from tests.e2e.prepared import PASSWORD
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.e2e.test_journey import _answer

WAYS = pytest.mark.parametrize(
    ("name", "options"),
    [("nominee-script", {}), ("nominee-no-script", {"script": False, "phone": True})],
    ids=["script", "no script on a telephone"],
)
HEAD = "Фамилия;Имя;Дата рождения;Гражданство;E-mail;Язык"
GOOD = "Иванова;Мария;15.03.2001;Казахстан;maria-{name}@example.org;русский"
WRONG = "Ли;Анна;31.02.2001;Казахстан;anna-{name}@example.org;английский"
CORRECTED = "Ли;Анна;28.02.2001;Казахстан;anna-{name}@example.org;английский"
LEFT_OUT = "Ким;Олег;;Атлантида;oleg-{name}@example.org;"


def arrive(open_page: OpenPage, options: dict[str, object]) -> Reader:
    return Reader(
        open_page(**options), "en", lambda sentence, **values: sentence % values if values else sentence
    )


@WAYS
def test_a_nominee_is_invited_and_applies(
    site: Site, open_page: OpenPage, name: str, options: dict[str, object]
) -> None:
    prepared = prepare_nominations(site, name)
    focal_point, nominee = arrive(open_page, options), arrive(open_page, options)
    email = f"aida-{name}@example.org"

    sign_in(focal_point, prepared.focal_point)
    focal_point.open("/desk")
    focal_point.follow_to(f"/desk/cohorts/{prepared.cohort}/KZ/invitations")
    focal_point.field("email").fill(email)
    focal_point.field("name").fill("Aida")
    focal_point.press("Send the invitation")
    expect(focal_point.page.get_by_role("row", name=email)).to_contain_text("Invitation sent")

    nominee.open(site.link_in(site.wait_for_mail(email)))
    expect(nominee.page.locator("main")).to_contain_text(email)
    nominee.follow("Sign up")
    nominee.field("email").fill(email)
    nominee.field("password").fill(PASSWORD)
    nominee.press("Sign up")
    nominee.open(site.link_in(site.wait_for_mail(email, number=2)))
    nominee.press("Confirm my address")
    assert nominee.path == f"/apply/{prepared.cohort}"
    nominee.press("Start now")
    nominee.follow("Continue")
    for _ in range(30):
        if nominee.path.endswith("/check"):
            break
        assert not nominee.path.endswith("/state")
        _answer(nominee)
        nominee.press("Continue")
    nominee.press("Send the application")
    assert re.fullmatch(r"/my/applications/\w+/receipt", nominee.path)

    focal_point.open(f"/desk/cohorts/{prepared.cohort}/KZ/invitations")
    expect(focal_point.page.get_by_role("row", name=email)).to_contain_text("Applied")
    focal_point.follow_to("/desk/applications/")
    expect(focal_point.page.locator("main")).to_contain_text("Kazakhstan")
    focal_point.open(f"/desk/cohorts/{prepared.cohort}/KZ/ranks")
    expect(focal_point.page.get_by_label(re.compile("Rank of "))).to_have_value("1")


@WAYS
def test_a_file_with_errors_is_corrected_and_imported_in_part(
    site: Site, open_page: OpenPage, name: str, options: dict[str, object]
) -> None:
    name = name.replace("nominee", "file")
    prepared = prepare_nominations(site, name)
    reader = arrive(open_page, options)
    sign_in(reader, prepared.focal_point)

    send_file(reader, prepared, [GOOD, WRONG, LEFT_OUT], name)
    wait_until_done(reader)
    errors = reader.page.get_by_role("region", name="Rows with errors").get_by_role("row")
    expect(errors).to_have_count(3)
    expect(errors.nth(1)).to_contain_text(
        re.compile(r"3\s+C: Дата рождения\s+31\.02\.2001\s+This is no date\.")
    )
    expect(errors.nth(2)).to_contain_text(re.compile(r"4\s+D: Гражданство\s+Атлантида"))

    send_file(reader, prepared, [GOOD, CORRECTED, LEFT_OUT], name)
    wait_until_done(reader)
    expect(errors).to_have_count(2)
    reader.page.get_by_label("Leave out the rows with errors and import the others").check()
    reader.press("Import and invite")
    wait_until_done(reader)
    main = reader.page.locator("main")
    expect(main).to_contain_text("Imported: 2")
    expect(main).to_contain_text("Has errors: 1")
    letter = site.wait_for_mail(f"maria-{name}@example.org").get_body(("plain",))
    assert letter
    assert "Мария Иванова" in letter.get_content()
    assert site.wait_for_mail(f"anna-{name}@example.org")

    send_file(reader, prepared, [GOOD, CORRECTED, LEFT_OUT], name)
    wait_until_done(reader)
    expect(main).to_contain_text("Imported before: 2")
    expect(main).to_contain_text("No row can be imported.")


def send_file(reader: Reader, prepared: PreparedNominations, rows: list[str], name: str) -> None:
    """Choose the file, take the columns as guessed."""
    data = "\r\n".join([HEAD, *rows]).format(name=name).encode("cp1251")
    reader.open(f"/desk/cohorts/{prepared.cohort}/KZ/imports")
    reader.page.locator("input[type='file']").set_input_files(
        {"name": "номинанты.csv", "mimeType": "text/csv", "buffer": data}
    )
    reader.press("Read the file")
    expect(reader.field("email")).to_have_value("4")
    expect(reader.field("born_on")).to_have_value("2")
    reader.press("Check the rows")


def wait_until_done(reader: Reader) -> None:
    """With script the page goes on by itself, without it by its link."""
    work = reader.page.locator("[data-progress]")
    link = reader.page.get_by_role("link", name="Show how far it is now")
    for _ in range(60):
        if work.count() == 0:
            break
        if reader.page.context not in without_script:
            reader.page.wait_for_timeout(500)
        elif link.count():
            link.click()
            reader.page.wait_for_timeout(500)
    reader.check()
