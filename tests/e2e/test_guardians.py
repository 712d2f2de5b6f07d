"""A minor from Belarus with a guardian who asks first, in another language; then a consent taken back in three steps."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from registry.core.i18n import html_language
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import PASSWORD, Prepared, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.e2e.test_journey import _answer, _attach_photograph

QUESTION, ANSWER = "孩子需要自己付路费吗？", "No, the programme pays the journey."
YEARS = 15
"""In Belarus one decides alone from sixteen."""


@pytest.mark.parametrize(
    ("name", "options", "who"),
    [
        ("minor-script", {}, "guardian"),
        ("minor-no-script", {"script": False}, "applicant"),
    ],
    ids=["the guardian takes it back", "no script, the applicant takes it back"],
)
def test_a_minor_applies_and_the_guardian_asks_consents_and_may_change_the_mind(
    site: Site, open_page: OpenPage, name: str, options: dict[str, bool], who: str
) -> None:
    prepared = prepare(site, name, "en")
    email, guardian_email = f"hanna-{name}@example.org", f"mother-{name}@example.org"
    applicant = make_reader(open_page, prepared, "ru", phone=True, zone="Europe/Minsk", **options)
    # The browser reads another language than the guardian is said to.
    guardian = make_reader(open_page, prepared, "zh", browser="be-BY", phone=who != "guardian", **options)
    coordinator = make_reader(open_page, prepared, "en", **options)

    sign_up(applicant, site, prepared, email)
    code = apply(applicant, prepared, guardian_email)
    own = applicant.page.locator("main")
    expect(own).to_contain_text(applicant.say("Waiting for your guardian"))
    expect(own).to_contain_text("m•••@example.org")

    guardian.open(site.link_in(site.wait_for_mail(guardian_email)))
    here = guardian.page.locator("main")
    expect(here).to_contain_text("Honey online")
    expect(here).not_to_contain_text("Kavalchuk")
    guardian.follow("Ask a question")
    guardian.field("text").fill(QUESTION)
    guardian.press("Send the question")
    expect(here).to_contain_text(QUESTION)

    sign_in(coordinator, prepared.coordinator)
    coordinator.open("/manage")
    coordinator.follow_to("/manage/guardian-questions/")
    expect(coordinator.page.locator("main")).to_contain_text(QUESTION)
    coordinator.field("text").fill(ANSWER)
    coordinator.press("Send the answer")
    assert coordinator.path == f"/manage/applications/{code}"

    mail = site.wait_for_mail(guardian_email, number=2)
    assert prepared.say("zh", "The answer to your question: %(programme)s", programme="Honey online") in str(
        mail["Subject"]
    )
    guardian.open(site.link_in(mail))
    expect(here).to_contain_text(ANSWER)
    guardian.choose("agrees", "yes")
    guardian.press("Confirm")
    expect(here).to_contain_text(guardian.say("Your consent is recorded. Nothing more is needed."))
    applicant.open(f"/my/applications/{code}")
    stands = applicant.page.locator(".timeline [aria-current]")
    expect(stands).to_contain_text(applicant.say("Sent"))

    if who == "guardian":
        guardian.open(site.link_in(site.wait_for_mail(guardian_email, number=3)))
        guardian.follow("Take back your consent")
        guardian.press("Take back the consent")
        expect(here).to_contain_text(guardian.say("The consent is taken back"))
        read_on_in_russian(guardian, prepared)
    else:
        applicant.open("/my")
        applicant.follow("What you agreed to")
        applicant.follow_to(f"/my/applications/{code}/consents/participation")
        applicant.press("Take back the consent")
        expect(own).to_contain_text(applicant.say("Your consent is taken back."))
    applicant.open(f"/my/applications/{code}")
    expect(stands).to_contain_text(applicant.say("Withdrawn"))
    coordinator.open(f"/manage/applications/{code}")
    expect(coordinator.page.locator("main")).to_contain_text("Taking part as a minor: Withdrawn")


def make_reader(
    open_page: OpenPage, prepared: Prepared, locale: str, *, browser: str = "", **options: object
) -> Reader:
    """Somebody whose pages are in this language, and the browser's own in another if need be."""
    page = open_page(locale=browser or locale, **options)
    return Reader(
        page, html_language(locale), lambda sentence, **values: prepared.say(locale, sentence, **values)
    )


def sign_up(applicant: Reader, site: Site, prepared: Prepared, email: str) -> None:
    applicant.open(f"/account/sign-up?next=/apply/{prepared.cohort}")
    applicant.field("email").fill(email)
    applicant.field("password").fill(PASSWORD)
    applicant.press("Sign up")
    applicant.open(site.link_in(site.wait_for_mail(email)))
    applicant.press("Confirm my address")
    assert applicant.path == f"/apply/{prepared.cohort}"


def apply(applicant: Reader, prepared: Prepared, guardian_email: str) -> str:
    """The code of the application, once it is sent."""
    applicant.press("Start now")
    applicant.follow("Continue")
    asked = set()
    for _ in range(30):
        if applicant.path.endswith("/check"):
            break
        page = applicant.path.removeprefix(f"/apply/{prepared.cohort}/")
        asked.add(page)
        answer(applicant, page, guardian_email)
        applicant.press("Continue")
    assert "guardian" in asked
    applicant.press("Send the application")
    applicant.follow("Follow your application")
    return applicant.path.rpartition("/")[2]


def answer(applicant: Reader, page: str, guardian_email: str) -> None:
    match page:
        case "name":
            applicant.field("family_name").fill("Kavalchuk")
            applicant.field("given_names").fill("Hanna")
        case "birth":
            year = datetime.now(UTC).year - YEARS
            for part, value in (("day", "1"), ("month", "1"), ("year", str(year))):
                applicant.field(f"born_on-{part}").fill(value)
            applicant.choose("sex", "female")
        case "countries":
            applicant.field("citizenship").select_option("BY")
            applicant.field("residence").select_option("BY")
        case "guardian":
            applicant.field("name").fill("Volha Kavalchuk")
            applicant.field("email").fill(guardian_email)
            applicant.choose("locale", "zh")
        case _ if page.startswith("files/"):
            _attach_photograph(applicant)
        case _:
            _answer(applicant)


def read_on_in_russian(guardian: Reader, prepared: Prepared) -> None:
    """The switch on the page, without script too, stays on the page."""
    before = guardian.path
    guardian.language = "ru"
    guardian.page.locator(".languages summary").click()
    guardian.page.locator(".languages button[value='ru']").click()
    guardian.check()
    assert guardian.path == before
    expect(guardian.page.locator("main")).to_contain_text(prepared.say("ru", "The consent is taken back"))
