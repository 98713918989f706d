"""Vaccine CAM: tuple-space search over banks, one mask each.  Stages 0 to 2.

Every bank is searched for every call.  A keyed hash of the key's wholly cared-for fields gives the place in the
bank; there the whole key is compared under the bank's mask, so that a hash never decides.  Entries are written
whole, in one cycle, by VACCINATE and REVOKE beats: each event sees all of the old content or all of the new.

Twin: `find_vaccine` and `place_of` in `models.golden.score`.
"""

from __future__ import annotations

from typing import Any

from amaranth import Array, C, Cat, Module, Mux, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.load import Target
from hdl.contract.vaccine import BANK_BITS, BANK_DEPTH, BANKS, HASH_NIBBLES, rotation
from hdl.contract.vaccine import KEY as KEY_LAYOUT
from hdl.screening.block import Block, bundle, rows_of
from hdl.screening.layouts import ENTRY, KEY, LoadPort, Op
from hdl.screening.loading import word_write


class KeyedHash(Block):
    """Nine secret hash bits of every field of a key, in the same cycle."""

    def __init__(self) -> None:
        ports = {f"hash_{field.name}": Out(BANK_BITS) for field in KEY_LAYOUT.fields}
        super().__init__({"key": In(KEY), "load": In(LoadPort()), **ports})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits: dict[str, Any] = {field.name: C(0, BANK_BITS) for field in KEY_LAYOUT.fields}
        written = word_write(self.load, Target.HASH)
        for number, (field, low) in enumerate(HASH_NIBBLES):
            store = rows_of(BANK_BITS, 16)
            m.submodules[f"{field}{low}"] = store
            read, write = store.read_port(domain="comb"), store.write_port()
            m.d.comb += [
                read.addr.eq(self.key[field][low : low + 4]),
                write.addr.eq(self.load.address[:4]),
                write.data.eq(self.load.data[:BANK_BITS]),
                write.en.eq(written & (self.load.address[4:8] == number)),
            ]
            bits[field] = bits[field] ^ read.data
        m.d.comb += [getattr(self, f"hash_{name}").eq(value) for name, value in bits.items()]
        return m


