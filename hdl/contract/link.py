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

from dataclasses import dataclass
from enum import Enum, IntEnum

from hdl.contract.births import VaccineOrder
from hdl.contract.event import EVENT, RECORD, STATE
from hdl.contract.layout import Field, Layout
from hdl.contract.load import ADDRESS_BITS
from hdl.contract.quarantine import Evidence, FrozenBy, Order, Part
from hdl.contract.tamper import TAMPER
from hdl.contract.vaccine import KEY, MASK_UNITS
from hdl.contract.verdict import Verdict

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
        Field("spare0", 8, "0"),
        Field("sequence", SEQUENCE_BITS, "number of this frame; an unnumbered frame has the next one's, TAMPER 0"),
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

FILE_ENTRY = Layout(
    "file_entry",
    "A file or folder, as the board's tree has it.",
    (
        Field("mode", 16, "type and permissions, as Linux has them"),
        Field("user", 16, "who owns it"),
        Field("group", 16, "and their group"),
        Field("spare0", 16, "0"),
        Field("size", 32, "bytes of content; 0 of what the kernel makes up"),
        Field("modified", 32, "seconds since reset at which it was written; 0: it came with the image"),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(FILE_NAME_BYTES // 4)),
    ),
)

PROCESS_ENTRY = Layout(
    "process_entry",
    "A process of the board's own, with what only the operator may know: how it scores.",
    (
        Field("id", 32, "the process's number, and its slot's generation"),
        Field("parent", 32, "its parent's; 0: it has none"),
        Field("user", 16, "whose it is"),
        Field("slot", 6, "the slot that it is screened in"),
        Field("state", 2, "what it is at", ("", *(state.name for state in ProcessState))),
        Field("tier", 2, "as of its last call: RECORD"),
        Field("verdict", 3, "likewise", tuple(verdict.name for verdict in Verdict)),
        Field("scored", 1, "a record of it has come: tier, verdict, score and counts hold"),
        Field("frozen", 1, "it is in quarantine, whatever its state"),
        Field("spare0", 1, "0"),
        Field("score", 8, "score * 255, as of its last call"),
        Field("tree", 5, "the process tree that it is of"),
        Field("decoys", 1, "which sees decoys in place of secrets"),
        Field("spare1", 2, "0"),
        Field("memory", 16, "its text and data, in KB; a text that is shared counts for each"),
        Field("ran_low", 32, "cycles that it has had, lower half"),
        Field("ran_high", 32, "and upper half"),
        *(Field(f"count{verdict.value}", 32, f"calls answered by {verdict.name}") for verdict in Verdict),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(PROCESS_NAME_BYTES // 4)),
    ),
)

QUARANTINE_ENTRY = Layout(
    "quarantine_entry",
    "A process that is frozen.",
    (
        Field("id", 32, "the process's number"),
        Field("family", 32, "its family's: the number of the process that began it"),
        Field("slot", 6, "the slot that it is screened in"),
        Field("by", 2, "why it is frozen", tuple(by.name for by in FrozenBy)),
        Field("held", 1, "the operator decides; else it is being looked at"),
        Field("weighed", 1, "it has been looked at: evidence and score hold"),
        Field("times", 2, "quarantines of its family by verdict, so far; 3: or more"),
        Field("spare0", 12, "0"),
        Field("score", 8, "what speaks against its family, * 255"),
        Field("evidence", 16, "that: bit e is Evidence e", tuple(piece.name for piece in Evidence)),
        Field("spare1", 16, "0"),
        Field("counter", 32, "where it would go on"),
        Field("frozen_low", 32, "cycles for which it has been frozen, lower half"),
        Field("frozen_high", 32, "and upper half"),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(PROCESS_NAME_BYTES // 4)),
    ),
)

VACCINE_ENTRY = Layout(
    "vaccine_entry",
    "A vaccine that the board has made.",
    (
        Field("key", KEY.width, "its key"),
        Field("pinned", 1, "it is never ended to make room"),
        Field("waits", 1, "it is for its tree alone, and not in force until a tree begins with the same program"),
        Field("spare0", 3, "0"),
        Field("index", 9, "vaccine index"),
        Field("units", len(MASK_UNITS), "the units of its mask"),
        Field("bank", 3, "where it stands"),
        Field("tree", 8, "of who it was born of, then"),
        Field("left", 32, "powered seconds of its life that are left"),
        Field("hits", 32, "calls that it has caught since it was born, or restored"),
    ),
)

_TREE = "1 + a process tree: as that one sees the files; 0: as they are"
_PATH = "a path, UTF-8; from the root, with or without a slash in front"
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
            Field("spare0", 7, "0"),
            Field("credit", 8, "what this side can take, in CREDIT_BYTES"),
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
        "All numbered frames before `next` have arrived; sent at the latest when a quarter of the credit is used "
        "up, or when nothing else is to be done.",
        _layout(
            _F.ACK,
            Field("next", SEQUENCE_BITS, "the number that is expected next"),
            Field("credit", 8, "what can be taken of the frames from `next` on, in CREDIT_BYTES"),
            Field("again", 1, "a later number has come: send from `next` on again"),
            Field("spare0", 7, "0"),
        ),
    ),
    Frame(
        _F.ABORT, Sender.BOTH, False,
        "The session is over: every transfer and frame in flight is dropped.  Always taken, never answered; the "
        "host may begin another session at once.",
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
        _F.TAMPER, Sender.BOARD, False,
        "A verdict was ignored, and the core is stopped; or a locked table was written.  Gateware sends it, "
        "whether there is a session or not, with 0 as its number: at once, and again every TAMPER_CYCLES until a "
        "reset.",
        TAMPER,
    ),
    Frame(
        _F.RECORD_MODE, Sender.HOST, True,
        "Which records are sent from now on.",
        _layout(_F.RECORD_MODE, Field("mode", 8, "which", tuple(mode.name for mode in RecordMode)),
                Field("spare0", 24, "0")),
    ),
    Frame(_F.STATUS_READ, Sender.HOST, True, "Ask for a STATUS.",
          _layout(_F.STATUS_READ, Field("spare0", 32, "0"))),
    Frame(
        _F.STATUS, Sender.BOARD, True,
        "How the board is.  Counters run since reset, modulo 2**32.",
        _layout(
            _F.STATUS,
            Field("now_low", 32, "cycles since reset, lower half"),
            Field("now_high", 32, "and upper half"),
            Field("boot_cycles", 32, "cycles from reset until the line was served"),
            Field("build", 32, "first 32 bits of the digest of the gateware's sources"),
            Field("firmware", 32, "first 32 bits of the digest of the firmware"),
            Field("running", 1, "a model is in force"),
            Field("active", 1, "its slot"),
            Field("mode", 8, "which records are sent", tuple(mode.name for mode in RecordMode)),
            Field("canaries", 16, "uses of canaries (docs/honeypot.md)"),
            Field("spare0", 6, "0"),
            Field("events", 32, "events screened for the host"),
            Field("event_cycles", 32, "core cycles from a host event's frame to its record, summed over them"),
            Field("records", 32, "records sent"),
            Field("counted", 32, "records that left as counts"),
            Field("resent", 32, "frames sent again"),
            Field("damaged", 32, "frames received damaged"),
            Field("dropped", 32, "frames received for which there was no room"),
            Field("repeated", 32, "frames received out of order or again"),
            Field("shed_records", 32, "records lost: the observability lane only"),
            Field("shed_log", 32, "bytes of log lost before they reached the flash"),
            Field("log_begin", 32, "place of the oldest byte of log that is kept"),
            Field("log_end", 32, "place behind the newest one"),
        ),
    ),
    Frame(
        _F.MODEL_BEGIN, Sender.HOST, True,
        "A model follows for the slot that is not in force; an earlier push to it is forgotten.",
        _layout(_F.MODEL_BEGIN, Field("slot", 1, "model slot"), Field("spare0", 15, "0"),
                Field("size", 16, "bytes of the image"), *_DIGEST),
        "its name and version, UTF-8, at most NAME_BYTES",
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
        "Self-test vectors.  The image must be whole by the first of them: it is read back from the slot, its "
        "digest compared, and switched to on trial; vectors are replayed as they come.",
        _layout(_F.MODEL_VECTORS, _COUNT, Field("spare0", 24, "0")),
        "per vector an event as in EVENT, then the RECORD that it must give",
        4,
    ),
    Frame(
        _F.MODEL_END, Sender.HOST, True,
        "All vectors have come: if every one gave its record, keep the image in flash; answer with MODEL_STATUS.  "
        "If anything is wrong, or the session ends before this, the model before is in force again.",
        _layout(_F.MODEL_END, Field("slot", 1, "model slot"), Field("spare0", 31, "0")),
    ),
    Frame(
        _F.MODEL_READ, Sender.HOST, True,
        "Ask what is in a model slot: answered by a MODEL_STATUS, with `image` after MODEL_DATA frames; the image "
        "of the model in force is the one kept in flash.",
        _layout(_F.MODEL_READ, Field("slot", 1, "model slot"), Field("image", 1, "and for the image"),
                Field("spare0", 30, "0")),
    ),
    Frame(
        _F.MODEL_STATUS, Sender.BOARD, True,
        "What is in a model slot.",
        _layout(_F.MODEL_STATUS, Field("slot", 1, "model slot"), Field("spare0", 7, "0"),
                Field("result", 8, "how it stands", tuple(result.name for result in ModelResult)),
                Field("vector", 16, "number of the self-test vector that failed"), *_DIGEST),
        "its name and version, UTF-8",
    ),
    Frame(
        _F.LOAD, Sender.HOST, True,
        "Words for the load port: policy, masks, hash tables.",
        _layout(_F.LOAD, Field("address", ADDRESS_BITS, "where the first one goes: target << 16 | offset"),
                Field("spare0", 32 - ADDRESS_BITS, "0")),
        "the words, each one address further",
        4,
    ),
    Frame(_F.LOG_READ, Sender.HOST, True,
          "Ask for a piece of the log; from the oldest byte kept, if that one is newer.",
          _layout(_F.LOG_READ, Field("place", 32, "bytes of log before the first one wanted"))),
    Frame(
        _F.LOG, Sender.BOARD, True,
        "A piece of the log.",
        _layout(_F.LOG, Field("place", 32, "bytes of log before this piece, since the flash was blank"),
                Field("end", 32, "bytes of log so far")),
        "bytes of the log, UTF-8; none at the end",
    ),
    Frame(_F.TERMINAL, Sender.BOTH, True, "Bytes of a terminal, where both sides have the capability.  "
          "The board sends what is written there to a session that has sent one itself, be it empty; and what the "
          "program of a RUN writes.",
          _layout(_F.TERMINAL, Field("process", 32, "0: the console; else, from the board, the program's number")),
          "the bytes"),
    Frame(
        _F.FILE_LIST, Sender.HOST, True,
        "Ask for what is in a folder, or of a file for itself: answered by FILE_ENTRIES, or a RESULT.",
        _layout(_F.FILE_LIST, Field("first", 16, "0, or `next` of the FILE_ENTRIES before"),
                Field("itself", 1, "of a folder, too"), Field("tree", 6, _TREE), Field("spare0", 9, "0")),
        _PATH,
    ),
    Frame(
        _F.FILE_ENTRIES, Sender.BOARD, True,
        "Files.",
        _layout(_F.FILE_ENTRIES, Field("count", 8, "how many follow; there may be none"), Field("spare0", 8, "0"),
                Field("next", 16, "where to go on; 0: that was all")),
        f"{4 * FILE_ENTRY.words} bytes of FILE_ENTRY each",
        4 * FILE_ENTRY.words,
    ),
    Frame(
        _F.FILE_READ, Sender.HOST, True,
        "Ask for a file: answered by FILE_DATA up to its end, or a RESULT.  It may change meanwhile.",
        _layout(_F.FILE_READ, Field("tree", 6, _TREE), Field("spare0", 26, "0")),
        _PATH,
    ),
    Frame(
        _F.FILE_WRITE, Sender.HOST, True,
        "A file follows, in FILE_DATA: answered by a RESULT, which says whether there is room.  It is nowhere to "
        "be seen before FILE_END; one that was begun before, or whose session ends, is forgotten.",
        _layout(_F.FILE_WRITE, Field("size", 32, "its bytes"),
                Field("mode", 16, "permissions; but those of a file that is there already stay, and its owner"),
                Field("spare0", 16, "0")),
        _PATH,
    ),
    Frame(
        _F.FILE_DATA, Sender.BOTH, True,
        f"Bytes of a file, in order, at most {FILE_CHUNK}.",
        _layout(_F.FILE_DATA, Field("offset", 32, "where they stand in it"),
                Field("size", 32, "bytes of all of it; 0 from the host")),
        "the bytes",
    ),
    Frame(_F.FILE_END, Sender.HOST, True,
          "All bytes have come: the file takes the place of one of that name.  Answered by a RESULT.",
          _layout(_F.FILE_END, Field("spare0", 32, "0"))),
    Frame(_F.FILE_REMOVE, Sender.HOST, True, "Remove a file, or an empty folder.  Answered by a RESULT.",
          _layout(_F.FILE_REMOVE, Field("spare0", 32, "0")), _PATH),
    Frame(_F.FOLDER_MAKE, Sender.HOST, True, "Make a folder.  Answered by a RESULT.",
          _layout(_F.FOLDER_MAKE, Field("mode", 16, "permissions"), Field("spare0", 16, "0")), _PATH),
    Frame(_F.PROCESS_LIST, Sender.HOST, True, "Ask for the processes: answered by PROCESS_ENTRIES.",
          _layout(_F.PROCESS_LIST, Field("spare0", 32, "0"))),
    Frame(
        _F.PROCESS_ENTRIES, Sender.BOARD, True,
        "All processes of the board's own.",
        _layout(_F.PROCESS_ENTRIES, Field("count", 8, "how many follow; there may be none"),
                Field("spare0", 24, "0")),
        f"{4 * PROCESS_ENTRY.words} bytes of PROCESS_ENTRY each",
        4 * PROCESS_ENTRY.words,
    ),
    Frame(
        _F.RUN, Sender.HOST, True,
        "Run a program, in a process tree of its own: answered by a RESULT with its number.  What it writes comes "
        "in TERMINAL frames, then ENDED; it has nothing to read.  One runs at a time; it is killed, with its "
        "group, when the session ends.",
        _layout(_F.RUN, Field("user", 16, "whose it is"), Field("group", 16, "and their group"),
                Field("written", 1, "it is what FILE_WRITE and FILE_DATA have brought, which never gets a name"),
                Field("spare0", 31, "0")),
        "its path, or with `written` a name, and its arguments: UTF-8, each with a zero behind it",
    ),
    Frame(_F.ENDED, Sender.BOARD, True, "The program of a RUN has ended, and all that it wrote has been sent.",
          _layout(_F.ENDED, Field("process", 32, "its number"),
                  Field("status", 32, "as wait4 tells it: exit code << 8, or the signal"))),
    Frame(
        _F.KILL, Sender.HOST, True,
        "Send a signal.  Answered by a RESULT.",
        _layout(_F.KILL, Field("process", 32, "whom to"), Field("signal", 8, "as Linux numbers them"),
                Field("group", 1, "and to all of its group"), Field("spare0", 23, "0")),
    ),
    Frame(
        _F.RESULT, Sender.BOARD, True,
        "What came of a frame about files or processes.",
        _layout(_F.RESULT, Field("error", 8, "0: it is done; else why nothing is: errors as Linux numbers them"),
                Field("spare0", 24, "0"), Field("value", 32, "of a RUN the program's number")),
    ),
    Frame(_F.QUARANTINE_LIST, Sender.HOST, True,
          "Ask for the processes that are frozen: answered by QUARANTINE_ENTRIES.",
          _layout(_F.QUARANTINE_LIST, Field("spare0", 32, "0"))),
    Frame(
        _F.QUARANTINE_ENTRIES, Sender.BOARD, True,
        "All processes that are frozen, and how quarantines ended so far.",
        _layout(_F.QUARANTINE_ENTRIES, Field("count", 8, "how many follow; there may be none"),
                Field("hold", 1, "what a verdict freezes is left to the operator"), Field("spare0", 23, "0"),
                Field("resumed", 32, "families that went on, since reset"),
                Field("purged", 32, "families that were ended"),
                Field("decided", 32, "cycles from the last verdict QUARANTINE that froze to what came of it")),
        f"{4 * QUARANTINE_ENTRY.words} bytes of QUARANTINE_ENTRY each",
        4 * QUARANTINE_ENTRY.words,
    ),
    Frame(
        _F.QUARANTINE_ORDER, Sender.HOST, True,
        "Freeze or free a process's family, or say who decides.  Answered by a RESULT: EPERM for the first "
        "process, EINVAL for one that is not frozen.",
        _layout(_F.QUARANTINE_ORDER, Field("process", 32, "whose; 0 of HOLD and DECIDE"),
                Field("order", 8, "what", tuple(order.name for order in Order)), Field("spare0", 24, "0")),
    ),
    Frame(
        _F.QUARANTINE_READ, Sender.HOST, True,
        f"Ask for at most {FILE_CHUNK} bytes of a frozen process: answered by one FILE_DATA with the size of the "
        "whole part, or a RESULT.",
        _layout(_F.QUARANTINE_READ, Field("process", 32, "whose"), Field("offset", 32, "of the first byte"),
                Field("part", 8, "of what", tuple(part.name for part in Part)), Field("spare0", 24, "0")),
    ),
    Frame(
        _F.DECOYS, Sender.HOST, True,
        "A page of the area `decoys`, answered by a RESULT.  The order: one at 0 without bytes, which erases the "
        "header, and from there on no decoys are in force; those from the second sector on, each of which erases "
        "the sector that it begins; the header, whose RESULT says whether all is whole and in force now.",
        _layout(_F.DECOYS, Field("offset", 32, "of its first byte in the area")),
        "at most a page",
    ),
    Frame(_F.VACCINE_LIST, Sender.HOST, True,
          "Ask for the vaccines that the board has made and that are in force: answered by VACCINE_ENTRIES.",
          _layout(_F.VACCINE_LIST, Field("spare0", 32, "0"))),
    Frame(
        _F.VACCINE_ENTRIES, Sender.BOARD, True, "All of them.",
        _layout(_F.VACCINE_ENTRIES, Field("count", 8, "how many follow; there may be none"),
                Field("spare0", 24, "0"), Field("born", 32, "since reset"),
                Field("merged", 32, "births that were in force already: their lives begin anew"),
                Field("refused", 32, "births for which there was no room, or whose tree had had its share"),
                Field("ended", 32, "vaccines that ended, for whatever reason")),
        f"{4 * VACCINE_ENTRY.words} bytes of VACCINE_ENTRY each",
        4 * VACCINE_ENTRY.words,
    ),
    Frame(
        _F.VACCINE_ORDER, Sender.HOST, True,
        "Pin, unpin or end one.  Answered by a RESULT: ENOENT if there is none of this index.",
        _layout(_F.VACCINE_ORDER, Field("index", 9, "vaccine index"), Field("spare0", 7, "0"),
                Field("order", 8, "what", tuple(order.name for order in VaccineOrder)), Field("spare1", 8, "0")),
    ),
)  # fmt: skip
"""Every frame type, in the order of their numbers."""

FRAME: dict[FrameType, Frame] = {frame.kind: frame for frame in FRAMES}
"""Frame types by number."""
