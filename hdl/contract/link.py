"""The link between host and board: frames over a serial line.

Declared for the board's gateware and firmware; nothing implements it yet.

On the wire a frame is COBS-encoded and ends with a zero byte.  Decoded it is HEADER, payload, CRC: a payload is
the type's fixed part (a Layout, little-endian, padded to whole words), then its tail.  What does not decode, or
fails its CRC, is dropped without an answer; the gap in the sequence tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from hdl.contract.event import EVENT, RECORD, STATE
from hdl.contract.layout import Field, Layout
from hdl.contract.load import ADDRESS_BITS

LINK_VERSION = 1
"""Version of framing and frame types; both sides use the lower of theirs, if they still speak it."""

DELIMITER = 0
"""The byte that ends every frame and stands nowhere else."""

CRC_BYTES = 4
CRC_POLYNOMIAL = 0xEDB88320
"""CRC-32 as Ethernet and zlib have it: reflected, initial value and final xor all ones, little-endian."""

PAYLOAD_MAX = 4096
"""Bytes of payload that every receiver takes: an EVENT with three over-long paths fits."""

MODEL_CHUNK = 512
"""Bytes of a model in one MODEL_DATA."""

SEQUENCE_BITS = 16

HELLO_MAGIC = 0x31474956
"""First word of a HELLO: "VIG1"."""

ABORT_ZEROS = 2
"""An ABORT is sent after this many delimiters, so that it cannot melt into a frame cut short."""


class Capability(IntEnum):
    """Bits of a HELLO's capabilities: what this side can do beyond the first version."""

    SIMULATED = 0  # the board is simulated
    RECORDS_ALL = 1  # every record can be sent, with back-pressure
    AGGREGATES = 2  # allowed calls can be sent as counts
    CELL = 3  # the cell is there
    SHELL = 4  # a terminal can be had beside the frames


class FrameType(IntEnum):
    """Types of frames."""

    HELLO = 0x01
    ACK = 0x02
    ABORT = 0x03
    REFUSED = 0x04
    RESET = 0x05
    EVENT = 0x10
    RECORD = 0x11
    STATE = 0x12
    AGGREGATE = 0x13
    SHED = 0x14
    RECORD_MODE = 0x15
    MODEL_BEGIN = 0x20
    MODEL_DATA = 0x21
    MODEL_VECTORS = 0x22
    MODEL_END = 0x23
    MODEL_READ = 0x24
    MODEL_STATUS = 0x25
    LOAD = 0x28
    LOG_READ = 0x30
    LOG = 0x31
    TERMINAL = 0x38


class Refusal(IntEnum):
    """Why a frame was refused."""

    TYPE = 1  # no such frame type
    LENGTH = 2  # the payload is shorter or longer than its type has it
    VERSION = 3  # the other side's versions cannot be spoken
    BUSY = 4  # another transfer is under way
    ORDER = 5  # not now: the transfer it belongs to was never begun
    LOCKED = 6  # the table is locked until reset
    RANGE = 7  # an address, slot or length lies outside


class ModelResult(IntEnum):
    """How a push ended, or where it stands."""

    EMPTY = 0  # the slot holds nothing
    PARTIAL = 1  # some of the image is there
    VERIFIED = 2  # digest and self-test vectors agree: it may be switched to
    ACTIVE = 3  # it is in force
    DIGEST = 4  # the bytes read back do not have the digest announced
    SELF_TEST = 5  # a self-test vector gave another record
    CONTRACT = 6  # the image was made for another version of the contract


class RecordMode(IntEnum):
    """Which records the board sends; a verdict other than ALLOW is always sent at once."""

    AGGREGATE = 0  # allowed calls as counts
    ALL = 1  # every record; events are held back rather than a record lost


class Sender(Enum):
    """Who sends a frame of a type."""

    HOST = "host"
    BOARD = "board"
    BOTH = "both"


