"""Bench of the recorder: what a record says, the score inside its tier's band, and when it leaves."""

from __future__ import annotations

from collections import deque
from typing import Any

import cocotb

from hdl.contract.event import RECORD, Kind
from hdl.contract.load import Target
from hdl.contract.model import REGIONS
from hdl.contract.verdict import TIER_BYTES
from hdl.screening.accumulators import SUMS, TREE_SUMS
from hdl.screening.judge import TIERS
from hdl.screening.layouts import BEAT
from sim.benches.clocked import Clocked, draw, pack

FLAGS = ("enforce", "vaccinated", "floored", "by_tree")


@cocotb.test()
async def records_two_edges_after_stage_3(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut)
    curves = [bytes(chance.randrange(256) for _ in range(192)) for _ in range(2)]
    for slot in range(2):
        await bench.load(Target(slot), curves[slot], REGIONS["curve"].offset)
    due: deque[dict[str, int] | None] = deque([None, None])
    sequence, bands = 0, set()
    for _ in range(8000):
        kind = chance.choice((*[Kind.CALL] * 4, *Kind))
        beat = {"valid": int(chance.random() < 0.8), "last": int(chance.random() < 0.8), "kind": kind}
        beat |= {"event_slot": chance.randrange(64), "slot": chance.randrange(64), "id": chance.randrange(512)}
        beat |= {"generation": chance.getrandbits(32), "call_class": chance.randrange(8)}
        beat |= {
            "path_class": chance.randrange(16),
            "node": chance.randrange(256),
            "profile": chance.randrange(16),
        }
        beat |= {name: chance.randrange(2) for name in ("overlong", "violation", "model")}
        beat |= {"vaccine": chance.randrange(512), "fault": chance.choice((0, 0, 0, 0, chance.randrange(8)))}
        sums = {name: chance.choice((0, 65535, chance.getrandbits(16))) for name in ("decayed", "cusum")}
        tree_sum, tier = chance.getrandbits(16), chance.randrange(4)
        flags = {name: chance.randrange(2) for name in FLAGS}
        verdicts = {"verdict": chance.randrange(6), "proposed": chance.randrange(6)}
        vaccine = chance.randrange(512)
        await bench.cycle(
            beat3=pack(BEAT, beat), sums=pack(SUMS, sums), tree_sums=pack(TREE_SUMS, {"tree_sum": tree_sum}),
            tiers=pack(TIERS, {"tier": tier, "floor_tier": chance.randrange(4)}), vaccine=vaccine,
            **flags, **verdicts,
        )  # fmt: skip
        # One edge behind stage 3 the record is pending, two edges behind it is there, for one cycle.
        assert bench.get("pending") == (due[1] is not None)
        record = due.popleft()
        assert bench.get("valid") == (record is not None)
        if record is not None:
            assert RECORD.unpack(bench.get("record")) == record | {"spare0": 0, "spare1": 0, "sequence": sequence}
            sequence += 1
        if not (beat["valid"] and beat["last"]):
            due.append(None)
            continue
        curve = curves[beat["model"]]
        shown = max(curve[sums["decayed"] >> 10], curve[64 + (sums["cusum"] >> 10)], curve[128 + (tree_sum >> 10)])
        low, high = TIER_BYTES[tier], (*TIER_BYTES, 256)[tier + 1] - 1
        bands.add((tier, (shown >= low) + (shown > high)))
        of_slot = not beat["fault"] and kind < Kind.SWAP
        hit = vaccine if of_slot and flags["vaccinated"] else 0
        expected = {name: beat[name] for name in ("kind", "model", "overlong", "fault", "call_class", "id")}
        expected |= {name: beat[name] for name in ("path_class", "node", "generation")}
        expected |= {"slot": beat["event_slot"], **verdicts}
        expected["vaccine"] = beat["vaccine"] if kind in (Kind.VACCINATE, Kind.REVOKE) else hit
        scored = {"tier": tier, "violation": beat["violation"], "profile": beat["profile"], "tree_sum": tree_sum}
        scored |= {**sums, **flags, "score": min(max(shown, low), high)}
        expected |= {name: value if of_slot else 0 for name, value in scored.items()}
        due.append(expected)
    assert bands >= {(t, where) for t in (1, 2) for where in range(3)} | {(0, 1), (0, 2), (3, 0), (3, 1)}
    assert sequence > 4000
