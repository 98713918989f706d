"""Recordings kept by content: a log is read once, afterwards its events are taken from the cache.

A recording's name is the digest of its log, of the sources that read and encode it, and of the path trie, which
says where relative paths start.  Name, group and onset are the caller's; they are not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path

import numpy as np

from hdl import cache
from models.image import parse
from models.readers import detect
from models.recordings import Recording
from models.replay import record
from models.sources import digests, sources_of

_FILE = "recording.npz"
_ARRAYS = ("events", "pool", "offsets", "slots", "lines")


@dataclass(frozen=True)
class Shelf:
    """Where recordings are kept under one model's path trie.

    sources: digest of what reads and encodes.  trie: digest of the path trie.  use: False reads every log anew.
    """

    sources: str
    trie: str
    use: bool = True

    def place(self, path: Path) -> str:
        """Return the digest under which the recording of a log is kept."""
        said = (self.sources, self.trie, hashlib.sha256(path.read_bytes()).hexdigest())
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def take(self, path: Path, read: Callable[[], Recording]) -> tuple[Recording, bool]:
        """Return the recording of a log, and whether it was kept; if not, it is read and kept."""
        if not self.use:
            return read(), False
        digest = self.place(path)
        file = cache.root() / "recordings" / digest / _FILE
        if file.is_file():
            with np.load(file, allow_pickle=False) as data:
                return Recording(**{name: data[name] for name in _ARRAYS}), True
        found = read()

        def make(folder: Path) -> None:
            np.savez_compressed(folder / _FILE, **{name: getattr(found, name) for name in _ARRAYS})

        cache.made("recordings", digest, _FILE, make)
        return found, False


def shelf(image: bytes, use: bool = True) -> Shelf:
    """Return the shelf for a model's path trie."""
    model = parse(image)
    trie = hashlib.sha256(np.array([model.path_seed, *model.trie], "<u4").tobytes())
    return Shelf(_sources(), trie.hexdigest(), use)


@remembered
def _sources() -> str:
    files = sources_of(Path(detect.__file__)) | sources_of(Path(record.__code__.co_filename))
    return hashlib.sha256("\n".join(digests(files)).encode()).hexdigest()
