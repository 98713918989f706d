"""Bench of the model's tables: the sum, one cycle after its addresses, for one call per clock."""

from __future__ import annotations

from typing import Any

import cocotb
import numpy as np

from hdl.contract.load import Target
from hdl.contract.model import ORDERS, REGIONS, TABLES, argument_index, ngram_index
from hdl.screening.history import index_bits
from models.golden.engine import region
from models.golden.score import table_sum
from sim.benches.clocked import Clocked, draw


@cocotb.test()
async def the_sum_of_six_tables_one_cycle_later(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut)
    size = sum(REGIONS[name].size for name in TABLES)
    images = [bytearray(chance.randbytes(8192)) for _ in range(2)]
    for image in images:  # both ends of the range
        for name in TABLES:
            image[REGIONS[name].offset], image[REGIONS[name].offset + 1] = 0x80, 0x7F
    tables = np.zeros((2, len(TABLES), 2048), np.int64)
    for slot, image in enumerate(images):
        for name in TABLES:
            where = REGIONS[name]
            await bench.load(Target(slot), image[where.offset : where.offset + where.size], where.offset)
        # Other parts of the image are no tables.
        await bench.load(Target(slot), [0x55] * 8, REGIONS["params"].offset)
        for number, name in enumerate(TABLES):
            values = region(bytes(image), name)
            tables[slot, number, : len(values)] = values
    assert size < 8192
    expected, extremes = 0, [0, 0]
    for cycle in range(8000):
        model = chance.randrange(2)
        if chance.random() < 0.1:
            lowest = chance.randrange(2)
            indices = dict.fromkeys(TABLES, lowest)
            due = 6 * (-128, 127)[lowest]
        else:
            tokens = [chance.randrange(256) for _ in range(6)]
            path_class, last, failed = chance.randrange(16), chance.randrange(16), chance.randrange(2)
            indices = {t: ngram_index(tuple(tokens[:n]), index_bits(t)) for t, n in ORDERS.items()}
            indices |= {"unigram": tokens[0], "argument": argument_index(tokens[0], path_class, last, failed)}
            due = int(table_sum(tables[model], np.array(tokens), path_class, last, failed))
        await bench.cycle(model=model, **{f"index_{name}": index for name, index in indices.items()})
        if cycle:
            assert bench.handle("total").value.to_signed() == expected
        extremes = [min(extremes[0], expected), max(extremes[1], expected)]
        expected = due
    assert extremes == [-768, 762]
