"""Registers of every peripheral, as data: 32 bits each, read and written whole.

The bus adapters, the C header, the SVD and the tables in the docs come from here alone.  A peripheral takes whole
words: a narrower write is a bus error.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from hdl.contract.births import BIRTHS, TAGS
from hdl.contract.event import EVENT, RECORD, STATE
from hdl.contract.layout import Field, Layout
from hdl.contract.load import ADDRESS_BITS
from hdl.contract.memory import GRANULE_BYTES, REGIONS, RING_BYTES, WINDOWS, Region
from hdl.contract.paths import STRINGS_MAX
from hdl.contract.tamper import RULES, TAMPER
from hdl.contract.vaccine import VACCINES
from hdl.contract.verdict import CONTRACT_VERSION, Verdict


class Access(Enum):
    """What a program may do with a register."""

    READ = "read"
    WRITE = "write"  # reads as 0
    BOTH = "read, write"
    CLEAR = "read, write 1 to clear"
    SET = "read, write 1 to set until reset"
    STEP = "read, write; moves on by one"  # when a register that belongs to it is accessed
    TAKE = "read takes"  # a FIFO: reading has the effect of taking what was read


@dataclass(frozen=True, slots=True)
class Register:
    """A register at `offset` bytes into its peripheral; `count` of them in a row where it is an array.

    fields: from bit 0 upward, together at most 32 bits; the rest reads as 0 and is to be written as 0.
    reset: the value after reset; what a FIFO holds then is undefined.
    """

    name: str
    offset: int
    access: Access
    doc: str
    fields: tuple[Field, ...] = (Field("value", 32, "the whole word"),)
    reset: int = 0
    count: int = 1

    @property
    def layout(self) -> Layout:
        """The fields with their offsets."""
        return Layout(self.name, self.doc, self.fields)


class Peripheral:
    """The registers in one region of the memory map.

    Parameters: the region's name, what the peripheral is for, its registers in the order of their offsets.
    Members: `register[name]`, `region`; `address(name, index)`; `at(base)`.
    """

    def __init__(self, name: str, doc: str, registers: tuple[Register, ...]) -> None:
        self.name = name
        self.doc = doc
        self.region: Region = REGIONS[name]
        self.registers = registers
        self.register: dict[str, Register] = {}
        free = 0
        for register in registers:
            where = f"{name}.{register.name}"
            if register.name in self.register:
                raise ValueError(f"register {where} is declared twice")
            if register.offset % 4 or register.offset < free:
                raise ValueError(f"register {where} at {register.offset:#x}: expected a free multiple of 4")
            if register.layout.width > 32:
                raise ValueError(f"register {where} has {register.layout.width} bits of fields, at most 32 fit")
            if not 0 <= register.reset < 1 << register.layout.width:
                raise ValueError(f"register {where} cannot hold its reset value {register.reset:#x}")
            free = register.offset + 4 * register.count
            self.register[register.name] = register
        if free > self.region.size:
            raise ValueError(f"registers of {name} end at {free:#x}, its region has {self.region.size:#x} bytes")

    def address(self, name: str, index: int = 0) -> int:
        """Return the bus address of a register."""
        register = self.register[name]
        if not 0 <= index < register.count:
            raise ValueError(f"{self.name}.{name} has {register.count} entries, there is no {index}")
        return self.region.base + register.offset + 4 * index

    def at(self, base: int) -> Peripheral:
        """Return the same peripheral where another's bus has it: at `base`, a multiple of its size."""
        size = self.region.size
        if base % size or not 0 <= base <= (1 << 32) - size:
            raise ValueError(
                f"{self.name} cannot be at {base:#x}: name a multiple of {size:#x} below {1 << 32:#x}"
            )
        moved = copy(self)
        moved.region = replace(self.region, base=base)
        return moved


class Irq(IntEnum):
    """Interrupt lines into the `irq` peripheral.  The timer has a line of its own into the core."""

    RECORD = 0  # a record waits
    TAMPER = 1  # a verdict was ignored, or a locked table written
    UART_RECEIVED = 2  # the receive FIFO holds something
    UART_SENT = 3  # the transmit FIFO is at most half full
    FLASH = 4  # the flash command is done
    SHA256 = 5  # the block is done
    CELL = 6  # the cell has stopped
    LINK_RECEIVED = 7  # a frame has been received that is not released yet
    RECORDS_HALF = 8  # half of the places for records are taken


