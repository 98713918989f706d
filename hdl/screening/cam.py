"""Vaccine CAM: tuple-space search over banks, a hash set each.  Stages 0 to 2.

Every bank is searched for every call.  A keyed hash of the fields in the bank's hash set gives the place; there
the whole key is compared under the entry's own mask, so that a hash never decides.  Entries are written whole, in
one cycle, by VACCINATE and REVOKE beats: each event sees all of the old content or all of the new.

Twin: `find_vaccine` and `place_of` in `models.golden.score`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_, xor
from typing import Any

from amaranth import C, Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Out

from hdl.contract.births import BIRTH_SETS, HOST_BANKS
from hdl.contract.load import Target
from hdl.contract.vaccine import (
    BANK_BITS,
    BANK_DEPTH,
    BANKS,
    HASH_NIBBLES,
    HASH_SET_RESET,
    MASK_UNITS,
    PLAIN,
    VACCINES,
    rotation,
)
from hdl.contract.vaccine import KEY as KEY_LAYOUT
from hdl.screening.block import Block, chosen, later, rows_of
from hdl.screening.layouts import ENTRY, KEY, LoadPort, Op
from hdl.screening.loading import word_write


def pieces(step: int) -> Iterator[tuple[int, int, int]]:
    """Yield the units of a mask in pieces of at most `step` bits: (unit, first bit, the one behind the last)."""
    for unit, (_, low, width) in enumerate(MASK_UNITS):
        for at in range(low, low + width, step):
            yield unit, at, min(at + step, low + width)


class KeyedHash(Block):
    """Nine hash bits of every field of a key, in the same cycle: of one the field itself, of all others secret.
    A write is done one cycle later."""

    def __init__(self) -> None:
        ports = {f"hash_{field.name}": Out(BANK_BITS) for field in KEY_LAYOUT.fields}
        super().__init__({"key": In(KEY), "load": In(LoadPort()), **ports})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits: dict[str, Any] = {field.name: C(0, BANK_BITS) for field in KEY_LAYOUT.fields}
        bits[PLAIN] = self.key[PLAIN]
        # The write waits in registers: what decodes the whole address must not be repeated for every table.
        writes, value, bits_written, table = Signal(), Signal(4), Signal(BANK_BITS), Signal(4)
        m.d.sync += [
            writes.eq(word_write(self.load, Target.HASH)),
            Cat(value, table).eq(self.load.address),
            bits_written.eq(self.load.data),
        ]
        for number, (field, low) in enumerate(HASH_NIBBLES):
            store = rows_of(BANK_BITS, 16)
            m.submodules[f"{field}{low}"] = store
            read, write = store.read_port(domain="comb"), store.write_port()
            m.d.comb += [
                read.addr.eq(self.key[field][low : low + 4]),
                write.addr.eq(value),
                write.data.eq(bits_written),
                write.en.eq(writes & (table == number)),
            ]
            bits[field] = bits[field] ^ read.data
        m.d.comb += [getattr(self, f"hash_{name}").eq(value) for name, value in bits.items()]
        return m


class Cam(Block):
    """All banks.

    Parameters: `banks`, how many; `fast`: what is compared in stage 1 has its effect a cycle later; `births`:
    the last banks have the hash sets of `BIRTH_SETS` for ever, and with the members named last; not with `fast`.

    Members: `key`, `op`, `bank` (below `banks`), `index` and `units` of the beat in stage 0; for VACCINATE and
    REVOKE they must hold still for one cycle more, in which no call may come.  In stage 1, `refused` says that the
    place was taken (VACCINATE) or the book does not know this vaccine (REVOKE), `inserted` and `removed` that the
    update is done at the end of the cycle.  In stage 2, `hit` says that a bank matched; in stage 3, `vaccine` is
    the index of the match in the lowest bank, and anything where none matched.  If `fast`, all of that comes, and
    has to hold still, for a cycle more.
    `units` should cover the fields of the bank's hash set.  It is not checked: an entry for which they do not is
    missed by calls that hash to other places; whatever hits matches under its mask.
    `index_used`: the vaccine index is in use; `known`: by this key in this bank.
    `init` blanks place `init_place` of every bank; only before the first hash set is loaded.

    `choice` of a VACCINATE in stage 0, held like the rest: the set of birth banks that it may stand in; 0: `bank`
    says where.  In stage 1 `chosen` is its bank, the highest of them whose place is free; `merged` says that the
    very same key stands in one of them under the very same units, as vaccine `twin`: then nothing is changed here.
    """

    def __init__(self, banks: int = BANKS, fast: bool = False, births: bool = False) -> None:
        assert not (births and fast) and (banks == BANKS or not births), "births are for the board's pipeline"
        self.banks = banks
        self.fast = fast
        self.births = births
        more = {"choice": In(len(BIRTH_SETS)), "chosen": Out(range(banks)), "merged": Out(1), "twin": Out(9)}
        super().__init__(
            {
                "valid": In(1),
                "op": In(Op),
                "key": In(KEY),
                "units": In(len(MASK_UNITS)),
                "bank": In(range(banks)),
                "index": In(9),
                "index_used": In(1),
                "known": In(1),
                "init": In(1),
                "init_place": In(BANK_BITS),
                "load": In(LoadPort()),
                "refused": Out(1),
                "inserted": Out(1),
                "removed": Out(1),
                "hit": Out(1),
                "vaccine": Out(9),
                **(more if births else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.hash = keyed = KeyedHash()
        m.d.comb += [keyed.key.eq(self.key), keyed.load.en.eq(self.load.en)]
        # While places are blanked, the plain field alone is every bank's hash set: it leads to all of them.
        with m.If(self.init):
            m.d.comb += keyed.key[PLAIN].eq(self.init_place)
        m.d.comb += [keyed.load.address.eq(self.load.address), keyed.load.data.eq(self.load.data)]
        hashes = [getattr(keyed, f"hash_{field.name}") for field in KEY_LAYOUT.fields]

        valid1, op1, key1 = (later(m, value, 1) for value in (self.valid, self.op, self.key))

        # Every field's hash in every rotation that a bank asks for.
        turned: list[list[Any]] = []
        for position, value in enumerate(hashes):
            turned.append([Signal(BANK_BITS, name=f"turned{position}_{turn}") for turn in range(BANK_BITS)])
            for turn, rotated in enumerate(turned[-1]):
                m.d.comb += rotated.eq(Cat(value[BANK_BITS - turn :], value[: BANK_BITS - turn]))

        # How many vaccines a bank holds: another hash set would hide those that stand under this one.  The count
        # is looked up in stage 0 and changed in stage 1; beats that change it are never one behind the other.
        # (A bank that is chosen in stage 1 is counted there: the count is looked up at once.)
        m.submodules.held = held = rows_of(
            range(VACCINES + 1), self.banks, races=self.births, block=not self.births
        )
        count, recount = held.read_port(domain="comb" if self.births else "sync"), held.write_port()
        bank = self.chosen if self.births else self.bank
        counted, update = Signal(range(VACCINES + 1)), Signal()
        update_valid, update_op = (later(m, value, self.fast) for value in (valid1, op1))
        in_use = Signal(self.banks)
        m.d.comb += [
            counted.eq(later(m, count.data, self.fast) + Mux(update_op == Op.VACCINATE, 1, -1)),
            count.addr.eq(bank),
            recount.addr.eq(Mux(self.init, self.init_place, bank)),
            recount.en.eq(self.init | update),
            recount.data.eq(Mux(self.init, 0, counted)),
        ]
        setting = word_write(self.load, Target.HASH_SET)

        step = 4 if self.fast else KEY.size  # a memory answers late in its cycle
        matches: list[Any] = []
        free: list[Any] = []
        indices: list[Any] = []
        twins: list[Any] = []  # by birth bank: the very same stands there
        for number in range(self.banks):
            # A row is written in the second cycle of an update, when what was looked up for no call arrives.
            store = rows_of(ENTRY, BANK_DEPTH, races=False)
            m.submodules[f"bank{number}"] = store
            read, write = store.read_port(), store.write_port()
            born = self.births and number >= HOST_BANKS
            first_set = BIRTH_SETS[number] if born else HASH_SET_RESET
            fields = Signal(len(hashes), init=first_set, name=f"fields{number}")
            place = Signal(BANK_BITS, name=f"place{number}")
            parts = [
                Mux(fields[position], turned[position][rotation(number, position)], 0)
                for position in range(len(hashes))
            ]
            match = Signal(name=f"match{number}")
            differs = [
                read.data.units[unit] & (read.data.key[at:end] != key1.as_value()[at:end])
                for unit, at, end in pieces(step)
            ]
            valid, differing = (later(m, value, self.fast) for value in (read.data.valid, Cat(*differs)))
            m.d.comb += [
                place.eq(reduce(xor, parts)),
                read.addr.eq(place),
                match.eq(valid & ~differing.any()),
                write.addr.eq(place),
                write.en.eq(self.init | update & (bank == number)),
                write.data.key.eq(key1.as_value()),
                write.data.units.eq(self.units),
                write.data.index.eq(self.index),
                write.data.valid.eq(~self.init & (update_op == Op.VACCINATE)),
            ]
            with m.If(update & (bank == number)):
                m.d.sync += in_use[number].eq(counted != 0)
            if born:
                same = (Value.cast(read.data.key) == key1.as_value()) & (read.data.units == self.units)
                twins.append(read.data.valid & same & self.choice[number - HOST_BANKS])
            else:
                with m.Elif(setting & (self.load.address[:16] == number) & ~in_use[number] & ~self.init):
                    m.d.sync += fields.eq(self.load.data)
            matches.append(match)
            free.append(~valid)
            indices.append(read.data.index)

        bank_free = Signal()
        enters: Any = update_valid & (update_op == Op.VACCINATE) & bank_free & ~self.index_used
        taken: Any = bank_free & ~self.index_used
        if self.births:
            there = self._choose(m, update_valid & (update_op == Op.VACCINATE), free, twins, indices)
            enters, taken = enters & ~there, taken | there
            m.d.comb += bank_free.eq(
                Mux(self.choice != 0, (Cat(free[HOST_BANKS:]) & self.choice) != 0, chosen(self.bank, free))
            )
        else:
            m.d.comb += bank_free.eq(chosen(self.bank, free))
        m.d.comb += [
            self.inserted.eq(enters),
            self.removed.eq(update_valid & (update_op == Op.REVOKE) & self.known),
            self.refused.eq((update_op == Op.VACCINATE) & ~taken | (update_op == Op.REVOKE) & ~self.known),
            update.eq(self.inserted | self.removed),
        ]

        # Stage 2: the lowest bank that matched names the vaccine.
        first = Signal(self.banks)
        index2 = [Signal(9, name=f"index2_{number}") for number in range(self.banks)]
        none_before: Any = later(m, valid1 & (op1 == Op.CALL), self.fast)
        for number in range(self.banks):
            match, index = matches[number], later(m, indices[number], self.fast)
            m.d.sync += [first[number].eq(none_before & match), index2[number].eq(index)]
            none_before = none_before & ~match
        m.d.comb += self.hit.eq(first.any())
        m.d.sync += self.vaccine.eq(
            reduce(or_, (Mux(first[number], index2[number], 0) for number in range(self.banks)))
        )
        return m

    def _choose(self, m: Module, vaccinates: Any, free: list[Any], twins: list[Any], indices: list[Any]) -> Any:
        """Choose a bank for who leaves it open; return whether the very same is in force."""
        there = Cat(twins).any()
        m.d.comb += [
            self.chosen.eq(self.bank),
            self.merged.eq(vaccinates & there),
        ]
        with m.If(vaccinates & (self.choice != 0)):
            for at, twin in enumerate(twins):  # the last one counts
                with m.If(Mux(there, twin, free[HOST_BANKS + at] & self.choice[at])):
                    m.d.comb += [self.chosen.eq(HOST_BANKS + at), self.twin.eq(indices[HOST_BANKS + at])]
        return there
