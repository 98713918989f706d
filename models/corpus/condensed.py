"""The whole corpus in a small file: its recordings without what no model can see.

    python -m models.corpus.condensed DIR [--out models/corpus/full.npz.xz]

Kept of a call are its canonical id, whether the process's last call succeeded, its paths as nodes of the trie,
the arguments that are flags (`FLAGS`), and its time in 1/16 s; of a fork, an exec or an exit everything.  Gone are
names, addresses, descriptors, sizes, and how far below a known folder a path lies.  So the file gives the same
scores as the recordings, to the bit; but a vaccine may look at other arguments, and it holds for one path trie.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, PATHS_MAX, Kind
from hdl.contract.syscalls import ID_COUNT, IDS
from models.evaluate import CorpusError, Progress, group_of, read_corpus
from models.golden.engine import region
from models.golden.jit import jit
from models.golden.paths import walk
from models.image import assemble
from models.recordings import Ints, Recording, Words
from models.speed import Speed
from models.train import blank_model

FULL = Path(__file__).parent / "full.npz.xz"
KERNEL = Path(__file__).parent / "kernel.npz.xz"
"""Sessions at the board's own shell, benign ones: `python -m sim.kernel_sessions`."""
PRACTICE = KERNEL.with_name("practice.npz.xz")
"""Attacks and honest work by programs of the board's own: `python -m sim.kernel_practice`."""
SAMPLE = Path(__file__).parent / "data"
"""The recordings that the repository holds as logs."""

FLAGS = {
    "open": (1,), "openat": (2,), "creat": (1,), "mmap": (2, 3), "mmap2": (2, 3), "mprotect": (2,),
    "pkey_mprotect": (2,), "madvise": (2,), "memfd_create": (1,), "socket": (0, 1, 2), "socketpair": (0, 1, 2),
    "accept4": (3,), "setsockopt": (1, 2), "getsockopt": (1, 2), "shutdown": (1,), "clone": (0,), "unshare": (0,),
    "setns": (1,), "mount": (3,), "umount2": (1,), "fcntl": (1,), "fcntl64": (1,), "ioctl": (1,), "lseek": (2,),
    "dup3": (2,), "pipe2": (1,), "fchmod": (1,), "chmod": (1,), "fchmodat": (2,), "mkdirat": (2,), "mknodat": (2,),
    "faccessat": (2,), "faccessat2": (2, 3), "unlinkat": (2,), "renameat2": (4,), "linkat": (4,), "prctl": (0,),
    "ptrace": (0,), "kill": (1,), "tgkill": (2,), "rt_sigaction": (0,), "prlimit64": (1,), "setuid": (0,),
    "setgid": (0,), "fallocate": (1,), "splice": (5,), "wait4": (2,), "execveat": (4,), "seccomp": (0, 1),
}  # fmt: skip
"""The arguments that are kept, by call: flags, modes, kinds, signals."""

_AGAIN = "python -m models.corpus.condensed DIR"

_KIND, _SLOT, _EPOCH = (EVENT.offset[name] for name in ("kind", "slot", "epoch"))
_CHANGING = 63 << _SLOT | 255 << _EPOCH
_MASKS = np.zeros((ID_COUNT, 6), np.uint32)
for _name, _places in FLAGS.items():
    for _place in _places if _name in IDS else ():
        _MASKS[IDS[_name], _place] = 0xFFFFFFFF


@jit
def _nodes(events: Words, pool: NDArray[np.uint8], offsets: Ints, trie: Ints, seed: int, nodes: Words) -> None:
    """Fill (n, PATHS_MAX) with the node of each path."""
    for n in range(len(events)):
        offset = offsets[n]
        for path in range(int(events[n, 0]) >> 12 & 3 if events[n, 0] & 15 == 0 else 0):
            length = int(pool[offset + 2]) | int(pool[offset + 3]) << 8
            text = pool[offset + 4 : offset + 4 + length]
            nodes[n, path] = walk(trie, seed, int(pool[offset]), int(pool[offset + 1]), text)[0]
            offset += 4 + length


def _paths_of(image: bytes) -> tuple[Ints, int, NDArray[np.uint8]]:
    """Return the path trie of a model, the seed of its hash, and the digest of both."""
    trie, params = region(image, "paths"), region(image, "params")
    seed = int(params[13] | (params[14] & 255) << 16)
    digest = hashlib.sha256(np.append(trie, seed).astype("<i8").tobytes()).digest()
    return trie, seed, np.frombuffer(digest, np.uint8)


