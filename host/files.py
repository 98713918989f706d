"""The board's tree of files, as the operator has it: all of it, whoever owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdl.contract.link import FILE_CHUNK, FrameType
from host.link.entries import FileEntry, file_entries
from host.link.frames import Message
from host.link.transport import Progress

if TYPE_CHECKING:
    from host.board import Board


_Entries = list[FileEntry]


class Files:
    """The files of a board: `board.files`.  Paths are from the root.

    What cannot be done raises `Failed`, and nothing was changed.  What is written lives until the board is reset.
    """

    def __init__(self, board: Board) -> None:
        self._board = board

    def list(self, path: str = "/", *, tree: int | None = None) -> _Entries:
        """Return what is in a folder, by name; of a file the file alone.  tree: as that process tree sees it."""
        return self._listed(path, itself=False, tree=tree)

    def entry(self, path: str) -> FileEntry:
        """Return what is known of a file or folder; its name is the last part of `path`."""
        return self._listed(path, itself=True)[0]

    def read(self, path: str, progress: Progress | None = None, *, tree: int | None = None) -> bytes:
        """Return a file's content.  tree: as that process tree sees it, which may see decoys."""
        board = self._board
        content = bytearray()
        number = board.operator(Message(FrameType.FILE_READ, {"tree": _view(tree)}, _sent(path)))
        while True:
            message = board.result(number, path, FrameType.FILE_DATA)
            if message.values["offset"] != len(content):
                board.misheard(f"bytes {message.values['offset']}.. of {path} where {len(content)}.. were to come")
            content += message.tail
            size = message.values["size"]
            if progress is not None:
                progress(path, len(content), max(size, len(content), 1))
            if len(content) >= size or not message.tail:
                return bytes(content)

    def write(self, path: str, content: bytes, mode: int = 0o644, progress: Progress | None = None) -> None:
        """Put a file there, or new content into one that is: all at once, when all of it has arrived.

        mode: permissions of a new file, which is root's; of one that is there they stay, and its owner.
        """
        board = self._board
        self.bring(path, content, mode, progress)
        board.result(board.operator(Message(FrameType.FILE_END)), path, FrameType.RESULT)

    def bring(self, path: str, content: bytes, mode: int, progress: Progress | None = None) -> None:
        """Send a file that has no name yet: `write` gives it one, `processes.run` runs it."""
        board = self._board
        begin = Message(FrameType.FILE_WRITE, {"size": len(content), "mode": mode & 0o7777}, _sent(path))
        board.result(board.operator(begin), path, FrameType.RESULT)
        for offset in range(0, len(content), FILE_CHUNK):
            chunk = content[offset : offset + FILE_CHUNK]
            board.session.send(Message(FrameType.FILE_DATA, {"offset": offset}, chunk))
            if progress is not None:
                progress(path, offset + len(chunk), len(content))

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with nothing in it."""
        board = self._board
        board.result(board.operator(Message(FrameType.FILE_REMOVE, tail=_sent(path))), path, FrameType.RESULT)

    def make_folder(self, path: str, mode: int = 0o755) -> None:
        """Make a folder."""
        board = self._board
        message = Message(FrameType.FOLDER_MAKE, {"mode": mode & 0o7777}, _sent(path))
        board.result(board.operator(message), path, FrameType.RESULT)

    def users(self) -> dict[str, tuple[int, int]]:
        """Return the board's users by name, each with the numbers of user and group, from its /etc/passwd."""
        found = {}
        for line in self.read("/etc/passwd").decode(errors="replace").splitlines():
            parts = line.split(":")
            if len(parts) > 3 and parts[2].isdigit() and parts[3].isdigit():
                found[parts[0]] = int(parts[2]), int(parts[3])
        return found

    def _listed(self, path: str, *, itself: bool, tree: int | None = None) -> _Entries:
        found: _Entries = []
        board, first = self._board, 0
        while True:
            values = {"first": first, "itself": int(itself), "tree": _view(tree)}
            message = Message(FrameType.FILE_LIST, values, _sent(path))
            answer = board.result(board.operator(message), path, FrameType.FILE_ENTRIES)
            found += board.understood(file_entries, answer)
            if itself and len(found) != 1:
                board.misheard(f"{len(found)} entries for {path} itself")
            before, first = first, answer.values["next"]
            if not first:
                return sorted(found, key=lambda entry: entry.name)
            if first <= before:
                board.misheard(f"entries of {path} that do not end")


def _view(tree: int | None) -> int:
    return 0 if tree is None else 1 + tree


def _sent(path: str) -> bytes:
    """Return a path as it is sent; an empty one is the root."""
    return (path or "/").encode(errors="surrogateescape")
