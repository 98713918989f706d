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
    FULL_UNITS,
    HASH_NIBBLES,
    HASH_SET_RESET,
    KEY,
    MASK_UNITS,
    BankKey,
    field_units,
    hash_set,
    hash_set_mask,
    mask_units,
    units_mask,
)
from hdl.screening.layouts import Op
from sim.benches.clocked import Clocked, draw

CALL, VACCINATE, REVOKE, READ = (int(op.value) for op in (Op.CALL, Op.VACCINATE, Op.REVOKE, Op.READ))


class Banks:
    """The block beside its twin.

    Members: `stands`, the vaccines by (bank, place): (key, mask, index); `hash_sets` by bank.
    `cycle` offers a beat and holds `hit`, two cycles later, and `vaccine`, three, against what stood there.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.secret = BankKey.from_seed(chance.getrandbits(30))
        self.stands: dict[tuple[int, int], tuple[int, int, int]] = {}
        self.hash_sets = [HASH_SET_RESET] * BANKS
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

    async def set_hash_set(self, bank: int, fields: int) -> None:
        await self.bench.load(Target.HASH_SET, [fields], bank)
        self.named = None  # passed by meanwhile
        if all(there != bank for there, _ in self.stands):
            self.hash_sets[bank] = fields

    def find(self, key: int) -> int | None:
        """Return the matching vaccine in the lowest bank, by looking at every one of them.

        An entry whose mask leaves out part of its bank's hash set answers at its own place alone.
        """
        found = [
            (bank, index)
            for (bank, place), (held, mask, index) in self.stands.items()
            if (held ^ key) & mask == 0
            and (self.covers(bank, mask) or self.secret.place(bank, key, self.hash_sets[bank]) == place)
        ]
        return min(found)[1] if found else None

    def covers(self, bank: int, mask: int) -> bool:
        return hash_set_mask(self.hash_sets[bank]) & ~mask == 0

    async def cycle(
        self,
        op: int,
        key: int,
        bank: int = 0,
        index: int = 0,
        used: int = 0,
        valid: int = 1,
        known: int = 0,
        units: int = 0,
    ) -> None:
        """One beat in stage 0; what is in stages 2 and 3 is compared."""
        self.due.append(self.find(key) if valid and op == CALL else None)
        await self.bench.cycle(
            valid=valid, op=op, key=key, bank=bank, index=index, index_used=used, known=known, units=units
        )
        expected = self.due.popleft()
        assert self.bench.get("hit") == (expected is not None)
        if self.named is not None:
            assert self.bench.get("vaccine") == self.named
        self.named = expected
        self.hits += expected is not None
        self.misses += expected is None

    async def update(self, op: int, key: int, bank: int, index: int, units: int = 0, used: int = 0) -> bool:
        """VACCINATE or REVOKE; return whether it was done."""
        place = self.secret.place(bank, key, self.hash_sets[bank])
        there = self.stands.get((bank, place))
        if op == VACCINATE:
            good = there is None and not used
        else:
            good = there is not None and (there[0], there[2]) == (key, index)
        known = int(good and op == REVOKE)
        await self.cycle(op, key, bank, index, used, known=known, units=units)
        await self.cycle(CALL, key, bank, index, used, valid=0, known=known, units=units)
        flags = tuple(self.bench.get(name) for name in ("inserted", "removed", "refused"))
        assert flags == (good and op == VACCINATE, good and op == REVOKE, not good)
        if good and op == VACCINATE:
            self.stands[bank, place] = (key, units_mask(units), index)
        elif good:
            del self.stands[bank, place]
        return good

    async def flush(self) -> None:
        await self.cycle(READ, 0, valid=0)
        await self.cycle(READ, 0, valid=0)
        assert not self.bench.get("inserted") and not self.bench.get("removed")

    def indices(self) -> set[int]:
        return {index for _, _, index in self.stands.values()}

    def some_units(self, bank: int) -> int:
        """Units that cover the bank's hash set, half the time with others."""
        some = self.chance.getrandbits(len(MASK_UNITS)) if self.chance.random() < 0.5 else 0
        return mask_units(hash_set_mask(self.hash_sets[bank])) | some


async def banks_of(dut: Any) -> Banks:
    chance = draw()
    banks = Banks(await Clocked.start(dut), chance)
    await banks.load()
    return banks


def some_hash_set(chance: random.Random) -> int:
    names = [field.name for field in KEY.fields]
    return hash_set("id", *chance.sample(names, chance.randrange(1, len(names) - 1)))


@cocotb.test()
async def three_hundred_vaccines_are_all_found_and_nothing_else(dut: Any) -> None:
    banks = await banks_of(dut)
    chance = banks.chance
    for bank in range(BANKS):
        await banks.set_hash_set(bank, some_hash_set(chance))
    refused, index = 0, 0
    for index in range(300):
        bank = chance.randrange(BANKS)
        while not await banks.update(
            VACCINATE, chance.getrandbits(KEY.width), bank, index, banks.some_units(bank)
        ):
            refused += 1
            bank = chance.randrange(BANKS)
    standing = list(banks.stands.items())
    masks = {mask for _, (_, mask, _) in standing}
    assert len(standing) == 300 and len(masks) >= 16
    before = banks.hits
    for _, (held, mask, _) in standing:
        await banks.cycle(CALL, held ^ chance.getrandbits(KEY.width) & ~mask & FULL_MASK)
    await banks.flush()
    assert banks.hits - before == 300, "a vaccine was not found"
    found = banks.hits
    misses = 0
    for _, (held, mask, _) in standing:
        cared = [bit for bit in range(KEY.width) if mask >> bit & 1]
        for bit in chance.sample(cared, min(len(cared), 12)):
            await banks.cycle(CALL, held ^ 1 << bit)
            misses += 1
    await banks.flush()
    assert banks.hits - found < misses // 100, "the near misses are no misses"
    cocotb.log.info(
        "300 under %d masks in force, %d refused for a taken place; %d near misses", len(masks), refused, misses
    )


