"""Choices about places."""

from enum import Enum
from typing import Final

from registry.core.i18n import Labelled, _l


class Standing(Labelled):
    """What a country is in a bloc."""

    MEMBER = "member", _l("Member state")
    PARTNER = "partner", _l("Partner")
    OBSERVER = "observer", _l("Observer")
    DIALOGUE_PARTNER = "dialogue_partner", _l("Dialogue partner")


class Unknown(Enum):
    """What a question about a date gets that the records cannot decide."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
