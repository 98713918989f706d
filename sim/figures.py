"""The timing diagrams in the docs, from the gateware as Amaranth's own simulator runs it.

    python -m sim.figures

Writes docs/figures/*.svg; nothing in them is drawn by hand.  The model in force is blank and the judge's rows are
too, so that every call is allowed: when things happen does not depend on what they say.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from amaranth import Value
from amaranth.sim import Simulator

from hdl.contract.event import EVENT, Kind
from hdl.contract.load import Target
from hdl.contract.registers import COPROCESSOR
from hdl.contract.verdict import Verdict
from hdl.export.peripheral import Peripheral
from hdl.screening.pipeline import Pipeline
from sim.waveform import Lane, svg

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "figures"
SLOT, LIFE, CALL, HANDLER = 1, 1, 39, 0x1230
PATH = b"/etc/passwd"
LONGEST = 2000
"""Cycles after which something has gone wrong."""


class Probe:
    """A component under the simulator: sets inputs for a cycle, goes to the next, and keeps what it saw.

    Parameters: the simulator's context, and its ports by name.
    Members: `seen`, per cycle since it was last emptied, every port by name.
    """

    def __init__(self, ctx: Any, signals: dict[str, Any]) -> None:
        self.ctx = ctx
        self.signals = signals
        self.seen: list[dict[str, int]] | None = None

    async def cycle(self, inputs: dict[str, int] | None = None) -> dict[str, int]:
        """Spend one cycle with these inputs; return what was seen in it."""
        for name, value in (inputs or {}).items():
            self.ctx.set(self.signals[name], value)
        now = {name: int(self.ctx.get(signal)) for name, signal in self.signals.items()}
        if self.seen is not None:
            self.seen.append(now)
        await self.ctx.tick()
        return now

    def lane(self, name: str, say: Callable[[int], str] | None = None, when: str | None = None) -> Lane:
        """Return a port's lane: its bits, or what `say` makes of it, in cycles in which `when` is high only."""
        seen = self.seen or []
        if say is None:
            return Lane(name, tuple(now[name] for now in seen))
        return Lane(name, tuple(say(now[name]) if when is None or now[when] else None for now in seen))


def ports_of(component: Any) -> dict[str, Any]:
    """Return every port as a plain signal, by its name in Verilog."""
    flat = component.signature.flatten(component)
    return {"_".join(map(str, path)): Value.cast(port) for path, _member, port in flat}


def simulated(component: Any, bench: Callable[[Any], Any]) -> None:
    """Run a bench to its end."""
    simulator: Any = Simulator(component)  # its stubs name no types
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()


def hexadecimal(value: int) -> str:
    return f"{value:x}"


def named(value: int) -> str:
    return Verdict(value).name


