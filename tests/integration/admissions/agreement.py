"""What must hold in a cohort after every step, whatever happened: seats, lists, counts, mail and trail."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.admissions.enums import ApplicationStatus, Figure, OfferAnswer
from registry.admissions.lifecycle import APPLICATION
from registry.admissions.models import (
    Application,
    ApplicationCount,
    ApplicationStatusCount,
    ApplicationWeekCount,
    CorrectionRequest,
    Nomination,
    Offer,
    SeatEntry,
    StagedDecision,
    WaitlistEntry,
)
from registry.admissions.queries.shares import get_shares
from registry.admissions.rules.seats import serves_all, why_no_list
from registry.admissions.rules.shares import Shares
from registry.catalogue.models import GENERAL, Cohort, SeatPool
from registry.core.audit import AuditEntry
from registry.core.database import db
from registry.enrolments.enums import EnrolmentStatus
from registry.enrolments.lifecycle import ENROLMENT
from registry.enrolments.models import Enrolment, EnrolmentCount
from registry.messages.enums import MessageStatus
from registry.messages.models import Message
from registry.people.enums import Settlement, Sex

S = ApplicationStatus
WITHOUT_SEAT = {EnrolmentStatus.NO_SHOW, EnrolmentStatus.CANCELLED}
REACHED = {
    "submitted_at": Figure.APPLIED,
    "eligible_at": Figure.ELIGIBLE,
    "endorsed_at": Figure.ENDORSED,
    "offered_at": Figure.OFFERED,
    "accepted_at": Figure.ACCEPTED,
}
READ = ("id", "code", "status", "member_state", "sex", "age_band", "profile", *REACHED)
REACHED_LATER = {"started_at": Figure.STARTED, "completed_at": Figure.COMPLETED}
STAYED = "stayed"
"""Said of an accepted application whose enrolment still stands."""
SAID: dict[str, set[Any]] = {
    "offer_made": {S.OFFERED},
    "promoted": {S.OFFERED},
    "offer_reminder": {S.OFFERED},
    "place_accepted": {STAYED},
    "offer_declined": {S.DECLINED},
    "offer_lapsed": {S.LAPSED},
    "waitlisted": {S.WAITLISTED},
    "rejected": {S.REJECTED},
    "not_endorsed": {S.NOT_ENDORSED},
    "application_withdrawn": {S.WITHDRAWN},
    "application_closed": {S.CLOSED},
    "cohort_cancelled": {S.CLOSED, S.ACCEPTED},
    "application_returned": {S.RETURNED},
    "corrections_reminder": {S.RETURNED},
    "corrections_received": {S.SUBMITTED, S.UNDER_REVIEW},
    "guardian_request": {S.AWAITING_GUARDIAN},
    "guardian_refused": {S.WITHDRAWN},
    "draft_reminder": {S.DRAFT},
}
"""What a mail says that the application is."""


@dataclass(frozen=True)
class Place:
    """Somebody's place on a list."""

    application_id: int
    pool_id: int
    left_at: datetime | None
    in_own: tuple[int, int, int]
    in_general: tuple[int, int, int]
    """What the order goes by, for the state's seats and for the general ones."""
    is_woman: bool
    is_rural: bool


@dataclass(frozen=True)
class Lists:
    """The lists before a step, and the last offer there was."""

    waiting: dict[int, Place]
    last_offer: int
    holding: frozenset[int] | None = None
    """Applications that hold a seat; None where several steps come at once."""


def look(cohort: Cohort, holding: frozenset[int] | None = None) -> Lists:
    """The lists as they are."""
    waiting = {each.application_id: each for each in _list_places(cohort) if each.left_at is None}
    last = db.session.scalar(sa.select(sa.func.max(Offer.id)))
    return Lists(waiting, last or 0, holding)


def _list_places(cohort: Cohort) -> list[Place]:
    rows = db.session.execute(
        sa.select(
            WaitlistEntry.id,
            WaitlistEntry.application_id,
            WaitlistEntry.pool_id,
            WaitlistEntry.left_at,
            WaitlistEntry.turn,
            WaitlistEntry.general_turn,
            WaitlistEntry.rank,
            Application.sex,
            Application.profile,
        )
        .join(WaitlistEntry.application)
        .where(Application.cohort_id == cohort.id)
        .order_by(WaitlistEntry.id)
    )
    return [
        Place(
            each.application_id,
            each.pool_id,
            each.left_at,
            (each.turn, each.rank, each.id),
            (each.general_turn, each.rank, each.id),
            each.sex is Sex.FEMALE,
            each.profile.get("settlement") == Settlement.RURAL.value,
        )
        for each in rows
    ]


