"""All proofs."""

from __future__ import annotations

from sim.proofs import (
    answers,
    births,
    confines,
    counts,
    hits,
    obeys,
    order,
    rows,
    stands,
    states,
    sums,
    swaps,
    vaccines,
)
from sim.proofs.proof import Proof

_GROUPS = (order, hits, answers, obeys, swaps, rows, states, sums, vaccines, counts, births, confines, stands)

PROOFS: tuple[Proof, ...] = tuple(proof for group in _GROUPS for proof in group.PROOFS)


def proof_called(name: str) -> Proof:
    """Return the proof with this name."""
    for proof in PROOFS:
        if proof.name == name:
            return proof
    raise ValueError(f"there is no proof {name!r}: use {', '.join(proof.name for proof in PROOFS)}")
