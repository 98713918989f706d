"""Turns a trace's items into packed events, and keeps beside each event where in the trace it came from."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EPOCHS_PER_SECOND, PATH_LIMIT, PATHS_MAX, Kind
from hdl.contract.model import IMAGE_BYTES, NODE_ROOT, NODE_UNKNOWN
from hdl.contract.syscalls import IDS, UNKNOWN
from models.golden.engine import region
from models.golden.paths import walk
from models.slots import HOST_SLOTS, HOST_TREES, Life, Residency, Spilled, Tree
from models.trace import Call, Exec, Exit, Fork, Item, Return, Start

Words = NDArray[np.uint32]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

NOMINAL_RATE = 1000
"""Calls a second where the recording carries no times."""

_OK = 1 << 11
_ROOT = bytes((NODE_ROOT, 0))
_REMEMBERED = 1 << 15
"""Paths kept ready: programs ask for the same ones again and again."""
_NEVER_RETURN = frozenset(("exit", "exit_group"))


@dataclass(frozen=True, slots=True)
class Batch:
    """Events ready for an engine, and row by row where they came from.

    events (n, 8), pool, offsets: as `screen` of an engine takes them.
    lines: trace line; lives: index of the `Life` whose event it is; items: number of the item in the trace
    (of the one that made it necessary, for spills and restores); names: the call's name as the trace has it,
    or the event's kind in capitals.
    """

    events: Words
    pool: Bytes
    offsets: Ints
    lines: Ints
    lives: Ints
    items: Ints
    names: list[str]


@dataclass(slots=True)
class _Rows:
    """Rows of the batch under construction."""

    words: array[int] = field(default_factory=lambda: array("I"))
    pool: bytearray = field(default_factory=bytearray)
    offsets: array[int] = field(default_factory=lambda: array("q"))
    origins: array[int] = field(default_factory=lambda: array("q"))
    names: list[str] = field(default_factory=list)
    expected: list[tuple[int, Spilled]] = field(default_factory=list)


class PathSeeds:
    """Where the path walk starts in the trie of one model, by the directory a relative path starts from."""

    def __init__(self, image: bytes) -> None:
        if len(image) != IMAGE_BYTES:
            raise ValueError(f"a model image has {IMAGE_BYTES} bytes, this one {len(image)}")
        params = region(image, "params")
        self._trie = region(image, "paths")
        self._seed = int(params[13] | (params[14] & 255) << 16)
        self._of: dict[bytes | None, bytes] = {None: bytes((NODE_UNKNOWN, 0))}
        self._packed: dict[tuple[bytes, bytes | None], bytes] = {}

    def of(self, base: bytes | None) -> bytes:
        """Return (node, excess) as two bytes."""
        known = self._of.get(base)
        if known is None:
            known = self._of[None]
            if base is not None and base.startswith(b"/"):
                node, excess, _overlong = walk(
                    self._trie, self._seed, NODE_ROOT, 0, np.frombuffer(bytearray(base), np.uint8)
                )
                known = bytes((int(node), int(excess)))
            self._of[base] = known
        return known

    def packed(self, text: bytes, base: bytes | None) -> bytes:
        """Return a path argument as the path stream carries it.

        One longer than the limit keeps one byte too many, so that the machine sees it and denies it.
        """
        key = text, base
        known = self._packed.get(key)
        if known is None:
            seed = _ROOT if text.startswith(b"/") else self.of(base)
            text = text[: PATH_LIMIT + 1]
            if len(self._packed) >= _REMEMBERED:
                self._packed.clear()
            known = self._packed[key] = seed + len(text).to_bytes(2, "little") + text
        return known


class Encoder:
    """Items in, batches of events out.

    image: the model in force: relative paths start where its trie says.
    profile, exec_profile: the profile of a root, and the one that a successful exec adds.
    run: takes a batch, has an engine screen it, and returns the states that its SPILLs gave, row by row.  It is
    called when `limit` events are waiting, when a process that is still on its way out is needed again, and by
    `finish`.
    slots, trees: the numbers in the machine that may be used.  first_generation: where lives are counted from.

    Members: `lives`, every process met, in order; `unknown_names`, how often each was met.
    """

    def __init__(
        self,
        image: bytes,
        run: Callable[[Batch], Words],
        *,
        profile: int = 0,
        exec_profile: int = 0,
        limit: int = 1 << 15,
        slots: Sequence[int] = HOST_SLOTS,
        trees: Sequence[int] = HOST_TREES,
        first_generation: int = 1,
    ) -> None:
        self.lives: list[Life] = []
        self.unknown_names: dict[str, int] = {}
        self._run = run
        self._limit = limit
        self._profile, self._exec_profile = profile, exec_profile
        self._generation = first_generation
        self._seeds = PathSeeds(image)
        self._living: dict[int, Life] = {}
        self._residency = Residency(self._emit, self._expect, self.settle, slots, trees)
        self._rows = _Rows()
        self._line = self._item = self._calls = 0
        self._origin: float | None = None
        self._epoch = 0

    def feed(self, items: Iterable[Item]) -> None:
        """Encode items; batches go to `run` as they fill."""
        living, packed, identify = self._living, self._seeds.packed, IDS.get
        rows, number, calls = self._rows, self._item, self._calls
        origin, epoch = self._origin, self._epoch
        for item in items:
            number += 1
            if type(item) is not Call:
                self._item = number
                self._other(item)
                rows = self._rows
                continue
            # The hot path: nearly all of a trace is calls of resident processes.
            life = living.get(item.pid)
            if life is None or not life.resident:
                self._item, self._line = number, item.line
                life = self._present(item.pid)
                rows = self._rows
            life.used = number
            ident = identify(item.name, UNKNOWN)
            if ident == UNKNOWN:
                self.unknown_names[item.name] = self.unknown_names.get(item.name, 0) + 1
            time = item.time
            if time is not None:
                if origin is None:
                    origin = self._origin = time
                epoch = int((time - origin) * EPOCHS_PER_SECOND) & 255
            elif origin is None:
                epoch = calls * EPOCHS_PER_SECOND // NOMINAL_RATE & 255
            calls += 1
            head = life.head | ident << 14 | epoch << 23
            if life.ok:
                head |= _OK
            ok = item.ok
            if ok is None:
                life.ok = False
                life.unfinished += item.name not in _NEVER_RETURN
            else:
                life.ok = ok
            rows.offsets.append(len(rows.pool))
            if item.paths:
                paths = item.paths[:PATHS_MAX]
                head |= len(paths) << 12
                for path in paths:
                    rows.pool += packed(path.text, path.base)
            rows.words.extend((head, life.generation, *item.args))
            rows.origins.extend((item.line, life.index, number - 1))
            rows.names.append(item.name)
            if len(rows.names) >= self._limit:
                self.settle()
                rows = self._rows
        self._item, self._calls, self._epoch = number, calls, epoch

    def settle(self) -> None:
        """Have the events that wait screened, so that every state spilled so far is known."""
        rows = self._rows
        if not rows.names:
            return
        self._rows = _Rows()
        origins = np.array(rows.origins, np.int64).reshape(-1, 3)
        batch = Batch(
            events=np.array(rows.words, np.uint32).reshape(-1, 8),
            pool=np.frombuffer(rows.pool + b"\0", np.uint8),
            offsets=np.array(rows.offsets, np.int64),
            lines=origins[:, 0],
            lives=origins[:, 1],
            items=origins[:, 2],
            names=rows.names,
        )
        states = self._run(batch)
        for row, spilled in rows.expected:
            spilled.state = int.from_bytes(states[row].astype("<u4").tobytes(), "little")

    def change_model(self, image: bytes) -> None:
        """Another model is in force from the next event on; before it is, everything that waits is screened."""
        self.settle()
        self._seeds = PathSeeds(image)

    def finish(self) -> None:
        """Have everything screened; processes that never ended get no event for it."""
        self.settle()

    def release(self) -> None:
        """Free every slot, so that the next trace finds them blank.  After `finish`; no part of the trace."""
        self._residency.release()
        self.settle()

    @property
    def next_generation(self) -> int:
        """Where another encoder for the same machine must count on from."""
        return self._generation

    def _other(self, item: Item) -> None:
        """Encode an item that is not a call."""
        self._line = item.line
        life = self._living.get(item.pid)
        if isinstance(item, Return):
            if life is not None:
                self._returned(life, item.ok)
        elif isinstance(item, Exit):
            if life is not None:
                self._end(life)
        elif isinstance(item, Start):
            if life is not None:
                self._end(life)
            self._present(item.pid)
        elif isinstance(item, Exec):
            life = self._present(item.pid)
            life.programs += ((item.line, item.program),)
            life.ok, life.unfinished = True, 0  # the other threads died, and their calls with them
            self._emit(Kind.EXEC, life, 0, self._exec_profile)
        elif isinstance(item, Fork):
            parent = self._present(item.pid)
            if (stale := self._living.get(item.child)) is not None and stale is not parent:
                self._end(stale)
            child = self._live(item.child, parent)
            self._residency.fork(parent, child)

    def _returned(self, life: Life, ok: bool) -> None:
        """Note how an unfinished call ended.

        With several threads it cannot be told which of the unfinished calls this is: the next call is told of
        a success only if the last one to come back, of all that were out, succeeded.
        """
        if life.unfinished:
            life.unfinished -= 1
            if life.unfinished == 0:
                life.ok = ok

    def _present(self, pid: int) -> Life:
        """Return a living process, in a slot; one never heard of is a root."""
        life = self._living.get(pid)
        if life is None:
            life = self._live(pid, None)
            self._residency.clear(life, self._profile)
        else:
            self._residency.need(life)
        life.used = self._item
        return life

    def _live(self, pid: int, parent: Life | None) -> Life:
        """Return a new life."""
        tree = Tree() if parent is None else parent.tree
        life = Life(len(self.lives), pid, self._generation & 0xFFFFFFFF, tree, parent, line=self._line)
        life.used = self._item
        if parent is not None:
            # Of an unfinished fork the child knows that it succeeded, though the parent does not yet.
            life.programs, life.ok = parent.programs[-1:], parent.ok or parent.unfinished == 1
        self._generation += 1
        self.lives.append(life)
        self._living[pid] = life
        return life

    def _end(self, life: Life) -> None:
        self._residency.leave(life, life.heir())
        life.alive = False
        if self._living.get(life.pid) is life:
            del self._living[life.pid]

    def _emit(self, kind: Kind, life: Life, ident: int, *args: int) -> None:
        rows = self._rows
        head = kind | life.head | ident << 14
        rows.words.extend((head, life.generation, *args, *(0,) * (6 - len(args))))
        rows.offsets.append(len(rows.pool))
        rows.origins.extend((self._line, life.index, self._item - 1))
        rows.names.append(kind.name)

    def _expect(self, spilled: Spilled) -> None:
        self._rows.expected.append((len(self._rows.names) - 1, spilled))
