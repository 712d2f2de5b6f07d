"""What a process keeps of one edition: bounded by bytes, the least recently used goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from registry.core import clock
from registry.core.database import current_bind

LIMIT_BYTES = 24 * 1024 * 1024


@dataclass(frozen=True)
class _Kept:
    value: Any
    edition: int
    until: datetime | None
    size: int


class Memory:
    """Values by key. One of another edition, or past its time, is as good as none."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable, edition: int) -> Any | None:
        """The value kept under `key`, if it still holds."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            if kept.edition != edition or (kept.until is not None and clock.now() >= kept.until):
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return kept.value

    def keep(self, key: Hashable, value: Any, *, edition: int, until: datetime | None, size: int) -> None:
        """Keep `value` until the instant or the next edition. Nothing is kept before the first edition."""
        if not edition or size > self._limit:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = _Kept(value, edition, until, size)
            self._size += size
            while self._size > self._limit:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        if (gone := self._kept.pop(key, None)) is not None:
            self._size -= gone.size


_memories: WeakKeyDictionary[Any, Memory] = WeakKeyDictionary()


def current_memory() -> Memory:
    """The memory that belongs to the current database: editions of two databases have nothing in common."""
    bind = current_bind()
    memory = _memories.get(bind)
    if memory is None:
        memory = _memories.setdefault(bind, Memory())
    return memory
