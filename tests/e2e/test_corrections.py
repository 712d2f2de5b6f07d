"""An application comes back for a better answer and a missing file, and is sent again."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import Staff, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.factories.documents import make_pdf, opening_action

BETTER = "I keep ten hives in Nurata and want to sell abroad."
TOO_SHORT, MISSING = "Say more about your plans.", "Add your diploma."


def attach(reader: Reader, name: str, data: bytes) -> None:
    reader.page.locator("input[type='file']").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": data}
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [("returned-script", {}), ("returned-no-script", {"script": False, "phone": True})],
    ids=["script", "no script on a telephone"],
)
def test_return_and_resubmission(
    site: Site, open_page: OpenPage, name: str, options: dict[str, object]
) -> None:
    prepared = prepare(site, name, "en")
    email = f"{name}@example.org"
    code = prepared.send_application(email)
    applicant, coordinator = (
        Reader(open_page(**options), "en", lambda sentence, **values: prepared.say("en", sentence, **values))
        for _ in range(2)
    )

    sign_in(coordinator, prepared.coordinator)
    coordinator.open(f"/manage/applications/{code}")
    coordinator.follow("Return for correction")
    coordinator.page.get_by_label("How will you use what you learn?").fill(TOO_SHORT)
    coordinator.page.get_by_label("Your diploma").fill(MISSING)
    coordinator.press("Return the application")
    assert coordinator.path == f"/manage/applications/{code}"

    sign_in(applicant, Staff(email, ""))
    # The receipt may have gone out before, or was overtaken.
    applicant.open(site.link_in(site.wait_for_mail(email, about="We need something")))
    main = applicant.page.locator("main")
    expect(main).to_contain_text("We need something")
    expect(main).to_contain_text(TOO_SHORT)
    applicant.follow("How will you use what you learn?")
    applicant.field("answer").fill(BETTER)
    applicant.press("Save")
    applicant.follow("Your diploma")
    attach(applicant, "evil.pdf", make_pdf(opening_action("/JavaScript", JS="app.alert(1)")))
    applicant.page.get_by_role("button", name="Save", exact=True).click()
    expect(applicant.page.locator(".error-summary")).to_contain_text("contains a script")
    attach(applicant, "../diploma of Nodira.pdf", make_pdf())
    applicant.press("Save")
    expect(applicant.page.locator("main")).not_to_contain_text("Not changed yet")
    applicant.follow("Send the corrections")
    applicant.press("Send the corrections")
    expect(applicant.page.locator("main")).to_contain_text("Your corrections are sent.")

    coordinator.open(f"/manage/applications/{code}")
    table = coordinator.page.get_by_role("region", name="Asked on")
    expect(table).to_contain_text("I sell honey.")
    expect(table).to_contain_text(BETTER)
    with coordinator.page.expect_download() as download:
        table.get_by_role("link", name="diploma of Nodira.pdf").click()
    assert download.value.path().read_bytes() == make_pdf()
    assert download.value.suggested_filename.startswith("file-")
