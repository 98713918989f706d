"""The link between host and board: frames over a serial line, nothing lost and nothing twice.

On the wire a frame is COBS-encoded and ends with a zero byte.  Decoded it is HEADER, payload, CRC: a payload is
the type's fixed part (a Layout, little-endian, padded to whole words), then its tail.  What does not decode, or
fails its CRC, is dropped without an answer; the gap in the sequence tells.

Each side numbers the frames that must arrive, from 0 after a HELLO.  A receiver takes them in order and drops any
other (go back N): a repeated one is acknowledged again, a later one than expected asks for the gap by an ACK with
`again`.  A sender keeps a frame until it is acknowledged, and sends all that it keeps again when asked, or when
nothing has been acknowledged for its time-out.  Flow is controlled in bytes: the frames from ACK.next on, by
`cost`, may at no time exceed ACK.credit.  Unnumbered frames need no credit and are answered at once, also while
numbered ones wait.

A session begins with the host's HELLO.  The board's answer repeats its `session`; a HELLO with the same `session`
that comes again is answered again and changes nothing, any other ends the session before, drops what it had in
flight and frees the process slots of the host.  A board without a session answers any other frame with ABORT.
"""

from __future__ import annotations

from enum import IntEnum

from hdl.contract.layout import Field, Layout

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

FILE_CHUNK = 1024
"""Bytes of a file in one FILE_DATA."""

FILE_NAME_BYTES = 32
PROCESS_NAME_BYTES = 16
"""Bytes that an entry has for the name of a file or process, with at least one zero behind it."""

CREDIT_BYTES = 64
"""The unit of credit."""

TIMEOUT_MS = 200
"""Milliseconds without an acknowledgement after which a sender sends again; the host may wait longer."""

BATCH_MS = 200
"""Milliseconds between AGGREGATEs."""

NAME_BYTES = 48
"""Longest name of a model, in bytes of UTF-8."""


def cost(payload: int) -> int:
    """Return the bytes of credit that a frame with so many of payload uses: length word, header, padding."""
    return 8 + (payload + 3) // 4 * 4


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
    OPERATOR = 5  # files and processes can be listed and changed


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
    TAMPER = 0x14
    RECORD_MODE = 0x15
    STATUS_READ = 0x18
    STATUS = 0x19
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
    FILE_LIST = 0x40
    FILE_ENTRIES = 0x41
    FILE_READ = 0x42
    FILE_WRITE = 0x43
    FILE_DATA = 0x44
    FILE_END = 0x45
    FILE_REMOVE = 0x46
    FOLDER_MAKE = 0x47
    PROCESS_LIST = 0x48
    PROCESS_ENTRIES = 0x49
    RUN = 0x4A
    ENDED = 0x4B
    KILL = 0x4C
    RESULT = 0x4F
    QUARANTINE_LIST = 0x50
    QUARANTINE_ENTRIES = 0x51
    QUARANTINE_ORDER = 0x52
    QUARANTINE_READ = 0x53
    DECOYS = 0x54
    VACCINE_LIST = 0x58
    VACCINE_ENTRIES = 0x59
    VACCINE_ORDER = 0x5A


class Refusal(IntEnum):
    """Why a frame was refused."""

    TYPE = 1  # no such frame type
    LENGTH = 2  # the payload is shorter or longer than its type has it
    VERSION = 3  # the other side's versions cannot be spoken
    BUSY = 4  # another transfer is under way
    ORDER = 5  # not now: the transfer it belongs to was never begun
    LOCKED = 6  # the table is locked until reset
    RANGE = 7  # an address, slot or length lies outside
    KIND = 8  # an event of this kind is not the host's to send


class ModelResult(IntEnum):
    """How a push ended, or where it stands."""

    EMPTY = 0  # the slot holds nothing
    PARTIAL = 1  # some of the image is there
    VERIFIED = 2  # digest and self-test vectors agree: it may be switched to
    ACTIVE = 3  # it is in force
    DIGEST = 4  # the bytes read back do not have the digest announced
    SELF_TEST = 5  # a self-test vector gave another record
    CONTRACT = 6  # the image was made for another version of the contract
    FLASH = 7  # it could not be kept in flash; what was in force still is
    INCOMPLETE = 8  # not every byte of the image, or no self-test vector, has come


class RecordMode(IntEnum):
    """Which records the board sends; of a verdict other than ALLOW or DECOY always at once."""

    AGGREGATE = 0  # allowed calls as counts, and DECOYs gathered for as long as those
    ALL = 1  # every record; events are held back rather than a record lost


class ProcessState(IntEnum):
    """What a process is at."""

    READY = 1  # it runs, or would
    WAITING = 2  # for something, or for a time
    ENDED = 3  # and nobody has asked how


HEADER = Layout(
    "header",
    "What every frame begins with.",
    (
        Field("type", 8, "frame type", tuple(kind.name for kind in FrameType)),
        Field("spare0", 8, "0"),
        Field("sequence", SEQUENCE_BITS, "number of this frame; an unnumbered frame has the next one's, TAMPER 0"),
    ),
)