_IRQ_FIELDS = tuple(Field(line.name.lower(), 1, f"line {line.value}") for line in Irq)

DISPATCH_WAIT = 64
"""A read of `dispatch` waits at most this many cycles for its verdict, then answers with the deny handler."""

SYSTEM = Peripheral(
    "system",
    "What this board is.",
    (
        Register("contract", 0x00, Access.READ, "version of the contract", reset=CONTRACT_VERSION),
        Register("clock", 0x04, Access.READ, "cycles per second", (Field("hertz", 32, "cycles per second"),)),
        Register(
            "features",
            0x08,
            Access.READ,
            "what this build has",
            (
                Field("simulated", 1, "not silicon: time is counted, not felt"),
                Field("cell", 1, "the cell is there"),
                Field("entropy", 1, "a source of randomness is there"),
            ),
        ),
        Register("build", 0x0C, Access.READ, "first 32 bits of the digest of the gateware"),
        Register("reset", 0x10, Access.WRITE, "writing RESET_KEY resets the whole board"),
        Register("leds", 0x14, Access.BOTH, "lamps", (Field("on", 8, "bit l: lamp l"),)),
        Register(
            "line_divider",
            0x18,
            Access.READ,
            "value for uart.divider at which this board's line runs",
            (Field("divider", 24, "1/256 cycles per bit"),),
        ),
    ),
)

RESET_KEY = 0x52455345
"""What has to be written to `system.reset`; any other value is ignored."""

IRQ = Peripheral(
    "irq",
    "Gathers the lines into the core's external interrupt.",
    (
        Register("pending", 0x00, Access.READ, "lines that ask, whether enabled or not", _IRQ_FIELDS),
        Register("enable", 0x04, Access.BOTH, "lines that may interrupt", _IRQ_FIELDS),
        Register(
            "next",
            0x08,
            Access.READ,
            "the lowest line that asks and is enabled",
            (Field("line", 5, "its number"), Field("valid", 1, "there is one")),
        ),
    ),
)

TIMER = Peripheral(
    "timer",
    "Counts cycles since reset; its line into the core is high while now >= alarm.",
    (
        Register("now_low", 0x00, Access.READ, "lower half of the time; reading it holds the upper half"),
        Register("now_high", 0x04, Access.READ, "upper half, as it was when `now_low` was last read"),
        Register("alarm_low", 0x08, Access.BOTH, "lower half of the alarm", reset=0xFFFF_FFFF),
        Register("alarm_high", 0x0C, Access.BOTH, "upper half; write all ones to it first", reset=0xFFFF_FFFF),
    ),
)

UART_FRACTION_BITS = 8
UART_WHOLE_BITS = 16
UART_FIFO_BYTES = 512
"""Depth of each of the line's two FIFOs."""

SIMULATED_DIVIDER = 1 << UART_FRACTION_BITS
"""The line rate named `sim-fast`: one cycle a bit.  Only a simulated line can, which has the board's own clock."""


