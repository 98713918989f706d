"""All proofs."""

from __future__ import annotations

from sim.proofs import answers, hits, order, swaps
from sim.proofs.proof import Proof

PROOFS: tuple[Proof, ...] = (*order.PROOFS, *hits.PROOFS, *answers.PROOFS, *swaps.PROOFS)


def proof_called(name: str) -> Proof:
    """Return the proof with this name."""
    for proof in PROOFS:
        if proof.name == name:
            return proof
    raise ValueError(f"there is no proof {name!r}: use {', '.join(proof.name for proof in PROOFS)}")
