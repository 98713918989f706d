"""The linker fragment: the memory map for linker scripts to include."""

from __future__ import annotations

from hdl.contract.memory import REGIONS


def linker_fragment() -> str:
    """Return the text of `memory.ld`: a MEMORY command, and a symbol for each window of registers."""
    lines = ["/* Generated from hdl/contract/memory.py by `make generate`: change it there. */", "MEMORY", "{"]
    lines += [
        f"  {region.name.upper()} ({region.access}) : "
        f"ORIGIN = {region.base:#010x}, LENGTH = {region.size:#x} /* {region.doc} */"
        for region in REGIONS.values()
        if not region.io
    ]
    lines += ["}", ""]
    lines += [f"vg_{region.name} = {region.base:#010x};" for region in REGIONS.values() if region.io]
    return "\n".join(lines) + "\n"
