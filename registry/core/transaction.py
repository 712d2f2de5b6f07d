"""One change is one transaction. This file holds the only commit and the only rollback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from registry.core import tally
from registry.core.database import db
from registry.core.errors import ConstraintErrors, StaleWrite, translate_integrity_error

_DEPTH = "transaction_depth"
_CALLBACKS = "after_commit_callbacks"
_MEMORY = "transaction_memory"

log = structlog.get_logger()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit everything done inside the block, or nothing of it. Nested ones join the outer.

    Errors: StaleWrite when a versioned row was changed by somebody else meanwhile.
    """
    session = db.session()
    if session.info.get(_DEPTH):
        yield session
        return
    session.info[_DEPTH] = 1
    session.info[_CALLBACKS] = []
    session.info[_MEMORY] = {}
    tally.discard(session)
    try:
        yield session
        session.flush()
        tally.write(session)
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise StaleWrite from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info[_DEPTH] = 0
        callbacks = session.info.pop(_CALLBACKS)
        session.info.pop(_MEMORY)
        tally.discard(session)
    for callback in callbacks:
        try:
            callback()
        except Exception:
            # What was promised is stored already; the sweeper of `core.jobs` picks it up.
            log.exception("after_commit_failed")


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the current transaction is stored; forget it if that fails."""
    session = db.session()
    if not session.info.get(_DEPTH):
        raise RuntimeError("after_commit needs a transaction")
    session.info[_CALLBACKS].append(callback)


def transaction_memory() -> dict[str, Any]:
    """A notebook that lives as long as the current transaction."""
    session = db.session()
    if not session.info.get(_DEPTH):
        raise RuntimeError("there is no transaction")
    memory: dict[str, Any] = session.info[_MEMORY]
    return memory


@contextmanager
def storing(constraints: ConstraintErrors) -> Iterator[Session]:
    """Add new rows inside the block; a broken constraint named in `constraints` raises its Conflict.

    The block is a savepoint: after the Conflict the caller's transaction is still usable.
    """
    session = db.session()
    try:
        with session.begin_nested():
            yield session
            session.flush()
    except IntegrityError as error:
        translated = translate_integrity_error(error, constraints)
        if translated is None:
            raise
        raise translated from error


def end_reading() -> None:
    """Give back the connection of a reading transaction before slow work begins."""
    session = db.session()
    if session.info.get(_DEPTH):
        raise RuntimeError("a writing transaction is open")
    session.rollback()
