"""What all factories share: they add to the test's session and flush."""

from itertools import count

from factory.alchemy import SQLAlchemyModelFactory

from registry.core.codes import ALPHABET
from registry.core.database import db

_numbers = count(1)


class Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = lambda: db.session  # noqa: E731
        sqlalchemy_session_persistence = "flush"


def next_code() -> str:
    """A code no other record of this process has."""
    number = next(_numbers)
    letters = ""
    for _ in range(8):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return letters
