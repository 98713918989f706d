"""Path classifier: normalises paths as they stream by and names the longest known prefix.

Two bytes a cycle.  A component that ends is looked up in the trie of the model in force, one component a cycle;
`.` and empty components vanish, `..` goes back up, also out of directories that the trie does not know, because
the number of unknown components below the last known node is all that such a place needs.

The golden twin is `models.golden.paths.walk`.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.event import DEPTH_LIMIT, PATH_LIMIT
from hdl.contract.model import COMPONENT_STEP, NODE_ROOT, REGIONS
from hdl.screening.block import Block, later
from hdl.screening.layouts import NODE, StorePort, path_stream
from hdl.screening.loading import image_rows, load_entries

SLASH, DOT = ord("/"), ord(".")


class Step(enum.Enum, shape=2):
    """What a component does."""

    NAME = 0
    STAY = 1
    UP = 2


def component_step(value: Any, byte: Any) -> Any:
    """Return the 24-bit component hash after one more byte; twin of `model.component_step`."""
    mixed = (value ^ byte)[:24]
    return (Cat(mixed[17:], mixed[:17]) + COMPONENT_STEP)[:24]


class Halves(Block):
    """Two bytes a beat become one byte a beat, in the same cycle and the next."""

    def __init__(self) -> None:
        super().__init__({"path": In(path_stream()), "half": Out(path_stream())})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat, half, second, two = self.path.payload, self.half.payload, Signal(), Signal()
        m.d.comb += [
            two.eq(beat.count == 2),
            half.eq(beat),
            half.data[0].eq(Mux(second, beat.data[1], beat.data[0])),
            half.count.eq(beat.count != 0),
            half.start.eq(beat.start & ~second),
            half.last.eq(beat.last & (second | ~two)),
            self.half.valid.eq(self.path.valid),
            self.path.ready.eq(self.half.ready & (second | ~two)),
        ]
        with m.If(self.half.valid & self.half.ready):
            m.d.sync += second.eq(~second & two)
        return m


class ComponentSplitter(Block):
    """Cut paths into components and hash them.

    Parameters: `fast`: beats have at most one byte, and components end at least two cycles apart.

    Members: `path` is consumed at one beat a cycle while `out_valid` of a split last beat does not hold it up
    for one.  With `out_valid`, valid for one cycle and never refused: `out_step` and `out_hash` of a component
    that ended; `start` (and `node`, `excess`) where the path begins, `end` where it ends.  `overlong` holds
    from the byte that is one too many until the next path starts.
    """

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                "path": In(path_stream()),
                "enable": In(1),
                "seed": In(24),
                "out_valid": Out(1),
                "out_step": Out(Step),
                "out_hash": Out(24),
                "start": Out(1),
                "absolute": Out(1),
                "node": Out(8),
                "excess": Out(8),
                "end": Out(1),
                "overlong": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        beat = self.path.payload
        value, length, dots = Signal(24), Signal(2), Signal(2)
        total = Signal(range(PATH_LIMIT + 3))
        flush = Signal()
        take = self.path.valid & self.path.ready
        m.d.comb += self.path.ready.eq(self.enable & ~flush)

        # A beat without bytes ends a path and no more, so that `value` need not wait for it.
        first, second = beat.data[0], beat.data[1]
        starts = take & beat.start
        has0, has1 = beat.count != 0, C(0, 1) if self.fast else beat.count == 2
        slash0, slash1 = has0 & (first == SLASH), has1 & (second == SLASH)
        l0, d0 = Mux(beat.start, 0, length), Mux(beat.start, 0, dots)

        def longer(count: Any, more: Any) -> Any:
            return Mux(more & (count != 3), count + 1, count)[:2]

        v1, v2 = Signal(24), Signal(24)
        m.d.comb += [
            v1.eq(Mux(slash0, self.seed, component_step(Mux(beat.start, self.seed, value), first))),
            v2.eq(v1 if self.fast else component_step(v1, second)),
        ]
        l1 = Mux(slash0, 0, longer(l0, has0))
        d1 = Mux(slash0, 0, longer(d0, has0 & (first == DOT)))
        l2 = Mux(slash1, 0, longer(l1, has1))
        d2 = Mux(slash1, 0, longer(d1, has1 & (second == DOT)))

        def step_of(length: Any, dots: Any) -> Any:
            up = (length == 2) & (dots == 2)
            stay = (length == 0) | (length == 1) & (dots == 1)
            return Mux(up, Step.UP.value, Mux(stay, Step.STAY.value, Step.NAME.value))

        # At most one component ends in a beat, unless the path's end adds one: that waits a cycle.
        ended0, ended1 = slash0 & (l0 != 0), slash1 & (l1 != 0)
        remains = l2 != 0
        split = take & beat.last & remains & (ended0 | self.fast)
        with m.If(take):
            m.d.sync += [value.eq(Mux(slash1, self.seed, v2)), length.eq(l2), dots.eq(d2)]
            m.d.sync += total.eq(Mux(beat.start, beat.count, Mux(total > PATH_LIMIT, total, total + beat.count)))
        m.d.sync += flush.eq(split)

        m.d.comb += self.out_hash.eq(Mux(flush | ~has0 | ended0, value, Mux(ended1 | ~has1, v1, v2)))
        with m.If(flush):
            m.d.comb += self.out_step.eq(step_of(length, dots))
        with m.Elif(ended0):
            m.d.comb += self.out_step.eq(step_of(l0, d0))
        with m.Elif(ended1):
            m.d.comb += self.out_step.eq(step_of(l1, d1))
        with m.Else():
            m.d.comb += self.out_step.eq(step_of(l2, d2))
        m.d.comb += [
            self.out_valid.eq(flush | take & (ended0 | ended1 | beat.last & remains & (not self.fast))),
            self.start.eq(starts),
            self.absolute.eq(has0 & (first == SLASH)),
            self.node.eq(beat.node),
            self.excess.eq(beat.excess),
            self.end.eq(flush | take & beat.last & ~split),
            self.overlong.eq(total > PATH_LIMIT),
        ]
        return m


class PathClassifier(Block):
    """Class of the worst of an event's paths.

    Parameters: `fast`: one byte a cycle, and a step of the walk takes two.

    Members: `clear` for one cycle forgets the last event's paths.  `enable` lets beats in.  `done` counts the
    paths classified since; `path_class`, `node` and `overlong` cover those.  A path of n bytes whose beats come
    without gaps shows in `done` max(1, ceil(n / 2)) + 3 cycles after the one that takes its first beat (one more
    if the last beat both ends a component and holds the last one); if `fast`, at most max(2, n) + 5 cycles after.
    `model` says which model slot's trie is asked.
    """

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                "path": In(path_stream()),
                "clear": In(1),
                "enable": In(1),
                "model": In(1),
                "seed": In(24),
                "load": In(StorePort()),
                "done": Out(2),
                "path_class": Out(4),
                "node": Out(8),
                "overlong": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.splitter = splitter = ComponentSplitter(self.fast)
        if self.fast:
            m.submodules.halves = halves = Halves()
            wiring.connect(m, wiring.flipped(self.path), halves.path)
            wiring.connect(m, halves.half, splitter.path)
        else:
            wiring.connect(m, wiring.flipped(self.path), splitter.path)

        # The trie three times: both places where an edge may stand, and the node where the path is now.
        region = REGIONS["paths"]
        places = [image_rows(data.ArrayLayout(8, 4), region, parts=2) for _ in range(2)]
        m.submodules.place0, m.submodules.place1 = places
        m.submodules.here = here_memory = image_rows(data.ArrayLayout(8, 4), region)
        lookups = [place.read_port() for place in places]
        here_port = here_memory.read_port()
        of_half = [
            load_entries(m, self.load, region, place, half, fast=self.fast) for half, place in enumerate(places)
        ]
        of_here = load_entries(m, self.load, region, here_memory, fast=self.fast)
        # Copies that differ read back as a byte that was not loaded.
        m.d.comb += self.load.byte.eq(Mux((of_half[0] | of_half[1]) == of_here, of_here, ~of_here))

        # One cycle behind the splitter: a component, or the path's end, waits to be looked up.
        pending, ending = Signal(), Signal()
        step, value = Signal(Step), Signal(24)
        m.d.sync += [pending.eq(splitter.out_valid), ending.eq(splitter.end)]
        m.d.sync += [step.eq(splitter.out_step), value.eq(splitter.out_hash)]

        # Two cycles behind: the trie's answers are there, the walk takes its step (or the cycle after).
        tag = Signal(11)
        looked, closing = (later(m, value, 1 + self.fast) for value in (pending, ending))
        looked_step = later(m, step, 1 + self.fast)
        node, excess, deep = Signal(8), Signal(8), Signal()
        next_node, next_excess, next_deep = Signal(8), Signal(8), Signal()
        m.d.sync += tag.eq(value[13:24])
        entries = [data.View(NODE, port.data.as_value()) for port in lookups]
        here = data.View(NODE, here_port.data.as_value())
        if self.fast:
            # Of each comparison a part before the edge, as far as a memory's late answer leaves time.
            parts = [Cat(e.edge & (e.tag[8:] == tag[8:]), e.tag[:8] == tag[:8], e.parent == node) for e in entries]
            hits = [later(m, part, 1).all() for part in parts]
        else:
            hits = [e.edge & (e.tag == tag) & (e.parent == node) for e in entries]
        parent, star = (later(m, value, self.fast) for value in (here.parent, here.star))
        # Where the entries asked for stand.
        first, second = Signal(7), Signal(7)
        at = [later(m, where, 1 + self.fast) for where in (Cat(first, C(0, 1)), Cat(second, C(1, 1)))]
        m.d.comb += [next_node.eq(node), next_excess.eq(excess), next_deep.eq(deep)]
        with m.If(looked):
            with m.If(looked_step == Step.UP):
                with m.If(excess != 0):
                    m.d.comb += next_excess.eq(excess - 1)
                with m.Else():
                    m.d.comb += next_node.eq(parent)
            with m.Elif(looked_step == Step.NAME):
                with m.If((excess == 0) & hits[0]):
                    m.d.comb += next_node.eq(at[0])
                with m.Elif((excess == 0) & hits[1]):
                    m.d.comb += next_node.eq(at[1])
                with m.Elif((excess == 0) & (star != 0)):
                    m.d.comb += next_node.eq(star)
                with m.Elif(excess == DEPTH_LIMIT):
                    m.d.comb += next_deep.eq(1)
                with m.Else():
                    m.d.comb += next_excess.eq(excess + 1)
        m.d.sync += [node.eq(next_node), excess.eq(next_excess), deep.eq(next_deep)]
        with m.If(splitter.start):
            m.d.sync += [
                node.eq(Mux(splitter.absolute, NODE_ROOT, splitter.node)),
                excess.eq(Mux(splitter.absolute, 0, splitter.excess)),
                deep.eq(0),
            ]
        m.d.comb += [
            first.eq(value[:7] ^ next_node[:7]),
            second.eq(value[7:14] ^ Cat(next_node[1:7], next_node[7] ^ next_node[0])),
            lookups[0].addr.eq(Cat(first, self.model)),
            lookups[1].addr.eq(Cat(second, self.model)),
            here_port.addr.eq(Cat(next_node, self.model)),
        ]

        # Three cycles behind: the node where the path ended has told its class.
        closed = Signal()
        m.d.sync += closed.eq(later(m, closing, self.fast))
        class_here = later(m, here.path_class, self.fast)
        # One path at a time: the next starts when this one is counted.
        busy = Signal()
        m.d.comb += splitter.enable.eq(self.enable & ~busy)
        m.d.comb += splitter.seed.eq(self.seed)
        with m.If(splitter.end | (splitter.path.valid & splitter.path.ready & splitter.path.payload.last)):
            m.d.sync += busy.eq(1)
        with m.If(closed):
            m.d.sync += [busy.eq(0), self.done.eq(self.done + 1)]
            m.d.sync += self.overlong.eq(self.overlong | deep | splitter.overlong)
            with m.If(class_here > self.path_class):
                m.d.sync += [self.path_class.eq(class_here), self.node.eq(node)]
        with m.If(self.clear):
            m.d.sync += [self.done.eq(0), self.path_class.eq(0), self.node.eq(0), self.overlong.eq(0)]
        return m
