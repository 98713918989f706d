"""Bench of the history: the tables' indices in the cycle of the beat, and what each slot remembers."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.event import SLOTS, STATE
from hdl.contract.model import HISTORY, ORDERS, argument_index, ngram_index
from hdl.screening.history import PAST, index_bits
from hdl.screening.layouts import Op
from sim.benches.clocked import Clocked, draw, unpack


@cocotb.test()
async def indices_and_histories(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut)
    blank: tuple[tuple[int, ...], int] = ((0,) * HISTORY, 0)
    past: list[tuple[tuple[int, ...], int]] = [blank] * SLOTS
    parent = 0
    for slot in range(SLOTS):
        await bench.cycle(valid=1, op=Op.INIT.value, slot=slot)
    ops = (*[Op.CALL] * 8, Op.READ, Op.READ, Op.COPY, Op.RESTORE, Op.CLEAR, Op.RESTART, Op.EXEC, Op.LEAVE, Op.NONE)
    for _ in range(12000):
        op, slot = chance.choice(ops), chance.choice((0, 1, 2, 63, chance.randrange(SLOTS)))
        valid, fault = int(chance.random() < 0.95), int(chance.random() < 0.1)
        effect, ok, stale = (int(chance.random() < 0.7) for _ in range(3))
        token, path_class = chance.randrange(256), chance.randrange(16)
        state = chance.getrandbits(STATE.width)
        source = parent if op == Op.COPY else slot
        await bench.beat(
            {"look": source}, {"look": chance.choice((0, 1, 2, 63, parent))},
            valid=valid, op=op.value, slot=slot, fault=fault, effect=effect, ok=ok, token=token,
            path_class=path_class, state=state, stale=stale,
        )  # fmt: skip
        tokens, last = past[source]
        seen = unpack(PAST, bench.get("past"))
        assert (seen["tokens"], seen["path_class"]) == (sum(t << 8 * i for i, t in enumerate(tokens)), last)
        newest = (token, *tokens)
        assert bench.get("index_unigram") == token
        assert bench.get("index_argument") == argument_index(token, path_class, last, 1 - ok)
        for table, order in ORDERS.items():
            assert bench.get(f"index_{table}") == ngram_index(newest[:order], index_bits(table)), table
        if not valid:
            continue
        if op == Op.READ:
            parent = slot
        if fault:
            continue
        if op == Op.CALL and effect:
            past[slot] = (newest[:HISTORY], path_class)
        elif op == Op.COPY:
            past[slot] = past[source]
        elif op == Op.RESTORE:
            fields = STATE.unpack(state)
            kept = (tuple(fields[f"token{i + 1}"] for i in range(HISTORY)), fields["path_class"])
            past[slot] = blank if stale else kept
        elif op in (Op.CLEAR, Op.RESTART):
            past[slot] = blank
