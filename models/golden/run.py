"""The golden machine at work: events in, records and spilled states out."""

from __future__ import annotations

import numpy as np

from hdl.contract.births import HOST_BANKS, OUTCOME
from hdl.contract.event import EVENT, FLOOR_CALLS, RECORD, STATE
from hdl.contract.policy import ATTRIBUTES, FIELD0_HALVES, FIELD1_HALVES
from hdl.contract.vaccine import BANKS, FULL_MASK, KEY, MASK_UNITS, units_mask
from models.golden import machine as m
from models.golden.jit import jit
from models.golden.machine import Bytes, Ints, Machine, Words
from models.golden.paths import class_of, walk
from models.golden.score import find_vaccine, place_of, score_byte, score_call, table_sum

_R = RECORD.offset
"""Bit offsets of the record's fields."""
(_R_SLOT, _R_VERDICT, _R_PROPOSED, _R_TIER, _R_ENFORCE, _R_MODEL, _R_VACCINATED, _R_VIOLATION, _R_FLOORED,
 _R_BY_TREE, _R_OVERLONG, _R_FAULT, _R_CLASS) = (
    _R["slot"], _R["verdict"], _R["proposed"], _R["tier"], _R["enforce"], _R["model"], _R["vaccinated"],
    _R["violation"], _R["floored"], _R["by_tree"], _R["overlong"], _R["fault"], _R["call_class"],
)  # fmt: skip
_R_VACCINE, _R_PROFILE, _R_PATH = _R["vaccine"] - 32, _R["profile"] - 32, _R["path_class"] - 32
_R_OUTCOME = _R["spare1"] - 32
_O_BANK, _O_MERGED, _O_BORN = (OUTCOME.offset[name] for name in ("bank", "merged", "born"))
_E_OK, _E_SOURCE = EVENT.offset["ok"], EVENT.offset["source"]
assert (_R["id"], _R["decayed"], _R["cusum"], _R["tree_sum"]) == (32, 64, 80, 96)
assert (_R["score"], _R["node"], _R["generation"], _R["sequence"]) == (112, 120, 128, 160)

_ALLOW = ATTRIBUTES.offset["allow"]
_FIELD0, _FIELD1 = ATTRIBUTES.offset["field0"], ATTRIBUTES.offset["field1"]
_KEY_CLASS, _KEY_NODE = KEY.offset["path_class"], KEY.offset["node"]
_KEY_FIELD0, _KEY_FIELD1, _KEY_TREE = KEY.offset["field0"], KEY.offset["field1"], KEY.offset["tree"]
_UNITS = np.array([units_mask(1 << unit) for unit in range(len(MASK_UNITS))], np.int64)

# STATE field by field: (column of `slots`, width); -1 and below are the tree's columns and the swap count.
_TREE_SUM, _TREE_FLOOR, _TREE_EPOCH, _SWAPS = -1, -2, -3, -4
_COLUMNS = {
    "token1": m.TOKEN1, "token2": m.TOKEN2, "token3": m.TOKEN3, "token4": m.TOKEN4, "token5": m.TOKEN5,
    "path_class": m.LAST_CLASS, "profile": m.PROFILE, "allow": m.ALLOW, "decayed": m.A, "cusum": m.C,
    "pending": m.PENDING, "effective": m.EFFECTIVE, "floor_decayed": m.FLOOR_A, "floor_cusum": m.FLOOR_C,
    "epoch": m.EPOCH, "tier": m.TIER, "floor_tier": m.FLOOR_TIER, "floor_left": m.FLOOR_LEFT,
    "tree_sum": _TREE_SUM, "tree_floor": _TREE_FLOOR, "tree_epoch": _TREE_EPOCH, "swaps": _SWAPS,
}  # fmt: skip
_STATE = np.array([(_COLUMNS[field.name], field.width) for field in STATE.fields], np.int64)


