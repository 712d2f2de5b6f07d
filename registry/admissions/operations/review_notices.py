"""What reviewers are told about the reviews they owe: before the day they are due, after it, and when one comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.accounts.models import User
from registry.admissions.models import Application, Review
from registry.admissions.queries import reviews as queries
from registry.admissions.queries.notices import list_told
from registry.catalogue.models import Cohort
from registry.catalogue.rules import describe_cohort
from registry.core import clock
from registry.core.addresses import path_address
from registry.core.i18n import in_locale
from registry.messages import operations as messages
from registry.messages.operations import Recipient

AHEAD = timedelta(days=3)
"""How long before the day the first reminder goes."""
LATE = timedelta(days=14)
"""How long after it reviewers are still told that they are late."""
SETTLING = timedelta(days=1)
"""Nobody is reminded of what was assigned today."""


@dataclass(frozen=True)
class Reminder:
    """One mail to one reviewer about all they owe in one cohort; another day gives another reminder."""

    kind: str
    cohort_id: int
    user_id: int
    due_at: datetime

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.cohort_id}:{self.user_id}:{self.due_at:%Y%m%d%H%M}"


def list_to_remind() -> Sequence[Reminder]:
    """Reviewers who owe reviews that are due soon."""
    now = clock.now()
    return _list("reviews_reminder", after=now, until=now + AHEAD)


def list_overdue() -> Sequence[Reminder]:
    """Reviewers who owe reviews whose day has passed."""
    now = clock.now()
    return _list("reviews_overdue", after=now - LATE, until=now)


def _list(kind: str, *, after: datetime, until: datetime) -> Sequence[Reminder]:
    owed = queries.list_owed(due_after=after, due_until=until, assigned_until=clock.now() - SETTLING)
    found = [Reminder(kind, *each) for each in owed]
    told = list_told([each.key for each in found])
    return [each for each in found if each.key not in told]


def remind(reminder: Reminder) -> bool:
    """Write the reminder, if anything is still owed. What was said before and waits is overtaken."""
    found = queries.find_owed(reminder.cohort_id, reminder.user_id)
    if found is None or found.cohort.reviews_due_at != reminder.due_at:
        return False
    user, cohort = found.user, found.cohort
    messages.supersede(_topic(cohort.id, user.id))
    messages.queue(
        reminder.kind,
        key=reminder.key,
        to=Recipient(user.email, user.locale, user.zone, user.id),
        topic=_topic(cohort.id, user.id),
        context={
            "cohort": _describe(cohort, user),
            "due_at": reminder.due_at,
            "host_zone": cohort.zone,
            "reviews_link": path_address("/reviews"),
        },
    )
    return True


def forget_settled(application: Application, user_id: int) -> None:
    """A review was sent or taken away: where nothing is owed any more, no reminder goes out."""
    if not queries.owes_reviews(application.cohort_id, user_id):
        messages.supersede(_topic(application.cohort_id, user_id))


def tell_reopened(review: Review, application: Application, reviewer: User) -> None:
    """A review came back, and why."""
    messages.queue(
        "review_reopened",
        key=f"review_reopened:{review.id}:{review.version}",
        to=Recipient(reviewer.email, reviewer.locale, reviewer.zone, reviewer.id),
        context={
            "code": application.code,
            "reason": review.reopen_reason,
            "review_link": path_address(f"/reviews/{application.code}"),
        },
    )


def _describe(cohort: Cohort, user: User) -> str:
    with in_locale(user.locale):
        return str(describe_cohort(cohort))


def _topic(cohort_id: int, user_id: int) -> str:
    return f"reviews:{cohort_id}:{user_id}"
