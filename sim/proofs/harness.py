"""What a proof is written with: a shipping block with free inputs, a look inside it, and the things to prove.

One clock domain, from power-up on; where a proof is about reset too, that may come at any time.  Nothing of the
product is edited for a proof: what it looks at inside a block is found by name in what the block elaborates to.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from types import FrameType
from typing import Any

from amaranth.hdl import (
    Assert,
    Assume,
    ClockDomain,
    Const,
    Cover,
    Fragment,
    Module,
    Mux,
    ResetSignal,
    Shape,
    Signal,
    Value,
)
from amaranth.lib.wiring import In

from hdl.screening.block import Block

# The stubs of Amaranth's API know neither.
_asserts, _rtlil = import_module("amaranth.asserts"), import_module("amaranth.back.rtlil")


def elaborate(block: Block) -> tuple[Any, dict[int, dict[str, Any]]]:
    """Return the block's fragment, and what was local to `elaborate` of it and of every block inside, by identity.

    That is where the names are: a signal that is one of several made in a line has none of its own.
    """
    locals_of: dict[int, dict[str, Any]] = {}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "return" and frame.f_code.co_name == "elaborate":
            who = frame.f_locals.get("self")
            if isinstance(who, Block):
                locals_of[id(who)] = dict(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        get: Any = Fragment.get
        return get(block, None), locals_of
    finally:
        sys.setprofile(before)


class Inside:
    """The inside of an elaborated block: what its code calls something, by path, such as "latch.full"."""

    def __init__(
        self, harness: Harness, block: Block, fragment: Any, locals_of: dict[int, dict[str, Any]]
    ) -> None:
        self._harness = harness
        self._block = block
        self._fragment = fragment
        self._locals = locals_of

    def block(self, path: str) -> Any:
        """Return the block at `path`; "" is the outermost."""
        block: Any = self._block
        for name in filter(None, path.split(".")):
            block = self._locals[id(block)].get(name)
            if id(block) not in self._locals:
                raise LookupError(f"there is no block {name!r} on the way to {path!r}")
        return block

    def names(self, path: str = "") -> dict[str, Any]:
        """Return all names in the block at `path` with what they stand for."""
        return self._locals[id(self.block(path))]

    def signal(self, path: str) -> Any:
        """Return what the last name of `path` stands for."""
        where, _, name = path.rpartition(".")
        names = self.names(where)
        if name in names:
            return names[name]
        raise LookupError(f"nothing is called {name!r} in {where or 'the block'}: a proof looks there for it")

    def all_named(self, pattern: str, path: str = "") -> list[Any]:
        """Return the signals assigned in the block at `path` whose names in the circuit match, by their number:
        for those that a loop makes, of which its variable names the last alone."""
        statements = self._at(path).statements.values()
        made = {one.name: one for part in statements for one in part._lhs_signals()}
        found = [name for name in made if re.fullmatch(pattern, name)]
        if not found:
            raise LookupError(
                f"no signal in {path or 'the block'} matches {pattern!r}: a proof looks there for it"
            )
        return [made[name] for name in sorted(found, key=lambda name: int(re.sub(r"\D", "", name)))]

    def _machine(self, path: str) -> tuple[Any, dict[str, int]]:
        fragment = self._at(path)
        found = [one for one in fragment.statements["sync"]._lhs_signals() if one.name == "fsm_state"]
        if len(found) != 1:
            raise LookupError(f"there are {len(found)} state machines in {path!r}")
        return found[0], fragment.generated["fsm"].encoding

    def states(self, path: str) -> dict[str, Any]:
        """Return for each state of the state machine of the block at `path` whether it is in it."""
        register, encoding = self._machine(path)
        return {name: register == value for name, value in encoding.items()}

    def late_state(self, path: str, name: str) -> None:
        """Where a run may begin late, the state machine at `path` is in state `name` at its begin."""
        if self._harness.late:
            register, encoding = self._machine(path)
            register._init = encoding[name]

    def _at(self, path: str) -> Any:
        fragment = self._fragment
        for folder in filter(None, path.split(".")):
            fragment = next((part for part, called, _ in fragment.subfragments if called == folder), None)
            if fragment is None:
                raise LookupError(f"there is no submodule {folder!r} on the way to {path!r}")
        return fragment

    def row(self, path: str, address: Any) -> Any:
        """Return what the memory at `path` holds at `address` in this cycle, as bits."""
        memory: Any = self._at(path)
        if not hasattr(memory, "read_port"):
            raise LookupError(f"there is no memory at {path!r}")
        place = Signal((memory._data.depth - 1).bit_length())
        content = Signal(Shape.cast(memory._data.shape).width)
        memory.read_port(domain="comb", addr=place, data=content, en=Const(1), transparent_for=())
        self._harness.m.d.comb += place.eq(address)
        return content

    def one_row(self, path: str, row: Any) -> Any:
        """Put in the place of the memory at `path` what a memory promises of one `row` (which never changes).

        It is blank at power-up; what is read of it is what was last written to it, in earlier cycles.  What is
        read while it is written (see `rows_of`), and what is read of any other row, may be anything; what was read
        stays until the next read.  Return what the row holds in this cycle, as bits.
        """
        where, _, name = path.rpartition(".")
        memory: Any = self._at(path)
        if len(memory._write_ports) != 1 or any(memory._data.init):
            raise LookupError(f"{path!r} is not a memory with one write port, blank at power-up")
        parts: Any = self._at(where).subfragments
        parts[:] = [part for part in parts if part[1] != name]
        (write,), harness = memory._write_ports, self._harness
        bits = len(write._data)
        content = Signal(bits, name=f"{name}_content")
        written = write._en.bool() & (write._addr == row)
        harness.m.d.sync += content.eq(Mux(written, write._data, content))
        for number, read in enumerate(memory._read_ports):
            if read._domain == "comb" or len(write._en) != 1:
                raise LookupError(f"{path!r} is read without a clock, or not written whole")
            harness.m.d.comb += read._data.eq(_asserts.AnySeq(bits))
            knows = harness.past(read._en & (read._addr == row) & ~written, f"{name}_knows{number}")
            harness.assume(implies(knows, read._data == harness.past(content, f"{name}_read{number}")))
            rests = harness.past(~read._en, f"{name}_rests{number}")
            harness.assume(implies(rests, read._data == harness.past(read._data, f"{name}_stays{number}")))
        return content

    def late(self, path: str, value: int) -> None:
        """Where a run may begin late, this register holds `value` at its begin."""
        if self._harness.late:
            register: Any = Value.cast(self.signal(path))
            register._init = value


class Harness:
    """A circuit to prove things about.

    Parameters: `reset`, whether reset may come at any time; else power-up is all there is.  `late`, whether runs
    begin when the block's long walks after reset (blanking memories) are over, where the proof says how the
    registers then stand: for runs that show something, never for those that prove.

    Members: `m`, the module.
    """

    def __init__(self, *, reset: bool = False, late: bool = False) -> None:
        self.m = Module()
        self.late = late
        self._domain: Any = ClockDomain("sync", reset_less=not reset)
        self.m.domains += self._domain
        self.reset = Signal(name="reset_now")
        if reset:
            self.m.d.comb += [self.reset.eq(_asserts.AnySeq(1)), ResetSignal("sync").eq(self.reset)]

    def dut(self, name: str, block: Block, *driven: str) -> Inside:
        """Add a block whose inputs are free but for those `driven` by the caller; return its inside."""
        fragment, locals_of = elaborate(block)
        self.m.submodules[name] = fragment
        for path, member, port in block.signature.flatten(block):
            if member.flow == In and path[0] not in driven:
                bits = Value.cast(port)
                self.m.d.comb += bits.eq(_asserts.AnySeq(len(bits)))
        return Inside(self, block, fragment, locals_of)

    def any_time(self, width: int, name: str) -> Any:
        """Return a value that is free in every cycle."""
        value = Signal(width, name=name)
        self.m.d.comb += value.eq(_asserts.AnySeq(width))
        return value

    def once(self, width: int, name: str) -> Any:
        """Return a value that is free, but never changes."""
        value = Signal(width, name=name)
        self.m.d.comb += value.eq(_asserts.AnyConst(width))
        return value

    def past(self, value: Any, name: str) -> Any:
        """Return what `value` was in the cycle before; 0 in the first."""
        bits = Value.cast(value)
        kept = Signal(len(bits), name=name)
        self.m.d.sync += kept.eq(bits)
        return kept

    def assume(self, condition: Any) -> None:
        """Only runs count in which `condition` holds in every cycle."""
        self.m.d.comb += Assume(condition, "")

    def always(self, condition: Any, message: str) -> None:
        """To be proved: `condition` holds in every cycle."""
        self.m.d.comb += Assert(condition, message)

    def reach(self, condition: Any, message: str) -> None:
        """To be shown: there is a run in which `condition` holds."""
        self.m.d.comb += Cover(condition, message)

    def text(self) -> str:
        """Return the circuit as RTLIL, in which what is asked bears the name of its message."""
        text = _rtlil.convert(self.m, ports=[self._domain.clk], emit_src=False)
        parts = re.split(r"(?m)^(?=  cell )", text)
        for number, part in enumerate(parts):
            said = re.search(r'parameter \\FORMAT "(.+)"', part)
            if part.startswith("  cell $check") and said:
                name = re.sub(r"\W+", "_", said[1]).strip("_")
                parts[number] = re.sub(r"\A  cell \$check \S+", rf"  cell $check \\{name}_{number}", part)
        return "".join(parts)


def implies(condition: Any, conclusion: Any) -> Any:
    """Return that `conclusion` holds wherever `condition` does."""
    return ~Value.cast(condition).bool() | Value.cast(conclusion).bool()
