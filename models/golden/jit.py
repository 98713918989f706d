"""The golden model's compiler, typed: numba's `njit`, its result cached by the content of the sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

from hdl import cache

F = TypeVar("F", bound=Callable[..., object])


def _sources_digest() -> str:
    """Return the digest of everything that the compiled code depends on."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256(numba.__version__.encode())
    for folder in ("hdl/contract", "models/golden"):
        for source in sorted((root / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


# numba's own cache looks at the time stamp of one file; a change in a callee's file would go unnoticed.
config.__dict__["CACHE_DIR"] = str(cache.folder("golden", _sources_digest()))


_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "forceinline": True}
_LEAN: dict[str, Any] = {**_OPTIONS, "_nrt": False}


def jit(function: F) -> F:
    """Compile `function` on its first call; it stays plain Python to readers and type checkers.

    It must not make arrays: without them numba's reference counts, nearly all of the time otherwise, can go.
    """
    return cast(F, numba.njit(**_LEAN)(function))


def jit_allocating(function: F) -> F:
    """Compile `function`, which may make arrays, likewise."""
    return cast(F, numba.njit(**_OPTIONS)(function))
