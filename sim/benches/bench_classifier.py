"""Bench of the classifier: token, attributes and vaccine key of the event in the latch."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.event import EVENT, Kind
from hdl.contract.load import Target
from hdl.contract.model import REGIONS
from hdl.contract.policy import ATTRIBUTES, FIELD0_HALVES, FIELD1_HALVES
from hdl.contract.vaccine import FULL_MASK, KEY
from sim.benches.clocked import Clocked, draw


def half_word(args: list[int], select: int) -> int:
    """Return the half word of the arguments of that number."""
    return args[select >> 1] >> 16 * (select & 1) & 0xFFFF


@cocotb.test()
async def token_attributes_and_key_follow_the_event(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut)
    idmap = [chance.randbytes(512) for _ in range(2)]
    rows = [chance.getrandbits(ATTRIBUTES.width) for _ in range(512)]
    for slot in range(2):
        await bench.load(Target(slot), idmap[slot], REGIONS["idmap"].offset)
    await bench.load(Target.ATTRIBUTES, rows)
    # Neighbours of the region are no part of it.
    await bench.load(Target.MODEL0, [0xEE], REGIONS["idmap"].offset - 1)
    await bench.load(Target.MODEL1, [0xEE], REGIONS["idmap"].offset + 512)
    selects = set()
    for _ in range(3000):
        ident, model, kind = chance.randrange(512), chance.randrange(2), chance.choice((0, 0, 0, *range(10)))
        args = [chance.getrandbits(32) for _ in range(6)]
        event = EVENT.pack({"kind": kind, "id": ident, **{f"a{i}": value for i, value in enumerate(args)}})
        path_class, node = chance.randrange(16), chance.randrange(256)
        await bench.cycle(take=1, id=ident, model=model)
        # From the next cycle until the next take; what is offered meanwhile does not matter.
        row = ATTRIBUTES.unpack(rows[ident])
        for _ in range(chance.choice((1, 1, 3))):
            await bench.cycle(take=0, id=chance.randrange(512), event=event, path_class=path_class, node=node)
            assert bench.get("token") == idmap[model][ident]
            assert (bench.get("call_class"), bench.get("allow")) == (row["call_class"], row["allow"])
            if kind in (Kind.VACCINATE, Kind.REVOKE):
                key = (args[0] | args[1] << 32) & FULL_MASK
            else:
                fields = {"id": ident, "path_class": path_class, "node": node}
                fields |= {"field0": half_word(args, FIELD0_HALVES[row["field0"]])}
                fields |= {"field1": half_word(args, FIELD1_HALVES[row["field1"]])}
                key = KEY.pack(fields)
            assert bench.get("key") == key
        selects |= {(0, row["field0"]), (1, row["field1"])}
    assert selects == {(field, select) for field in range(2) for select in range(8 if field else 4)}
    # A take in every cycle.
    before = chance.randrange(512)
    await bench.cycle(take=1, id=before, model=0)
    for _ in range(500):
        ident = chance.randrange(512)
        await bench.cycle(id=ident)
        assert bench.get("token") == idmap[0][before]
        before = ident
