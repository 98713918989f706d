"""How fast an evaluation went: events a second, the share of reading, what came from the cache."""

from __future__ import annotations

import resource
import time
from typing import Any


class Speed:
    """Counts from its making on.  anew: nothing may be taken from the cache.

    Processor time is that of this process and of those it started and saw end: where others use the machine as
    well, it tells more than the clock on the wall.
    """

    def __init__(self, anew: bool = False) -> None:
        self.anew = anew
        self._events = self._recordings = self._kept = 0
        self._begin = self._read = _now()

    def read(self, events: int, kept: bool) -> None:
        """A recording of so many events is there; kept: it came from the cache."""
        self._events += events
        self._recordings += 1
        self._kept += kept

    def reading_ends(self) -> None:
        """Everything is read."""
        self._read = _now()

    def figures(self) -> dict[str, Any]:
        """Return the figures up to now; shares and rates are of the wall's clock but where they say processor."""
        seconds, processor = (end - begin for end, begin in zip(_now(), self._begin, strict=True))
        reading = self._read[0] - self._begin[0]
        return {
            "events": self._events,
            "recordings": self._recordings,
            "from_cache": self._kept,
            "seconds": round(seconds, 3),
            "processor_seconds": round(processor, 3),
            "events_per_second": round(self._events / max(seconds, 1e-9)),
            "events_per_processor_second": round(self._events / max(processor, 1e-9)),
            "reading_share": round(reading / max(seconds, 1e-9), 3),
        }


def _now() -> tuple[float, float]:
    """Return the wall's clock and the processor's, in seconds."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + ended.ru_utime + ended.ru_stime
