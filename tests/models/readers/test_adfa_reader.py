"""ADFA-LD files and folders, made by hand."""

import lzma
from pathlib import Path

import pytest

from models.readers.adfa import AdfaReader, AdfaTrace, find_adfa
from models.trace import Call, Exit, Start, TraceError


def test_calls_by_name(tmp_path: Path) -> None:
    path = tmp_path / "UTD-0001.txt"
    path.write_text("6 3 \n 9999 5")
    reader = AdfaReader(path)
    assert list(reader) == [
        Start(1, 0),
        Call(1, 0, "close"),
        Call(1, 0, "read"),
        Call(2, 0, "i386_9999"),
        Call(2, 0, "open"),
        Exit(2, 0),
    ]
    assert (reader.stats.lines, reader.stats.calls, reader.stats.unknown_names) == (2, 4, {"i386_9999": 1})


def test_packed(tmp_path: Path) -> None:
    path = tmp_path / "t.txt.xz"
    path.write_bytes(lzma.compress(b"6 6 "))
    assert len(list(AdfaReader(path))) == 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \n ", "holds no call number"),
        (b"6 3\n4 -5", "line 2: '-5' is no call number"),
        (b"6 open", "line 1: 'open' is no call number"),
        (b"1" * 5000, "line 1: '1111"),
        ("6 \u00b2".encode("latin-1"), "is no call number"),
    ],
)
def test_errors(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(data)
    with pytest.raises(TraceError, match=message) as caught:
        list(AdfaReader(path))
    assert str(caught.value).startswith(str(path))


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("6")


def test_find(tmp_path: Path) -> None:
    attack = "Attack_Data_Master/Hydra_FTP_1/UAD-Hydra-FTP-1-9.txt"
    make(tmp_path, "Training_Data_Master/UTD-1.txt", "Validation_Data_Master/UVD-1.txt", attack, "readme.txt")
    assert find_adfa(tmp_path) == [
        AdfaTrace(tmp_path / "Training_Data_Master/UTD-1.txt", "benign", "Training", "UTD-1"),
        AdfaTrace(tmp_path / "Validation_Data_Master/UVD-1.txt", "benign", "Validation", "UVD-1"),
        AdfaTrace(tmp_path / attack, "attack", "Hydra_FTP", "Hydra_FTP_1"),
    ]


def test_find_errors(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="is no folder; pass the folder that holds Training_Data_Master"):
        find_adfa(tmp_path / "none")
    make(tmp_path, "Training_Data_Master/a.txt")
    with pytest.raises(TraceError, match="has no folder Validation_Data_Master"):
        find_adfa(tmp_path)
