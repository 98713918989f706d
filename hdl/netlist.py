"""The digest of a netlist: of what it is, whoever made it and where."""

from __future__ import annotations

import hashlib
import re

_SOURCE = re.compile(r'^ *\(\* src = "[^"]*" \*\)\n', re.M)
_HEADER = re.compile(r"^(module \S+ ?\()([^;]*)(\);)", re.M)


def netlist_digest(text: str, *beside: bytes) -> str:
    """Return the SHA-256 of a design as Amaranth writes it in Verilog, and of files that are read beside it.

    Left out are the places in our sources, which name folders, and the order of a module's ports, which is that of
    a set of clock domains; ports are connected by name.
    """

    def ordered(found: re.Match[str]) -> str:
        return found[1] + ",".join(sorted(name.strip() for name in found[2].split(","))) + found[3]

    digest = hashlib.sha256(_HEADER.sub(ordered, _SOURCE.sub("", text)).encode())
    for content in beside:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
