"""The root file system's image: programs, and the tree in `root/` with owners and permissions."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hdl.contract.flash import AREAS, IS_LASTING, NODE, NODE_NAME_BYTES, ROOT, ROOT_MAGIC

HERE = Path(__file__).parent
TREE, PROGRAMS = HERE / "root", HERE / "user" / "main.c"

FOLDER, DEVICE, FILE = 0o040000, 0o020000, 0o100000
"""What a node is, as Linux numbers it."""

DEVICES = {"null": 1, "zero": 2, "console": 3, "tty": 3}
"""Devices by name, as firmware/kernel/files.c numbers them."""

EMPTY = ("bin", "dev", "proc", "tmp", "var/tmp")
"""Folders that are not in `root/`, for they would be empty there."""

LASTING = ("home", "root", "var")
"""Folders that are kept with all below them, in littlefs; the image has how they begin."""

MODES = {"tmp": 0o1777, "var/tmp": 0o1777, "proc": 0o555, "root": 0o700, "home/alice": 0o700, "home/bob": 0o750,
         "home/alice/.ssh": 0o700, "etc/shadow": 0o600, "etc/ssh/ssh_host_key": 0o600, "root/notes.txt": 0o600,
         "home/alice/.ssh/id_ed25519": 0o600, "var/log/messages": 0o640}  # fmt: skip
"""Permissions other than 755 of folders and 644 of files."""

OWNERS = {"home/alice": 1000, "home/bob": 1001, "var/www": 33}
"""Who owns what is not root's, with all below; the group has the same number."""


class ImageError(Exception):
    """The image cannot be packed.  The message names the file and the mend."""


@dataclass(frozen=True)
class Entry:
    """A node to be: path without a slash in front, type and permissions, content, which device or IS_LASTING."""

    path: str
    mode: int
    content: bytes = b""
    device: int = 0

    @property
    def owner(self) -> int:
        """Its user's number."""
        for path, user in OWNERS.items():
            if self.path == path or self.path.startswith(f"{path}/"):
                return user
        return 0


def program_names() -> list[str]:
    """Return the names of the programs in `user/`, as its list has them."""
    return re.findall(r'\{"(\w+)", run_\w+\}', PROGRAMS.read_text())


def entries(programs: Mapping[str, bytes]) -> list[Entry]:
    """Return what goes into the image, parents first; `programs` by name go to /bin."""
    found = [Entry(path, FOLDER | MODES.get(path, 0o755)) for path in EMPTY]
    for path in sorted(TREE.rglob("*")):
        name = path.relative_to(TREE).as_posix()
        if path.is_dir():
            found.append(Entry(name, FOLDER | MODES.get(name, 0o755), device=IS_LASTING if name in LASTING else 0))
        else:
            found.append(Entry(name, FILE | MODES.get(name, 0o644), path.read_bytes()))
    found += [Entry(f"dev/{name}", DEVICE | 0o666, device=number) for name, number in DEVICES.items()]
    found += [Entry(f"bin/{name}", FILE | 0o755, content) for name, content in sorted(programs.items())]
    return [Entry("", FOLDER | 0o755), *sorted(found, key=lambda entry: entry.path.count("/"))]


def packed(found: list[Entry]) -> bytes:
    """Return the image; equal contents are kept once.  Raises ImageError."""
    numbers = {entry.path: number for number, entry in enumerate(found)}
    begin = 4 * (ROOT.words + NODE.words * len(found))
    contents, places = bytearray(), dict[bytes, int]()
    nodes = b""
    for entry in found:
        folder, _, name = entry.path.rpartition("/")
        if len(name.encode()) >= NODE_NAME_BYTES:
            raise ImageError(f"{entry.path}: at most {NODE_NAME_BYTES - 1} bytes of name fit: shorten it")
        if folder not in numbers:
            raise ImageError(f"{entry.path}: its folder is not in the image: add it to EMPTY in firmware/image.py")
        if entry.content not in places:
            places[entry.content] = begin + len(contents)
            contents += entry.content + bytes(-len(entry.content) % 4)
        text = name.encode().ljust(NODE_NAME_BYTES, b"\0")
        nodes += NODE.pack(
            {
                "mode": entry.mode,
                "parent": numbers[folder],
                "user": entry.owner,
                "group": entry.owner,
                "size": len(entry.content),
                "offset": places[entry.content] if entry.mode & FILE == FILE else entry.device,
                **{
                    f"name{word}": int.from_bytes(text[4 * word : 4 * word + 4], "little")
                    for word in range(NODE_NAME_BYTES // 4)
                },
            }
        ).to_bytes(4 * NODE.words, "little")
    size = begin + len(contents)
    if size > AREAS["root"].size:
        raise ImageError(f"the root file system takes {size} bytes, there are {AREAS['root'].size}")
    header = ROOT.pack({"magic": ROOT_MAGIC, "nodes": len(found), "size": size, "check": zlib.crc32(nodes)})
    return header.to_bytes(4 * ROOT.words, "little") + nodes + bytes(contents)
