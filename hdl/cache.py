"""Where built things are kept: folders named by the digest of what they were built from."""

from __future__ import annotations

import os
from pathlib import Path


def root() -> Path:
    """Return the cache's root: $VIGILANTE_CACHE, else `vigilante` in the user's cache folder."""
    chosen = os.environ.get("VIGILANTE_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vigilante"


def folder(kind: str, digest: str) -> Path:
    """Return the folder for a thing of `kind` built from sources with `digest`, made if it is not there."""
    path = root() / kind / digest
    path.mkdir(parents=True, exist_ok=True)
    return path