class Wishbone:
    """A master, for who sets the peripheral up."""

    RESTS: ClassVar = {"wb_cyc": 0, "wb_stb": 0}
    """The inputs between accesses."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe

    def asks(self, register: str, value: int | None = None, index: int = 0) -> dict[str, int]:
        """Return the inputs of an access."""
        address = COPROCESSOR.register[register].offset // 4 + index
        write = {"wb_we": 0} if value is None else {"wb_we": 1, "wb_dat_w": value}
        return {"wb_cyc": 1, "wb_stb": 1, "wb_sel": 0xF, "wb_adr": address, **write}

    async def access(self, register: str, value: int | None = None, index: int = 0) -> dict[str, int]:
        """Make an access, and a cycle of rest; return what was seen with `ack`."""
        inputs = self.asks(register, value, index)
        for _ in range(LONGEST):
            now = await self.probe.cycle(inputs)
            if now["wb_ack"]:
                await self.probe.cycle(self.RESTS)
                return now
        raise AssertionError(f"an access to {register} does not end")

    async def send(self, kind: Kind, **fields: int) -> None:
        """Send an event and take its record."""
        packed = EVENT.pack({"kind": kind, **fields})
        for index in range(EVENT.words):
            await self.access("event", packed >> 32 * index & 0xFFFFFFFF, index)
        for _ in range(LONGEST):
            if (await self.probe.cycle())["irq_record"]:
                break
        for index in range(6):
            await self.access("record", index=index)


async def prepared(ctx: Any, top: Peripheral) -> tuple[Probe, Wishbone]:
    """Return a peripheral with a model in force and a process in its slot."""
    probe = Probe(ctx, ports_of(top))
    master = Wishbone(probe)
    await master.access("load_address", Target.READY << 16)
    await master.access("load_data", 1)
    await master.access("handler_index", CALL)
    await master.access("handler", HANDLER)
    await master.send(Kind.SWAP, source=1)
    await master.send(Kind.CLEAR, slot=SLOT, id=SLOT, generation=LIFE)
    await master.access("slot", SLOT)
    await master.access("generation", LIFE)
    return probe, master


def of_peripheral() -> dict[str, str]:
    """Return the diagrams of the exported peripheral."""
    made: dict[str, str] = {}
    top = Peripheral()

    async def bench(ctx: Any) -> None:
        probe, master = await prepared(ctx, top)
        bus = ("wb_cyc", "wb_stb", "wb_we")

        probe.seen = []
        await probe.cycle()
        for _ in range(2):
            await probe.cycle(master.asks("status"))
        await probe.cycle(master.RESTS)
        lanes = [probe.lane(name) for name in bus]
        lanes += [probe.lane("wb_adr", hexadecimal, "wb_stb"), probe.lane("wb_ack")]
        lanes += [probe.lane("wb_dat_r", hexadecimal, "wb_ack")]
        made["wishbone-read"] = svg("A register is read over Wishbone", lanes)

        probe.seen = []
        await probe.cycle()
        await probe.cycle({"call_valid": 1, "call_id": CALL, "call_a0": 3})
        await probe.cycle({"call_valid": 0})
        for _ in range(7):
            await probe.cycle()
        await probe.cycle({"call_returned": 1})
        await probe.cycle({"call_returned": 0})
        lanes = [probe.lane("call_valid"), probe.lane("call_ready"), probe.lane("call_id", str, "call_valid")]
        lanes += [probe.lane("verdict_valid"), probe.lane("verdict", named, "verdict_valid")]
        lanes += [probe.lane("verdict_handler", hexadecimal, "verdict_valid"), probe.lane("irq_record")]
        lanes += [probe.lane("call_returned")]
        made["call"] = svg("A call, its verdict, its record, and its return", lanes)

        probe.seen = []
        await probe.cycle()
        await probe.cycle({"call_valid": 1})
        inputs = {"call_valid": 0} | master.asks("dispatch")
        while not (await probe.cycle(inputs))["wb_ack"]:
            pass
        await probe.cycle(master.RESTS)
        lanes = [probe.lane("call_valid"), probe.lane("call_ready"), *(probe.lane(name) for name in bus[:2])]
        lanes += [probe.lane("wb_adr", hexadecimal, "wb_stb"), probe.lane("verdict_valid"), probe.lane("wb_ack")]
        lanes += [probe.lane("wb_dat_r", hexadecimal, "wb_ack")]
        made["dispatch-wait"] = svg("A read of dispatch waits for the verdict", lanes)

    simulated(top, bench)
    return made


def of_pipeline() -> dict[str, str]:
    """Return the diagram of the pipeline: three calls in a row, and one with a path."""
    made: dict[str, str] = {}
    top = Pipeline()

    async def bench(ctx: Any) -> None:
        probe = Probe(ctx, ports_of(top))

        def offer(kind: Kind, **fields: int) -> dict[str, int]:
            packed = EVENT.pack({"kind": kind, "slot": SLOT, "generation": LIFE, **fields})
            return {"events_valid": 1, "events_payload": packed}

        async def until(name: str, inputs: dict[str, int]) -> None:
            for _ in range(LONGEST):
                if (await probe.cycle(inputs))[name]:
                    return
            raise AssertionError(f"{name} does not come")

        await probe.cycle({"load_en": 1, "load_address": Target.READY << 16, "load_data": 1})
        await probe.cycle({"load_en": 0})
        for inputs in (offer(Kind.SWAP, slot=0, source=0), offer(Kind.CLEAR, id=SLOT)):
            await until("events_ready", inputs)
            await until("recorded", {"events_valid": 0})

        probe.seen = []
        await probe.cycle()
        for argument in range(3):
            await probe.cycle(offer(Kind.CALL, id=CALL, a0=argument))
        await probe.cycle(offer(Kind.CALL, id=CALL, paths=1))
        for first in range(0, len(PATH), 2):
            text = PATH[first : first + 2]
            beat = int.from_bytes(text, "little") | len(text) << 16
            beat |= (first == 0) << 18 | (first + 2 >= len(PATH)) << 19
            await until("paths_ready", {"events_valid": 0, "paths_valid": 1, "paths_payload": beat})
        await until("recorded", {"paths_valid": 0})
        await probe.cycle()

        def numbered(name: str, *also: str) -> Lane:
            """Return which event it is about, where all of these are high; events are counted from 1."""
            values: list[str | None] = []
            for now in probe.seen or []:
                high = now[name] and all(now[other] for other in also)
                values.append(str(1 + sum(value is not None for value in values)) if high else None)
            return Lane(name if not also else "taken", tuple(values))

        lanes = [probe.lane("events_valid"), probe.lane("events_ready"), numbered("events_valid", "events_ready")]
        lanes += [probe.lane("paths_valid"), probe.lane("paths_ready")]
        lanes += [numbered(name) for name in ("commit", "decided")]
        lanes += [probe.lane("verdict", named, "decided"), numbered("recorded")]
        made["pipeline"] = svg("Three calls in a row, and a fourth with a path of 11 bytes", lanes)

    simulated(top, bench)
    return made


def figures() -> dict[str, str]:
    """Return every figure's text by its name."""
    return of_peripheral() | of_pipeline()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in figures().items():
        (FOLDER / f"{name}.svg").write_text(text)
        print(f"wrote docs/figures/{name}.svg")
