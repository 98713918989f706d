"""What is generated from the contract room: C headers, linker fragment, SVD and the page of tables.

Nothing generated holds a date: the same contract gives the same bytes.
"""

from __future__ import annotations

from hdl.contract.generate.c_header import c_header
from hdl.contract.generate.linker import linker_fragment
from hdl.contract.generate.policy_header import policy_header
from hdl.contract.generate.svd import svd
from hdl.contract.generate.tables import tables


def generated() -> dict[str, str]:
    """Return the text of every generated file by its path from the root of the repository."""
    return {
        "firmware/include/vigilante.h": c_header(),
        "firmware/include/memory.ld": linker_fragment(),
        "firmware/include/policy.h": policy_header(),
        "docs/vigilante.svd": svd(),
        "docs/contract.md": tables(),
    }