def uart_divider(baud: int, clock: int) -> int:
    """Return the value of `uart.divider` for a line rate: cycles per bit, rounded to 1/256."""
    divider = ((clock << UART_FRACTION_BITS) + baud // 2) // baud
    if not 4 << UART_FRACTION_BITS <= divider < 1 << UART_FRACTION_BITS + UART_WHOLE_BITS:
        raise ValueError(
            f"{baud} baud at {clock} Hz is {clock / baud:.2f} cycles a bit: the divider takes 4 to 65535"
        )
    return divider


UART = Peripheral(
    "uart",
    "8 data bits, no parity, one stop bit; a bit lasts whole + fraction/256 cycles on average.  The bytes go to "
    "and come from the link, unless `raw` is set.",
    (
        Register(
            "receive",
            0x00,
            Access.TAKE,
            "the next byte received; only with `raw`",
            (Field("byte", 8, "the byte"), Field("valid", 1, "there was one")),
        ),
        Register(
            "send",
            0x04,
            Access.WRITE,
            "a byte to send; lost when there is no room; only with `raw`",
            (Field("byte", 8, "the byte"),),
        ),
        Register(
            "status",
            0x08,
            Access.READ,
            "the FIFOs",
            (
                Field("received", 12, "bytes that wait in the receive FIFO"),
                Field("room", 12, "bytes that fit into the transmit FIFO"),
                Field("idle", 1, "nothing is being sent, and nothing waits to be"),
            ),
        ),
        Register(
            "errors",
            0x0C,
            Access.CLEAR,
            "what went wrong",
            (
                Field("overrun", 1, "a byte came while the receive FIFO was full"),
                Field("framing", 1, "a stop bit was missing"),
                Field("lost", 1, "a byte was written while the transmit FIFO was full"),
            ),
        ),
        Register(
            "divider",
            0x10,
            Access.BOTH,
            "cycles per bit",
            (
                Field("fraction", UART_FRACTION_BITS, "1/256 cycles"),
                Field("whole", UART_WHOLE_BITS, "cycles, at least 4; in simulation at least 1"),
            ),
            reset=217 << UART_FRACTION_BITS,
        ),
        Register("control", 0x14, Access.BOTH, "who has the line", (Field("raw", 1, "the program, bytewise"),)),
    ),
)

FLASH = Peripheral(
    "flash",
    "Commands to the SPI flash, byte by byte; reads in place go through the flash window.",
    (
        Register(
            "control",
            0x00,
            Access.BOTH,
            "how commands are sent",
            (
                Field("select", 1, "the chip is selected"),
                Field("quad", 1, "four data lines, else one each way"),
                Field("receive", 1, "with `quad`: the data lines are inputs"),
                Field("window", 1, "the flash window is open; commands wait until it is closed"),
                Field("divider", 8, "half a clock period of the flash, in cycles, less one"),
            ),
            reset=1 << 3,
        ),
        Register(
            "status",
            0x04,
            Access.READ,
            "where the command stands",
            (Field("busy", 1, "a byte is on the wire"),),
        ),
        Register("send", 0x08, Access.WRITE, "send this byte; not while busy", (Field("byte", 8, "the byte"),)),
        Register(
            "received", 0x0C, Access.READ, "what came back for the last byte sent", (Field("byte", 8, "the byte"),)
        ),
    ),
)

SHA256 = Peripheral(
    "sha256",
    "The compression function; padding is the program's business.",
    (
        Register(
            "control",
            0x00,
            Access.WRITE,
            "start",
            (
                Field("first", 1, "begin from the standard's initial value"),
                Field("go", 1, "take the block in"),
            ),
        ),
        Register("status", 0x04, Access.READ, "progress", (Field("busy", 1, "a block is being taken in"),)),
        Register("block", 0x40, Access.WRITE, "the block's 16 words, as memory has them", count=16),
        Register("digest", 0x80, Access.READ, "the 8 words of the state, as memory has them", count=8),
    ),
)

RING_WORDS = RING_BYTES // 4

LINK = Peripheral(
    "link",
    "Takes frames off the line and puts them on it: COBS and CRC are done here.  In either ring places are "
    "counted in words from reset on, modulo twice the ring; a frame received is a word with its length in bytes "
    "and then header and payload, padded to a word.  What is damaged is not seen.",
    (
        Register(
            "received",
            0x00,
            Access.READ,
            "where the next frame will begin: all before it is there",
            (Field("place", (2 * RING_WORDS - 1).bit_length(), "in words"),),
        ),
        Register(
            "released",
            0x04,
            Access.BOTH,
            "what lies before is no longer needed",
            (Field("place", (2 * RING_WORDS - 1).bit_length(), "in words"),),
        ),
        Register(
            "send",
            0x08,
            Access.WRITE,
            "send a frame: header and payload are taken from `link_send` as they stand when it is sent; lost when "
            "there is no room",
            (
                Field("place", (RING_WORDS - 1).bit_length(), "word of the ring where it begins"),
                Field("length", 13, "bytes of header and payload, at least 4"),
            ),
        ),
        Register(
            "status",
            0x0C,
            Access.READ,
            "what is being sent",
            (
                Field("room", 5, "frames that may be given to `send`"),
                Field("idle", 1, "all are sent, to the last stop bit"),
                Field(
                    "sent",
                    16,
                    "frames sent since reset, modulo 65536; a frame counts when its last byte has "
                    "been read from the ring",
                ),
            ),
        ),
        Register("damaged", 0x10, Access.READ, "frames received since reset: damaged, too short or too long"),
        Register("dropped", 0x14, Access.READ, "frames received since reset: no room in the ring"),
    ),
)

SCHEDULER = Peripheral(
    "scheduler",
    "Which of the core's processes runs next.  Each slot has a pass, in ticks that its process has run, each "
    "counted for as many as its score says; the one that is least far goes first.",
    (
        Register("ready", 0x00, Access.BOTH, "bit s: the process in slot s is ready to run"),
        Register(
            "ran",
            0x04,
            Access.WRITE,
            "a process has run",
            (Field("slot", 5, "which"), Field("ticks", 8, "for how long, as the program counts")),
        ),
        Register(
            "woken",
            0x08,
            Access.WRITE,
            "a process is ready that was not",
            (Field("slot", 5, "which"), Field("fresh", 1, "it is the slot's first time: nothing is known of it")),
        ),
        Register(
            "pick",
            0x0C,
            Access.TAKE,
            "who is to run now; the read waits for the search, 70 cycles at most",
            (Field("slot", 5, "which"), Field("any", 1, "one at least is ready")),
        ),
    ),
)

WINDOW_FIELDS = (
    Field("base", (REGIONS["ram"].size // GRANULE_BYTES - 1).bit_length(), "the first granule of main RAM"),
    Field("limit", max(REGIONS[name].size // GRANULE_BYTES for name in WINDOWS).bit_length(),
          "granules from there on; 0: nothing answers"),
)  # fmt: skip
"""A window onto main RAM.  Where it would reach beyond its end, nothing answers."""

COUNTS = 512
"""Entries of calls that are counted."""

SCORE = Layout(
    "score",
    "What was last said of a process of the core's.",
    (
        Field("score", 8, "score * 255, by its last call"),
        Field("tier", 2, "tier, the same"),
        Field("verdict", 3, "what that call was answered", tuple(verdict.name for verdict in Verdict)),
        Field("spare0", 19, "0"),
        Field("allowed", 32, "calls that were allowed"),
        Field("generation", 32, "the process's life: all is of it"),
    ),
)


CELL = Peripheral(
    "cell",
    "A second core that runs a clone of a frozen process: its registers and its memory are the original's, what "
    "it stores is its own.  It reaches nothing else, and stops at whatever would lead out.",
    (
        Register(
            "control",
            0x00,
            Access.WRITE,
            "an order, one at a time",
            (
                Field("start", 1, "make a clone and run it: a0 is `result`, all else as `registers` says"),
                Field("resume", 1, "let one that stopped at a trap go on at `next`, with `result` in a0"),
                Field("discard", 1, "end it"),
            ),
        ),
        Register(
            "status",
            0x04,
            Access.READ,
            "what it is at",
            (
                Field("state", 2, "a CellState"),
                Field("stop", 2, "a CellStop, once it has stopped"),
                Field("cause", 5, "of the trap that it stopped at"),
                Field("wrote", 1, "it has stored something"),
                Field("quiet", 1, "nothing of its own is under way to main RAM"),
            ),
        ),
        Register("registers", 0x08, Access.BOTH, "where the frozen process's registers are: the address at which "
                 "it goes on, then x1 to x31", (Field("address", 32, "a word's, in main RAM"),)),
        Register("budget", 0x0C, Access.BOTH, "cycles that a clone may run, in all"),
        Register("text_window", 0x10, Access.BOTH, "where the frozen process's `user_text` lies in main RAM",
                 WINDOW_FIELDS),
        Register("data_window", 0x14, Access.BOTH, "the same of `user_data`", WINDOW_FIELDS),
        Register("pause", 0x18, Access.BOTH, "to keep the clone waiting, while the original's memory is moved",
                 (Field("on", 1, "it begins nothing; what is under way still ends: see `status.quiet`"),)),
        Register("result", 0x1C, Access.BOTH, "a0 of the clone at `start` and `resume`"),
        Register("next", 0x20, Access.BOTH, "the address at which `resume` goes on"),
        Register("pc", 0x24, Access.READ, "address of the instruction that it stopped at"),
        Register("address", 0x28, Access.READ, "of its last load or store that was refused, or had no room"),
        Register("instructions", 0x2C, Access.READ, "that it has begun since `start`"),
        Register("cycles", 0x30, Access.READ, "that it has run since `start`"),
        Register("started", 0x34, Access.READ, "cycles from the order to its first instruction"),
        Register("grown", 0x38, Access.BOTH, "what the clone has besides, behind the frozen process's data: "
                 "zeros, until it stores there",
                 (Field("limit", WINDOW_FIELDS[1].width, "granules, in all, if more than the data window's"),)),
        Register("original", 0x3C, Access.BOTH, "whose clone `start` makes: it does not run until `discard`",
                 (Field("slot", 5, "0..31"),)),
        Register("x", 0x80, Access.READ, "its registers, once it has stopped", count=32),
    ),
)  # fmt: skip

COPROCESSOR = Peripheral(
    "coprocessor",
    "The screening pipeline as the kernel sees it.  Machine mode only: no protection entry opens it to user mode.",
    (
        Register(
            "dispatch",
            0x000,
            Access.READ,
            "address of the handler that this call is to go to: its own if it may run, else the verdict's; "
            "outside a call, and when the verdict takes too long, the deny handler",
        ),
        Register(
            "status",
            0x004,
            Access.READ,
            "what waits and what is in force",
            (
                Field("in_call", 1, "between a user-mode ecall and the return"),
                Field("event_ready", 1, "the event port takes an event"),
                Field("path_ready", 1, "the path port takes a word"),
                Field("record_valid", 1, "a record waits"),
                Field("state_valid", 1, "the state of a SPILL waits"),
                Field("load_busy", 1, "the load port is still writing"),
                Field("running", 1, "a model is in force"),
                Field("model", 1, "which slot it is in"),
                Field("model_ready", 2, "bit s: model slot s holds a verified model"),
                Field("count_valid", 1, "calls have been counted"),
                Field("count_filled", 1, "most of the entries for counts are in use"),
            ),
        ),
        Register(
            "lock",
            0x008,
            Access.SET,
            "tables that nobody may write until reset",
            (
                Field("model", 1, "both model slots and the switch"),
                Field("policy", 1, "attributes, judge, modes, templates"),
                Field("vaccines", 1, "the vaccine banks"),
                Field("handlers", 1, "the handler tables"),
            ),
        ),
        Register(
            "tamper",
            0x00C,
            Access.READ,
            "what was broken since reset",
            RULES,
        ),
        Register("slot", 0x010, Access.BOTH, "slot of the process that runs", (Field("number", 6, "0..31"),)),
        Register("generation", 0x014, Access.BOTH, "its generation"),
        Register("text_window", 0x018, Access.BOTH, "where `user_text` lies in main RAM; in force two cycles "
                 "behind the write", WINDOW_FIELDS),
        Register("data_window", 0x01C, Access.BOTH, "the same of `user_data`", WINDOW_FIELDS),
        Register(
            "cwd",
            0x020,
            Access.BOTH,
            "where the running process's relative paths start",
            (Field("node", 8, "path node"), Field("excess", 8, "unknown components below it")),
        ),
        Register("shed", 0x024, Access.READ, "records lost on the observability lane since reset"),
        Register("argument", 0x028, Access.READ, "a0 of the call in progress, as it was judged"),
        Register(
            "strings",
            0x02C,
            Access.READ,
            "what became of the strings of the call in progress",
            tuple(
                field
                for string in range(STRINGS_MAX)
                for field in (
                    Field(f"state{string}", 2, "a StringState"),
                    Field(f"offset{string}", 2, "of its first byte in its area of region `strings`"),
                )
            ),
        ),
        Register("event", 0x040, Access.WRITE,
                 "the words of an EVENT; the last one offers it, and is only written when the port takes it",
                 count=EVENT.words),
        Register(
            "path",
            0x060,
            Access.WRITE,
            "the offered event's path stream: per path a PATH_HEAD, then its text, 4 bytes a word; the write "
            "waits until there is room",
        ),
        Register(
            "load_address",
            0x068,
            Access.STEP,
            "address on the load port; every write of `load_data` moves it on by one",
            (Field("address", ADDRESS_BITS, "target << 16 | offset"),),
        ),
        Register("load_data", 0x06C, Access.WRITE, "what is to be written there"),
        Register("load_read", 0x070, Access.TAKE,
                 "the byte that stands at `load_address` in the model slot that is not in force; moves on by one; "
                 "0 elsewhere", (Field("byte", 8, "the byte"),)),
        Register("record", 0x080, Access.TAKE, "the oldest RECORD; reading the last word takes it",
                 count=RECORD.words),
        Register("state", 0x0A0, Access.TAKE, "the STATE of a SPILL; reading the last word takes it",
                 count=STATE.words),
        Register("count", 0x0B8, Access.TAKE,
                 "the oldest AGGREGATE_ENTRY of allowed calls; reading the last word takes it, where there is one",
                 count=2),
        Register("vaccine", 0x0C0, Access.BOTH, "which vaccine the two registers behind it show",
                 (Field("index", (VACCINES - 1).bit_length(), "its index"),)),
        Register("vaccine_hits", 0x0C4, Access.READ, "how often it has matched"),
        Register("vaccine_expiry", 0x0C8, Access.READ, "second at which it expires; 0: it is not in force"),
        Register("handler_index", 0x0D0, Access.STEP, "canonical id whose handler is written next; moves on",
                 (Field("id", 9, "canonical id"),)),
        Register("handler", 0x0D4, Access.WRITE, "its handler's address"),
        Register("verdict_handler", 0x0E0, Access.BOTH, "handler by verdict; ALLOW's is never used",
                 count=len(Verdict)),
        Register("tampering", 0x100, Access.TAKE,
                 "the words of TAMPER, kept over a reset; its rules are 0 where there is nothing to tell; reading "
                 "the last word makes them so, unless the core is stopped",
                 count=TAMPER.words),
        Register("birth_order", 0x120, Access.WRITE, "make a vaccine of the last call of this slot",
                 (Field("slot", 5, "0..31"),)),
        Register("birth_tag", 0x124, Access.WRITE, "which program runs in a slot, to tell programs apart",
                 (Field("slot", 5, "0..31"), Field("tag", (TAGS - 1).bit_length(), "who share it count as one"))),
        Register("births_refused", 0x128, Access.READ,
                 "vaccines not born since reset: the tree has had its share, no index or place is free, the slot "
                 "has called nothing, or another order waits"),
        Register("birth", 0x12C, Access.BOTH, "which birth `birth_page` shows",
                 (Field("number", (BIRTHS - 1).bit_length(), "its vaccine index, less BIRTH_FIRST"),)),
        Register("birth_page", 0x130, Access.READ,
                 "its key, lower half and upper half, and the units of its mask; as long as it is in force.  Not "
                 "between an event and its paths",
                 count=3),
        Register("counting", 0x140, Access.BOTH, "whether calls are counted",
                 (Field("on", 1, "a call that is allowed, and touches no secret, leaves no record, where it can "
                                 "be counted; nor does a FORK, EXEC or EXIT of the core's without a fault"),)),
        Register("counted", 0x144, Access.READ, "what is counted",
                 (Field("entries", COUNTS.bit_length(), "entries that wait"),)),
        Register("counted_from", 0x148, Access.READ, "the first record counted since there was no entry"),
        Register("counted_to", 0x14C, Access.READ, "the record behind the last one counted"),
        Register("score_slot", 0x150, Access.BOTH, "which slot `score` shows", (Field("slot", 5, "0..31"),)),
        Register("score", 0x154, Access.READ, "the words of the SCORE of the process that last made a call there",
                 count=SCORE.words),
        Register("freeze", 0x160, Access.WRITE, "freeze or free a process: its windows are shut while it is "
                 "frozen, or its clone in the cell; the verdicts CLONE and QUARANTINE freeze by themselves",
                 (Field("slot", 5, "0..31"), Field("on", 1, "freeze it"))),
        Register("frozen", 0x164, Access.READ, "bit s: the process in slot s is frozen"),
    ),
)  # fmt: skip

PATH_HEAD = Layout(
    "path_head",
    "What comes before a path's text on the path stream.",
    (
        Field("node", 8, "path node where the path starts if it is relative"),
        Field("excess", 8, "unknown components below that node"),
        Field("length", 16, "bytes of text"),
    ),
)

PERIPHERALS = (SYSTEM, IRQ, TIMER, UART, FLASH, SHA256, LINK, SCHEDULER, CELL, COPROCESSOR)
"""In the order of their addresses."""
