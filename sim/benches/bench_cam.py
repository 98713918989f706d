"""Bench of the vaccine CAM: against a search by brute force over all vaccines, so that a hash never decides."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import cocotb

from hdl.contract.load import Target
from hdl.contract.vaccine import (
    BANK_DEPTH,
    BANKS,
    FULL_MASK,
    HASH_NIBBLES,
    KEY,
    BankKey,
    cared_fields,
    field_mask,
)
from hdl.screening.layouts import Op
from sim.benches.clocked import Clocked, draw

CALL, VACCINATE, REVOKE, READ = (int(op.value) for op in (Op.CALL, Op.VACCINATE, Op.REVOKE, Op.READ))


class Banks:
    """The block beside its twin.

    Members: `stands`, the vaccines by (bank, place): (masked key, index); `masks` by bank.
    `cycle` offers a beat and holds `hit`, two cycles later, and `vaccine`, three, against what stood there.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.secret = BankKey.from_seed(chance.getrandbits(30))
        self.stands: dict[tuple[int, int], tuple[int, int]] = {}
        self.masks = [0] * BANKS
        self.due: deque[int | None] = deque([None, None])
        self.named: int | None = None
        self.hits = self.misses = 0

    async def load(self) -> None:
        """Blank all places, as after reset, and load the secret."""
        for place in range(BANK_DEPTH):
            await self.bench.cycle(init=1, init_place=place)
        await self.bench.cycle(init=0)
        for nibble in range(len(HASH_NIBBLES)):
            await self.bench.load(Target.HASH, self.secret.tables[nibble], nibble << 4)

    async def set_mask(self, bank: int, mask: int) -> None:
        await self.bench.load(Target.MASK, [cared_fields(mask)], bank << 2 | 2)
        await self.bench.load(Target.MASK, [mask & 0xFFFFFFFF, mask >> 32], bank << 2)
        self.named = None  # passed by meanwhile
        if all(there != bank for there, _ in self.stands):
            self.masks[bank] = mask

    def find(self, key: int) -> int | None:
        """Return the matching vaccine in the lowest bank, by looking at every one of them."""
        found = [(b, index) for (b, _), (held, index) in self.stands.items() if held == key & self.masks[b]]
        return min(found)[1] if found else None

    async def cycle(
        self, op: int, key: int, bank: int = 0, index: int = 0, used: int = 0, valid: int = 1, known: int = 0
    ) -> None:
        """One beat in stage 0; what is in stages 2 and 3 is compared."""
        self.due.append(self.find(key) if valid and op == CALL else None)
        await self.bench.cycle(valid=valid, op=op, key=key, bank=bank, index=index, index_used=used, known=known)
        expected = self.due.popleft()
        assert self.bench.get("hit") == (expected is not None)
        if self.named is not None:
            assert self.bench.get("vaccine") == self.named
        self.named = expected
        self.hits += expected is not None
        self.misses += expected is None

    async def update(self, op: int, key: int, bank: int, index: int, used: int = 0) -> bool:
        """VACCINATE or REVOKE; return whether it was done."""
        place = self.secret.place(bank, key, self.masks[bank]) if bank < BANKS else 0
        there = self.stands.get((bank, place))
        if op == VACCINATE:
            good = bank < BANKS and there is None and not used
        else:
            good = there == (key & self.masks[bank] if bank < BANKS else 0, index)
        known = int(good and op == REVOKE)
        await self.cycle(op, key, bank, index, used, known=known)
        await self.cycle(CALL, key, bank, index, used, valid=0, known=known)
        flags = tuple(self.bench.get(name) for name in ("inserted", "removed", "refused"))
        assert flags == (good and op == VACCINATE, good and op == REVOKE, not good)
        if good and op == VACCINATE:
            self.stands[bank, place] = (key & self.masks[bank], index)
        elif good:
            del self.stands[bank, place]
        return good

    async def flush(self) -> None:
        await self.cycle(READ, 0, valid=0)
        await self.cycle(READ, 0, valid=0)
        assert not self.bench.get("inserted") and not self.bench.get("removed")

    def indices(self) -> set[int]:
        return {index for _, index in self.stands.values()}


async def banks_of(dut: Any) -> Banks:
    chance = draw()
    banks = Banks(await Clocked.start(dut), chance)
    await banks.load()
    return banks


def some_mask(chance: random.Random) -> int:
    """Whole fields, half the time with stray bits of others."""
    names = [field.name for field in KEY.fields]
    mask = field_mask("id", *chance.sample(names, chance.randrange(1, len(names))))
    return mask | (chance.getrandbits(KEY.width) & FULL_MASK if chance.random() < 0.5 else 0)


