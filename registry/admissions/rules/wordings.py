"""What the mails about applications are about: their placeholders, which must stand in them, and an invented reader.

A wording belongs to a programme and not to a cohort: what differs between cohorts (names, days, deadlines) comes
with the placeholders, and a text that was improved once is improved for the next cohort too. Pure.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registry.admissions.enums import MailEvent as E
from registry.admissions.enums import Placeholder as P
from registry.admissions.enums import PublicStatus, RejectionReason, RuleName
from registry.core import clock
from registry.core.i18n import (
    _,
    _l,
    format_day,
    format_deadline,
    format_listing,
    pick_translation,
)
from registry.messages.wordings import find_wording_faults, list_placeholders

Context = Mapping[str, Any]

ALWAYS = (P.NAME, P.PROGRAMME, P.COHORT, P.STARTS_ON, P.CODE, P.APPLICATION_LINK)
"""Known in every mail to applicants."""
_OFFER = frozenset({P.OFFER_LINK, P.DEADLINE})
_CORRECTIONS = frozenset({P.APPLICATION_LINK, P.DEADLINE})
MAX_SUBJECT, MAX_TEXT = 150, 5000


@dataclass(frozen=True)
class Wordable:
    """What a wording of one mail may name, and what it must."""

    placeholders: tuple[P, ...]
    required: frozenset[P] = frozenset()


def _with(*more: P, required: Collection[P] = ()) -> Wordable:
    return Wordable((*ALWAYS, *more), frozenset(required))


def _to_guardian(*more: P, required: Collection[P] = ()) -> Wordable:
    known = (P.NAME, P.PROGRAMME, P.COHORT, P.STARTS_ON, P.CONSENT_LINK)
    return Wordable((*known, *more), frozenset({P.CONSENT_LINK, *required}))


WORDABLE: Mapping[E, Wordable] = {
    E.APPLICATION_RECEIVED: _with(P.ARRIVED_AT, P.NEXT_STEP, required={P.CODE, P.NEXT_STEP}),
    E.APPLICATION_INELIGIBLE: _with(P.ARRIVED_AT, P.CONDITIONS, required={P.CODE, P.CONDITIONS}),
    E.APPLICATION_ADMITTED: _with(),
    E.DRAFT_REMINDER: _with(P.DEADLINE, required=_CORRECTIONS),
    E.GUARDIAN_REQUEST: _to_guardian(P.DEADLINE, required={P.NAME, P.DEADLINE}),
    E.GUARDIAN_ANSWERED: _to_guardian(P.QUESTION, P.ANSWER, P.DEADLINE, required={P.ANSWER, P.DEADLINE}),
    E.GUARDIAN_RECEIPT: _to_guardian(required={P.NAME}),
    E.GUARDIAN_DENIED: _with(required={P.APPLICATION_LINK}),
    E.GUARDIAN_CONSENTED: _with(P.NEXT_STEP, required={P.NEXT_STEP}),
    E.GUARDIAN_REFUSED: _with(),
    E.CAME_OF_AGE: _with(required={P.APPLICATION_LINK}),
    E.CONSENT_CONFIRMED: _with(P.NEXT_STEP, required={P.NEXT_STEP}),
    E.CONSENT_IS_YOURS: _with(),
    E.APPLICATION_RETURNED: _with(P.DEADLINE, required=_CORRECTIONS),
    E.CORRECTIONS_REMINDER: _with(P.DEADLINE, required=_CORRECTIONS),
    E.CORRECTIONS_RECEIVED: _with(),
    E.OFFER_MADE: _with(P.OFFER_LINK, P.DEADLINE, required=_OFFER),
    E.PROMOTED: _with(P.OFFER_LINK, P.DEADLINE, required=_OFFER),
    E.OFFER_REMINDER: _with(P.OFFER_LINK, P.DEADLINE, required=_OFFER),
    E.WAITLISTED: _with(required={P.APPLICATION_LINK}),
    E.REJECTED: _with(P.REASON, required={P.REASON}),
    E.NOT_ENDORSED: _with(),
    E.PLACE_ACCEPTED: _with(required={P.APPLICATION_LINK}),
    E.OFFER_DECLINED: _with(),
    E.OFFER_LAPSED: _with(),
    E.APPLICATION_WITHDRAWN: _with(),
    E.APPLICATION_CLOSED: _with(P.REASON, required={P.REASON}),
    E.COHORT_CANCELLED: _with(),
}

_NEXT_STEPS: Mapping[PublicStatus, Any] = {
    PublicStatus.WAITING_GUARDIAN: _l(
        "What happens next: your parent or guardian got a mail with a link. The application goes on when they agree. Tell them to look for it; the link works for 14 days."
    ),
    PublicStatus.WAITING_FOCAL_POINT: _l(
        "What happens next: the focal point of your state looks at your application."
    ),
    PublicStatus.OFFER_MADE: _l(
        "What happens next: a place is held for you. Accept or decline it on your page."
    ),
    PublicStatus.WAITING_LIST: _l(
        "What happens next: all places are taken, so you are on the waiting list. We write to you when one becomes free."
    ),
}
_READING = _l("What happens next: the coordinators of the programme read the applications.")
_BEFORE_RELEASE = {PublicStatus.SENT, PublicStatus.WAITING_GUARDIAN, PublicStatus.WAITING_FOCAL_POINT}


def tell_next_step(status: PublicStatus, release_at: datetime | None, host_zone: str) -> str:
    """What happens to an application of this status next, and when decisions are announced."""
    step = str(_NEXT_STEPS.get(status, _READING))
    if release_at is None or status not in _BEFORE_RELEASE:
        return step
    announced = _("Decisions are announced at %(time)s.", time=format_deadline(release_at, host_zone))
    return f"{step}\n{announced}"


def find_faults(subject: str, text: str, wordable: Wordable) -> dict[str, list[Any]]:
    """Field -> what is wrong with it. A placeholder that must stand in the mail may stand in the subject."""
    known = [each.value for each in wordable.placeholders]
    faults = {"subject": find_wording_faults(subject, known), "text": find_wording_faults(text, known)}
    if any(faults.values()):
        return {field: said for field, said in faults.items() if said}
    used = {*list_placeholders(subject), *list_placeholders(text)}
    missing = [each for each in wordable.placeholders if each in wordable.required and each.value not in used]
    said = [
        _l(
            "Without %(name)s the mail is of no use. It stands for: %(meaning)s.",
            name="{" + each.value + "}",
            meaning=each.label,
        )
        for each in missing
    ]
    return {"text": said} if said else {}


def fill_values(placeholders: Collection[P], context: Context, zone: str) -> dict[str, str]:
    """Placeholder -> what it becomes for this reader, in the current language."""
    return {each.value: str(_VALUES[each](context, zone)) for each in placeholders}


def _deadline(context: Context, zone: str) -> str:
    at = next(context[key] for key in ("accept_by_at", "due_at", "closes_at", "expires_at") if key in context)
    host_zone = context["host_zone"]
    told = format_deadline(at, host_zone)
    if zone == host_zone:
        return told
    return _("%(time)s (in your own time zone: %(own)s)", time=told, own=format_deadline(at, zone))


def _reason(context: Context, _zone: str) -> str:
    reason = context["reason"]
    if not isinstance(reason, RejectionReason):
        return str(reason or "")
    label = "" if reason is RejectionReason.OTHER else str(reason.label)
    return "\n".join(filter(None, (label, context["note"])))


_VALUES: Mapping[P, Callable[[Context, str], Any]] = {
    P.NAME: lambda context, _zone: context["name"],
    P.PROGRAMME: lambda context, _zone: context["programme"],
    P.COHORT: lambda context, _zone: pick_translation(context["cohort"].names)[1],
    P.STARTS_ON: lambda context, _zone: format_day(context["cohort"].starts_on),
    P.CODE: lambda context, _zone: context["code"],
    P.APPLICATION_LINK: lambda context, _zone: context["application_link"],
    P.OFFER_LINK: lambda context, _zone: context["offer_link"],
    P.CONSENT_LINK: lambda context, _zone: context["link"],
    P.QUESTION: lambda context, _zone: context["question"],
    P.ANSWER: lambda context, _zone: context["answer"],
    P.DEADLINE: _deadline,
    P.ARRIVED_AT: lambda context, zone: format_deadline(context["submitted_at"], zone),
    P.CONDITIONS: lambda context, _zone: format_listing(context["failures"]),
    P.NEXT_STEP: lambda context, _zone: context["next_step"],
    P.REASON: _reason,
}


class _Reason(str):
    """A marker that is a reason written, and one chosen."""

    __slots__ = ()
    value = "marker"

    @property
    def label(self) -> str:
        return str(self)


def make_markers(wordable: Wordable) -> dict[str, Any]:
    """What a standard text is filled with to become a wording: each value is its placeholder."""
    markers: dict[str, Any] = {each.value: "{" + each.value + "}" for each in P}
    deadline = dict.fromkeys(("accept_by_at", "due_at", "closes_at", "expires_at"), markers["deadline"])
    link = P.CONSENT_LINK if P.CONSENT_LINK in wordable.placeholders else P.APPLICATION_LINK
    return {
        **markers,
        **deadline,
        "host_zone": "UTC",
        "link": markers[link.value],
        "submitted_at": markers["arrived_at"],
        "failures": markers["conditions"],
        "reason": _Reason(markers["reason"]),
        "note": "",
    }


@dataclass(frozen=True)
class Reader:
    """Nobody, but as somebody who reads this language might be."""

    name: str
    zone: str


READERS: Mapping[str, Reader] = {
    "en": Reader("Priya", "Asia/Kolkata"),
    "ru": Reader("Айгерим", "Asia/Almaty"),
    "zh": Reader("雨桐", "Asia/Shanghai"),
}
SAMPLE_CODE = "K7M3QXPT"


def make_sample(cohort: Any, *, base: str, programme: str, locale: str) -> dict[str, Any]:
    """What any of the mails would say to the invented reader, of a real cohort. `base`: our own address."""
    zone = ZoneInfo(cohort.zone)
    end_of_day = datetime.combine(
        clock.today(cohort.zone) + timedelta(days=8), datetime.min.time(), tzinfo=zone
    )
    return {
        "name": READERS[locale].name,
        "programme": programme,
        "cohort": cohort,
        "code": SAMPLE_CODE,
        "application_link": f"{base}/my/applications/{SAMPLE_CODE}",
        "offer_link": f"{base}/my/offers/{SAMPLE_CODE}",
        "link": f"{base}/guardian/example-{SAMPLE_CODE}",
        "host_zone": cohort.zone,
        "accept_by_at": end_of_day,
        "submitted_at": clock.now(),
        "failures": [RuleName.AGE.label],
        "next_step": _READING,
        "question": _("Is it free of charge?"),
        "answer": _("Yes. Taking part costs nothing."),
        "reason": RejectionReason.MORE_THAN_SEATS,
        "note": "",
    }
