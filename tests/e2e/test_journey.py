"""One applicant's way from signing up to the sponsor's report, through every page on it."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from registry.core.i18n import html_language
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import PASSWORD, Prepared, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.factories.documents import make_jpeg

FAMILY_NAME, GIVEN_NAME = "Rahimova", "Nodira"
OTHERS_BEFORE, OTHERS_SINCE = 6, 4
FIGURES = ("applied", "eligible", "offered", "accepted", "started", "completed")


@pytest.mark.parametrize(
    ("name", "locale", "options"),
    [
        ("script", "en", {}),
        ("no-script", "en", {"script": False}),
        ("chinese", "zh", {"phone": True, "locale": "zh-CN", "zone": "Asia/Shanghai"}),
    ],
    ids=["script", "no script", "Chinese telephone"],
)
def test_applicant_becomes_a_participant_and_is_counted(
    site: Site, open_page: OpenPage, name: str, locale: str, options: dict[str, object]
) -> None:
    prepared = prepare(site, name, locale)
    email = f"nodira-{name}@example.org"

    def arrive() -> Reader:
        return Reader(
            open_page(**options),
            html_language(locale),
            lambda sentence, **values: prepared.say(locale, sentence, **values),
        )

    applicant, coordinator, sponsor = arrive(), arrive(), arrive()

    _sign_up(applicant, site, prepared, email)
    code = _apply(applicant, prepared)

    sign_in(coordinator, prepared.coordinator)
    _offer(coordinator, prepared, code)

    _accept(applicant, site, email)
    _complete(coordinator, prepared)
    applicant.open("/my")
    expect(applicant.page.locator("main")).to_contain_text(applicant.say("Completed"))

    sign_in(sponsor, prepared.sponsor)
    assert _read_latest_release(sponsor)["completed"] == OTHERS_BEFORE
    prepared.train_others(OTHERS_SINCE)
    _compare_live_report(coordinator, prepared)
    coordinator.open(f"/manage/programmes/{prepared.slug}/releases")
    coordinator.press("Publish a release now")
    assert _read_latest_release(sponsor) == dict.fromkeys(FIGURES, OTHERS_BEFORE + 1 + OTHERS_SINCE)
    assert "All counts are right." in site.flask("reports", "recount")


def _sign_up(applicant: Reader, site: Site, prepared: Prepared, email: str) -> None:
    applicant.open(f"/programmes/{prepared.slug}")
    applicant.follow_to(f"/cohorts/{prepared.cohort}")
    applicant.follow_to(f"/apply/{prepared.cohort}")
    applicant.follow_to(f"/account/sign-up?next=/apply/{prepared.cohort}")
    applicant.field("email").fill(email)
    applicant.field("password").fill(PASSWORD)
    applicant.press("Sign up")
    applicant.open(site.link_in(site.wait_for_mail(email)))
    applicant.press("Confirm my address")
    assert applicant.path == f"/apply/{prepared.cohort}"


def _apply(applicant: Reader, prepared: Prepared) -> str:
    """The code of the application, once it is sent."""
    applicant.press("Start now")
    applicant.follow("Continue")
    for _ in range(30):
        if applicant.path.endswith("/check"):
            break
        if "/files/" in applicant.path:
            _attach_photograph(applicant)
        else:
            _answer(applicant)
        applicant.press("Continue")
    expect(applicant.page.locator("main")).to_contain_text(FAMILY_NAME)
    applicant.press("Send the application")
    found = re.fullmatch(r"/my/applications/(\w+)/receipt", applicant.path)
    assert found
    applicant.follow("Follow your application")
    return found[1]


def _attach_photograph(applicant: Reader) -> None:
    photograph = {"name": "diploma.jpg", "mimeType": "image/jpeg", "buffer": make_jpeg((1600, 1200))}
    applicant.page.locator("input[type='file']").set_input_files(photograph)


def _answer(applicant: Reader) -> None:
    """Fill in the question page that is open; what may be left out stays empty."""
    page, key = applicant.page, applicant.path.removeprefix("/apply/").partition("/")[2]
    match key:
        case "name":
            applicant.field("family_name").fill(FAMILY_NAME)
            applicant.field("given_names").fill(GIVEN_NAME)
        case "birth":
            for part, value in (("day", "9"), ("month", "4"), ("year", "2001")):
                applicant.field(f"born_on-{part}").fill(value)
            applicant.choose("sex", "female")
        case "countries":
            applicant.field("citizenship").select_option("UZ")
            applicant.field("residence").select_option("UZ")
        case "contact":
            applicant.field("phone").fill("+998 90 123 45 67")
        case "background":
            applicant.choose("education", "isced_3")
            applicant.choose("occupation", "studying")
        case "languages":
            applicant.field("language_1").select_option("uz")
            applicant.field("level_1").select_option("c2")
        case _ if key.startswith("consents/"):
            applicant.choose("agrees", "yes")
        case _:
            answer = page.locator("main [name='answer']").first
            if answer.get_attribute("type") == "radio":
                answer.check()
            else:
                is_link = key.endswith("_link")
                answer.fill("https://shop.example.org" if is_link else "I sell honey from our village.")


def _offer(coordinator: Reader, prepared: Prepared, code: str) -> None:
    applications = f"/manage/cohorts/{prepared.cohort}"
    assert coordinator.path == "/manage"
    coordinator.open(f"{applications}/applications")
    coordinator.follow_to(f"/manage/applications/{code}")
    coordinator.press("Start the review")
    coordinator.follow("Stage a decision")
    coordinator.choose("decision", "offer")
    coordinator.press("Stage the decision")
    coordinator.open(f"{applications}/decisions")
    coordinator.follow("Check and release")
    coordinator.press("Release now")
    assert coordinator.path == f"{applications}/decisions/released"


def _accept(applicant: Reader, site: Site, email: str) -> None:
    # The confirmation, the receipt, the offer.
    applicant.open(site.link_in(site.wait_for_mail(email, number=3)))
    applicant.follow("Accept the offer")
    applicant.press("Accept the offer")


def _complete(coordinator: Reader, prepared: Prepared) -> None:
    for step in ("start", "complete"):
        coordinator.open(f"/manage/cohorts/{prepared.cohort}/participants")
        row = coordinator.page.get_by_role("row").filter(has_text=FAMILY_NAME)
        row.locator("input[name='codes']").check()
        coordinator.field("action").select_option(step)
        coordinator.press("Mark the selected")


def _compare_live_report(coordinator: Reader, prepared: Prepared) -> None:
    """Page and file show what a recount finds."""
    coordinator.open(f"/manage/programmes/{prepared.slug}/report")
    recount = prepared.recount()
    response = coordinator.page.request.get(f"/manage/programmes/{prepared.slug}/report.csv")
    lines = csv.DictReader(io.StringIO(response.body().decode("utf-8-sig")))
    counted = {
        (line["table"], line["group"], line["figure"]): int(line["value"])
        for line in lines
        if line["table"] != "week" and line["value"] != "0"
    }
    assert counted == recount
    assert _read_totals(coordinator) == {figure: recount["all", "all", figure] for figure in FIGURES}


def _read_latest_release(sponsor: Reader) -> dict[str, int]:
    sponsor.open("/sponsor")
    sponsor.follow_to("/sponsor/reports/")
    return _read_totals(sponsor)


def _read_totals(reader: Reader) -> dict[str, int]:
    """The last line of the table by sex: every figure over all groups."""
    cells = reader.page.locator("#by-sex-table tfoot td.number").all_inner_texts()
    return {figure: int(cell) for figure, cell in zip(FIGURES, cells, strict=True)}
