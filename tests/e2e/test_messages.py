"""A coordinator words a mail in Russian, releases a decision with it, and writes to all who are in the table."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from registry.admissions.enums import ApplicationStatus, Decision
from registry.catalogue.models import Cohort
from registry.core.database import db
from tests.e2e.checks import assert_accessible, assert_fits
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import Prepared, _at_work, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site
from tests.factories.admissions import ApplicationFactory, StagedDecisionFactory
from tests.factories.catalogue import CohortFactory, SeatPoolFactory
from tests.factories.people import PersonFactory

S = ApplicationStatus
PEOPLE = (
    ("Айгерим", "ru", S.UNDER_REVIEW),
    ("Дана", "ru", S.SUBMITTED),
    ("雨桐", "zh", S.SUBMITTED),
    ("Priya", "en", S.WITHDRAWN),
)


def make_applicants(prepared: Prepared, name: str) -> str:
    """A cohort with a place staged for one, two who wait and one who has gone; its code."""
    with _at_work(prepared.app):
        of = db.session.scalars(sa.select(Cohort).where(Cohort.code == prepared.cohort)).one()
        cohort = CohortFactory(programme=of.programme, names={"en": "Autumn", "ru": "Осень"})
        SeatPoolFactory(cohort=cohort)
        for given, locale, status in PEOPLE:
            person = PersonFactory(
                given_names=given, locale=locale, email=f"{name}-{locale}-{status}@example.org"
            )
            application = ApplicationFactory(cohort=cohort, person=person, status=status, listed_name=given)
            if status is S.UNDER_REVIEW:
                StagedDecisionFactory(application=application, decision=Decision.OFFER)
        db.session.commit()
        return cohort.code


@pytest.mark.parametrize(
    ("name", "options"),
    [("mails", {}), ("mails-plain", {"script": False, "phone": True})],
    ids=["script", "telephone without script"],
)
def test_a_mail_is_worded_and_released_and_many_are_written_to(
    site: Site, open_page: OpenPage, name: str, options: dict[str, object]
) -> None:
    prepared = prepare(site, name, "en")
    cohort = make_applicants(prepared, name)
    page = open_page(**options)
    reader = Reader(page, "en", lambda sentence, **values: prepared.say("en", sentence, **values))
    sign_in(reader, prepared.coordinator)

    # The offer in Russian, in own words: what the mail does not know is named, with the nearest.
    reader.open(f"/manage/programmes/{prepared.slug}")
    reader.follow("Mails")
    page.get_by_role("row").filter(has_text="A place is offered").first.get_by_role("link").nth(1).click()
    reader.check()
    assert "{offer_link}" in reader.field("text").input_value()
    reader.field("subject").fill("{nme}, место ваше")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Did you mean {name}?")
    assert_accessible(page)
    assert_fits(page)
    assert reader.field("subject").input_value() == "{nme}, место ваше"

    reader.field("subject").fill("{name}, место ваше")
    reader.press("Preview")
    expect(page.locator("#preview")).to_contain_text("Айгерим, место ваше")
    expect(page.locator("#preview")).to_contain_text("/my/offers/K7M3QXPT")
    reader.press("Save the wording")
    reader.follow("Mails")
    expect(page.locator("main")).to_contain_text("Русский: 1 mail of")

    # The sample before the release shows it, and the mail says it.
    reader.open(f"/manage/cohorts/{cohort}/decisions")
    page.locator("details.sample summary").first.click()
    expect(page.locator("details.sample").first).to_contain_text("Айгерим, место ваше")
    reader.follow("Check and release")
    reader.press("Release now")
    mail = site.wait_for_mail(f"{name}-ru-{S.UNDER_REVIEW}@example.org")
    assert mail["Subject"] == "Айгерим, место ваше"
    assert "/my/offers/" in site.link_in(mail)

    # All in the table are written to: counted, read once as they will read it, and only then sent.
    reader.open(f"/manage/cohorts/{cohort}/applications")
    reader.follow_to(f"/manage/cohorts/{cohort}/applications/mail")
    reader.field("subject_en").fill("News of {programme}")
    reader.field("text_en").fill("Hello {name}, your page: {application_link}")
    reader.field("subject_ru").fill("Новости")
    reader.field("text_ru").fill("Здравствуйте, {name}!")
    reader.press("Continue")
    main = page.locator("main")
    expect(page.get_by_role("heading", level=1)).to_have_text("Write to 3 people")
    expect(main).to_contain_text("2 people get the text in their language: Russian.")
    expect(main).to_contain_text("1 person reads another language (Chinese) and gets this text: English.")
    expect(main).to_contain_text("1 application: The application has ended.")
    expect(main).to_contain_text("Hello 雨桐, your page:")
    assert site.list_mails(f"{name}-zh-{S.SUBMITTED}@example.org") == []
    page.get_by_role("button", name="Send to 3 people").click()
    reader.check()

    mail = site.wait_for_mail(f"{name}-zh-{S.SUBMITTED}@example.org")
    assert mail["Subject"] == "News of Honey online"
    assert site.wait_for_mail(f"{name}-ru-{S.SUBMITTED}@example.org")["Subject"] == "Новости"
    site.wait_for_mail(f"{name}-ru-{S.UNDER_REVIEW}@example.org", number=2)
    for _ in range(20):
        page.reload()
        if page.locator("dd.figure").first.inner_text() == "3":
            break
        page.wait_for_timeout(500)
    expect(page.locator("dd.figure").first).to_have_text("3")
    # Back to the last look and once more: nobody gets it twice.
    page.go_back()
    page.go_back()
    if page.get_by_role("button", name="Send to 3 people").count():
        page.get_by_role("button", name="Send to 3 people").click()
    page.wait_for_timeout(1500)
    assert len(site.list_mails(f"{name}-zh-{S.SUBMITTED}@example.org")) == 1
    assert site.list_mails(f"{name}-en-{S.WITHDRAWN}@example.org") == []

    # The application's page says what was sent.
    reader.open(f"/manage/cohorts/{cohort}/applications")
    page.get_by_role("link", name="Айгерим").click()
    reader.check()
    expect(page.locator("ul.mails > li")).to_have_count(2)
    expect(page.locator("ul.mails")).to_contain_text("Айгерим, место ваше")
