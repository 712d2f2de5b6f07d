"""Choices about places."""

from registry.core.i18n import Labelled, _l


class Standing(Labelled):
    """What a country is in a bloc."""

    MEMBER = "member", _l("Member state")
    PARTNER = "partner", _l("Partner")
    OBSERVER = "observer", _l("Observer")
    DIALOGUE_PARTNER = "dialogue_partner", _l("Dialogue partner")
