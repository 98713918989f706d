"""`vigilante sim`: a simulated board that stays on, for as many commands as one likes, and for other programs."""

from __future__ import annotations

import os
import pty
import selectors
import socket
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from host.exits import ExitCode
from host.terminal import Terminal
from sim.board import SimulatedBoard
from sim.verilate import silent

GLANCE = 0.005
"""Seconds of the board's time between looks at what the other side has to say."""
_CHUNK = 4096


class Plug:
    """One end of the board's line that another program can hold: a file descriptor, told by its URL."""

    def __init__(self, url: str, descriptor: int) -> None:
        self.url = url
        self.descriptor = descriptor
        os.set_blocking(descriptor, False)

    def read(self) -> bytes | None:
        """Return what has come, None if the other side has gone."""
        try:
            return os.read(self.descriptor, _CHUNK) or None
        except BlockingIOError:
            return b""
        except OSError:  # nobody holds the terminal's other end
            return None

    def write(self, data: bytes) -> None:
        """Send what the other side takes; a line that nobody listens to loses the rest, as a real one does."""
        while data:
            try:
                data = data[os.write(self.descriptor, data) :]
            except OSError:
                return


@contextmanager
def terminal_plug() -> Iterator[Plug]:
    """Give the board's line as a pseudo-terminal; it stays open while nobody uses it."""
    near, far = pty.openpty()
    try:
        tty.setraw(far)
        yield Plug(os.ttyname(far), near)
    finally:
        os.close(near)
        os.close(far)


@contextmanager
def listener(port: int) -> Iterator[socket.socket]:
    """Give a socket that waits for one program after the other, from this machine only."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.UsageError(f"--listen {port}: {error.strerror}: name another port") from None
        server.listen(1)
        server.setblocking(False)
        yield server


def serve(board: SimulatedBoard, plug: Plug | None, server: socket.socket | None) -> None:
    """Carry bytes between the board and whoever holds the line, until interrupted."""
    guest: socket.socket | None = None
    with selectors.DefaultSelector() as ready:
        for source in (plug.descriptor if plug else None, server):
            if source is not None:
                ready.register(source, selectors.EVENT_READ)
        while True:
            for key, _events in ready.select(0):
                if server is not None and key.fileobj is server:
                    newcomer, _address = server.accept()
                    if guest is not None:
                        newcomer.close()  # the line has one end
                        continue
                    guest = newcomer
                    plug = Plug("", guest.fileno())
                    ready.register(guest, selectors.EVENT_READ)
                elif plug is not None:
                    data = plug.read()
                    if data:
                        board.write(data)
                    elif data is None and guest is not None:
                        ready.unregister(guest)
                        guest.close()
                        guest = plug = None
            if (said := board.read(_CHUNK, GLANCE)) and plug is not None:
                plug.write(said)


def run(terminal: Terminal, flash: Path | None, line: int | None, latency: float, listen: int | None) -> ExitCode:
    """Power a board up, say where its line ends, and serve it until interrupted."""
    with ExitStack() as stack:
        server = stack.enter_context(listener(listen)) if listen is not None else None
        plug = stack.enter_context(terminal_plug()) if server is None else None
        with terminal.steps("simulated board: ") as progress:
            board = SimulatedBoard(flash, line=line, latency_ms=latency, progress=progress or silent)
        stack.enter_context(board)
        url = plug.url if plug else f"socket://127.0.0.1:{server.getsockname()[1] if server else 0}"
        terminal.out(url)
        terminal.note(f"the simulated board is on: vigilante info --port {url}; Ctrl-C switches it off")
        try:
            serve(board, plug, server)
        except KeyboardInterrupt:
            terminal.note("switched off")
    return ExitCode.CLEAN
