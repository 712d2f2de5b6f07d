"""The texts people agree to. Whoever changes one raises the version: the ledger keeps what was read."""

from registry.core.i18n import _, current_locale
from registry.people.enums import ConsentPurpose
from registry.people.rules import ConsentText

TEXT_VERSION = "2026-11.2"


def get_consent_text(purpose: ConsentPurpose, *, programme: str, name: str = "") -> ConsentText:
    """The text for the purpose in the reader's language.

    `name` is what a guardian calls the young person; without one, people speak for themselves.
    """
    texts = {
        ConsentPurpose.APPLICATION: _(
            "I agree that what I wrote in this application is used to decide about a place in "
            "“%(programme)s”. The coordinators of the programme, its reviewers and the focal point of my "
            "state may read it. Sponsors only see totals, never my name. I can take this back by withdrawing "
            "the application.",
            programme=programme,
        ),
        ConsentPurpose.FOLLOW_UP: _(
            "I agree to be asked, up to one year after “%(programme)s”, what came of it: work, a business, "
            "a first sale. My answers are kept apart from my name. I can take this back at any time, and it "
            "does not change my chances.",
            programme=programme,
        ),
        ConsentPurpose.PARTICIPATION: _(
            "I am the parent or legal guardian of %(name)s. I agree that %(name)s applies for "
            "“%(programme)s”, takes part if a place is offered, and that the application is used to decide "
            "about it. I can take this back until %(name)s is old enough to decide alone; the application or "
            "the place then ends.",
            name=name,
            programme=programme,
        )
        if name
        else _(
            "I am old enough to decide this myself. I agree that my application for “%(programme)s” goes on "
            "and that I take part if a place is offered. I can take this back at any time; the application "
            "or the place then ends.",
            programme=programme,
        ),
    }
    return ConsentText(version=TEXT_VERSION, locale=current_locale(), text=texts[purpose])
