"""Sends traces through an engine: the one loop that every engine, test and command shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.verdict import Fault
from models.encode import Batch, Bytes, Encoder, Ints, Words
from models.slots import Life
from models.trace import Item

STRIDE = 4096
"""Items taken from a reader at a time."""

_FAULT = RECORD.offset["fault"]


class EngineError(Exception):
    """An engine cannot be had, or answered what it must not.  The message says which, and the mend."""


class Screens(Protocol):
    """What a gateway needs of an engine; `models.golden.engine.GoldenEngine` says what the method does."""

    def screen(self, events: Words, pool: Bytes, offsets: Ints) -> tuple[Words, Words]: ...


@dataclass(frozen=True, slots=True)
class Screened:
    """A batch and what the engine answered: records (n, 6) as `RECORD`, row by row."""

    batch: Batch
    records: Words


def control(kind: Kind, *args: int) -> Words:
    """Return one event that concerns no process."""
    words = np.zeros((1, 8), np.uint32)
    words[0, 0] = EVENT.pack({"kind": kind, "source": 1})
    words[0, 2 : 2 + len(args)] = args
    return words


def switch(engine: Screens, slot: int) -> None:
    """Put the model in model slot `slot` in force from the next event on."""
    records, _states = engine.screen(control(Kind.SWAP, slot), np.zeros(1, np.uint8), np.zeros(1, np.int64))
    if fault := int(records[0, 0]) >> _FAULT & 7:
        raise EngineError(f"model slot {slot} was not switched to ({Fault(fault).name}): load a model there first")


class Gateway:
    """Screens traces, one after the other, on one engine.

    engine: with `image` in force.  profile, exec_profile: see `Encoder`.
    batch: events sent at once; fewer where a spilled state is needed back.

    Members: after or during `screen`, `encoder` is the trace's.
    """

    def __init__(
        self, engine: Screens, image: bytes, *, profile: int = 0, exec_profile: int = 0, batch: int = 1 << 15
    ) -> None:
        self._engine = engine
        self._image = image
        self._profile, self._exec_profile = profile, exec_profile
        self._batch = batch
        self._generation = 1
        self._done: list[Screened] = []
        self._lost = False
        self.encoder = self._new_encoder()

    def screen(self, items: Iterable[Item]) -> Iterator[Screened]:
        """Yield the batches of one trace as they are answered.

        Whatever way it ends, the slots are free again for the next trace, unless the engine failed or the user
        interrupts.
        """
        self._lost = False
        encoder = self.encoder = self._new_encoder()
        source = iter(items)
        try:
            while chunk := list(islice(source, STRIDE)):
                encoder.feed(chunk)
                yield from self._take()
            encoder.finish()
            yield from self._take()
        except KeyboardInterrupt:
            self._lost = True
            raise
        finally:
            if not self._lost:
                encoder.finish()
                encoder.release()
            self._done.clear()
            self._generation = encoder.next_generation

    @property
    def lives(self) -> list[Life]:
        """The processes of the trace, as far as it has come."""
        return self.encoder.lives

    def _take(self) -> list[Screened]:
        done, self._done = self._done, []
        return done

    def _new_encoder(self) -> Encoder:
        return Encoder(
            self._image, self._run, profile=self._profile, exec_profile=self._exec_profile, limit=self._batch,
            first_generation=self._generation,
        )  # fmt: skip

    def _run(self, batch: Batch) -> Words:
        self._lost = True
        records, states = self._engine.screen(batch.events, batch.pool, batch.offsets)
        self._lost = False
        faults = records[:, 0] >> np.uint32(_FAULT) & np.uint32(7)
        if faults.any():
            row = int(np.flatnonzero(faults)[0])
            raise EngineError(
                f"the engine refused {batch.names[row]} of trace line {batch.lines[row]} "
                f"({Fault(int(faults[row])).name}): report this trace, it must not happen"
            )
        self._done.append(Screened(batch, records))
        return states
