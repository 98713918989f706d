"""The arguments of one strace line: split, turned into numbers, paths picked out.

All of it depends on the text alone, so it is cached by text; what depends on the process (its cwd, its
descriptors) is left open here as a `Spec` and closed by the reader.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hdl.contract.paths import PATHS
from models.readers.strace_constants import CONSTANTS
from models.readers.strace_tables import POINTERS
from models.trace import PathArgument

Args = tuple[int, int, int, int, int, int]

_MASK = 0xFFFFFFFF
_CACHE_LIMIT = 1 << 16
_CACHED_LENGTH = 400

# First characters of what is no number; the empty string is among them.
_NO_NUMBER = '"{[~'
_ZEROS = tuple([0] * (6 - count) for count in range(7))


class Spec(NamedTuple):
    """A path argument as printed; what is relative still needs the process's state.

    text: the path, unescaped.
    fixed: the finished PathArgument where the line alone tells all, else None.
    dirfd: the descriptor it starts from, None for the cwd.
    link: index of the path whose directory it starts from (a symlink's target), else None.
    """

    text: bytes
    fixed: PathArgument | None
    dirfd: int | None
    link: int | None


Arguments = tuple[Args, tuple[PathArgument, ...], tuple[Spec, ...], bytes | None]
"""What a call's printed arguments say (a bare tuple, since one is made per line):

- six uint32;
- the finished path arguments, valid when the next is empty;
- the path arguments, when at least one needs the process's state;
- the cwd that an annotated AT_FDCWD shows, else None.
"""

NOTHING: Arguments = ((0, 0, 0, 0, 0, 0), (), (), None)

# An unfinished string reaches to the end, which also keeps damaged lines from being searched again and again.
_STRING = r'"(?>[^"\\]+|\\.)*+(?:"|\\?\Z)'
# A descriptor's annotation.  Those of sockets hold "->" before an address, those of devices a nested <...>;
# "<<" is a shift.
_NOTE = r"<<|<(?>[^<>]+|>(?=[\d\[])|<[^<>]*>)*+>"


def _nested(depth: int) -> str:
    plain = r"[^\"<(){}\[\]]+"
    inner = rf"(?>{plain}|{_STRING}|{_NOTE}|<|" + (_nested(depth - 1) if depth else "(?!)") + ")*+"
    return rf"\({inner}\)|\{{{inner}\}}|\[{inner}\]"


# One argument: everything up to a comma outside of strings and brackets.  Six levels of brackets are more
# than strace prints; deeper ones fall to the last alternative and split too early, never fail.
_ARGUMENT = re.compile(rf'\s*+((?>[^,"<({{\[]+|{_STRING}|{_NOTE}|{_nested(5)}|["<({{\[])++)', re.DOTALL)
_BODY = re.compile(rf'((?>[^"<({{\[)]+|{_STRING}|{_NOTE}|{_nested(5)}|["<({{\[])*+)\)\s*= ', re.DOTALL)

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f", "a": "\a", "b": "\b", "e": "\x1b"}
_COMMENT = re.compile(r"\s*/\*.*?\*/")
_NAMED = re.compile(r"[a-z_]\w*=")
_DESCRIPTOR = re.compile(r"(AT_FDCWD|-?\d{1,10})(?:<(.*)>)?(?:\(deleted\))?\Z", re.DOTALL)
_FLAGS = re.compile(r"flags=([^,}]*)")
_FUNCTION = re.compile(r"(makedev|_IOC)\(([^()]*)\)\Z")


class _Values(dict[str, int]):
    """Numbers by argument text, worked out at the first look."""

    def __missing__(self, text: str) -> int:
        digits, note, rest = text.partition("<")
        if digits.isdecimal() and (not note or (rest[-1:] == ">" and len(digits) <= 10 and "/*" not in rest)):
            # A plain number, or a descriptor with its annotation: most of what is new.
            number = _atom(digits)
        else:
            number = _value(text)
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        if len(text) <= _CACHED_LENGTH:
            self[text] = number
        return number


_values = _Values()
_directories: dict[str, tuple[int | None, bytes | None]] = {}

PARSED: dict[str, Arguments] = {}
"""What `parse` found before, by its key; a look here first spares the call."""


def split_call(rest: str) -> tuple[str, str] | None:
    """Split what follows "name(" at the closing ") = "; None when there is none.

    The halves are the arguments and the result.  A log may hold ") = " in a string or a file's name,
    so a second one sends it through the lexer.
    """
    head, equals, result = rest.rpartition(" = ")
    if not equals:
        return None
    if " = " in head and (match := _BODY.match(rest)):
        return match[1], rest[match.end() :]
    head = head.rstrip()
    return (head[:-1], result) if head.endswith(")") else None


def split_arguments(text: str) -> list[str]:
    """Return the printed arguments of a call, stripped."""
    if '"' not in text and "{" not in text and "[" not in text and "<" not in text and "(" not in text:
        return text.split(", ")
    return _ARGUMENT.findall(text)


def unescape(text: str) -> bytes:
    """Return the bytes of a C string as strace prints it between the quotes."""
    if "\\" not in text:
        return text.encode("latin-1")
    return _ESCAPE.sub(_unescaped, text).encode("latin-1")


def _unescaped(match: re.Match[str]) -> str:
    hexadecimal, octal, letter = match.groups()
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    if octal:
        return chr(int(octal, 8) & 0xFF)
    return _LETTERS.get(letter, letter)


def string(text: str) -> bytes | None:
    """Return the content of a printed string argument, None when `text` is none."""
    if not text.startswith('"'):
        return None
    end = text.rfind('"')
    return unescape(text[1:end] if end else text[1:])


def note_path(note: str | None) -> bytes | None:
    """Return the absolute path in a descriptor's annotation, None where it holds none."""
    if not note or not note.startswith("/"):
        return None
    # -yy appends <char 1:3> to devices; a removed file is marked.
    return unescape(note.partition("<")[0].removesuffix(" (deleted)"))


def value(text: str) -> int:
    """Return the uint32 that an argument's text stands for; 0 for strings, structures and unknown names.

    Of flags joined by "|" the known ones count.  Numbers of 2**32 or more, printed in
    hexadecimal, are addresses and count as 0; decimal ones are truncated.
    """
    return _values[text]


def _value(text: str) -> int:
    if "/*" in text:
        text = _COMMENT.sub("", text)
    if match := _NAMED.match(text):
        text = text[match.end() :]
    if text[:1] in _NO_NUMBER:
        return 0
    if match := _DESCRIPTOR.match(text):
        text = match[1]
    if match := _FUNCTION.match(text):
        return _function(match[1], [_value(part.strip()) for part in match[2].split(",")])
    result = 0
    for part in text.split("|"):
        # Where a number has two names, old releases print "SNDCTL_TMR_TIMEBASE or TCGETS".
        for name in part.split(" or "):
            result |= _atom(name.strip())
    return result


def _atom(text: str) -> int:
    if (known := CONSTANTS.get(text)) is not None:
        return known
    try:
        if text.startswith("0x"):
            number = int(text, 16)
            return number if number <= _MASK else 0
        if text[:1] == "0":
            return int(text, 8) & _MASK
        return int(text) & _MASK if len(text) < 64 else 0
    except ValueError:
        return 0


def _function(name: str, parts: list[int]) -> int:
    if name == "makedev" and len(parts) == 2:
        major, minor = parts
        return ((major & 0xFFF) << 8 | (minor & 0xFF) | (minor & ~0xFF) << 12) & _MASK
    if name == "_IOC" and len(parts) == 4:
        direction, kind, number, size = parts
        return (direction << 30 | size << 16 | kind << 8 | number) & _MASK
    return 0


def clone_flags(name: str, text: str) -> str:
    """Return the printed flags of a clone or clone3 call, "" for the others."""
    match = _FLAGS.search(text) if name.startswith("clone") else None
    return match[1] if match else ""


def parse(key: str, name: str, text: str) -> Arguments:
    """Return what the arguments `text` of a call to `name` say; `key` names both in `PARSED`."""
    known = PARSED.get(key)
    if known is None:
        known = _parse(name, text)
        if len(PARSED) >= _CACHE_LIMIT:
            PARSED.clear()
        if len(key) <= _CACHED_LENGTH:
            PARSED[key] = known
    return known


def _parse(name: str, text: str) -> Arguments:
    if not text:
        return NOTHING
    parts = split_arguments(text)
    if name == "clone":
        # Printed by meaning, not by position; the flags come first in the registers, pointers follow.
        numbers = [value(clone_flags(name, text))]
    else:
        # Zero, not left out: hexadecimal numbers below 2**32 are pointers in 32-bit programs.
        pointers = POINTERS.get(name, ())
        numbers = [
            0 if index in pointers or part[:1] in _NO_NUMBER else _values[part]
            for index, part in enumerate(parts[:6])
        ]
    if len(numbers) < 6:
        numbers += _ZEROS[len(numbers)]
    a, b, c, d, e, f = numbers
    args = a, b, c, d, e, f
    shape = PATHS.get(name)
    if shape is None:
        return args, (), (), None
    if len(shape) != 1:
        return _many_paths(name, args, parts, shape)
    # The usual case, one path, without the detour over a Spec.
    index, dirfd_index = shape[0]
    path = string(parts[index]) if index < len(parts) else None
    if path is None:
        return args, (), (), None
    dirfd, base = (None, None) if dirfd_index is None else directory(parts[dirfd_index])
    cwd = base if dirfd is None else None
    if path.startswith(b"/"):
        return args, (PathArgument(path),), (), cwd
    if base is not None:
        return args, (PathArgument(path, base),), (), cwd
    return args, (), (Spec(path, None, dirfd, None),), cwd


def directory(text: str) -> tuple[int | None, bytes | None]:
    """Return a directory argument's descriptor, None for AT_FDCWD, and the path that its annotation shows."""
    known = _directories.get(text)
    if known is None:
        match = _DESCRIPTOR.match(text)
        if not match:
            # No descriptor of any process: nothing is known about where the path starts.
            known = -1, None
        else:
            known = None if match[1] == "AT_FDCWD" else int(match[1]), note_path(match[2])
        if len(_directories) >= _CACHE_LIMIT:
            _directories.clear()
        if len(text) <= _CACHED_LENGTH:
            _directories[text] = known
    return known


def _many_paths(name: str, args: Args, parts: list[str], shape: tuple[tuple[int, int | None], ...]) -> Arguments:
    specs: list[Spec] = []
    cwd: bytes | None = None
    for index, dirfd_index in shape:
        text = string(parts[index]) if index < len(parts) else None
        if text is None:
            continue
        dirfd, base = (None, None) if dirfd_index is None else directory(parts[dirfd_index])
        if dirfd is None:
            cwd = base or cwd
        if text.startswith(b"/"):
            specs.append(Spec(text, PathArgument(text), None, None))
        else:
            specs.append(Spec(text, PathArgument(text, base) if base else None, dirfd, None))
    if name.startswith("symlink") and len(specs) == 2 and specs[0].fixed is None:
        # A relative target starts from the directory of the link, not from the caller's.
        specs[0] = specs[0]._replace(link=1)
    fixed = tuple(spec.fixed for spec in specs if spec.fixed is not None)
    if len(fixed) == len(specs):
        return args, fixed, (), cwd
    return args, (), tuple(specs), cwd
