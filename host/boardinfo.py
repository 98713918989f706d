"""What a board says of itself, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from hdl.contract.link import Capability, ModelResult, RecordMode
from host.link.frames import Message

COUNTERS = (
    "events", "event_cycles", "records", "counted", "resent", "damaged", "dropped", "repeated", "shed_records",
    "shed_log", "canaries",
)  # fmt: skip
"""The counters of a STATUS that run since reset."""


@dataclass(frozen=True, slots=True)
class ModelSlot:
    """What is in a model slot: the digest is of the image, hexadecimal, "" where there is none."""

    slot: int
    result: ModelResult
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """A board, as HELLO, STATUS and the model slots tell it.

    port: as it was opened.  name: the firmware's name and version.  board: the board's number.
    clock: cycles per second; line_rate: bits per second.  build, firmware: first 32 bits of their digests.
    now, boot_cycles: cycles since reset, and until the line was served.
    active: the model slot in force, None if there is none.  counters: since reset, modulo 2**32.
    log_begin, log_end: bytes of log from the oldest kept to the newest.
    """

    port: str
    name: str
    board: int
    simulated: bool
    capabilities: tuple[str, ...]
    link: int
    contract: int
    clock: int
    line_rate: int
    build: int
    firmware: int
    now: int
    boot_cycles: int
    mode: RecordMode
    active: int | None
    models: tuple[ModelSlot, ...]
    counters: dict[str, int]
    log_begin: int
    log_end: int

    @property
    def line(self) -> str:
        """The line by name: `sim-fast` is a simulated one at its own rate, a cycle a bit; no real one is."""
        return "sim-fast" if self.simulated and self.line_rate == self.clock else "serial"


def model_slot(status: Message) -> ModelSlot:
    """Return what a MODEL_STATUS says."""
    result = ModelResult(status.values["result"])
    empty = result is ModelResult.EMPTY
    return ModelSlot(
        status.values["slot"], result, "" if empty else status.text, "" if empty else status.digest.hex()
    )


def board_info(port: str, hello: Message, status: Message, models: tuple[ModelSlot, ...]) -> BoardInfo:
    """Return everything known of a board."""
    who, how = hello.values, status.values
    return BoardInfo(
        port=port,
        name=hello.text,
        board=who["board_low"] | who["board_high"] << 32,
        simulated=bool(who["capabilities"] >> Capability.SIMULATED & 1),
        capabilities=tuple(c.name.lower() for c in Capability if who["capabilities"] >> c & 1),
        link=who["link"],
        contract=who["contract"],
        clock=who["clock"],
        line_rate=who["line_rate"],
        build=how["build"],
        firmware=how["firmware"],
        now=now(status),
        boot_cycles=how["boot_cycles"],
        mode=RecordMode(how["mode"]),
        active=how["active"] if how["running"] else None,
        models=models,
        counters={name: how[name] for name in COUNTERS},
        log_begin=how["log_begin"],
        log_end=how["log_end"],
    )


def now(status: Message) -> int:
    """Return the cycles since reset at which a STATUS was written."""
    return status.values["now_low"] | status.values["now_high"] << 32
