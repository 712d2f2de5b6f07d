"""A mail to all that a filter shows: planned, looked at, and only then sent, once to each person."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult

from registry.access import policy
from registry.access.actor import Actor
from registry.access.permissions import Permission
from registry.accounts.queries import get_account_actor
from registry.admissions.enums import AudienceResult, SkipReason
from registry.admissions.models import Application, AudienceMail, AudienceRow, AudienceText
from registry.admissions.operations.notices import describe
from registry.admissions.operations.wordings import WordingInput, WrongWording, clean_input
from registry.admissions.queries import audience as queries
from registry.admissions.queries import listing
from registry.admissions.queries import notices as notice_queries
from registry.admissions.queries.audience import Addressee
from registry.admissions.queries.decisions import find_last_release
from registry.admissions.queries.listing import ApplicationFilter
from registry.admissions.rules.audience import AUDIENCE, fitting_statuses, why_unfit
from registry.admissions.rules.lists import clean_arguments
from registry.admissions.rules.mails import audience_topic
from registry.admissions.rules.wordings import fill_values
from registry.catalogue.models import Cohort
from registry.core import audit, clock, jobs
from registry.core.codes import new_code
from registry.core.database import db
from registry.core.errors import InvalidInput
from registry.core.i18n import _l
from registry.core.transaction import transaction
from registry.messages import operations as messages
from registry.messages.operations import Recipient
from registry.messages.queries import find_by_key
from registry.messages.rendering import Mail, OwnWording, render_own
from registry.people.queries import Address, get_address

SEND = "admissions:audience"
KIND = "own_wording"
TYPED_ABOVE = 50
"""To write to more people than this, one types how many they are."""
DRAFTS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class AudienceInput:
    """What a coordinator writes: a text per language, and which one the others get."""

    texts: Mapping[str, WordingInput]
    fallback: str


def plan_audience_mail(
    cohort: Cohort,
    given: AudienceInput,
    asked: ApplicationFilter,
    *,
    arguments: Mapping[str, Any],
    actor: Actor,
) -> AudienceMail:
    """Note the texts and exactly the applications that the filter shows now. Nothing is sent yet.

    Errors: NotAllowed; WrongWording with fields named `subject_<locale>`; InvalidInput("fallback"), or on top
            where the filter shows nobody.
    """
    policy.require(actor, Permission.AUDIENCE_WRITE, cohort)
    if actor.user_id is None:
        raise InvalidInput(_l("Sign in first."))
    texts, fallback = _clean_texts(given)
    ids = listing.list_ids(cohort, asked)
    if not ids:
        raise InvalidInput(_l("The filter shows nobody to write to."))
    is_released = find_last_release(cohort) is not None
    fitting = fitting_statuses(asked.statuses, is_released=is_released)
    mail = AudienceMail(
        code=new_code(),
        cohort_id=cohort.id,
        user_id=actor.user_id,
        arguments=dict(arguments),
        statuses=sorted(fitting),
        fallback=fallback,
        created_at=clock.now(),
        texts=[AudienceText(locale=locale, **asdict(text)) for locale, text in texts.items()],
    )
    db.session.add(mail)
    db.session.flush()
    seen: set[str] = set()
    rows = []
    for each in queries.list_addressees(sorted(ids)):
        reason = why_unfit(each.status, fitting, is_released=is_released) or _why_no_address(each, seen)
        rows.append(
            {
                "mail_id": mail.id,
                "application_id": each.application_id,
                "result": AudienceResult.SKIPPED if reason else AudienceResult.WAITING,
                "reason": reason,
            }
        )
    db.session.execute(sa.insert(AudienceRow), rows)
    return mail


def _clean_texts(given: AudienceInput) -> tuple[dict[str, WordingInput], str]:
    """The texts as they are stored, and the language of the one that the others get: the only one, or the chosen."""
    texts: dict[str, WordingInput] = {}
    faults: dict[str, list[Any]] = {}
    for locale, text in given.texts.items():
        try:
            texts[locale] = clean_input(AUDIENCE, text)
        except WrongWording as error:
            faults |= {f"{field}_{locale}": said for field, said in error.faults.items()}
    if faults:
        raise WrongWording(faults)
    if not texts:
        raise InvalidInput(
            _l("Write a subject and a text in at least one language."), field=f"subject_{given.fallback}"
        )
    fallback = next(iter(texts)) if len(texts) == 1 else given.fallback
    if fallback not in texts:
        raise InvalidInput(_l("Choose a language in which you have written a text."), field="fallback")
    return texts, fallback


def _why_no_address(each: Addressee, seen: set[str]) -> SkipReason | None:
    address = each.address.casefold()
    if not address:
        return SkipReason.NO_ADDRESS
    if address in seen:
        return SkipReason.SAME_ADDRESS
    seen.add(address)
    return None


def start_audience_mail(mail: AudienceMail, cohort: Cohort, *, typed: int | None, actor: Actor) -> bool:
    """Begin to send; the worker does it. Beginning twice is beginning once: False then.

    Errors: NotAllowed; InvalidInput("typed") where many are written to and their number was not typed.
    """
    policy.require(actor, Permission.AUDIENCE_WRITE, cohort)
    if mail.user_id != actor.user_id:
        raise InvalidInput(_l("Only whoever wrote this mail can send it."))
    if mail.started_at is not None:
        return False
    counts = queries.count_results(mail)
    waiting = counts[AudienceResult.WAITING]
    if not waiting:
        raise InvalidInput(_l("Nobody is left to write to."))
    if waiting > TYPED_ABOVE and typed != waiting:
        raise InvalidInput(
            _l("Type how many people you are writing to: %(num)s.", num=waiting), field="typed"
        )
    begun = db.session.execute(
        sa.update(AudienceMail)
        .where(AudienceMail.id == mail.id, AudienceMail.started_at.is_(None))
        .values(started_at=clock.now(), arguments=clean_arguments(mail.arguments))
    )
    assert isinstance(begun, CursorResult)  # noqa: S101 -- what an UPDATE returns; for the type checker
    if not begun.rowcount:
        return False
    audit.record(
        cohort,
        "admissions:audience:send",
        actor,
        about={
            "mail": mail.code,
            "people": waiting,
            "left_out": counts[AudienceResult.SKIPPED],
            "filter": clean_arguments(mail.arguments),
            "subjects": {text.locale: text.subject for text in mail.texts},
        },
    )
    jobs.enqueue(SEND, {"mail": mail.id})
    return True


@jobs.handler(SEND)
def send_audience_mail(payload: Mapping[str, Any]) -> None:
    """What the worker does; an interrupted one goes on with the first batch that was not stored."""
    while True:
        with transaction():
            mail = queries.find_audience_mail(payload["mail"])
            if mail is None or mail.finished_at is not None:
                return
            waiting = queries.list_waiting(mail)
            if not waiting:
                mail.finished_at = clock.now()
                return
            # Asked again for each batch: whoever loses the role stops writing.
            is_allowed = policy.can(get_account_actor(mail.user_id), Permission.AUDIENCE_WRITE, mail.cohort)
            for application in waiting:
                _write(mail, application, is_allowed=is_allowed)


def _write(mail: AudienceMail, application: Application, *, is_allowed: bool) -> None:
    to = get_address(notice_queries.get_person(application))
    reason = None
    if not is_allowed:
        reason = SkipReason.NOT_ALLOWED
    elif application.status.value not in mail.statuses:
        reason = SkipReason.MOVED_ON
    elif not to.address:
        reason = SkipReason.NO_ADDRESS
    if reason is None:
        topic = audience_topic(application, mail)
        key = f"audience:{mail.code}:{_hash(to.address)}"
        written = find_by_key(key)
        if written is None:
            messages.queue(
                KIND, key=key, to=_recipient(mail, to), topic=topic, mail=fill(mail, application, to)
            )
            written = find_by_key(key)
        if written is not None and written.topic == topic:
            _settle(mail, application, result=AudienceResult.WRITTEN, message_id=written.id)
            return
        reason = SkipReason.SAME_ADDRESS
    _settle(mail, application, result=AudienceResult.SKIPPED, reason=reason)


def _settle(mail: AudienceMail, application: Application, **values: Any) -> None:
    db.session.execute(
        sa.update(AudienceRow)
        .where(
            AudienceRow.mail_id == mail.id,
            AudienceRow.application_id == application.id,
            AudienceRow.result == AudienceResult.WAITING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _hash(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:32]


def _recipient(mail: AudienceMail, to: Address) -> Recipient:
    return Recipient(to.address, text_locale(mail, to.locale), to.zone, to.user_id)


def text_locale(mail: AudienceMail, locale: str) -> str:
    """The language of the text that a reader of `locale` gets."""
    return locale if locale in {text.locale for text in mail.texts} else mail.fallback


def fill(mail: AudienceMail, application: Application, to: Address) -> Mail:
    """The mail as this applicant gets it; days and names are in the language of its text."""
    locale = text_locale(mail, to.locale)
    text = next(each for each in mail.texts if each.locale == locale)
    context = describe(application, locale)
    wording = OwnWording(
        text.subject, text.text, lambda: fill_values(AUDIENCE.placeholders, context, to.zone)
    )
    return render_own(wording, locale=locale, zone=to.zone)


def preview_audience_mail(mail: AudienceMail, locales: Sequence[str]) -> tuple[Application, Mail] | None:
    """The mail as the first of those who get it in one of these languages would read it."""
    application = queries.find_sample(mail, locales)
    if application is None:
        return None
    return application, fill(mail, application, get_address(notice_queries.get_person(application)))


@jobs.periodic("admissions:forget_audience_drafts", minutes=24 * 60)
def forget_drafts() -> None:
    """Forget mails that were planned and never sent."""
    with transaction() as session:
        session.execute(
            sa.delete(AudienceMail)
            .where(AudienceMail.started_at.is_(None), AudienceMail.created_at < clock.now() - DRAFTS_KEPT)
            .execution_options(synchronize_session=False)
        )
