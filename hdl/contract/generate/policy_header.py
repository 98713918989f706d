"""The C header of the default policy: the tables that the firmware loads at boot."""

from __future__ import annotations

from collections.abc import Sequence

from hdl.contract.births import templates
from hdl.contract.policy import default_policy

_PER_LINE = 8

_HEAD = """\
/* The default policy, as it goes through the load port.
 * Generated from hdl/contract/policy.py by `make generate`: change it there. */
#ifndef POLICY_H
#define POLICY_H

#include <stdint.h>
"""


def _table(name: str, doc: str, words: Sequence[int]) -> str:
    lines = [
        "    " + " ".join(f"{word:#010x}," for word in words[start : start + _PER_LINE]) + "\n"
        for start in range(0, len(words), _PER_LINE)
    ]
    return f"\n/* {doc} */\nstatic const uint32_t {name}[{len(words)}] = {{\n{''.join(lines)}}};\n"


def _templates() -> str:
    rows = [(ident, row) for ident, row in enumerate(templates()) if row]
    text = "".join(f"    {{{ident}, {row:#x}}},\n" for ident, row in rows)
    head = "\n/* TEMPLATEs of the calls that have one: canonical id, template. */\n"
    return f"{head}static const uint32_t vg_policy_templates[{len(rows)}][2] = {{\n{text}}};\n"


def policy_header() -> str:
    """Return the text of `policy.h`."""
    policy = default_policy()
    halves = [half for row in policy.rows for half in (row & 0xFFFFFFFF, row >> 32)]
    return (
        _HEAD
        + f"\n#define VG_POLICY_ENFORCE {policy.enforce:#x} /* bit p: profile p is in enforce mode */\n"
        + _table("vg_policy_attributes", "ATTRIBUTES by canonical id.", policy.attributes)
        + _table("vg_policy_rows", "Rows of the judge, lower half first.", halves)
        + _templates()
        + "\n#endif\n"
    )
