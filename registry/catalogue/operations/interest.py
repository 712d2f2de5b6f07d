"""People who want to hear when a programme opens: asked, confirmed by mail, told once, forgotten."""

from datetime import timedelta
from typing import Any

from registry.catalogue import queries, rules
from registry.catalogue.models import Cohort, Interest, Programme
from registry.core import clock, codes, jobs
from registry.core.addresses import path_address
from registry.core.database import db
from registry.core.errors import Conflict, NotFound
from registry.core.i18n import pick_translation
from registry.core.transaction import storing, transaction
from registry.messages import operations as messages
from registry.messages.operations import Recipient

TELL = "catalogue:tell_interested"
AGAIN_AFTER = timedelta(days=1)
"""How soon the same address gets another mail with a link, whoever asks for it."""
CONFIRM_WITHIN = timedelta(days=14)
_BATCH = 200


def register_interest(programme: Programme, email: str, *, locale: str) -> None:
    """Mail a link that confirms the wish. Whether the address is on the list already shows nowhere.

    Errors: NotFound for a programme that will not open.
    """
    if not rules.takes_interest(programme):
        raise NotFound
    email, now = email.lower(), clock.now()
    interest = queries.find_interest(programme.id, email)
    if interest is not None and (interest.confirmed_at or interest.created_at + AGAIN_AFTER > now):
        return
    token = codes.new_token()
    if interest is None:
        try:
            with storing({"uq_interest_programme_id_email": (None, None)}) as session:
                interest = Interest(
                    programme_id=programme.id,
                    email=email,
                    locale=locale,
                    token_hash=codes.hash_token(token),
                    created_at=now,
                )
                session.add(interest)
        except Conflict:
            # The same address asked at the same moment, and gets the mail of that request.
            return
    else:
        interest.token_hash, interest.locale, interest.created_at = codes.hash_token(token), locale, now
    messages.queue(
        "interest_asked",
        key=f"interest_asked:{interest.token_hash}",
        to=Recipient(email, locale),
        context={"programme": _title(programme, locale), "link": path_address(f"/interest/{token}")},
        secret=True,
    )


def confirm_interest(token: str) -> Interest:
    """Put the address on the list. Errors: NotFound for a link that is not, or no longer, valid."""
    interest = queries.get_interest(token)
    interest.confirmed_at = interest.confirmed_at or clock.now()
    return interest


def forget_interest(token: str) -> None:
    """Take the address off the list and delete it. Errors: NotFound."""
    db.session.delete(queries.get_interest(token))


def announce_cohort(cohort: Cohort) -> None:
    """Let the worker tell everybody who asked for it that the programme opens. Part of publishing."""
    jobs.enqueue(TELL, {"cohort": cohort.code})


@jobs.handler(TELL)
def tell_interested(payload: dict[str, Any]) -> None:
    """Mail all confirmed addresses of the cohort's programme once, and delete each with its mail."""
    while True:
        with transaction():
            cohort = queries.find_announced_cohort(payload["cohort"])
            waiting = queries.list_confirmed_interests(cohort.programme_id, _BATCH) if cohort else []
            for interest in waiting:
                _tell(interest, cohort)
        if not waiting:
            return


def _tell(interest: Interest, cohort: Cohort | None) -> None:
    assert cohort is not None  # noqa: S101 -- nobody waits where there is none; for the type checker
    messages.queue(
        "programme_opens",
        key=f"programme_opens:{cohort.code}:{interest.token_hash}",
        to=Recipient(interest.email, interest.locale),
        context={
            "programme": _title(cohort.programme, interest.locale),
            "opens_at": cohort.opens_at,
            "closes_at": cohort.closes_at,
            "is_open": rules.is_open(cohort, clock.now()),
            "host_zone": cohort.zone,
            "link": path_address(f"/cohorts/{cohort.code}"),
        },
    )
    db.session.delete(interest)


@jobs.periodic("catalogue:forget_unconfirmed", minutes=24 * 60)
def forget_unconfirmed() -> None:
    """Delete addresses that nobody confirmed: they may be somebody else's."""
    with transaction() as session:
        for interest in queries.list_unconfirmed_interests(clock.now() - CONFIRM_WITHIN):
            session.delete(interest)


def _title(programme: Programme, locale: str) -> str:
    return str(pick_translation(programme.titles, locale)[1])
