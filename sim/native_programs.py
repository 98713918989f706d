"""A native board whose programs run: what the host has run there is done between the turns of the line."""

from __future__ import annotations

from pathlib import Path

from models.golden import machine as m
from sim.native import NativeBoard
from sim.native_processes import BLOCKED, SCRATCH, Processes, State

TURN = 2_500
"""Instructions that programs have between two turns of the firmware: few enough that no record is lost."""

_ANY = 0xFFFFFFFF


class ProgramBoard(NativeBoard):
    """A native board that is like a real one to its host: with a model in force its first process begins, and
    programs run, every call of theirs judged.  An instruction takes a cycle.

    flash: as of `NativeBoard`.

    In place of the shell on the console there is a process that waits for ever.
    """

    def __init__(self, flash: bytearray | Path) -> None:
        super().__init__(flash)
        self.processes: Processes | None = None
        self._shell = 0

    def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes:
        """As of `NativeBoard`; programs run while time passes, until the board says something."""
        said = super().exchange(data)
        if self.processes is None:
            said += super().exchange(b"", milliseconds)
            if self.engine.machine.registers[m.RUNNING] and not said and not data:
                self._begin()
            return said
        end = self.seconds + milliseconds / 1000
        while not said and self.processes is not None and self.seconds < end:
            idle = self.processes.go(TURN) == 2
            self._reap()
            said += super().exchange()
            if idle and not said:
                return super().exchange(b"", max(0.0, end - self.seconds) * 1000)
        return said

    def _renew(self) -> None:
        self.processes = None
        super()._renew()

    def _begin(self) -> None:
        enforced = int(self.engine.machine.registers[m.ENFORCE])
        self.processes = Processes(self)
        self.processes.enforce(enforced)
        self.processes.judge()
        self._reap()

    def _reap(self) -> None:
        """Do what the first process does: see that there is a shell, and wait for whoever has ended."""
        processes = self.processes
        while processes is not None and processes.state(0) == State.READY:
            ended = processes.call(0, "wait4", _ANY, 0, 0, 0)
            if ended == BLOCKED:
                continue
            if ended < 0 or ended == self._shell:
                child, self._shell = processes.fork(0)
                if child < 0:
                    return
                processes.call(child, "pipe2", SCRATCH, 0)
                ends = int.from_bytes(processes.get(child, 4), "little")
                processes.call(child, "read", ends, SCRATCH, 1)
