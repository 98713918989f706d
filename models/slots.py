"""Which processes of a trace sit in the host's hardware slots, and which number each process tree has.

A trace may hold any number of live processes, the machine 32 of the host's.  The least recently used one is
spilled, and restored when it is needed again; the result is the same as with unlimited slots.

A tree's accumulator lives in the machine only while a process of the tree does.  The last one to leave takes
the tree's values along in its state, and the first one to come back brings them, whichever process that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Protocol

from hdl.contract.event import FLOOR_CALLS, SLOTS, STATE, TREES, Kind

HOST_SLOTS = range(SLOTS // 2, SLOTS)
HOST_TREES = range(TREES // 2, TREES)
NO_HEIR = 0xFFFFFFFF
"""EXIT's first argument where nobody inherits."""

WORD = 0xFFFFFFFF
_USED = attrgetter("used")


def _mask(*names: str) -> int:
    """Return the bits of a packed STATE that the fields named cover."""
    return sum(((1 << STATE.field[name].width) - 1) << STATE.offset[name] for name in names)


_TREE = _mask("tree_sum", "tree_floor", "tree_epoch")
_SWAPS = _mask("swaps")
_RESTARTED = _mask(
    "token1", "token2", "token3", "token4", "token5", "path_class", "decayed", "cusum", "pending", "effective",
    "floor_decayed", "floor_cusum", "floor_tier", "floor_left",
)  # fmt: skip


@dataclass(slots=True)
class Spilled:
    """What a SPILL gave: a packed STATE, None until the engine has answered."""

    state: int | None = None

    def value(self) -> int:
        """Return the state; only once the engine has answered."""
        if self.state is None:
            raise RuntimeError("the engine has not given back a spilled state that is needed now")
        return self.state


@dataclass(slots=True)
class Tree:
    """A root and its descendants.

    number: the tree's number in the machine, kept while no other tree needs it; -1: none.
    living, residents: processes that have not ended, and those of them in a slot.
    values: the state in which the last resident took the tree's accumulator along.
    """

    number: int = -1
    living: int = 0
    residents: int = 0
    values: Spilled | None = None


@dataclass(slots=True, eq=False)
class Life:
    """One life of a process: a reused pid begins another.

    index: its place in the order of appearance.  slot: where it is, or last was.  used: for "least recently".
    ok: what the next call's event says of this one's last call.  unfinished: calls that have not returned.
    programs: what the trace says it runs, and from which line on.
    """

    index: int
    pid: int
    generation: int
    tree: Tree
    parent: Life | None = None
    slot: int = -1
    head: int = 0
    resident: bool = False
    alive: bool = True
    used: int = 0
    ok: bool = False
    unfinished: int = 0
    line: int = 0
    programs: tuple[tuple[int, bytes], ...] = ()
    spilled: Spilled | None = field(default=None, repr=False)

    def program(self, line: int | None = None) -> bytes:
        """Return what it ran last, or when it came to `line`; b"" if unknown."""
        ran = [program for since, program in self.programs if line is None or since < line]
        return ran[-1] if ran else b""

    def heir(self) -> Life | None:
        """Return the nearest ancestor that still lives."""
        ancestor = self.parent
        while ancestor is not None and not ancestor.alive:
            ancestor = ancestor.parent
        self.parent = ancestor
        return ancestor


class Emit(Protocol):
    """Writes one event of a process: its kind, its id field and its arguments."""

    def __call__(self, kind: Kind, life: Life, ident: int, *args: int) -> None: ...


