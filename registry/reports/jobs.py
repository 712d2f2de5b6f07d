"""What the worker does for reports."""

from registry.access.actor import Actor
from registry.core import jobs
from registry.core.transaction import transaction
from registry.reports import operations

HOURLY = 60


@jobs.periodic("reports.weekly_releases", minutes=HOURLY)
def make_weekly_releases() -> None:
    """Release what has no release of this week yet: asked every hour, so that a Monday off is caught up."""
    with transaction():
        operations.make_weekly_releases(actor=Actor.system("weekly"))