def condense(recordings: Sequence[Recording], labels: Sequence[dict[str, Any]], image: bytes) -> bytes:
    """Return the file of some recordings, made under the path trie of `image`, with their labels."""
    trie, seed, digest = _paths_of(image)
    rows, onsets = [], []
    for recording in recordings:
        events = recording.events
        nodes = np.zeros((len(events), PATHS_MAX), np.uint32)
        _nodes(events, recording.pool, recording.offsets, trie, seed, nodes)
        call = (events[:, 0] >> _KIND & 15) == Kind.CALL
        arguments = np.where(call[:, None], events[:, 2:] & _MASKS[events[:, 0] >> 14 & 511], events[:, 2:])
        heads = events[:, :1] & np.uint32(0xFFFFFFFF ^ _CHANGING)
        rows.append(np.concatenate([heads, arguments, nodes], axis=1))
        onsets.append(-1 if recording.onset is None else int((recording.lines < recording.onset).sum()))
    symbols, which = np.unique(np.concatenate(rows), axis=0, return_inverse=True)
    events = np.concatenate([recording.events for recording in recordings])
    file = io.BytesIO()
    np.savez(
        file,
        labels=np.frombuffer("".join(json.dumps(label) + "\n" for label in labels).encode(), np.uint8),
        trie=digest,
        sizes=np.array([len(recording) for recording in recordings], "<u4"),
        onsets=np.array(onsets, "<i4"),
        symbols=symbols.astype("<u4"),
        which=which.ravel().astype("<u2" if len(symbols) < 1 << 16 else "<u4"),
        generations=np.diff(events[:, 1].astype("<i4"), prepend=np.int32(0)),
        slots=np.concatenate([recording.slots for recording in recordings]).astype("<u2"),
        epochs=np.diff((events[:, 0] >> _EPOCH & 255).astype(np.uint8), prepend=np.uint8(0)),
    )
    return lzma.compress(file.getvalue(), preset=9)


def expand(path: Path, image: bytes) -> tuple[list[Recording], list[int], list[dict[str, Any]]]:
    """Return recordings, labels 0 or 1 and label objects of a file, as `read_corpus` does.

    An event's line is its number.  Raises CorpusError if the file is damaged, or `image` has another path trie.
    """
    try:
        arrays = _arrays(path)
        objects = _objects(arrays)
        digest, sizes, onsets = arrays["trie"], arrays["sizes"].astype(np.int64), arrays["onsets"]
        rows = arrays["symbols"][arrays["which"]]
        generations = np.cumsum(arrays["generations"], dtype=np.int32).astype(np.uint32)
        epochs = np.cumsum(arrays["epochs"], dtype=np.uint8)
        slots = arrays["slots"].astype(np.int64)
        if not len(objects) == len(sizes) == len(onsets) or sizes.sum() != len(rows):
            raise ValueError("its parts do not fit together")
    except _DAMAGED as error:
        raise _no_corpus(path, error) from None
    if digest.tobytes() != _paths_of(image)[2].tobytes():
        raise CorpusError(f"{path}: condensed under another path trie than the model's: make it again: {_AGAIN}")
    heads = (
        rows[:, 0]
        | (slots & 63).astype(np.uint32) << np.uint32(_SLOT)
        | epochs.astype(np.uint32) << np.uint32(_EPOCH)
    )
    events = np.concatenate([heads[:, None], generations[:, None], rows[:, 1:7]], axis=1).astype(np.uint32)
    counts = np.where((heads & 15) == Kind.CALL, heads >> 12 & 3, 0).astype(np.int64)
    recordings, begins = [], np.cumsum([0, *sizes.tolist()])
    for number, label in enumerate(objects):
        part = slice(begins[number], begins[number + 1])
        offsets = np.cumsum(4 * counts[part]) - 4 * counts[part]
        # An empty path that begins at its node.
        pool = np.zeros(4 * int(counts[part].sum()) + 1, np.uint8)
        for place in range(PATHS_MAX):
            has = counts[part] > place
            pool[offsets[has] + 4 * place] = rows[part, 7 + place][has]
        onset = None if onsets[number] < 0 else int(onsets[number])
        recordings.append(
            Recording(
                events[part], pool, offsets, slots[part], np.arange(len(offsets)), str(label["file"]),
                group_of(label), onset,
            )
        )  # fmt: skip
    return recordings, [int(label["class"] == "attack") for label in objects], objects


def read_objects(path: Path) -> list[dict[str, Any]]:
    """Return the label objects of a file alone.  Raises CorpusError."""
    try:
        return _objects(_arrays(path))
    except _DAMAGED as error:
        raise _no_corpus(path, error) from None


_DAMAGED = (OSError, ValueError, KeyError, IndexError, EOFError, lzma.LZMAError)


def _arrays(path: Path) -> Mapping[str, NDArray[Any]]:
    found: Mapping[str, NDArray[Any]] = np.load(io.BytesIO(lzma.decompress(path.read_bytes())), allow_pickle=False)
    return found


def _objects(arrays: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in arrays["labels"].tobytes().decode().splitlines()]


def _no_corpus(path: Path, error: Exception) -> CorpusError:
    return CorpusError(f"{path}: no condensed corpus ({error}): make it again: {_AGAIN}")


def read(
    path: Path, image: bytes, progress: Progress | None = None, speed: Speed | None = None
) -> tuple[list[Recording], list[int], list[dict[str, Any]]]:
    """Return a corpus, a folder of recordings or a condensed file, as `read_corpus` does.  Raises CorpusError."""
    if not path.is_file():
        return read_corpus(path, image, progress, speed)
    found = expand(path, image)
    if speed is not None:
        for recording in found[0]:
            speed.read(len(recording), kept=False)
    return found


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=FULL, show_default=True, help="The file to write.")
def main(corpus: Path, out: Path) -> None:
    """Condense the corpus in the folder CORPUS."""
    image = assemble(blank_model())
    try:
        recordings, _labels, objects = read_corpus(corpus, image)
    except CorpusError as error:
        raise click.ClickException(str(error)) from None
    data = condense(recordings, objects, image)
    out.write_bytes(data)
    click.echo(f"{out}: {len(recordings)} recordings, {sum(map(len, recordings))} events, {len(data)} bytes")


if __name__ == "__main__":
    main()
