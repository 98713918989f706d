"""The frame types of the link, each with its payload: `link.py` has the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hdl.contract.births import VaccineOrder
from hdl.contract.entries import (
    AGGREGATE_ENTRY,
    FILE_ENTRY,
    PROCESS_ENTRY,
    QUARANTINE_ENTRY,
    STATE_ENTRY,
    VACCINE_ENTRY,
)
from hdl.contract.event import EVENT, RECORD, STATE
from hdl.contract.layout import Field, Layout
from hdl.contract.link import FILE_CHUNK, MODEL_CHUNK, SEQUENCE_BITS, FrameType, ModelResult, RecordMode, Refusal
from hdl.contract.load import ADDRESS_BITS
from hdl.contract.quarantine import Order, Part
from hdl.contract.tamper import TAMPER


class Sender(Enum):
    """Who sends a frame of a type."""

    HOST = "host"
    BOARD = "board"
    BOTH = "both"


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
