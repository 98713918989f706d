"""Random models and random event streams, for holding the gateware against its golden twin.

Streams are mostly lawful, so that processes live long enough to matter, and sometimes not, so that every refusal
is met.  Everything is drawn from one seed.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import Kind
from hdl.contract.model import IMAGE_BYTES, NODE, PARAM_NAMES, REGIONS, component_step, node_places
from hdl.contract.syscalls import IDS, UNKNOWN
from hdl.contract.vaccine import FULL_UNITS, KEY, hash_set, hash_set_mask, mask_units

COMPONENTS = [
    b"etc",
    b"shadow",
    b"home",
    b"a",
    b"bob",
    b".ssh",
    b"tmp",
    b"proc",
    b"self",
    b"mem",
    b"x" * 40,
    b"...",
]


def random_image(seed: int) -> bytes:
    """Return a model image: random tables and maps, a small trie over COMPONENTS, thresholds that are met."""
    draw = random.Random(seed)
    image = bytearray(draw.randbytes(IMAGE_BYTES))
    # Tokens few enough that n-grams recur; a table that leans to the attacker's side.
    region = REGIONS["idmap"]
    image[region.offset : region.offset + region.size] = bytes(draw.randrange(2, 40) for _ in range(region.size))
    region = REGIONS["unigram"]
    image[region.offset : region.offset + region.size] = bytes(draw.randrange(100) for _ in range(region.size))
    curve = REGIONS["curve"]
    for part in range(3):
        rising = sorted(draw.randrange(256) for _ in range(64))
        image[curve.offset + 64 * part : curve.offset + 64 * part + 64] = bytes(rising)
    params = dict.fromkeys(PARAM_NAMES, 0)
    # Every other model runs hot, so that accumulators reach their ends.
    hot = seed % 2
    drift = draw.randrange(0, 30) if hot else draw.randrange(40, 200)
    params |= {"version": 1, "cusum_drift": drift, "tree_drift": drift + draw.randrange(10 if hot else 100)}
    params |= {"drain": draw.choice((64, 1000, 9000, 40000)), "path_seed_low": draw.randrange(1 << 16)}
    params["path_seed_high"] = draw.randrange(256)
    for name in ("decayed", "cusum", "tree"):
        highest = 8000 if name == "decayed" or not hot else 64000
        for tier, threshold in enumerate(sorted(draw.sample(range(500, highest), 3)), start=1):
            params[f"{name}_{tier}"] = threshold
    words = b"".join(params[name].to_bytes(2, "little") for name in PARAM_NAMES)
    region = REGIONS["params"]
    image[region.offset : region.offset + region.size] = words.ljust(region.size, b"\0")
    trie = _random_trie(draw, params["path_seed_low"] | params["path_seed_high"] << 16)
    region = REGIONS["paths"]
    image[region.offset : region.offset + region.size] = b"".join(e.to_bytes(4, "little") for e in trie)
    return bytes(image)


def _random_trie(draw: random.Random, seed: int) -> list[int]:
    """Return trie entries: edges named by COMPONENTS out of random nodes, and some stars."""
    entries: list[dict[str, int]] = [{} for _ in range(256)]
    entries[0] = {"path_class": draw.randrange(1, 16)}
    entries[1] = {"path_class": draw.randrange(1, 16), "parent": 1}
    nodes = [0]
    for _ in range(60):
        parent = draw.choice(nodes)
        value = seed
        for byte in draw.choice(COMPONENTS):
            value = component_step(value, byte)
        free = [place for place in node_places(value, parent) if place > 1 and not entries[place]]
        if draw.random() < 0.1 and "star" not in entries[parent]:
            place = draw.randrange(2, 256)
            if entries[place]:
                continue
            entries[parent]["star"] = place
            entries[place] = {"parent": parent, "path_class": draw.randrange(16)}
        elif free:
            place = free[0]
            entries[place] = {"tag": value >> 13, "edge": 1, "parent": parent, "path_class": draw.randrange(16)}
        else:
            continue
        nodes.append(place)
    return [NODE.pack(entry) for entry in entries]


def random_path(draw: random.Random) -> bytes:
    """Return a path: mostly known components, with every oddity that normalisation must stand."""
    if draw.random() < 0.01:
        return b"/".join([b"a"] * draw.choice((254, 255, 256, 257, 300, 520)))
    if draw.random() < 0.01:
        return b"z" * draw.choice((1021, 1022, 1023, 1024, 1025))
    parts = []
    for _ in range(draw.randrange(6)):
        odd = draw.random()
        parts.append(
            b".." if odd < 0.15 else b"." if odd < 0.25 else b"" if odd < 0.32
            else draw.randbytes(draw.randrange(1, 6)).replace(b"/", b"_") if odd < 0.4 else draw.choice(COMPONENTS)
        )  # fmt: skip
    return (b"/" if draw.random() < 0.6 else b"") + b"/".join(parts) + (b"/" if draw.random() < 0.1 else b"")


@dataclass(slots=True)
class Stream:
    """Event arrays as engines take them."""

    events: NDArray[np.uint32]
    pool: NDArray[np.uint8]
    offsets: NDArray[np.int64]


@dataclass
class Stimulus:
    """Draws streams in chunks; `learn` takes a chunk's records and states back, so that spilled states return.

    paths: share of calls with path arguments.  changes: share of events that are no calls.
    wrong: share of those that are unlawful.  stay: chance that the next call is the same slot's.
    """

    seed: int
    paths: float = 0.15
    changes: float = 0.1
    wrong: float = 0.1
    stay: float = 0.6
    neutral: float = 0.1
    swaps: bool = True
    hash_sets: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.live: dict[int, tuple[int, int]] = {}  # slot: (generation, tree)
        self.users: dict[int, int] = {}
        self.spilled: list[tuple[int, int, tuple[int, ...]]] = []  # generation, tree, state
        self.vaccines: dict[int, tuple[int, int]] = {}  # index: (key, bank)
        self.recent: list[int] = []
        self.generation = 0
        self.epoch = 0
        self.hot = 0
        self.model = 0
        self._awaiting: list[tuple[int, int, int]] = []  # position, generation, tree

    def random_hash_sets(self, banks: int) -> dict[int, int]:
        """Return a hash set per bank; none of bank 0's is sure to hold the id, as those of all others."""
        names = [f.name for f in KEY.fields]
        for bank in range(banks):
            fields = hash_set(*self.draw.sample(names, self.draw.randrange(1, len(names) - 1)))
            self.hash_sets[bank] = fields | (hash_set("id") if bank else 0)
        return self.hash_sets

    def chunk(self, count: int) -> Stream:
        """Return `count` more events."""
        words, pool, offsets = array("I"), bytearray(), array("q")
        self._awaiting.clear()
        for position in range(count):
            offsets.append(len(pool))
            event = self._change(position) if self.draw.random() < self.changes else None
            words.extend(event if event is not None else self._call(pool))
        pool.append(0)
        return Stream(
            np.array(words, np.uint32).reshape(-1, 8),
            np.frombuffer(bytes(pool), np.uint8),
            np.array(offsets, np.int64),
        )

    def learn(self, records: NDArray[np.uint32], states: NDArray[np.uint32]) -> None:
        """Take back the states that the last chunk spilled."""
        for position, generation, tree in self._awaiting:
            if not records[position, 0] >> 20 & 7:
                self.spilled.append((generation, tree, tuple(int(w) for w in states[position])))

    def _head(self, kind: int, slot: int, ident: int = 0, paths: int = 0, ok: int = 0) -> int:
        source = slot >> 5 if self.draw.random() > 0.002 else self.draw.randrange(2)
        return kind | slot << 4 | source << 10 | ok << 11 | paths << 12 | ident << 14 | self.epoch << 23

    def _call(self, pool: bytearray) -> tuple[int, ...]:
        draw = self.draw
        if draw.random() < 0.01:
            self.epoch = (self.epoch + draw.choice((1, 1, 1, 2, 255))) & 255
        if draw.random() > self.stay or self.hot not in self.live:
            self.hot = draw.choice(list(self.live)) if self.live and draw.random() > 0.003 else draw.randrange(64)
        slot = self.hot
        generation = self.live.get(slot, (1, 0))[0]
        if draw.random() < 0.002:
            generation += 1
        ident = draw.randrange(470) if draw.random() < 0.5 else draw.randrange(6)
        if draw.random() < self.neutral:
            ident = IDS["getpid"]
        if draw.random() < 0.01:
            ident = UNKNOWN
        count = draw.choice((1, 1, 1, 2, 3)) if draw.random() < self.paths else 0
        for _ in range(count):
            text = random_path(draw)
            node = draw.randrange(256)
            pool += bytes((node, draw.choice((0, 0, 1, 254, 255)))) + len(text).to_bytes(2, "little") + text
        few = draw.random() < 0.7
        args = [draw.choice((0, 1, 0x10002)) if few else draw.getrandbits(32) for _ in range(6)]
        return (self._head(Kind.CALL, slot, ident, count, int(draw.random() < 0.8)), generation, *args)

    def _free_slot(self) -> int | None:
        free = [slot for slot in range(64) if slot not in self.live]
        return self.draw.choice(free) if free else None

    def _change(self, position: int) -> tuple[int, ...] | None:
        draw = self.draw
        bad = draw.random() < self.wrong
        kind = draw.choices(
            (Kind.CLEAR, Kind.FORK, Kind.EXEC, Kind.EXIT, Kind.SPILL, Kind.RESTORE, Kind.SWAP, Kind.VACCINATE,
             Kind.REVOKE, 10), (6, 20, 10, 18, 6, 6, 0.4 if self.swaps else 0, 12, 6, 0.3),
        )[0]  # fmt: skip
        if kind == Kind.CLEAR:
            return self._clear(bad)
        if kind == Kind.RESTORE:
            return self._restore(bad)
        if kind in (Kind.VACCINATE, Kind.REVOKE):
            return self._vaccine(kind, bad)
        if kind == Kind.SWAP:
            target = self.model ^ (0 if bad else 1)
            self.model = target
            return (self._head(kind, 0), 0, target, 0, 0, 0, 0, 0)
        if kind == 10:
            return (self._head(draw.randrange(10, 16), draw.randrange(64)), 0, 0, 0, 0, 0, 0, 0)
        return self._of_process(kind, bad, position)

    def _clear(self, bad: bool) -> tuple[int, ...] | None:
        draw = self.draw
        slot = draw.randrange(64) if bad else self._free_slot()
        if slot is None:
            return None
        half = slot & 32
        trees = [t for t in range(half, half + 32) if not self.users.get(t)]
        tree = draw.randrange(64) if bad or not trees else draw.choice(trees)
        self.generation += 1
        event = (self._head(Kind.CLEAR, slot, tree), self.generation, draw.randrange(16), 0, 0, 0, 0, 0)
        lawful = slot not in self.live and tree & 32 == half and not self.users.get(tree)
        if lawful and event[0] >> 10 & 1 == slot >> 5:
            self.live[slot] = (self.generation, tree)
            self.users[tree] = self.users.get(tree, 0) + 1
        return event

    def _restore(self, bad: bool) -> tuple[int, ...] | None:
        if not self.spilled:
            return None
        slot = self.draw.randrange(64) if bad else self._free_slot()
        if slot is None:
            return None
        generation, tree, state = self.spilled.pop(self.draw.randrange(len(self.spilled)))
        if not bad and slot & 32 != tree & 32:
            slot ^= 32
        event = (self._head(Kind.RESTORE, slot, tree), generation, *state)
        if slot not in self.live and slot & 32 == tree & 32 and event[0] >> 10 & 1 == slot >> 5:
            self.live[slot] = (generation, tree)
            self.users[tree] = self.users.get(tree, 0) + 1
        return event

    def _vaccine(self, kind: int, bad: bool) -> tuple[int, ...] | None:
        draw = self.draw
        if not self.hash_sets:
            return None
        index, bank = draw.randrange(512), draw.choice(list(self.hash_sets)) if not bad else draw.randrange(32)
        key = KEY.pack({field.name: draw.randrange(3) for field in KEY.fields} | {"id": draw.randrange(470)})
        if draw.random() < 0.5:
            key = draw.getrandbits(KEY.width)
        if kind == Kind.REVOKE and self.vaccines:
            index = draw.choice(list(self.vaccines))
            key, bank = self.vaccines[index]
            key ^= 1 if bad else 0
        elif kind == Kind.VACCINATE:
            self.vaccines.setdefault(index, (key, bank))
        if kind == Kind.REVOKE and not bad:
            self.vaccines.pop(index, None)
        units = self._units(bank)
        return (self._head(kind, 0), 0, key & 0xFFFFFFFF, key >> 32, index | bank << 16, 0xFFFFFFFF, units, 0)

    def _units(self, bank: int) -> int:
        """Return a mask's units: the bank's hash set, often with others, and now and then without it."""
        units = mask_units(hash_set_mask(self.hash_sets.get(bank, 0)))
        odd = self.draw.random()
        if odd < 0.5:
            return units
        some = self.draw.getrandbits(12) & self.draw.getrandbits(12) & FULL_UNITS
        return units | some if odd < 0.95 else some

    def _of_process(self, kind: int, bad: bool, position: int) -> tuple[int, ...] | None:
        draw = self.draw
        if not self.live:
            return None
        slot = draw.choice(list(self.live))
        generation, tree = self.live[slot]
        given = generation + (1 if bad and draw.random() < 0.3 else 0)
        lawful_source = True
        head = self._head(kind, slot)
        lawful_source = head >> 10 & 1 == slot >> 5
        good = given == generation and lawful_source
        if kind == Kind.EXEC:
            return (head, given, draw.randrange(16), 0, 0, 0, 0, 0)
        if kind == Kind.SPILL:
            if good:
                del self.live[slot]
                self.users[tree] -= 1
                self._awaiting.append((position, generation, tree))
            return (head, given, 0, 0, 0, 0, 0, 0)
        if kind == Kind.FORK:
            free = [s for s in range(slot & 32, (slot & 32) + 32) if s not in self.live]
            child = draw.choice((64, 1 << 31, draw.randrange(64))) if bad or not free else draw.choice(free)
            self.generation += 1
            if good and child < 64 and child & 32 == slot & 32 and child not in self.live:
                self.live[child] = (self.generation, tree)
                self.users[tree] += 1
            return (head, given, child, self.generation, 0, 0, 0, 0)
        same = [s for s, (_, t) in self.live.items() if t == tree and s != slot]
        heir = draw.choice(same) if same else 64
        heir_generation = self.live[heir][0] if same else 0
        if bad:
            heir, heir_generation = draw.choice(((slot, generation), (draw.randrange(64), 1), (64, 0)))
        heir_good = heir >= 64 or (
            heir != slot and heir in self.live and self.live[heir][0] == heir_generation and heir & 32 == slot & 32
        )
        if good and heir_good:
            del self.live[slot]
            self.users[tree] -= 1
        return (head, given, heir, heir_generation, 0, 0, 0, 0)