@jit
def _classify(g: Machine, event: Words, pool: Bytes, offset: int) -> tuple[int, int, bool]:
    """Return (class, node, overlong) of the event's paths: the worst class, and the first node that has it.

    pool[offset:]: per path its seed node, seed excess, length (2 bytes, little-endian) and text.
    """
    params = g.params[g.registers[m.ACTIVE]]
    trie = g.tries[g.registers[m.ACTIVE]]
    # Parameters come into force with the first swap; before it every call is refused anyway.
    seed = params[13] | (params[14] & 255) << 16 if g.registers[m.RUNNING] else 0
    worst, worst_node, overlong = 0, 0, False
    for _ in range(int(event[0]) >> 12 & 3):
        length = int(pool[offset + 2]) | int(pool[offset + 3]) << 8
        text = pool[offset + 4 : offset + 4 + length]
        node, _excess, long = walk(trie, seed, int(pool[offset]), int(pool[offset + 1]), text)
        offset += 4 + length
        overlong |= long
        kind = class_of(trie, node)
        if kind > worst:
            worst, worst_node = kind, node
    return worst, worst_node, overlong


@jit
def _restart(g: Machine) -> None:
    """Begin anew under another model: sums and history go, each slot's tier stays as a floor."""
    for slot in range(len(g.slots)):
        s = g.slots[slot]
        for column in (m.LAST_CLASS, m.TOKEN1, m.TOKEN2, m.TOKEN3, m.TOKEN4, m.TOKEN5, m.A, m.C, m.PENDING,
                       m.EFFECTIVE, m.FLOOR_A, m.FLOOR_C):  # fmt: skip
            s[column] = 0
        s[m.FLOOR_TIER], s[m.FLOOR_LEFT] = s[m.TIER], FLOOR_CALLS
    for tree in range(len(g.trees)):
        g.trees[tree, m.T] = 0
        g.trees[tree, m.FLOOR_T] = 0


@jit
def _restore(g: Machine, slot: int, tree: int, words: Words) -> None:
    """Take a spilled state back; one from before the last swap restarts as if it had been here."""
    s, t = g.slots[slot], g.trees[tree]
    alone = t[m.USERS] == 0
    stale = False
    position = 0
    for column, width in _STATE:
        value = 0
        for bit in range(width):
            where = position + bit
            value |= (int(words[where >> 5]) >> (where & 31) & 1) << bit
        position += width
        if column >= 0:
            s[column] = value
        elif column == _SWAPS:
            stale = value != g.registers[m.SWAPS] & 0xFFF
        elif alone:
            t[m.T if column == _TREE_SUM else m.FLOOR_T if column == _TREE_FLOOR else m.EPOCH_T] = value
    if stale:
        for column in (m.LAST_CLASS, m.TOKEN1, m.TOKEN2, m.TOKEN3, m.TOKEN4, m.TOKEN5, m.A, m.C, m.PENDING,
                       m.EFFECTIVE, m.FLOOR_A, m.FLOOR_C):  # fmt: skip
            s[column] = 0
        s[m.FLOOR_TIER], s[m.FLOOR_LEFT] = s[m.TIER], FLOOR_CALLS
        if alone:
            t[m.T] = 0
            t[m.FLOOR_T] = 0


@jit
def _spill(g: Machine, slot: int, tree: int, words: Words) -> None:
    """Pack the slot's state into six words."""
    s, t = g.slots[slot], g.trees[tree]
    position = 0
    for column, width in _STATE:
        if column >= 0:
            value = s[column]
        elif column == _SWAPS:
            value = g.registers[m.SWAPS] & 0xFFF
        else:
            value = t[m.T if column == _TREE_SUM else m.FLOOR_T if column == _TREE_FLOOR else m.EPOCH_T]
        for bit in range(width):
            where = position + bit
            words[where >> 5] |= np.uint32((value >> bit & 1) << (where & 31))
        position += width


@jit
def _half(slot: int) -> int:
    """Return which source a slot (or tree) belongs to: 0 the core, 1 the host."""
    return int(slot >= 32)


@jit
def _lives(g: Machine, slot: int, generation: int) -> bool:
    return slot < len(g.slots) and g.slots[slot, m.LIVE] == 1 and g.slots[slot, m.GENERATION] == generation


@jit
def _choice(g: Machine, event: Words) -> int:
    """Return the set of birth banks (bit 0: the first) that a VACCINATE leaves the choice of; 0: none."""
    return (int(event[7]) >> HOST_BANKS) % (1 << (BANKS - HOST_BANKS)) if g.registers[m.BIRTHS] else 0


