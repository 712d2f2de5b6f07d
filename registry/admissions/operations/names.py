"""Writing the search names of older applications anew, when the rules for them have changed."""

import sqlalchemy as sa

from registry.admissions.models import Application
from registry.admissions.queries import names as queries
from registry.admissions.rules.names import NAMES_EDITION, fold_names, make_match_key
from registry.core import jobs
from registry.core.transaction import transaction

applications = Application.__table__


def refold_names() -> int:
    """Bring all search names to the newest edition, a chunk per transaction. How many were written.

    They follow from the names that were sent, so nothing is audited and no version rises.
    """
    done = 0
    while True:
        with transaction() as session:
            outdated = queries.list_outdated_names()
            for row in outdated:
                names = row.profile or {"family_name": row.listed_name}
                session.execute(
                    sa.update(applications)  # type: ignore[arg-type]
                    .where(applications.c.id == row.id)
                    .values(
                        search_name=fold_names(names),
                        match_key=make_match_key(names),
                        names_edition=NAMES_EDITION,
                    )
                )
        if not outdated:
            return done
        done += len(outdated)


@jobs.periodic("admissions:refold_names", minutes=60)
def run_refolding() -> None:
    """What the worker runs; without a new edition of the rules there is nothing to do."""
    refold_names()
