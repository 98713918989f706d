"""`vigilante ls`, `cp`, `cat`, `rm`, `mkdir`: the board's files.  A path with a colon in front is the board's."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click

from host.board import Board
from host.commands.connect import connected
from host.exits import ExitCode
from host.link.entries import FileEntry
from host.link.errors import Failed
from host.link.transport import Progress
from host.terminal import Terminal

_ENOENT = 2


def ls(terminal: Terminal, port: str, paths: Sequence[str], as_json: bool) -> ExitCode:
    """List files on the board."""
    with connected(terminal, port) as board:
        found = {path: board.files.list(path) for path in map(board_path, paths or (":/",))}
        names = {} if as_json else user_names(board)
    if as_json:
        entries = [_object(path, entry) for path, listed in found.items() for entry in listed]
        terminal.out(json.dumps({"files": entries}, separators=(",", ":")))
        return ExitCode.CLEAN
    for path, listed in found.items():
        if len(found) > 1:
            terminal.out(f"{path}:")
        for entry in listed:
            user = names.get(entry.user, str(entry.user))
            slash = "/" if entry.is_folder else ""
            terminal.out(f"{entry.permissions}  {user:<8} {entry.size:>8}  {entry.name}{slash}")
    return ExitCode.CLEAN


def cat(terminal: Terminal, port: str, paths: Sequence[str]) -> ExitCode:
    """Write what is in files to standard output, byte by byte."""
    with connected(terminal, port) as board:
        for path in map(board_path, paths):
            with terminal.steps() as progress:
                content = board.files.read(path, progress)
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
    return ExitCode.CLEAN


def rm(terminal: Terminal, port: str, paths: Sequence[str], *, deep: bool) -> ExitCode:
    """Remove files, empty folders, or with `deep` whole trees."""
    with connected(terminal, port) as board:
        for path in map(board_path, paths):
            inner = list(_below(board, path)) if deep else []
            for one in (*reversed(inner), path):
                board.files.remove(one)
    return ExitCode.CLEAN


def mkdir(terminal: Terminal, port: str, paths: Sequence[str]) -> ExitCode:
    """Make folders."""
    with connected(terminal, port) as board:
        for path in map(board_path, paths):
            board.files.make_folder(path)
    return ExitCode.CLEAN


def cp(terminal: Terminal, port: str, sources: Sequence[str], target: str, *, deep: bool) -> ExitCode:
    """Copy files to the board, from it, or on it."""
    if not target.startswith(":") and not all(source.startswith(":") for source in sources):
        raise click.UsageError("neither side is the board's: write its paths with a colon in front, as :/tmp/")
    with connected(terminal, port) as board, terminal.steps("copying ") as progress:
        into: _Here | _There = _There(board, target[1:]) if target.startswith(":") else _Here(target)
        if len(sources) > 1 and not into.is_folder():
            raise click.UsageError(f"{target}: several files go into a folder, and this is none")
        for source in sources:
            one: _Here | _There = _There(board, source[1:]) if source.startswith(":") else _Here(source)
            _copy(one, into.inside(one.name) if into.is_folder() else into, deep, progress)
    return ExitCode.CLEAN


def board_path(path: str) -> str:
    """Return a path on the board without the colon, which may be left out where nothing else is meant."""
    return path.removeprefix(":") or "/"


def user_names(board: Board) -> dict[int, str]:
    """Return the board's users by number; none if it does not tell."""
    try:
        return {user: name for name, (user, _group) in board.files.users().items()}
    except Failed:
        return {}


def _object(path: str, entry: FileEntry) -> dict[str, Any]:
    where = (
        path
        if not entry.is_folder and PurePosixPath(path).name == entry.name
        else f"{path.rstrip('/')}/{entry.name}"
    )
    return {"path": where, "permissions": entry.permissions, **asdict(entry)}


def _below(board: Board, path: str) -> Iterator[str]:
    """Yield all that is in a folder, each before what is in it."""
    if not board.files.entry(path).is_folder:
        return
    for entry in board.files.list(path):
        inner = f"{path.rstrip('/')}/{entry.name}"
        yield inner
        if entry.is_folder:
            yield from _below(board, inner)


# --- the two sides of a copy ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _There:
    """A path on the board."""

    board: Board
    path: str

    @property
    def name(self) -> str:
        """Its last part."""
        return PurePosixPath(self.path or "/").name

    def inside(self, name: str) -> _There:
        """Return the path of `name` in this folder."""
        return _There(self.board, f"{self.path.rstrip('/')}/{name}")

    def is_folder(self) -> bool:
        """Whether it is one now, or is meant to be."""
        try:
            return self.board.files.entry(self.path).is_folder
        except Failed as failed:
            if failed.error != _ENOENT:
                raise
            if self.path.endswith("/"):
                raise Failed(self.board.name, self.path, _ENOENT) from None
            return False

    def children(self) -> list[str]:
        """Return the names of what is in it."""
        return [entry.name for entry in self.board.files.list(self.path)]

    def make_folder(self) -> None:
        """Make it a folder, unless it is one."""
        if not self.is_folder():
            self.board.files.make_folder(self.path)

    def read(self, progress: Progress | None) -> tuple[bytes, int]:
        """Return its content and its permissions."""
        return self.board.files.read(self.path, progress), self.board.files.entry(self.path).mode & 0o777

    def write(self, content: bytes, mode: int, progress: Progress | None) -> None:
        """Make this its content."""
        self.board.files.write(self.path, content, mode, progress)


@dataclass(frozen=True)
class _Here:
    """A path on this computer."""

    path: str

    @property
    def name(self) -> str:
        """Its last part."""
        return Path(self.path).resolve().name

    def inside(self, name: str) -> _Here:
        """Return the path of `name` in this folder."""
        return _Here(str(Path(self.path) / name))

    def is_folder(self) -> bool:
        """Whether it is one."""
        return Path(self.path).is_dir()

    def children(self) -> list[str]:
        """Return the names of what is in it."""
        return sorted(path.name for path in Path(self.path).iterdir())

    def make_folder(self) -> None:
        """Make it a folder, unless it is one."""
        try:
            Path(self.path).mkdir(exist_ok=True)
        except OSError as error:
            raise click.UsageError(
                f"{self.path}: cannot be made ({error.strerror}): name another folder"
            ) from None

    def read(self, _progress: Progress | None) -> tuple[bytes, int]:
        """Return its content and its permissions."""
        try:
            path = Path(self.path)
            return path.read_bytes(), path.stat().st_mode & 0o777
        except OSError as error:
            raise click.UsageError(f"{self.path}: cannot be read ({error.strerror}): name another file") from None

    def write(self, content: bytes, _mode: int, _progress: Progress | None) -> None:
        """Make this its content: all of it or none."""
        path, left = Path(self.path), None
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
                left = Path(file.name)
                file.write(content)
            mask = os.umask(0)
            os.umask(mask)
            left.chmod(0o666 & ~mask)
            left.replace(path)
            left = None
        except OSError as error:
            raise click.UsageError(
                f"{self.path}: cannot be written ({error.strerror}): name another file"
            ) from None
        finally:
            if left is not None:
                left.unlink(missing_ok=True)


def _copy(source: _Here | _There, target: _Here | _There, deep: bool, progress: Progress | None) -> None:
    """Copy a file, or with `deep` a folder."""
    if source.is_folder():
        if not deep:
            raise click.UsageError(f"{source.path}: is a folder: copy it with -r")
        target.make_folder()
        for name in source.children():
            _copy(source.inside(name), target.inside(name), deep, progress)
        return
    content, mode = source.read(progress)
    target.write(content, mode, progress)
