"""Golden twins of the precog engine and the vaccine search: what one call does to its process's numbers."""

from __future__ import annotations

import numpy as np

from hdl.contract.model import LEAK_SHIFT
from hdl.contract.vaccine import BANK_BITS, BANK_DEPTH, BANKS, KEY, rotation
from models.golden import machine as m
from models.golden.jit import jit
from models.golden.machine import Ints, Machine

# Columns of `params`: see model.PARAM_NAMES.
_THRESHOLD_A, _THRESHOLD_C, _THRESHOLD_T = 1, 4, 7
_DRIFT_C, _DRIFT_T, _DRAIN = 10, 11, 12

_FIELD_COUNT = len(KEY.fields)
_TURNS = np.array([[rotation(bank, f) for f in range(_FIELD_COUNT)] for bank in range(BANKS)])
_OFFSETS = tuple(KEY.offset[field.name] for field in KEY.fields)
_ONES = tuple((1 << field.width) - 1 for field in KEY.fields)


@jit
def gram(tokens: Ints, order: int, bits: int) -> int:
    """Return the hash of the newest `order` tokens (newest first); twin of `model.ngram_index`."""
    step = 4 if bits == 11 else 3
    mask = (1 << bits) - 1
    value = 0
    for position in range(order - 1, -1, -1):
        value = ((value << step | value >> (bits - step)) & mask) ^ tokens[position]
    return value


@jit
def table_sum(tables: Ints, tokens: Ints, path_class: int, last_class: int, failed: int) -> int:
    """Return the signed sum of one model's six tables (6, 2048) for the tokens (6,), newest first."""
    token = tokens[0]
    argument = token ^ path_class << 6 ^ last_class << 2 ^ failed << 1
    return int(
        tables[0, token]
        + tables[1, gram(tokens, 2, 11)]
        + tables[2, gram(tokens, 3, 10)]
        + tables[3, gram(tokens, 4, 10)]
        + tables[4, gram(tokens, 6, 10)]
        + tables[5, argument]
    )


@jit
def accumulate(value: int, gain: int, loss: int, floor: int, same_epoch: bool, drain: int) -> tuple[int, int]:
    """Return (value, floor) after a gain and a loss; neither wraps, and no epoch lowers by more than `drain`."""
    floor = max(floor if same_epoch else 0, max(value - drain, 0) >> 8)
    return min(max(value + gain - loss, floor << 8), m.FULL), floor


@jit
def tier_of(params: Ints, value: int, first: int) -> int:
    """Return how many of the three thresholds from column `first` on `value` reaches."""
    return int(value >= params[first]) + int(value >= params[first + 1]) + int(value >= params[first + 2])


@jit
def score_call(
    g: Machine, slot: int, tree: int, total: int, effect: bool, ok: bool, epoch: int
) -> tuple[int, int, int]:
    """Take one call into the accumulators; return (tier, floored, by_tree).

    A gain counts at once.  A loss counts with the *next* call, once this one is known to have had an effect
    and to have succeeded: so neither failed calls nor calls without effect ever lower a score.
    """
    s, t = g.slots[slot], g.trees[tree]
    params = g.params[g.registers[m.ACTIVE]]
    gain = max(total, 0) if effect else 0
    proven = ok and s[m.EFFECTIVE] == 1
    loss = s[m.PENDING] if proven else 0
    drain = params[_DRAIN]
    same = epoch == s[m.EPOCH]
    leak = s[m.A] >> LEAK_SHIFT if proven else 0
    drift = params[_DRIFT_C] if proven else 0
    s[m.A], s[m.FLOOR_A] = accumulate(s[m.A], gain, loss + leak, s[m.FLOOR_A], same, drain)
    s[m.C], s[m.FLOOR_C] = accumulate(s[m.C], gain, loss + drift, s[m.FLOOR_C], same, drain)
    drift = params[_DRIFT_T] if proven else 0
    t[m.T], t[m.FLOOR_T] = accumulate(t[m.T], gain, loss + drift, t[m.FLOOR_T], epoch == t[m.EPOCH_T], drain)
    s[m.EPOCH] = epoch
    t[m.EPOCH_T] = epoch
    s[m.PENDING] = max(-total, 0) if effect else 0
    s[m.EFFECTIVE] = int(effect)
    own = max(tier_of(params, s[m.A], _THRESHOLD_A), tier_of(params, s[m.C], _THRESHOLD_C))
    of_tree = tier_of(params, t[m.T], _THRESHOLD_T)
    floor = s[m.FLOOR_TIER] if s[m.FLOOR_LEFT] else 0
    tier = max(own, of_tree, floor)
    s[m.TIER] = tier
    if effect and s[m.FLOOR_LEFT]:
        s[m.FLOOR_LEFT] -= 1
    return tier, int(floor > max(own, of_tree)), int(of_tree > max(own, floor))


@jit
def score_byte(g: Machine, slot: int, tree: int, tier: int) -> int:
    """Return the score shown to people: the curves' highest byte, held inside the tier's band."""
    curve = g.curves[g.registers[m.ACTIVE]]
    s = g.slots[slot]
    shown = max(curve[s[m.A] >> 10], curve[64 + (s[m.C] >> 10)], curve[128 + (g.trees[tree, m.T] >> 10)])
    low, high = m.TIER_BYTES[tier], m.TIER_BYTES[tier + 1] - 1
    return int(min(max(shown, low), high))


@jit
def hash_key(g: Machine, key: int, hashed: Ints) -> None:
    """Write the secret hash bits of every field of `key`."""
    for position in range(_FIELD_COUNT):
        hashed[position] = g.hashes[position, key >> _OFFSETS[position] & _ONES[position]]


@jit
def place_in(g: Machine, bank: int, hashed: Ints) -> int:
    """Return where a key with these hash bits stands in `bank`; twin of `vaccine.BankKey.place`."""
    place = 0
    fields = g.hash_sets[bank]
    for position in range(_FIELD_COUNT):
        if fields >> position & 1:
            turn = _TURNS[bank, position]
            place ^= (hashed[position] << turn | hashed[position] >> (BANK_BITS - turn)) & (BANK_DEPTH - 1)
    return int(place)


@jit
def place_of(g: Machine, bank: int, key: int) -> int:
    """Return where `key` stands in `bank`."""
    hashed = g.scratch[1]
    hash_key(g, key, hashed)
    return place_in(g, bank, hashed)


@jit
def find_vaccine(g: Machine, key: int) -> int:
    """Return the index of the vaccine in the lowest bank that matches `key`, or -1; count the hit."""
    if g.registers[m.VACCINES_HELD] == 0:
        return -1
    hashed = g.scratch[1]
    hash_key(g, key, hashed)
    for bank in range(BANKS):
        if g.held[bank]:
            place = place_in(g, bank, hashed)
            if g.banks[bank, place] == key & g.masks[bank, place]:
                index = int(g.indices[bank, place])
                g.hits[index] += 1
                return index
    return -1