@cocotb.test()
async def three_hundred_vaccines_under_18_masks_are_all_found_and_nothing_else(dut: Any) -> None:
    banks = await banks_of(dut)
    chance = banks.chance
    while len(set(banks.masks)) < BANKS:
        for bank in range(BANKS):
            await banks.set_mask(bank, some_mask(chance))
    refused, index = 0, 0
    for index in range(300):
        while not await banks.update(VACCINATE, chance.getrandbits(KEY.width), chance.randrange(BANKS), index):
            refused += 1
    standing = list(banks.stands.items())
    assert len(standing) == 300 and len({banks.masks[bank] for (bank, _), _ in standing}) >= 16
    before = banks.hits
    for (bank, _), (held, _index) in standing:
        await banks.cycle(CALL, held | chance.getrandbits(KEY.width) & ~banks.masks[bank] & FULL_MASK)
    await banks.flush()
    assert banks.hits - before == 300, "a vaccine was not found"
    found = banks.hits
    misses = 0
    for (bank, _), (held, _index) in standing:
        cared = [bit for bit in range(KEY.width) if banks.masks[bank] >> bit & 1]
        for bit in chance.sample(cared, min(len(cared), 12)):
            await banks.cycle(CALL, held ^ 1 << bit)
            misses += 1
    await banks.flush()
    assert banks.hits - found < misses // 100, "the near misses are no misses"
    cocotb.log.info("300 in force, %d refused for a taken place; %d near misses", refused, misses)


@cocotb.test()
async def random_updates_between_back_to_back_lookups(dut: Any) -> None:
    banks = await banks_of(dut)
    chance = banks.chance
    for bank in range(BANKS):
        await banks.set_mask(bank, some_mask(chance) if bank else field_mask("tree"))
    pool = [chance.getrandbits(KEY.width) for _ in range(60)]
    done = {VACCINATE: [0, 0], REVOKE: [0, 0]}
    for _ in range(9000):
        odd = chance.random()
        key = chance.choice(pool)
        if odd < 0.15:
            index = chance.randrange(512)
            used = index in banks.indices()
            good = await banks.update(VACCINATE, key, chance.randrange(32), index, int(used))
            done[VACCINATE][good] += 1
        elif odd < 0.3 and banks.stands:
            (bank, _), (held, index) = chance.choice(list(banks.stands.items()))
            wrong = chance.random()
            key = held | chance.getrandbits(KEY.width) & ~banks.masks[bank] & FULL_MASK
            if wrong < 0.1:
                index ^= 1 << chance.randrange(9)
            elif wrong < 0.2:
                key ^= 1 << chance.randrange(KEY.width)
            elif wrong < 0.3:
                bank = chance.randrange(32)
            good = await banks.update(REVOKE, key, bank, index)
            done[REVOKE][good] += 1
        else:
            await banks.cycle(chance.choice((CALL, CALL, CALL, CALL, READ)), key, valid=int(chance.random() < 0.9))
    await banks.flush()
    assert min(*done[VACCINATE], *done[REVOKE]) > 50, done
    assert banks.hits > 200
    cocotb.log.info("%d hits, %d misses; refused and done: %s", banks.hits, banks.misses, done)


@cocotb.test()
async def the_lowest_bank_answers_and_a_revoke_bares_the_next(dut: Any) -> None:
    banks = await banks_of(dut)
    key = banks.chance.getrandbits(KEY.width)
    order = list(range(BANKS))
    for bank in order:
        await banks.set_mask(bank, FULL_MASK if bank % 2 else field_mask("id"))
    banks.chance.shuffle(order)
    for bank in order:
        assert await banks.update(VACCINATE, key, bank, 100 + bank)
        await banks.cycle(CALL, key)
    await banks.flush()
    for bank in range(BANKS):
        assert banks.find(key) == 100 + bank
        await banks.cycle(CALL, key)
        assert await banks.update(REVOKE, key, bank, 100 + bank)
        await banks.cycle(CALL, key)
    await banks.flush()
    assert banks.find(key) is None


@cocotb.test()
async def a_mask_stays_while_its_bank_holds_a_vaccine(dut: Any) -> None:
    banks = await banks_of(dut)
    for bank in (0, 7, BANKS - 1):
        await banks.set_mask(bank, field_mask("id", "tree"))
        # Two vaccines that differ in `node`: under the mask the second one's place is taken.
        assert await banks.update(VACCINATE, 0x155, bank, 3)
        assert not await banks.update(VACCINATE, 0x155 | 1 << KEY.offset["node"], bank, 4)
        assert not await banks.update(VACCINATE, 0x156, bank, 4, used=1)
        assert await banks.update(VACCINATE, 0x156, bank, 4)
        for left in (3, 4):
            await banks.set_mask(bank, 0)  # refused: else every key would match, and no vaccine be found
            assert banks.masks[bank] == field_mask("id", "tree")
            await banks.cycle(CALL, 0x155)
            await banks.cycle(CALL, 0x157)
            assert await banks.update(REVOKE, 0x155 if left == 3 else 0x156, bank, left)
        await banks.set_mask(bank, field_mask("node"))
        assert banks.masks[bank] == field_mask("node")
        assert await banks.update(VACCINATE, 5 << KEY.offset["node"], bank, 9)
        await banks.cycle(CALL, 5 << KEY.offset["node"] | 0x1FF)
        assert await banks.update(REVOKE, 5 << KEY.offset["node"], bank, 9)
    # A mask that covers no field whole hashes nothing: one vaccine fits.
    await banks.set_mask(2, 0b101)
    assert await banks.update(VACCINATE, 0b100, 2, 1)
    assert not await banks.update(VACCINATE, 0b001, 2, 2)
    for key in range(8):
        await banks.cycle(CALL, key)
    await banks.flush()
