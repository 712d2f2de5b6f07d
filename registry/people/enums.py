"""Choices about people."""

from registry.core.i18n import Labelled, _l


class Sex(Labelled):
    """ISO/IEC 5218, plus the wish not to say."""

    FEMALE = "female", _l("Female")
    MALE = "male", _l("Male")
    NOT_APPLICABLE = "not_applicable", _l("Another answer")
    PREFER_NOT_TO_SAY = "prefer_not_to_say", _l("Prefer not to say")


class Settlement(Labelled):
    """Where somebody lives."""

    URBAN = "urban", _l("City or town")
    RURAL = "rural", _l("Village or countryside")


class Education(Labelled):
    """Highest level completed, ISCED 2011 (UNESCO Institute for Statistics)."""

    ISCED_0 = "isced_0", _l("None, or less than primary school")
    ISCED_1 = "isced_1", _l("Primary school")
    ISCED_2 = "isced_2", _l("Lower secondary school")
    ISCED_3 = "isced_3", _l("Upper secondary school")
    ISCED_4 = "isced_4", _l("Vocational training after secondary school")
    ISCED_5 = "isced_5", _l("Short course of higher education")
    ISCED_6 = "isced_6", _l("Bachelor’s degree or equal")
    ISCED_7 = "isced_7", _l("Master’s or specialist’s degree or equal")
    ISCED_8 = "isced_8", _l("Doctoral degree or equal")

    @property
    def level(self) -> int:
        """The ISCED level, 0 to 8."""
        return int(self.value.removeprefix("isced_"))


class Occupation(Labelled):
    """What somebody mainly does now."""

    STUDYING = "studying", _l("Studying")
    EMPLOYED = "employed", _l("Employed")
    SELF_EMPLOYED = "self_employed", _l("Running a business or self-employed")
    LOOKING = "looking", _l("Looking for work")
    OTHER = "other", _l("Something else")


class LanguageLevel(Labelled):
    """Common European Framework of Reference (Council of Europe)."""

    A1 = "a1", _l("A1: beginner")
    A2 = "a2", _l("A2: elementary")
    B1 = "b1", _l("B1: intermediate")
    B2 = "b2", _l("B2: upper intermediate")
    C1 = "c1", _l("C1: advanced")
    C2 = "c2", _l("C2: like a first language")

    @property
    def rank(self) -> int:
        """0 for A1 to 5 for C2."""
        return list(LanguageLevel).index(self)


class ConsentPurpose(Labelled):
    """What a consent is for."""

    APPLICATION = "application", _l("Processing the application")
    PARTICIPATION = "participation", _l("Taking part as a minor")
    FOLLOW_UP = "follow_up", _l("Questions after the training")


class ConsentAction(Labelled):
    """What was said."""

    GIVEN = "given", _l("Given")
    REFUSED = "refused", _l("Refused")
    WITHDRAWN = "withdrawn", _l("Withdrawn")


class ConsentGiver(Labelled):
    """Who said it."""

    SELF = "self", _l("The young person")
    GUARDIAN = "guardian", _l("The guardian")


KNOWN_LANGUAGES = (
    *("ar", "am", "az", "be", "bn", "de", "en", "es", "fa", "fr", "ha", "he", "hi"),
    *("hy", "id", "ig", "ja", "ka", "kk", "km", "ko", "ku", "ky", "lo", "mg", "mn"),
    *("ms", "my", "ne", "om", "pa", "ps", "pt", "ro", "ru", "rw", "sd", "si", "sn"),
    *("so", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tr", "tt", "uk", "ug"),
    *("ur", "uz", "vi", "wo", "xh", "yo", "yue", "zh", "zu"),
)
"""BCP 47 tags to choose from; a record may hold others."""