@jit
def _mask_of(event: Words) -> int:
    mask = 0
    for unit in range(len(_UNITS)):
        mask |= _UNITS[unit] * (int(event[6]) >> unit & 1)
    return int(mask)


@jit
def _birth_place(g: Machine, event: Words) -> tuple[int, int]:
    """Return (index of the very same in force, else -1; bank: the twin's, else the one chosen, else -1).

    The twin has the whole key and the mask of the VACCINATE.
    """
    key, mask = (int(event[2]) | int(event[3]) << 32) & FULL_MASK, _mask_of(event)
    choice, free, twin, there = _choice(g, event), -1, -1, -1
    for number in range(BANKS - HOST_BANKS):
        bank = HOST_BANKS + number
        if choice >> number & 1:
            place = place_of(g, bank, key)
            index = g.indices[bank, place]
            if g.banks[bank, place] < 0:
                free = bank
            elif g.masks[bank, place] == mask and g.keys[index] == key:
                twin, there = int(index), bank
    return (twin, there) if twin >= 0 else (-1, free)


@jit
def _fault_of(g: Machine, kind: int, slot: int, source: int, event: Words, tree: int) -> int:
    """Return why the event is refused for its form, 0 if it is not."""
    if kind > m.REVOKE:
        return m.BAD_KIND
    if kind == m.SWAP:
        target = int(event[2]) & 1
        known = g.registers[m.READY] >> target & 1
        return 0 if known and (not g.registers[m.RUNNING] or target != g.registers[m.ACTIVE]) else m.MODEL
    if kind >= m.VACCINATE:
        bank = int(event[4]) >> 16 & 31
        key = (int(event[2]) | int(event[3]) << 32) & FULL_MASK
        index = int(event[4]) & 511
        if bank >= BANKS:
            return m.VACCINE
        if kind == m.VACCINATE and _choice(g, event):
            twin, bank = _birth_place(g, event)
            return 0 if twin >= 0 or (bank >= 0 and not g.used[index]) else m.VACCINE
        if kind == m.VACCINATE:
            return 0 if g.banks[bank, place_of(g, bank, key)] < 0 and not g.used[index] else m.VACCINE
        return 0 if g.used[index] and g.keys[index] == key and g.bank_of[index] == bank else m.VACCINE
    if _half(slot) != source:
        return m.SOURCE
    if kind == m.CLEAR or kind == m.RESTORE:
        if g.slots[slot, m.LIVE]:
            return m.NO_SLOT
        if _half(tree) != source:
            return m.SOURCE
        return m.TREE if kind == m.CLEAR and g.trees[tree, m.USERS] else 0
    if not _lives(g, slot, int(event[1])):
        return m.STALE
    if kind == m.FORK:
        child = int(event[2])
        if child >= len(g.slots) or _half(child) != source or g.slots[child, m.LIVE]:
            return m.NO_SLOT
    if kind == m.EXIT:
        heir = int(event[2])
        if heir < len(g.slots) and (_half(heir) != source or heir == slot or not _lives(g, heir, int(event[3]))):
            return m.STALE
    if kind == m.CALL and not g.registers[m.RUNNING]:
        return m.MODEL
    return 0


@jit
def _change(g: Machine, kind: int, slot: int, event: Words, state: Words) -> int:
    """Do what a valid event other than a call does; return the slot whose numbers the record shows."""
    slots = g.slots
    tree = int(event[0]) >> 14 & 63 if kind in (m.CLEAR, m.RESTORE) else slots[slot, m.TREE_OF]
    shown = slot
    if kind == m.CLEAR:
        for column in range(m.SLOT_COLUMNS):
            slots[slot, column] = 0
        slots[slot, m.PROFILE] = event[2] & 15
        slots[slot, m.ALLOW] = 1 << (event[2] & 15)
        for column in range(m.TREE_COLUMNS):
            g.trees[tree, column] = 0
    elif kind == m.RESTORE:
        _restore(g, slot, tree, event[2:8])
    elif kind == m.FORK:
        shown = int(event[2])
        for column in range(m.SLOT_COLUMNS):
            slots[shown, column] = slots[slot, column]
        slots[shown, m.GENERATION] = event[3]
        g.trees[tree, m.USERS] += 1
    elif kind == m.EXEC:
        slots[slot, m.ALLOW] |= 1 << (event[2] & 15)
    elif kind == m.EXIT and int(event[2]) < len(slots):
        shown = int(event[2])
        for column in (m.A, m.C, m.FLOOR_A, m.FLOOR_C, m.TIER, m.FLOOR_TIER, m.FLOOR_LEFT):
            slots[shown, column] = max(slots[shown, column], slots[slot, column])
    elif kind == m.SPILL:
        _spill(g, slot, tree, state)
    if kind == m.CLEAR or kind == m.RESTORE:
        slots[slot, m.LIVE] = 1
        slots[slot, m.GENERATION] = event[1]
        slots[slot, m.TREE_OF] = tree
        g.trees[tree, m.USERS] += 1
    elif kind == m.EXIT or kind == m.SPILL:
        slots[slot, m.LIVE] = 0
        g.trees[tree, m.USERS] -= 1
    return shown