class Agreement:
    """Checks one cohort again and again; reads of the trail only what is new."""

    def __init__(self, cohort_id: int) -> None:
        self.cohort_id = cohort_id
        self._trail: dict[tuple[str, int], str] = {}
        self._last_entry = 0

    def check(self, at: datetime, before: Lists) -> Lists:
        """All of it, at the instant of the step that was taken since `before`. The lists after it."""
        self.at = at
        self.cohort = db.session.scalars(
            sa.select(Cohort)
            .where(Cohort.id == self.cohort_id)
            .options(joinedload(Cohort.programme))
            .execution_options(populate_existing=True)
        ).one()
        self.applications = db.session.execute(
            sa.select(*(getattr(Application, name) for name in READ))
            .where(Application.cohort_id == self.cohort_id)
            .order_by(Application.id)
        ).all()
        self.by_id = {each.id: each for each in self.applications}
        self.statuses = {each.id: each.status for each in self.applications}
        self.pools = {
            pool.id: pool
            for pool in db.session.scalars(
                sa.select(SeatPool)
                .where(SeatPool.cohort_id == self.cohort_id)
                .execution_options(populate_existing=True)
            )
        }
        self.offers = db.session.execute(
            sa.select(Offer.id, Offer.application_id, Offer.pool_id, Offer.answer)
            .join(Offer.application)
            .where(Application.cohort_id == self.cohort_id)
            .order_by(Offer.id)
        ).all()
        self.enrolments = {
            each.application_id: each
            for each in db.session.execute(
                sa.select(
                    Enrolment.id,
                    Enrolment.application_id,
                    Enrolment.status,
                    *(getattr(Enrolment, stamp) for stamp in REACHED_LATER),
                ).where(Enrolment.cohort_id == self.cohort_id)
            )
        }
        self.places = _list_places(self.cohort)
        self.check_seats()
        self.check_statuses()
        self.check_lists(before)
        self.check_messages()
        self.check_counts()
        self.check_trail()
        return look(self.cohort, frozenset(offer.application_id for offer in self._holders()))

    def _holders(self) -> list[Any]:
        """The offers that hold a seat: open ones, and accepted ones that were not given up."""
        return [
            offer
            for offer in self.offers
            if offer.answer is None
            or (
                offer.answer is OfferAnswer.ACCEPTED
                and self.enrolments[offer.application_id].status not in WITHOUT_SEAT
            )
        ]

    def check_seats(self) -> None:
        """Used is what the ledger says, and what offers and enrolments hold, in each pool and in all."""
        held = Counter(offer.pool_id for offer in self._holders())
        ledger = Counter[int]()
        for pool_id, change in db.session.execute(
            sa.select(SeatEntry.pool_id, SeatEntry.change).where(SeatEntry.pool_id.in_(self.pools))
        ):
            ledger[pool_id] += change
        used = {key: pool.used for key, pool in self.pools.items()}
        assert used == {key: held[key] for key in self.pools}
        assert used == {key: ledger[key] for key in self.pools}
        assert self.cohort.used == sum(used.values())
        assert all(0 <= pool.used <= pool.seats for pool in self.pools.values())
        assert sum(pool.seats for pool in self.pools.values()) <= self.cohort.capacity

    def check_statuses(self) -> None:
        """Offers, lists, enrolments, requests, nominations and staged decisions fit the statuses."""
        assert self._with(S.WAITLISTED) == sorted(
            each.application_id for each in self.places if each.left_at is None
        )
        assert self._with(S.OFFERED) == sorted(
            offer.application_id for offer in self.offers if offer.answer is None
        )
        assert self._with(S.ACCEPTED) == sorted(self.enrolments)
        in_cohort = Application.cohort_id == self.cohort_id
        staged = db.session.scalars(
            sa.select(StagedDecision.application_id)
            .join(StagedDecision.application)
            .where(in_cohort, StagedDecision.released_at.is_(None))
        )
        assert set(staged) <= set(self._with(S.UNDER_REVIEW))
        asked = db.session.scalars(
            sa.select(CorrectionRequest.application_id)
            .join(CorrectionRequest.application)
            .where(in_cohort, CorrectionRequest.answered_at.is_(None))
        ).all()
        assert set(self._with(S.RETURNED)) <= set(asked)
        assert not set(asked) & set(self._with(S.SUBMITTED, S.UNDER_REVIEW, S.OFFERED, S.WAITLISTED))
        declined = db.session.scalars(
            sa.select(Nomination.application_id).where(
                Nomination.cohort_id == self.cohort_id, ~Nomination.is_endorsed
            )
        )
        assert self._with(S.NOT_ENDORSED) == sorted(declined)

    def _with(self, *statuses: ApplicationStatus) -> list[int]:
        return sorted(key for key, status in self.statuses.items() if status in statuses)

    # -- Lists

    def check_lists(self, before: Lists) -> None:
        """Nobody waits beside a free seat, and nobody was passed who could have had the seat."""
        waiting = [each for each in self.places if each.left_at is None]
        if why_no_list(self.cohort, self.at) is None:
            # What the clock alone has changed since is the sweep's to mend, or the next arrival's.
            last = db.session.scalar(sa.select(sa.func.max(AuditEntry.at)))
            if last is not None and serves_all(self.cohort, last) == serves_all(self.cohort, self.at):
                for pool in self.pools.values():
                    assert pool.used == pool.seats or not any(self._serves(pool, each) for each in waiting)
        for each in waiting:
            state = self.by_id[each.application_id].member_state
            own = [pool.id for pool in self.pools.values() if pool.member_state == state]
            assert [each.pool_id] == (own or self._general()), "on the list of seats that serve them"
        made = [offer for offer in self.offers if offer.id > before.last_offer]
        shares = get_shares(self.cohort)
        for offer in made:
            for waiter in self._list_passed(offer, before):
                assert self._counts_for_more(offer, waiter, shares), "somebody was passed"
        if before.holding is None:
            return
        held = [offer.application_id for offer in self._holders() if offer.application_id in before.holding]
        for offer in made:
            held.append(offer.application_id)
            if offer.application_id in before.waiting:
                self._check_share(offer, held, before, shares)

    def _general(self) -> list[int]:
        return [pool.id for pool in self.pools.values() if pool.member_state == GENERAL]

    def _serves(self, pool: SeatPool, place: Place) -> bool:
        is_general = pool.member_state == GENERAL
        return place.pool_id == pool.id or (is_general and serves_all(self.cohort, self.at))

    def _still_waiting(self, offer: Any, before: Lists) -> list[Place]:
        """Who waited before and after the step for a seat like the one that was given."""
        pool = self.pools[offer.pool_id]
        return [
            place
            for place in before.waiting.values()
            if self.statuses[place.application_id] is S.WAITLISTED and self._serves(pool, place)
        ]

    def _list_passed(self, offer: Any, before: Lists) -> list[Place]:
        order: Callable[[Place], tuple[int, int, int]] = (
            (lambda place: place.in_general)
            if self.pools[offer.pool_id].member_state == GENERAL
            else (lambda place: place.in_own)
        )
        own = [place for place in self.places if place.application_id == offer.application_id]
        return [
            place for place in self._still_waiting(offer, before) if not own or order(place) < order(own[-1])
        ]

    def _kinds(self, application_id: int) -> tuple[bool, bool]:
        """Counts for the women's share, for the villages'."""
        each = self.by_id[application_id]
        return each.sex is Sex.FEMALE, each.profile.get("settlement") == Settlement.RURAL.value

    def _counts_for_more(self, offer: Any, passed: Place, shares: Shares) -> bool:
        is_woman, is_rural = self._kinds(offer.application_id)
        return bool(
            (shares.women and is_woman and not passed.is_woman)
            or (shares.rural and is_rural and not passed.is_rural)
        )

    def _check_share(self, offer: Any, holding: list[int], before: Lists, shares: Shares) -> None:
        """A promotion leaves no share missed while somebody waits for the seat who counts for it."""
        held = [self._kinds(each) for each in holding]
        is_woman, is_rural = self._kinds(offer.application_id)
        for share, place, counts in ((shares.women, 0, is_woman), (shares.rural, 1, is_rural)):
            is_missed = 100 * sum(kind[place] for kind in held) < share * len(held)
            if is_missed and not counts and not (is_woman or is_rural):
                helping = [
                    each
                    for each in self._still_waiting(offer, before)
                    if (each.is_woman, each.is_rural)[place]
                ]
                assert helping == [], "a share is missed although somebody waits who counts for it"

    # -- Mail, counts and trail

    def check_messages(self) -> None:
        """What waits to be sent is true, and nothing of it is said twice."""
        by_code = {each.code: each for each in self.applications}
        gone = {key for key, enrolment in self.enrolments.items() if enrolment.status in WITHOUT_SEAT}
        queued: Counter[str] = Counter()
        for kind, topic in db.session.execute(
            sa.select(Message.kind, Message.topic).where(
                Message.status == MessageStatus.QUEUED, Message.topic.like("application:%")
            )
        ):
            application = by_code.get(topic.split(":")[1])
            if application is not None and kind in SAID:
                queued[topic] += 1
                true = {application.status}
                if application.status is S.ACCEPTED and application.id not in gone:
                    true.add(STAYED)
                assert SAID[kind] & true, (kind, application.status)
        assert set(queued.values()) <= {1}, queued

    def check_counts(self) -> None:
        """Counts that reports read are what a recount finds."""
        sent = [each for each in self.applications if each.submitted_at is not None]
        recounts: dict[Any, Counter[Any]] = {
            ApplicationStatusCount: Counter((each.member_state, each.status) for each in sent),
            ApplicationCount: Counter(
                (figure, each.member_state, each.sex.value, each.age_band)
                for each in sent
                for stamp, figure in REACHED.items()
                if getattr(each, stamp)
            ),
            EnrolmentCount: Counter(
                (figure, each.member_state, each.sex.value, each.age_band)
                for key, enrolment in self.enrolments.items()
                for each in [self.by_id[key]]
                for stamp, figure in REACHED_LATER.items()
                if getattr(enrolment, stamp)
            ),
        }
        for model, recount in recounts.items():
            columns = [column for column in model.__table__.c if column.name != "cohort_id"]
            kept = db.session.execute(
                sa.select(*columns).where(model.cohort_id == self.cohort_id, model.n != 0)
            )
            assert {tuple(row[:-1]): row.n for row in kept} == dict(recount), model
        weeks: Counter[Any] = Counter()
        for figure, week_on, n in db.session.execute(
            sa.select(
                ApplicationWeekCount.figure, ApplicationWeekCount.week_on, ApplicationWeekCount.n
            ).where(ApplicationWeekCount.cohort_id == self.cohort_id)
        ):
            assert week_on.weekday() == 0
            weeks[figure] += n
        by_figure: Counter[Any] = Counter()
        for (figure, *_rest), n in recounts[ApplicationCount].items():
            by_figure[figure] += n
        assert weeks == by_figure

    def check_trail(self) -> None:
        """Every status is where the audit entries end, and each of these begins where the last one ended."""
        lives = {
            Application.__tablename__: (APPLICATION, "draft"),
            Enrolment.__tablename__: (ENROLMENT, None),
        }
        entries = db.session.execute(
            sa.select(
                AuditEntry.id,
                AuditEntry.object_type,
                AuditEntry.object_id,
                AuditEntry.from_state,
                AuditEntry.to_state,
                AuditEntry.action,
            )
            .where(AuditEntry.id > self._last_entry, AuditEntry.object_type.in_(lives))
            .order_by(AuditEntry.id)
        )
        for key, kind, object_id, begins, ends, action in entries:
            self._last_entry = key
            life, first = lives[kind]
            name = action.removeprefix(f"{life.noun}:")
            if name in life.transitions or (kind == Enrolment.__tablename__ and name == "confirm"):
                assert begins == self._trail.get((kind, object_id), first), action
                self._trail[kind, object_id] = ends
        for each in self.applications:
            assert self._trail.get((Application.__tablename__, each.id), "draft") == each.status.value
        for enrolment in self.enrolments.values():
            assert self._trail[Enrolment.__tablename__, enrolment.id] == enrolment.status.value
