"""Where a reader's lines come from: plain, xz, gzip or bzip2 data, told apart by the first bytes.

Everything that can go wrong below the level of a line is reported here, as `TraceError`.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from models.trace import TraceError

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 24
_START = 4096
_LONGEST_MAGIC = 6

# Magic bytes of what people also hand over, and what to do with it.
_FOREIGN = {
    b"\x28\xb5\x2f\xfd": "is compressed with zstd; unpack it first: zstd -d FILE",
    b"PK\x03\x04": "is a zip archive; unpack it and pass the log inside",
    b"\x7fELF": "is an ELF program, not a recording; record it with: strace -f -ttt -y -o LOG PROGRAM",
    b"\xff\xfe": "is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8 FILE",
    b"\xfe\xff": "is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8 FILE",
}


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class _Rewound:
    """A stream whose first bytes, read to recognise it, are given out again."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        if not self._first:
            return _available(self._rest, size)
        first = self._first if size < 0 else self._first[:size]
        self._first = self._first[len(first) :]
        return first


def _available(stream: BinaryIO, size: int = _START) -> bytes:
    """Read what is there: a pipe must not wait for more, since a live recording is screened as it grows."""
    read = getattr(stream, "read1", stream.read)
    return bytes(read(size) or b"")


def shown(text: str, width: int = 60) -> str:
    """Return `text` quoted for an error message, at most `width` characters of it."""
    return repr(text if len(text) <= width else text[: width - 3] + "...")


def open_source(source: Path | BinaryIO, name: str | None = None) -> tuple[BinaryIO, str]:
    """Open `source` unless it is a stream already; return it and the name that errors call it.

    Raises TraceError when the file is missing, a directory, or not readable.
    """
    if not isinstance(source, Path):
        return source, name or str(getattr(source, "name", "<stream>"))
    name = name or str(source)
    try:
        return source.open("rb"), name
    except FileNotFoundError:
        raise TraceError(f"{name}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise TraceError(f"{name}: is a directory; pass one recording inside it") from None
    except PermissionError:
        raise TraceError(f"{name}: may not be read; mend its permissions, e.g. chmod u+r {name}") from None
    except (OSError, ValueError) as error:
        raise TraceError(f"{name}: cannot be opened ({error})") from None


def blocks(stream: BinaryIO, name: str) -> Iterator[list[str]]:
    """Yield the lines of `stream` in lists, without their line ends, decompressed where necessary.

    Bytes become characters one to one (Latin-1), so that any name survives.  A last line without its end
    comes alone, as the last list.  Raises TraceError when the stream is empty, binary, or damaged.
    """
    line = 0
    packed = False
    try:
        reader, packed = _decompressed(stream, name)
        tail = ""
        while chunk := reader.read(_CHUNK):
            text = chunk.decode("latin-1")
            if not line and not tail:
                text = _checked_start(text.removeprefix("\xef\xbb\xbf"), name)
            if "\n" not in text:
                tail += text
                if len(tail) > _LONGEST_LINE:
                    raise TraceError(
                        f"{name}, line {line + 1}: longer than 16 MiB; this is no text recording"
                    )
                continue
            whole, _, rest = (tail + text).rpartition("\n")
            tail = rest
            lines = whole.replace("\r\n", "\n").split("\n")
            if lines[-1].endswith("\r"):
                lines[-1] = lines[-1][:-1]
            line += len(lines)
            yield lines
    except (lzma.LZMAError, zlib.error, EOFError, MemoryError) as error:
        # MemoryError: a damaged xz header may ask for gigabytes.
        raise TraceError(_damaged(name, line, str(error))) from None
    except OSError as error:
        # gzip and bz2 report damage as OSError too.
        message = (
            _damaged(name, line, str(error))
            if packed
            else f"{name}, line {line + 1}: cannot be read ({error})"
        )
        raise TraceError(message) from None
    if tail:
        yield [tail]
    elif not line:
        raise TraceError(f"{name}: the file is empty; record again, and let the traced program make a call")


def _damaged(name: str, line: int, error: str) -> str:
    return (
        f"{name}, line {line + 1}: the compressed data is damaged or cut here ({error}); "
        "copy the file again, or keep what a decompressor can save and read that"
    )


def _decompressed(stream: BinaryIO, name: str) -> tuple[_Readable, bool]:
    first = b""
    while len(first) < _LONGEST_MAGIC and (more := _available(stream)):
        first += more
    for magic, what in _FOREIGN.items():
        if first.startswith(magic):
            raise TraceError(f"{name}: {what}")
    rewound = cast("BinaryIO", _Rewound(first, stream))
    if first.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(rewound), True
    if first[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=rewound), True
    if first[:3] == b"BZh":
        return bz2.BZ2File(rewound), True
    return rewound, False


def _checked_start(text: str, name: str) -> str:
    start = text[:_START]
    if start[257:262] == "ustar":
        raise TraceError(f"{name}: is a tar archive; unpack it and pass a recording inside")
    strange = sum(1 for character in start if character < " " and character not in "\t\n\r\f\x1b")
    if "\0" in start or strange * 10 > len(start):
        raise TraceError(f"{name}: is binary (it starts {shown(start, 24)}); pass a text recording")
    return text
