"""What all models have in common."""

from collections import Counter

import registry
from registry.core.database import db

assert registry  # Loads every domain's models through create_app's list.


def test_constraints_of_a_table_have_different_names(app: object) -> None:
    repeated = [
        f"{table.name}: {name}"
        for table in db.metadata.tables.values()
        for name, times in Counter(
            str(constraint.name) for constraint in table.constraints if constraint.name
        ).items()
        if times > 1
    ]

    assert repeated == []