HEADER = Layout(
    "header",
    "What every frame begins with.",
    (
        Field("type", 8, "frame type", tuple(kind.name for kind in FrameType)),
        Field("credit", 8, "numbered frames that the sender of this frame can take now"),
        Field("sequence", SEQUENCE_BITS, "number of this frame; an unnumbered frame has the next one's"),
    ),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame type.

    fixed: the payload's fixed part.  tail: what may follow it, in words; empty where nothing does.
    tail_unit: bytes that the tail's length is a multiple of.
    numbered: counts in its sender's sequence, is acknowledged, and sent again until it is.
    """

    kind: FrameType
    sender: Sender
    numbered: bool
    doc: str
    fixed: Layout
    tail: str = ""
    tail_unit: int = 1

    @property
    def fixed_bytes(self) -> int:
        """Bytes of the fixed part."""
        return 4 * self.fixed.words


def _layout(kind: FrameType, *fields: Field) -> Layout:
    return Layout(kind.name.lower(), f"Fixed part of {kind.name}.", fields)


_DIGEST = tuple(Field(f"digest{word}", 32, f"SHA-256 of the image, bytes {4 * word}.. of it") for word in range(8))
_COUNT = Field("count", 8, "how many follow, at least 1")

AGGREGATE_ENTRY = Layout(
    "aggregate_entry",
    "How often a slot's process was allowed a call since the last AGGREGATE.",
    (
        Field("slot", 6, "the process's slot"),
        Field("spare0", 1, "0"),
        Field("id", 9, "canonical system call"),
        Field("count", 16, "times; a fuller count is sent as a second entry"),
        Field("generation", 32, "the process's life"),
    ),
)

STATE_ENTRY = Layout(
    "state_entry",
    "The state of one process that left its slot.",
    (
        Field("slot", 6, "the slot that it left"),
        Field("tree", 6, "its process tree"),
        Field("spare0", 20, "0"),
        Field("generation", 32, "the process's life"),
    ),
)

_F = FrameType
FRAMES = (
    Frame(
        _F.HELLO, Sender.BOTH, False,
        "Who speaks.  The first frame of a session and the answer to it; both begin their sequence at 0.",
        _layout(
            _F.HELLO,
            Field("magic", 32, "HELLO_MAGIC"),
            Field("link", 8, "LINK_VERSION"),
            Field("link_oldest", 8, "oldest link version that is still spoken"),
            Field("contract", 16, "CONTRACT_VERSION"),
            Field("capabilities", 32, "bit c: Capability c"),
            Field("payload_max", 16, "bytes of payload that this side takes"),
            Field("answer", 1, "this answers a HELLO"),
            Field("spare0", 15, "0"),
            Field("session", 32, "drawn by the host; the answer repeats it"),
            Field("clock", 32, "the board's cycles per second; 0 from the host"),
            Field("line_rate", 32, "bits per second on the line; 0 from the host"),
            Field("board_low", 32, "the board's number, lower half; 0 from the host"),
            Field("board_high", 32, "and its upper half"),
        ),
        "the sender's name and version, UTF-8",
    ),
    Frame(
        _F.ACK, Sender.BOTH, False,
        "All numbered frames before `next` have arrived; sent at the latest when half the credit is used up.",
        _layout(
            _F.ACK,
            Field("next", SEQUENCE_BITS, "the number that is expected next"),
            Field("again", 1, "a later number has come: send from `next` on again"),
            Field("spare0", 15, "0"),
        ),
    ),
    Frame(
        _F.ABORT, Sender.BOTH, False,
        "Drop every transfer and frame in flight and begin anew: the answer is a HELLO.  Always taken.",
        _layout(_F.ABORT, Field("reason", 32, "for people; 0 is fine")),
    ),
    Frame(
        _F.REFUSED, Sender.BOTH, True,
        "A numbered frame arrived whole but is not obeyed.",
        _layout(
            _F.REFUSED,
            Field("sequence", SEQUENCE_BITS, "number of the frame refused"),
            Field("type", 8, "its type"),
            Field("reason", 8, "why", tuple(reason.name for reason in Refusal)),
        ),
        "what would have been right, UTF-8",
    ),
    Frame(_F.RESET, Sender.HOST, True, "Reset the board; it says HELLO when it is back.",
          _layout(_F.RESET, Field("key", 32, "registers.RESET_KEY"))),
    Frame(
        _F.EVENT, Sender.HOST, True,
        "Events to be screened, in order.",
        _layout(_F.EVENT, _COUNT, Field("spare0", 24, "0")),
        f"per event {4 * EVENT.words} bytes of EVENT, then per path a PATH_HEAD and its text, padded to a word",
        4,
    ),
    Frame(
        _F.RECORD, Sender.BOARD, True,
        "Records of events, in order.",
        _layout(_F.RECORD, _COUNT, Field("spare0", 24, "0")),
        f"{4 * RECORD.words} bytes of RECORD each",
        4 * RECORD.words,
    ),
    Frame(
        _F.STATE, Sender.BOARD, True,
        "States of processes that left their slots; follows the record of the SPILL.",
        _layout(_F.STATE, _COUNT, Field("spare0", 24, "0")),
        f"{4 * STATE_ENTRY.words} bytes of STATE_ENTRY and {4 * STATE.words} of STATE each",
        4 * (STATE_ENTRY.words + STATE.words),
    ),
    Frame(
        _F.AGGREGATE, Sender.BOARD, True,
        "Allowed calls as counts.",
        _layout(_F.AGGREGATE, Field("from_sequence", 32, "the first record counted here"),
                Field("to_sequence", 32, "the first one that is not")),
        f"{4 * AGGREGATE_ENTRY.words} bytes of AGGREGATE_ENTRY each",
        4 * AGGREGATE_ENTRY.words,
    ),
    Frame(
        _F.SHED, Sender.BOARD, True,
        "What the observability lane has lost; the security lane loses nothing.",
        _layout(_F.SHED, Field("records", 32, "records since reset"), Field("log", 32, "log lines since reset")),
    ),
    Frame(
        _F.RECORD_MODE, Sender.HOST, True,
        "Which records are sent from now on.",
        _layout(_F.RECORD_MODE, Field("mode", 8, "which", tuple(mode.name for mode in RecordMode)),
                Field("spare0", 24, "0")),
    ),
    Frame(
        _F.MODEL_BEGIN, Sender.HOST, True,
        "A model follows for the slot that is not in force; an earlier push to it is forgotten.",
        _layout(_F.MODEL_BEGIN, Field("slot", 1, "model slot"), Field("spare0", 15, "0"),
                Field("size", 16, "bytes of the image"), *_DIGEST),
    ),
    Frame(
        _F.MODEL_DATA, Sender.BOTH, True,
        f"Bytes of an image, at most {MODEL_CHUNK}: from the host to be written, from the board as read back.",
        _layout(_F.MODEL_DATA, Field("slot", 1, "model slot"), Field("spare0", 15, "0"),
                Field("offset", 16, "where they stand in the image")),
        "the bytes",
    ),
    Frame(
        _F.MODEL_VECTORS, Sender.HOST, True,
        "Self-test vectors: replayed before the model may be switched to.",
        _layout(_F.MODEL_VECTORS, _COUNT, Field("spare0", 24, "0")),
        "per vector an event as in EVENT, then the RECORD that it must give",
        4,
    ),
    Frame(
        _F.MODEL_END, Sender.HOST, True,
        "The image is whole: read it back, compare the digest, replay the vectors, answer with MODEL_STATUS.",
        _layout(_F.MODEL_END, Field("slot", 1, "model slot"), Field("swap", 1, "if all is well, switch to it"),
                Field("spare0", 30, "0")),
    ),
    Frame(
        _F.MODEL_READ, Sender.HOST, True,
        "Ask for the image in a slot: answered by MODEL_DATA frames and a MODEL_STATUS.",
        _layout(_F.MODEL_READ, Field("slot", 1, "model slot"), Field("spare0", 31, "0")),
    ),
    Frame(
        _F.MODEL_STATUS, Sender.BOARD, True,
        "What is in a model slot.",
        _layout(_F.MODEL_STATUS, Field("slot", 1, "model slot"), Field("spare0", 7, "0"),
                Field("result", 8, "how it stands", tuple(result.name for result in ModelResult)),
                Field("vector", 16, "number of the self-test vector that failed"), *_DIGEST),
    ),
    Frame(
        _F.LOAD, Sender.HOST, True,
        "Words for the load port: policy, masks, hash tables.",
        _layout(_F.LOAD, Field("address", ADDRESS_BITS, "where the first one goes: target << 16 | offset"),
                Field("spare0", 32 - ADDRESS_BITS, "0")),
        "the words, each one address further",
        4,
    ),
    Frame(_F.LOG_READ, Sender.HOST, True, "Ask for the log from a place on.",
          _layout(_F.LOG_READ, Field("place", 32, "bytes of log since reset before the first one wanted"))),
    Frame(
        _F.LOG, Sender.BOARD, True,
        "A piece of the log.",
        _layout(_F.LOG, Field("place", 32, "bytes of log since reset before this piece"),
                Field("end", 32, "bytes of log since reset so far")),
        "whole lines, UTF-8",
    ),
    Frame(_F.TERMINAL, Sender.BOTH, True, "Bytes of a terminal, where both sides have the capability.",
          _layout(_F.TERMINAL, Field("spare0", 32, "0")), "the bytes"),
)  # fmt: skip
"""Every frame type, in the order of their numbers."""

FRAME: dict[FrameType, Frame] = {frame.kind: frame for frame in FRAMES}
"""Frame types by number."""
