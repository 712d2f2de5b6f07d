"""How much processes grow while something runs, by looking often: a peak since the start may be an old one."""

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import psutil

EVERY_SECONDS = 0.01


class Growth:
    """`with Growth(processes) as growth: ...`, then `growth.megabytes`: the most that any of them grew."""

    def __init__(self, processes: Iterable[psutil.Process]) -> None:
        self._before = {process: process.memory_info().rss for process in processes}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self.megabytes = 0.0

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            for process, before in self._before.items():
                self.megabytes = max(self.megabytes, (process.memory_info().rss - before) / 2**20)
