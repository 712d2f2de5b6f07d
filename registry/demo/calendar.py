"""What happens when: the demo lives through its past in the order of time."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from registry.core import clock

Happening = Callable[..., None]


class Calendar:
    """Happenings by their instant. What would happen after the end never does: so stories stay open."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self._heap: list[tuple[datetime, int, partial[None]]] = []
        self._numbers = count()

    def at(self, instant: datetime, happening: Happening, *about: Any, **more: Any) -> None:
        """Let it happen then, or now if that has passed."""
        if instant < self.end:
            heapq.heappush(self._heap, (instant, next(self._numbers), partial(happening, *about, **more)))

    def after(self, wait: timedelta, happening: Happening, *about: Any, **more: Any) -> None:
        """Let it happen some time from the instant that is being lived."""
        self.at(clock.now() + wait, happening, *about, **more)

    def live(self) -> None:
        """Live through everything; happenings may add others. The clock never goes back."""
        reached = None
        while self._heap:
            instant, _number, happening = heapq.heappop(self._heap)
            reached = instant if reached is None else max(reached, instant)
            with clock.travel(reached):
                happening()
