"""What the comment behind each member of an enumeration says: documented where it is declared, read from there."""

from __future__ import annotations

import inspect
import re
from enum import IntEnum

_MEMBER = re.compile(r"\s+(\w+) = .*?#\s*(.+)")


def notes(enumeration: type[IntEnum]) -> dict[str, str]:
    """Return the comment by member; members without one are left out."""
    found = (_MEMBER.match(line) for line in inspect.getsource(enumeration).splitlines())
    return {match[1]: match[2] for match in found if match and match[1] in enumeration.__members__}


def snake(name: str) -> str:
    """Return `PathClass` as `path_class`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
