"""Copies the strings of a call once: to the pipeline, which judges them, and to where the kernel uses them from.

    main RAM ── word ──┬── funnel ── two bytes a beat ──▶ the pipeline's paths
                       └── the strings' memory ─────────▶ region `strings`

One clock domain.  What is judged is what the kernel uses: it never looks at the program's own memory again, so
nothing that happens there between two looks is of any account.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import data, enum
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import REGIONS, STRING_AREA_BYTES, WINDOWS
from hdl.contract.model import NODE_UNKNOWN
from hdl.contract.paths import CWD_DESCRIPTOR, PATHS, STRING_BYTES, STRINGS_MAX, StringState
from hdl.contract.registers import COPROCESSOR
from hdl.contract.syscalls import name_of
from hdl.screening.block import Block, bundle, chosen, rows_of
from hdl.screening.layouts import EVENT, path_stream, shape_of
from hdl.soc.bus import BusPort
from hdl.soc.window import WINDOW_SHAPE, behind_window

WHICH = data.StructLayout(
    {"count": 2, "string": data.ArrayLayout(data.StructLayout({"argument": 3, "based": 1}), STRINGS_MAX)}
)
"""The strings of a call: how many, which arguments point to them, and `based`: the argument before is a descriptor
that says where a relative path starts."""

_FROM = data.StructLayout({"pointer": 32, "node": 8, "excess": 8})
_AREA_WORDS = STRING_AREA_BYTES // 4
_BEAT = 2
_FUNNEL = 5
"""Bytes that wait for a beat: one that is left, and a word."""


class _Step(enum.Enum, shape=2):
    REST = 0
    ASK = 1  # where the word lies
    READ = 2  # it, when there is room
    FILL = 3  # it has come


def strings_of(ident: int) -> Any:
    """Return a WHICH of a canonical id, as its initial value."""
    arguments = PATHS.get(name_of(ident), ())
    if len(arguments) > STRINGS_MAX or any(base not in (None, path - 1) for path, base in arguments):
        raise ValueError(f"{name_of(ident)}: {arguments}: at most {STRINGS_MAX}, each behind its descriptor")
    strings = [{"argument": path, "based": int(base is not None)} for path, base in arguments]
    return {"count": len(arguments), "string": strings + [{}] * (STRINGS_MAX - len(strings))}


def which_of(ident: int) -> int:
    """Return a WHICH of a canonical id, as a number."""
    known: Any = WHICH.const(strings_of(ident))
    return int(known.as_value().value)


def _argument(event: Any, number: Any) -> Any:
    """Return argument `number` of an event, 0 to 5."""
    return chosen(number, [event[f"a{place}"] for place in range(6)])


class Strings(Block):
    """Members:
      begin         the pipeline takes `event` in this cycle, whose strings are `which`; only while not `busy`.
      busy          from the cycle behind `begin` on, if there are any, until the last beat of the last is taken.
      text_window, data_window, cwd   the registers' values: where the process's memory lies, and where its
                    relative paths start.  They stay as they are while `busy`.
      fetch         a word of main RAM is to be read in this cycle, at word `place`; `word` is it in the next.
      paths         what the strings say, one after the other, without the zero.
      states        the register `strings`: new with each event that has strings, valid once `busy` has fallen.
      bus           the region `strings`: valid like `states`.

    A string ends with a zero (WHOLE), behind STRING_BYTES bytes that are none (LONG), or where nothing answers any
    more within the windows (WILD).  Of the latter two the pipeline has seen what there was.

    Cycles: the first beat is offered four cycles behind `begin`; from there on three for each word, that is four
    bytes.  One fetch in three cycles is the most that is asked of main RAM.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "begin": In(1),
                "event": In(EVENT),
                "which": In(WHICH),
                "busy": Out(1),
                "text_window": In(WINDOW_SHAPE),
                "data_window": In(WINDOW_SHAPE),
                "cwd": In(shape_of(COPROCESSOR.register["cwd"].layout)),
                "fetch": Out(1),
                "place": Out(range(REGIONS["ram"].size // 4)),
                "word": In(32),
                "paths": Out(path_stream()),
                "states": Out(shape_of(COPROCESSOR.register["strings"].layout)),
                "bus": In(BusPort(REGIONS["strings"].size // 4)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        step = Signal(_Step)
        left, second, index = Signal(range(STRINGS_MAX + 1)), Signal(), Signal(range(_AREA_WORDS))
        here, later = bundle(_FROM), bundle(_FROM)
        pointer, first = here.pointer, Signal()
        waiting, have, text = Signal(8 * _FUNNEL), Signal(range(_FUNNEL + 1)), Signal(range(STRING_BYTES))
        started, wild, answers = Signal(), Signal(), Signal()

        # Where the word under the pointer lies.
        inside, address = behind_window(pointer, self.text_window, self.data_window)
        m.d.sync += [answers.eq(Cat(inside[name] for name in WINDOWS).any()), self.place.eq(address[2:])]

        beat, taken = self.paths.payload, Signal()
        two = have >= _BEAT
        zeros = [have.bool() & (waiting[:8] == 0), two & (waiting[8:16] == 0)]
        whole = zeros[0] | zeros[1]
        long = two & (text == STRING_BYTES - _BEAT)
        ready = zeros[0] | two | wild
        m.d.comb += [
            self.busy.eq(step != _Step.REST),
            self.paths.valid.eq(ready & ((step == _Step.ASK) | (step == _Step.READ))),
            beat.data.as_value().eq(waiting),
            beat.count.eq(Mux(zeros[0], 0, Mux(two & ~zeros[1], _BEAT, have[:2] & ~two | zeros[1]))),
            beat.start.eq(~started),
            beat.last.eq(whole | long | wild),
            beat.node.eq(here.node),
            beat.excess.eq(here.excess),
            taken.eq(self.paths.valid & self.paths.ready),
            self.fetch.eq((step == _Step.READ) & answers),
        ]
        with m.Switch(step):
            with m.Case(_Step.ASK):
                m.d.sync += step.eq(_Step.READ)
            with m.Case(_Step.READ):
                # There is room for a word when at most a byte is left.
                with m.If(~ready | taken & (have < 2 * _BEAT)):
                    m.d.sync += step.eq(_Step.FILL)
            with m.Case(_Step.FILL):
                skipped = Mux(first, pointer[:2], 0)
                m.d.sync += [
                    step.eq(_Step.ASK),
                    first.eq(0),
                    pointer.eq(Cat(C(0, 2), pointer[2:] + 1)),
                    index.eq(index + 1),
                    wild.eq(~answers),
                ]
                with m.If(answers):
                    m.d.sync += have.eq(have + 4 - skipped)
                    m.d.sync += waiting.eq(Mux(have[0], Cat(waiting[:8], self.word), self.word >> (skipped << 3)))
        with m.If(taken):
            m.d.sync += [started.eq(1), text.eq(text + _BEAT)]
            m.d.sync += [waiting.eq(waiting[8 * _BEAT :]), have.eq(Mux(two, have - _BEAT, 0))]
        # Whatever is being fetched: behind a string's last beat comes the next string.
        ended = taken & beat.last
        with m.If(ended):
            m.d.sync += [
                step.eq(Mux(left == 1, _Step.REST, _Step.ASK)),
                left.eq(left - 1),
                second.eq(1),
                here.eq(later),
            ]
        with m.If(self.begin):
            m.d.sync += [left.eq(self.which.count), second.eq(0), self._start(here, 0), self._start(later, 1)]
            with m.If(self.which.count != 0):
                m.d.sync += step.eq(_Step.ASK)
        with m.If(self.begin | ended):
            m.d.sync += [first.eq(1), index.eq(0), have.eq(0), text.eq(0), started.eq(0), wild.eq(0)]

        for string in range(STRINGS_MAX):
            state = self.states[f"state{string}"]
            with m.If(self.begin):
                m.d.sync += [
                    state.eq(StringState.NONE),
                    self.states[f"offset{string}"].eq(self._pointer(string)[:2]),
                ]
            with m.Elif(ended & (second == string)):
                m.d.sync += state.eq(
                    Mux(whole, StringState.WHOLE, Mux(wild, StringState.WILD, StringState.LONG.value))
                )
        self._keep(m, (step == _Step.FILL) & answers, Cat(index, second))
        return m

    def _pointer(self, string: int) -> Any:
        """Return the argument that points to a string of the event that is taken."""
        return _argument(self.event, self.which.string[string].argument)

    def _start(self, string: Any, number: int) -> Any:
        """Have `string` be that of the event that is taken: where it lies, where it starts if it is relative."""
        which = self.which.string[number]
        base = _argument(self.event, (which.argument - 1)[:3])
        known = ~which.based | (base == CWD_DESCRIPTOR % (1 << 32))
        node, excess = Mux(known, self.cwd.node, NODE_UNKNOWN), Mux(known, self.cwd.excess, 0)
        return string.eq(Cat(self._pointer(number), node, excess))

    def _keep(self, m: Module, write: Any, place: Any) -> None:
        """Keep the words as they come, for the kernel."""
        m.submodules.store = store = rows_of(32, STRINGS_MAX * _AREA_WORDS, races=False)
        put, get = store.write_port(), store.read_port()
        m.d.comb += [
            put.en.eq(write),
            put.addr.eq(place),
            put.data.eq(self.word),
            get.en.eq(self.bus.select),
            get.addr.eq(self.bus.address),
            self.bus.rdata.eq(get.data),
            self.bus.ready.eq(1),
        ]