@cocotb.test()
async def every_bit_of_every_unit_counts_in_every_bank(dut: Any) -> None:
    """One vaccine a bank, alone at the place of an empty hash set: each unit alone, and all but one."""
    banks = await banks_of(dut)
    chance = banks.chance
    for bank in range(BANKS):
        await banks.set_hash_set(bank, 0)
    for number, (name, low, width) in enumerate(MASK_UNITS):
        for units in (1 << number, FULL_UNITS ^ 1 << number):
            for bank in range(BANKS):
                key = chance.getrandbits(KEY.width)
                assert await banks.update(VACCINATE, key, bank, 9, units)
                before = banks.hits
                for bit in range(low, low + width):
                    await banks.cycle(CALL, key ^ 1 << bit)
                await banks.flush()
                wanted = 0 if units >> number & 1 else width
                assert banks.hits - before == wanted, f"unit {name} of bank {bank}"
                assert await banks.update(REVOKE, key, bank, 9)


@cocotb.test()
async def random_updates_between_back_to_back_lookups(dut: Any) -> None:
    banks = await banks_of(dut)
    chance = banks.chance
    for bank in range(BANKS):
        await banks.set_hash_set(bank, some_hash_set(chance) if bank else hash_set("tree"))
    pool = [chance.getrandbits(KEY.width) for _ in range(60)]
    done = {VACCINATE: [0, 0], REVOKE: [0, 0]}
    uncovered = 0
    for _ in range(9000):
        odd = chance.random()
        key = chance.choice(pool)
        if odd < 0.15:
            index, bank = chance.randrange(512), chance.randrange(BANKS)
            used = index in banks.indices()
            # Now and then an entry does not cover its bank's hash set: it may be missed, but never hits wrongly.
            units = banks.some_units(bank) if chance.random() < 0.9 else chance.getrandbits(len(MASK_UNITS))
            uncovered += not banks.covers(bank, units_mask(units))
            good = await banks.update(VACCINATE, key, bank, index, units, int(used))
            done[VACCINATE][good] += 1
        elif odd < 0.3 and banks.stands:
            (bank, _), (key, _, index) = chance.choice(list(banks.stands.items()))
            wrong = chance.random()
            if wrong < 0.1:
                index ^= 1 << chance.randrange(9)
            elif wrong < 0.2:
                key ^= 1 << chance.randrange(KEY.width)
            elif wrong < 0.3:
                bank = (bank + chance.randrange(1, BANKS)) % BANKS
            good = await banks.update(REVOKE, key, bank, index)
            done[REVOKE][good] += 1
        else:
            await banks.cycle(chance.choice((CALL, CALL, CALL, CALL, READ)), key, valid=int(chance.random() < 0.9))
    await banks.flush()
    assert min(*done[VACCINATE], *done[REVOKE]) > 50, done
    assert banks.hits > 200 and uncovered > 50
    cocotb.log.info("%d hits, %d misses; refused and done: %s", banks.hits, banks.misses, done)


@cocotb.test()
async def the_lowest_bank_answers_and_a_revoke_bares_the_next(dut: Any) -> None:
    banks = await banks_of(dut)
    key = banks.chance.getrandbits(KEY.width)
    order = list(range(BANKS))
    for bank in order:
        await banks.set_hash_set(bank, hash_set("id", "tree") if bank % 2 else hash_set("id"))
    banks.chance.shuffle(order)
    for bank in order:
        units = FULL_UNITS if bank % 2 else field_units("id")
        assert await banks.update(VACCINATE, key, bank, 100 + bank, units)
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
async def a_hash_set_stays_while_its_bank_holds_a_vaccine(dut: Any) -> None:
    banks = await banks_of(dut)
    units = field_units("id", "tree")
    for bank in (0, BANKS // 2, BANKS - 1):
        await banks.set_hash_set(bank, hash_set("id", "tree"))
        # Two vaccines that differ in `node`: under this hash set the second one's place is taken.
        assert await banks.update(VACCINATE, 0x155, bank, 3, units)
        assert not await banks.update(VACCINATE, 0x155 | 1 << KEY.offset["node"], bank, 4, FULL_UNITS)
        assert not await banks.update(VACCINATE, 0x156, bank, 4, units, used=1)
        assert await banks.update(VACCINATE, 0x156, bank, 4, units)
        for left in (3, 4):
            await banks.set_hash_set(bank, hash_set("node"))  # refused: else no vaccine would be found
            assert banks.hash_sets[bank] == hash_set("id", "tree")
            await banks.cycle(CALL, 0x155)
            await banks.cycle(CALL, 0x157)
            assert await banks.update(REVOKE, 0x155 if left == 3 else 0x156, bank, left)
        await banks.set_hash_set(bank, hash_set("node"))
        assert banks.hash_sets[bank] == hash_set("node")
        assert await banks.update(VACCINATE, 5 << KEY.offset["node"], bank, 9, field_units("node"))
        await banks.cycle(CALL, 5 << KEY.offset["node"] | 0x1FF)
        assert await banks.update(REVOKE, 5 << KEY.offset["node"], bank, 9)
    # Under an empty hash set one vaccine fits.
    await banks.set_hash_set(2, 0)
    assert await banks.update(VACCINATE, 0b100, 2, 1, field_units("id"))
    assert not await banks.update(VACCINATE, 0b001, 2, 2, field_units("id"))
    for key in range(8):
        await banks.cycle(CALL, key)
    await banks.flush()
