"""The format is told by content, whatever the file is called."""

import gzip
from pathlib import Path

import pytest

from models.readers.adfa import AdfaReader
from models.readers.detect import open_trace
from models.readers.strace import StraceReader
from models.trace import TraceError


@pytest.mark.parametrize(
    ("data", "reader"),
    [
        (b"6 6 63 6 42 120 6\n", AdfaReader),
        (b"\n5", AdfaReader),
        (gzip.compress(b"6 6 63", mtime=0), AdfaReader),
        (b"getpid() = 3\n", StraceReader),
        (b"hello\n12 getpid() = 3\n", StraceReader),
        (gzip.compress(b"12 1700000000.5 getpid() = 3\n", mtime=0), StraceReader),
    ],
)
def test_guess(data: bytes, reader: type, tmp_path: Path) -> None:
    path = tmp_path / "trace"
    path.write_bytes(data)
    found = open_trace(path)
    assert type(found) is reader
    assert len(list(found)) >= 2
    assert found.stats.calls >= 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"root:x:0:0\n", "line 1: 'root:x:0:0' begins neither a strace log nor an ADFA-LD file"),
        (b"", "the file is empty"),
        (b"\n\n", "neither a strace log nor an ADFA-LD file"),
        (b"\x00" * 64, "is binary"),
        (b"a" * 257 + b"ustar" + b"a" * 300, "is a tar archive"),
    ],
)
def test_refusals(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "trace"
    path.write_bytes(data)
    with pytest.raises(TraceError, match=message):
        open_trace(path)