@jit
def _change_tables(g: Machine, kind: int, event: Words, record: Words) -> int:
    """Do what a valid SWAP, VACCINATE or REVOKE does; return the vaccine that it is about."""
    if kind == m.SWAP:
        g.registers[m.ACTIVE] = event[2] & 1
        g.registers[m.RUNNING] = 1
        g.registers[m.SWAPS] += 1
        _restart(g)
        return 0
    key = (int(event[2]) | int(event[3]) << 32) & FULL_MASK
    index, bank = int(event[4]) & 511, int(event[4]) >> 16 & 31
    choice = _choice(g, event) if kind == m.VACCINATE else 0
    if choice:
        twin, bank = _birth_place(g, event)
        record[1] |= np.uint32((bank << _O_BANK | int(twin >= 0) << _O_MERGED) << _R_OUTCOME)
        if twin >= 0:
            g.expiry[twin] = event[5]
            return twin
    place = place_of(g, bank, key)
    if kind == m.VACCINATE:
        mask = _mask_of(event)
        g.banks[bank, place] = key & mask
        g.masks[bank, place] = mask
        g.indices[bank, place] = index
        g.used[index] = 1
        g.held[bank] += 1
        g.registers[m.VACCINES_HELD] += 1
        g.hits[index] = 0
        g.expiry[index] = event[5]
        g.keys[index] = key
        g.bank_of[index] = bank
    else:
        g.banks[bank, place] = -1
        g.used[index] = 0
        g.held[bank] -= 1
        g.registers[m.VACCINES_HELD] -= 1
    return index


@jit
def _half_word(event: Words, select: int) -> int:
    return int(event[2 + (select >> 1)]) >> (16 * (select & 1)) & 0xFFFF


@jit
def _call(g: Machine, slot: int, event: Words, path_class: int, node: int, overlong: bool, record: Words) -> None:
    """Judge one valid call and write verdict and reason into the record."""
    s = g.slots[slot]
    head = int(event[0])
    ident, ok, epoch = head >> 14 & 511, bool(head >> 11 & 1), head >> 23 & 255
    tree = s[m.TREE_OF]
    attributes = int(g.attributes[ident])
    call_class = attributes & 7
    effect = call_class != 0
    active = g.registers[m.ACTIVE]
    tokens = g.scratch[0]
    tokens[0] = g.idmaps[active, ident]
    for back in range(1, 6):
        tokens[back] = s[m.TOKEN1 + back - 1]
    total = table_sum(g.tables[active], tokens, path_class, s[m.LAST_CLASS], int(not ok))
    tier, floored, by_tree = score_call(g, slot, tree, total, effect, ok, epoch)
    if effect:
        for back in range(5):
            s[m.TOKEN1 + back] = tokens[back]
        s[m.LAST_CLASS] = path_class
    key = (
        ident | path_class << _KEY_CLASS | node << _KEY_NODE
        | _half_word(event, FIELD0_HALVES[attributes >> _FIELD0 & 3]) << _KEY_FIELD0
        | _half_word(event, FIELD1_HALVES[attributes >> _FIELD1 & 7]) << _KEY_FIELD1
        | (tree & 63) << _KEY_TREE
    )  # fmt: skip
    vaccine = find_vaccine(g, key)
    vaccinated = int(vaccine >= 0)
    violation = int((attributes >> _ALLOW) & s[m.ALLOW] != s[m.ALLOW])
    profile = s[m.PROFILE]
    row = profile << 4 | call_class << 1 | int(path_class >= m.SECRET_FROM)
    cell = violation << 3 | vaccinated << 2 | tier
    proposed = int(g.rows[row] >> np.uint64(3 * cell)) & 7
    if overlong:
        proposed = max(proposed, m.DENY)
    enforce = int(g.registers[m.ENFORCE] >> profile & 1)
    record[0] |= np.uint32(
        proposed * enforce << _R_VERDICT | proposed << _R_PROPOSED | tier << _R_TIER | enforce << _R_ENFORCE
        | vaccinated << _R_VACCINATED | violation << _R_VIOLATION | floored << _R_FLOORED | by_tree << _R_BY_TREE
    )  # fmt: skip
    record[1] |= np.uint32(max(vaccine, 0) << _R_VACCINE)
    judged = g.judged
    judged[m.JUDGES], judged[m.KEY_OF], judged[m.VERDICT_OF] = 1, key, proposed * enforce
    judged[m.TIER_JUDGED], judged[m.VACCINATED], judged[m.SLOT_OF] = tier, vaccinated, slot & 63


