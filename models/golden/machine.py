"""The pipeline's golden model: the sequential machine that the gateware must equal, record for record.

Numbers are plain integers in numpy arrays, one row per slot or tree; `run` is compiled, so that the twin that
checks the gateware is also an engine of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hdl.contract import verdict
from hdl.contract.births import BIRTH_SETS
from hdl.contract.event import SLOTS, TREES, Kind
from hdl.contract.vaccine import BANK_DEPTH, BANKS, HASH_SET_RESET, KEY, VACCINES
from hdl.contract.verdict import Fault, Verdict

Ints = NDArray[np.int64]
Words = NDArray[np.uint32]
Bytes = NDArray[np.uint8]

# Kinds, faults, verdicts and classes as the plain integers that compiled code takes.
CALL, CLEAR, FORK, EXEC, EXIT, SPILL, RESTORE, SWAP, VACCINATE, REVOKE = (int(kind) for kind in Kind)
_NONE, STALE, NO_SLOT, SOURCE, TREE, VACCINE, MODEL, BAD_KIND = (int(fault) for fault in Fault)
DENY = int(Verdict.DENY)
SECRET_FROM = int(verdict.SECRET_FROM)
FULL = 0xFFFF
TIER_BYTES = (*verdict.TIER_BYTES, 256)

# Columns of `Machine.slots`.
(LIVE, GENERATION, TREE_OF, PROFILE, ALLOW, LAST_CLASS, TOKEN1, TOKEN2, TOKEN3, TOKEN4, TOKEN5,
 A, C, PENDING, EFFECTIVE, FLOOR_A, FLOOR_C, EPOCH, TIER, FLOOR_TIER, FLOOR_LEFT) = range(21)  # fmt: skip
SLOT_COLUMNS = 21
# Columns of `Machine.trees`.
USERS, T, FLOOR_T, EPOCH_T = range(4)
TREE_COLUMNS = 4
# Globals.
ACTIVE, RUNNING, READY, ENFORCE, SWAPS, SEQUENCE, VACCINES_HELD, BIRTHS = range(8)
# Columns of `Machine.judged`.
JUDGES, KEY_OF, VERDICT_OF, TIER_JUDGED, VACCINATED, SLOT_OF = range(6)


class Machine(NamedTuple):
    """Everything the machine holds.

    slots: one row per slot, `SLOT_COLUMNS` wide; trees: one row per tree; registers: the globals.
    tables: int8 values of both model slots, (2, 6, 2048), in the order of `model.TABLES`.
    tries, idmaps, curves, params: per model slot.  attributes, rows: the policy.
    banks: (BANKS, BANK_DEPTH) packed keys, -1 where free; masks: theirs; indices: which vaccine stands there.
    hash_sets, held (entries in force): per bank.  hashes: (fields, 65536) hash bits.
    used, hits, expiry, keys (whole, without a mask), bank_of: per vaccine index.
    judged: the last event, if it was a call that was not refused for its form: its key and what was answered.
    scratch: room for one event's tokens and one key's hash bits, so that a step allocates nothing.
    """

    slots: Ints
    trees: Ints
    registers: Ints
    tables: Ints
    tries: Ints
    idmaps: Ints
    curves: Ints
    params: Ints
    attributes: Ints
    rows: NDArray[np.uint64]
    banks: Ints
    masks: Ints
    indices: Ints
    hash_sets: Ints
    held: Ints
    hashes: Ints
    used: Ints
    hits: Ints
    expiry: Ints
    keys: Ints
    bank_of: Ints
    judged: Ints
    scratch: Ints


def new_machine(slots: int = SLOTS, trees: int = TREES, *, births: bool = False) -> Machine:
    """Return a machine as it is after reset; more than 64 slots only make sense without a twin in gateware.

    births: VACCINATE may name banks to choose from, as in a pipeline that is built so.
    """

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, np.int64)

    registers, hash_sets = zeros(8), zeros(BANKS) + HASH_SET_RESET
    if births:
        registers[BIRTHS] = 1
        for bank, fields in BIRTH_SETS.items():
            hash_sets[bank] = fields
    return Machine(
        slots=zeros(slots, SLOT_COLUMNS), trees=zeros(trees, TREE_COLUMNS), registers=registers,
        tables=zeros(2, 6, 2048), tries=zeros(2, 256), idmaps=zeros(2, 512), curves=zeros(2, 192),
        params=zeros(2, 15), attributes=zeros(512), rows=np.zeros(256, np.uint64),
        banks=zeros(BANKS, BANK_DEPTH) - 1, masks=zeros(BANKS, BANK_DEPTH), indices=zeros(BANKS, BANK_DEPTH),
        hash_sets=hash_sets,
        held=zeros(BANKS), hashes=zeros(len(KEY.fields), 65536), used=zeros(VACCINES), hits=zeros(VACCINES),
        expiry=zeros(VACCINES),
        keys=zeros(VACCINES),
        bank_of=zeros(VACCINES),
        judged=zeros(6),
        scratch=zeros(2, 6),
    )  # fmt: skip
