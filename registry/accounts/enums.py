"""Choices about accounts."""

from registry.core.i18n import Labelled, _l


class OrganisationKind(Labelled):
    """What an organisation is."""

    PROVIDER = "provider", _l("Training provider")
    SPONSOR = "sponsor", _l("Sponsor")
    SECRETARIAT = "secretariat", _l("Secretariat")
    UNIVERSITY = "university", _l("University")
    AUTHORITY = "authority", _l("Public authority")
    YOUTH_PLATFORM = "youth_platform", _l("Youth platform")


class LinkPurpose(Labelled):
    """What a mailed one-use link does."""

    CONFIRM = "confirm", _l("Confirm the address")
    RESET = "reset", _l("Choose a new password")