@jit
def step(g: Machine, slot: int, event: Words, pool: Bytes, offset: int, record: Words, state: Words) -> None:
    """Take one event (8 words); write its record (6 zeroed words) and, for a SPILL, the state (6 zeroed words).

    slot: the event's slot, given apart because a machine with more than 64 slots has no field for it.
    """
    head = int(event[0])
    kind, source, ident = head & 15, head >> 10 & 1, head >> 14 & 511
    path_class, node, overlong = _classify(g, event, pool, offset)
    fault = _fault_of(g, kind, slot, source, event, ident & 63)
    call_class = int(g.attributes[ident]) & 7
    record[0] = np.uint32(
        kind | (slot & 63) << _R_SLOT | int(overlong) << _R_OVERLONG | fault << _R_FAULT | call_class << _R_CLASS
    )
    record[1] = np.uint32(ident | path_class << _R_PATH)
    record[3] = np.uint32(node << 24)
    record[4] = event[1]
    record[5] = np.uint32(g.registers[m.SEQUENCE] & 0xFFFFFFFF)
    g.registers[m.SEQUENCE] += 1
    g.judged[m.JUDGES] = 0
    if fault:
        record[0] |= np.uint32(m.DENY << _R_VERDICT | m.DENY << _R_PROPOSED)
    if kind == m.VACCINATE and g.registers[m.BIRTHS]:
        born = head >> _E_OK & 1 & ~source
        record[1] |= np.uint32(born << _O_BORN << _R_OUTCOME)
    index = int(event[4]) & 511
    if not fault and kind >= m.SWAP:
        index = _change_tables(g, kind, event, record)
    if kind == m.VACCINATE or kind == m.REVOKE:
        record[1] |= np.uint32(index << _R_VACCINE)
    record[0] |= np.uint32(int(g.registers[m.ACTIVE]) << _R_MODEL)
    if fault or kind >= m.SWAP:
        return
    shown = slot
    if kind == m.CALL:
        _call(g, slot, event, path_class, node, overlong, record)
    else:
        shown = _change(g, kind, slot, event, state)
        record[0] |= np.uint32(g.slots[shown, m.TIER] << _R_TIER)
    s = g.slots[shown]
    tree = s[m.TREE_OF]
    record[1] |= np.uint32(s[m.PROFILE] << _R_PROFILE)
    record[2] = np.uint32(s[m.A] | s[m.C] << 16)
    record[3] |= np.uint32(g.trees[tree, m.T] | score_byte(g, shown, tree, s[m.TIER]) << 16)


@jit
def run(g: Machine, slots: Ints, events: Words, pool: Bytes, offsets: Ints, records: Words, states: Words) -> None:
    """Take n events in order: slots (n,), events (n, 8), offsets (n,) into the path pool; records and states
    (n, 6) must come zeroed."""
    for n in range(len(events)):
        step(g, slots[n], events[n], pool, offsets[n], records[n], states[n])
