"""Opens a recording without being told its format."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from models.readers.adfa import AdfaReader
from models.readers.source import blocks, open_source, shown
from models.readers.strace import StraceReader
from models.readers.strace_lines import FormatCheck
from models.trace import TraceError

_SAMPLE = 200


def open_trace(path: Path) -> StraceReader | AdfaReader:
    """Return the reader for the recording at `path`, judged by its first lines.

    Raises TraceError when it cannot be opened or is neither a strace log nor an ADFA-LD file; what is
    wrong further on shows when the reader is iterated.
    """
    stream, name = open_source(path)
    with stream:
        every = (text for block in blocks(stream, name) for text in block)
        lines = list(islice((text for text in every if text and not text.isspace()), _SAMPLE))
    if lines and all(word.isascii() and word.isdecimal() for text in lines for word in text.split()):
        return AdfaReader(path)
    check = FormatCheck(name)
    try:
        check.add(lines)
        check.finish()
    except TraceError:
        start = lines[0] if lines else ""
        raise TraceError(
            f"{name}, line 1: {shown(start)} begins neither a strace log nor an ADFA-LD file; "
            "record with: strace -f -ttt -y -o LOG PROGRAM"
        ) from None
    return StraceReader(path)