class Residency:
    """Keeps processes in slots; turns births, deaths and absences into events.

    Parameters: `emit` writes an event; `expect` announces that the event just written gives a state;
    `settle` has everything written so far answered; `slots`, `trees`: the numbers that may be used.
    """

    def __init__(
        self,
        emit: Emit,
        expect: Callable[[Spilled], None],
        settle: Callable[[], None],
        slots: Sequence[int] = HOST_SLOTS,
        trees: Sequence[int] = HOST_TREES,
    ) -> None:
        if len(slots) < 3:
            raise ValueError(f"{len(slots)} slots are too few: an exit needs two, a fork beside it a third")
        self._emit = emit
        self._expect = expect
        self._settle = settle
        self._free = list(reversed(slots))
        self._residents: list[Life] = []
        self._numbers: dict[int, Tree | None] = dict.fromkeys(trees)

    def clear(self, life: Life, profile: int) -> None:
        """Give a root a slot and its tree a number."""
        self._take_slot(life)
        self._number(life.tree)
        life.tree.living += 1
        self._settle_in(life)
        self._emit(Kind.CLEAR, life, life.tree.number, profile)

    def fork(self, parent: Life, child: Life) -> None:
        """Give a child a slot with its parent's state."""
        self.need(parent)
        self._take_slot(child, parent)
        child.tree.living += 1
        self._settle_in(child)
        self._emit(Kind.FORK, parent, 0, child.slot, child.generation)

    def need(self, life: Life, *beside: Life) -> None:
        """Have `life` in a slot, without spilling those `beside` it."""
        if life.resident:
            return
        tree = life.tree
        self._take_slot(life, *beside)  # first: the process that makes room may be the last of this very tree
        own = self._known(life.spilled)
        if tree.residents == 0:
            own = joined(own, self._known(tree.values))
        life.spilled = None
        self._number(tree)
        self._settle_in(life)
        words = (own >> shift & WORD for shift in range(0, 32 * STATE.words, 32))
        self._emit(Kind.RESTORE, life, tree.number, *words)

    def leave(self, life: Life, heir: Life | None) -> None:
        """End a life; its heir takes the worse of both."""
        tree = life.tree
        if heir is not None:
            self.need(life, heir)
            self.need(heir, life)
            self._emit(Kind.EXIT, life, 0, heir.slot, heir.generation)
            self._vacate(life)
        elif life.resident and tree.residents == 1 and tree.living > 1:
            self._spill(life)  # an exit without heir, only that it takes along what the absent will bring back
        elif life.resident:
            self._emit(Kind.EXIT, life, 0, NO_HEIR, 0)
            self._vacate(life)
        life.spilled = None
        tree.living -= 1

    def release(self) -> None:
        """Free every slot: the recording is over, and nobody inherits."""
        for life in list(self._residents):
            self._emit(Kind.EXIT, life, 0, NO_HEIR, 0)
            self._vacate(life)

    def _known(self, spilled: Spilled | None) -> int:
        """Return a spilled state, after asking the engine for it if need be."""
        if spilled is None:
            raise RuntimeError("a process that was never spilled cannot come back")
        if spilled.state is None:
            self._settle()
        return spilled.value()

    def _take_slot(self, life: Life, *beside: Life) -> None:
        if not self._free:
            others = [resident for resident in self._residents if resident not in beside]
            self._spill(min(others, key=_USED))
        life.slot = self._free.pop()

    def _settle_in(self, life: Life) -> None:
        life.resident = True
        life.head = (life.slot & SLOTS - 1) << 4 | 1 << 10
        life.tree.residents += 1
        self._residents.append(life)

    def _vacate(self, life: Life) -> None:
        life.resident = False
        life.tree.residents -= 1
        self._residents.remove(life)
        self._free.append(life.slot)

    def _spill(self, life: Life) -> None:
        spilled = Spilled()
        self._emit(Kind.SPILL, life, 0)
        self._expect(spilled)
        self._vacate(life)
        life.spilled = life.tree.values = spilled

    def _number(self, tree: Tree) -> None:
        """See that a tree about to have residents has a number of its own."""
        if tree.number >= 0 and self._numbers[tree.number] is tree:
            return
        for number, owner in self._numbers.items():
            if owner is None or owner.residents == 0:
                self._numbers[number] = tree
                tree.number = number
                return
        raise ValueError(f"all {len(self._numbers)} trees have residents: use at most as many slots as trees")


def joined(own: int, tree: int) -> int:
    """Return a process's spilled state with the tree's values out of a newer one.

    If the model was swapped in between, the process restarts here as it would have done in the machine, which
    sees one swap count only.
    """
    if (own ^ tree) & _SWAPS:
        tier = own >> STATE.offset["tier"] & 3
        own = own & ~_RESTARTED | tier << STATE.offset["floor_tier"] | FLOOR_CALLS << STATE.offset["floor_left"]
    return own & ~(_TREE | _SWAPS) | tree & (_TREE | _SWAPS)
