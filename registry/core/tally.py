"""Counts kept current in the transaction that changes what they count.

Differences are gathered while the transaction runs and written at its end, in one fixed order: hot rows are
locked briefly, and two transactions never wait for each other in a circle.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.core.database import Model, db

_KEY = "tallies"


def add(model: type[Model], key: Mapping[str, Any], difference: int = 1) -> None:
    """Add `difference` to column `n` of the row of `model` with the primary key `key`.

    The key's columns must be NOT NULL and form the table's primary key.
    """
    tallies = db.session().info.setdefault(_KEY, {})
    tallies.setdefault(model, Counter())[tuple(sorted(key.items()))] += difference


def discard(session: Session) -> None:
    """Forget what was gathered."""
    session.info.pop(_KEY, None)


def write(session: Session) -> None:
    """Write what was gathered with one statement per table, rows in the order of their keys."""
    gathered = session.info.pop(_KEY, {})
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for model in sorted(gathered, key=lambda each: each.__tablename__):
        table = model.__table__
        rows = [
            {**dict(key), "n": difference}
            for key, difference in sorted(gathered[model].items(), key=lambda item: str(item[0]))
            if difference
        ]
        for start in range(0, len(rows), 500):
            statement = insert(table).values(rows[start : start + 500])
            session.execute(
                statement.on_conflict_do_update(
                    index_elements=[column.name for column in table.primary_key],
                    set_={"n": table.c.n + statement.excluded.n},
                )
            )


def is_pending(session: Session) -> bool:
    """Whether gathered differences are not yet written: counts read now would be behind."""
    return bool(session.info.get(_KEY))