class Cam(Block):
    """All banks.

    Parameters: `banks`, the number of masks in force at once.

    Members: `key`, `op`, `bank` and `index` of the beat in stage 0; for VACCINATE and REVOKE they must hold still
    for one cycle more, in which no call may come.  In stage 1, `refused` says that the place was taken (VACCINATE)
    or the book does not know this vaccine (REVOKE), `inserted` and `removed` that the update is done at the end of
    the cycle.  In stage 2, `hit` says that a bank matched; in stage 3, `vaccine` is the index of the match in the
    lowest bank.
    `index_used`: the vaccine index is in use; `known`: by this key in this bank.
    `init` blanks place `init_place` of every bank.
    """

    def __init__(self, banks: int = BANKS) -> None:
        self.banks = banks
        super().__init__(
            {
                "valid": In(1),
                "op": In(Op),
                "key": In(KEY),
                "bank": In(5),
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
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.hash = keyed = KeyedHash()
        m.d.comb += [keyed.key.eq(self.key), keyed.load.en.eq(self.load.en)]
        m.d.comb += [keyed.load.address.eq(self.load.address), keyed.load.data.eq(self.load.data)]
        hashes = [getattr(keyed, f"hash_{field.name}") for field in KEY_LAYOUT.fields]

        valid1, op1 = Signal(), Signal(Op)
        key1 = bundle(KEY)
        m.d.sync += [valid1.eq(self.valid), op1.eq(self.op), key1.eq(self.key)]

        # Every field's hash in every rotation that a bank asks for.
        turned: list[list[Any]] = []
        for position, value in enumerate(hashes):
            turned.append([Signal(BANK_BITS, name=f"turned{position}_{turn}") for turn in range(BANK_BITS)])
            for turn, rotated in enumerate(turned[-1]):
                m.d.comb += rotated.eq(Cat(value[BANK_BITS - turn :], value[: BANK_BITS - turn]))

        # A mask takes three words: the fields that enter the hash, the low half, the high half that commits.
        cared_staged, low_staged = Signal(len(hashes)), Signal(32)
        word = self.load.address[:2]
        masking = word_write(self.load, Target.MASK)
        with m.If(masking & (word == 2)):
            m.d.sync += cared_staged.eq(self.load.data)
        with m.If(masking & (word == 0)):
            m.d.sync += low_staged.eq(self.load.data)

        # How many vaccines a bank holds: another mask would hide the entries that stand under this one.
        m.submodules.held = held = rows_of(BANK_BITS + 1, 32)
        count, masked, recount = held.read_port(domain="comb"), held.read_port(domain="comb"), held.write_port()
        update, remask = Signal(), Signal()
        m.d.comb += [
            count.addr.eq(self.bank),
            recount.addr.eq(Mux(self.init, self.init_place, self.bank)),
            recount.en.eq(self.init | update),
            recount.data.eq(Mux(self.init, 0, Mux(op1 == Op.VACCINATE, count.data + 1, count.data - 1))),
            masked.addr.eq(self.load.address[2:]),
            remask.eq(masking & (word == 1) & (masked.data == 0)),
        ]

        matches: list[Any] = []
        free: list[Any] = []
        indices: list[Any] = []
        for number in range(self.banks):
            # A row is written in the second cycle of an update, when what was looked up for no call arrives.
            store = rows_of(ENTRY, BANK_DEPTH, races=False)
            m.submodules[f"bank{number}"] = store
            read, write = store.read_port(), store.write_port()
            mask, cared = Signal(KEY.size, name=f"mask{number}"), Signal(len(hashes), name=f"cared{number}")
            place = Signal(BANK_BITS, name=f"place{number}")
            combined: Any = C(0, BANK_BITS)
            for position in range(len(hashes)):
                combined = combined ^ Mux(cared[position], turned[position][rotation(number, position)], 0)
            match = Signal(name=f"match{number}")
            m.d.comb += [
                place.eq(combined),
                read.addr.eq(place),
                match.eq(read.data.valid & (((read.data.key ^ key1.as_value()) & mask) == 0)),
                write.addr.eq(Mux(self.init, self.init_place, place)),
                write.en.eq(self.init | update & (self.bank == number)),
                write.data.key.eq(key1.as_value()),
                write.data.index.eq(self.index),
                write.data.valid.eq(~self.init & (op1 == Op.VACCINATE)),
            ]
            with m.If(remask & (self.load.address[2:16] == number)):
                m.d.sync += [mask.eq(Cat(low_staged, self.load.data)), cared.eq(cared_staged)]
            matches.append(match)
            free.append(~read.data.valid)
            indices.append(read.data.index)

        bank_free = Signal()
        padding = [C(0, 1)] * (32 - self.banks)
        m.d.comb += [
            bank_free.eq(Array([*free, *padding])[self.bank]),
            self.inserted.eq(valid1 & (op1 == Op.VACCINATE) & bank_free & ~self.index_used),
            self.removed.eq(valid1 & (op1 == Op.REVOKE) & self.known),
            self.refused.eq(
                (op1 == Op.VACCINATE) & ~(bank_free & ~self.index_used) | (op1 == Op.REVOKE) & ~self.known
            ),
            update.eq(self.inserted | self.removed),
        ]

        # Stage 2: the lowest bank that matched names the vaccine.
        hits = Signal(self.banks)
        index2 = [Signal(9, name=f"index2_{number}") for number in range(self.banks)]
        m.d.sync += hits.eq(Mux(valid1 & (op1 == Op.CALL), Cat(*matches), 0))
        m.d.sync += [later.eq(index) for later, index in zip(index2, indices, strict=True)]
        m.d.comb += self.hit.eq(hits.any())
        for number in reversed(range(self.banks)):
            with m.If(hits[number]):
                m.d.sync += self.vaccine.eq(index2[number])
        return m
