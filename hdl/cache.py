"""Where built things are kept: folders named by the digest of what they were built from."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Wait until nobody else makes what is to lie at `place`."""
    path = place.with_suffix(".lock")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def made(kind: str, digest: str, name: str, make: Callable[[Path], None]) -> Path:
    """Return the path of the file `name` of a thing of `kind`; if it is not there, `make` puts it into a folder.

    Interrupted or failed work leaves nothing behind; of two who want the same thing at once, one makes it and the
    other waits.
    """
    place = root() / kind / digest
    if (place / name).exists():
        return place / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with _alone(place), tempfile.TemporaryDirectory(dir=place.parent, prefix="build-") as work:
        if (place / name).exists():
            return place / name
        make(Path(work))
        done = Path(work) / "done"
        done.mkdir()
        shutil.move(Path(work) / name, done / name)
        try:
            done.rename(place)
        except OSError:
            if not (place / name).exists():  # someone was faster, on a file system without locks; or a real error
                raise
    return place / name
