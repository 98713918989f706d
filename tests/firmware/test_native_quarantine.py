"""Quarantine on the native board: who is frozen, for how long, what is made of it, and that nothing is lost."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from errno import EINVAL, ESRCH

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdl.contract.event import SLOTS, Kind
from hdl.contract.frames import FRAME
from hdl.contract.link import FrameType, Refusal
from hdl.contract.load import policy_writes
from hdl.contract.memory import CLOCK_HZ, REGIONS
from hdl.contract.policy import NARROW_PROFILE, Policy
from hdl.contract.quarantine import BOUND_MS, COOL_MS, PURGE_FROM, WEIGHTS, Evidence, FrozenBy, Order, Part, weigh
from hdl.contract.verdict import CallClass
from host.bench.quarantine import freezing_policy
from host.board import Board
from host.link.errors import Failed, LinkError
from models.golden.machine import ALLOW
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import BLOCKED, SCRATCH, Processes, State
from sim.peer import Peer, fixed

A0, SP, RA, CALL_NUMBER = 10, 2, 1, 17
EPERM = 0xFFFFFFFF
TERM, KILL, CHLD = 15, 9, 17


@dataclass
class Lot:
    """A native board whose first process has begun, a session with it, and what its processes do."""

    native: NativeBoard
    board: Board
    inside: Processes

    def shell(self) -> tuple[int, int]:
        """Return entry and id of a child of the first process: what it begins is a family each."""
        return self.inside.fork(0)

    def job(self) -> tuple[int, int]:
        """Return entry and id of what such a shell has begun."""
        return self.inside.fork(self.shell()[0])

    def settle(self, milliseconds: float = 0) -> None:
        """Let the security task do what there is to do."""
        self.native.exchange(b"", milliseconds)

    def frozen(self) -> list[int]:
        """Return the entries that are frozen."""
        return [entry for entry in range(16) if self.inside.frozen(entry)]

    def log(self) -> str:
        return b"".join(text for _place, text in self.board.log()).decode()


@pytest.fixture
def lot(screened: bytes) -> Iterator[Lot]:
    native = NativeBoard(bytearray(screened))
    with Board(CountedLine(native, patience=30.0)) as board:
        yield ready(native, board)


def ready(native: NativeBoard, board: Board) -> Lot:
    """Return the lot, its first process as one that has called something: it has not run a single instruction."""
    inside = Processes(native)
    child, ident = inside.fork(0)
    board.quarantine.freeze(ident)
    text = board.quarantine.text(ident)
    board.quarantine.kill(ident)
    inside.call(0, "wait4", -1, 0, 0, 0)
    assert inside.state(child) == State.FREE
    behind = next(
        at for at in range(2, len(text), 2) if int.from_bytes(text[at - 2 : at], "little") & 0xE003 == 0x2001
    )
    inside.set_register(0, RA, REGIONS["user_text"].base + behind)
    return Lot(native, board, inside)


# --- a verdict freezes ---------------------------------------------------------------------------------------


def test_a_verdict_freezes_the_tree_and_the_family_goes_on_narrowed(lot: Lot) -> None:
    inside = lot.inside
    shell, _ = lot.shell()
    job, ident = inside.fork(shell)
    child, _ = inside.fork(job)
    other, _ = inside.fork(shell)
    before = inside.register(job, A0)
    inside.quarantined(job)
    assert lot.frozen() == [shell, job, child, other], "the whole tree, but not the first process"
    assert inside.register(job, A0) == before, "as the call had it"
    assert inside.pick() == 0, "nobody but the first process can be picked"
    for entry in lot.frozen():
        assert inside.call(entry, "getuid") == -3, "no call of theirs is made"
    lot.settle()
    assert lot.frozen() == [] and inside.register(job, A0) == EPERM, "the call that led there is answered"
    assert inside.register(child, A0) == 0, "and no other one"
    cells = lot.board.quarantine.cells()
    assert (cells.resumed, cells.purged) == (1, 1) and cells.decided < BOUND_MS * CLOCK_HZ // 1000
    assert f"quarantine: family {ident} goes on, score 0, evidence 0" in lot.log()


def narrowed(lot: Lot, entry: int) -> bool:
    """Return whether the narrow allow-list applies to a slot in the pipeline."""
    return bool(int(lot.native.engine.machine.slots[entry, ALLOW]) >> NARROW_PROFILE & 1)


def test_narrow_is_of_the_family_for_good_and_of_no_shell(lot: Lot) -> None:
    inside = lot.inside
    shell, _ = lot.shell()
    job, _ = inside.fork(shell)
    child, _ = inside.fork(job)
    inside.quarantined(child)
    lot.settle()
    later, _ = inside.fork(child)
    assert [narrowed(lot, entry) for entry in (shell, job, child, later)] == [False, True, True, True]
    inside.quarantined(shell)
    assert lot.frozen() == [shell, job, child, later]
    lot.settle()
    assert not narrowed(lot, shell) and lot.frozen() == []


def test_the_first_process_is_denied_instead(lot: Lot) -> None:
    lot.inside.quarantined(0)
    assert lot.frozen() == [] and lot.inside.register(0, A0) == EPERM
    lot.inside.quarantined(0)
    assert lot.log().count("(init) is never frozen, but denied for its call") == 1, "once a second at most"
    with pytest.raises(LinkError, match=r"^memory: process 1: the first process is never frozen: all others come"):
        lot.board.quarantine.freeze(1)


@pytest.mark.parametrize("number", [93, 94])
def test_who_is_only_denied_may_still_end(lot: Lot, number: int) -> None:
    """It would try for ever."""
    job, _ = lot.job()
    lot.inside.quarantined(job)
    lot.settle()
    lot.inside.set_register(job, CALL_NUMBER, number)
    lot.inside.quarantined(job)
    assert lot.inside.state(job) == State.ENDED and lot.frozen() == []


def test_a_verdict_soon_after_only_denies_and_the_third_time_ends(lot: Lot) -> None:
    inside, left = lot.inside, lot.inside.left
    job, ident = lot.job()
    child, _ = inside.fork(job)
    for time in (1, 2):
        inside.quarantined(job)
        assert inside.frozen(job)
        lot.settle()
        for _ in range(3):
            inside.quarantined(job)
            assert not inside.frozen(job) and inside.register(job, A0) == EPERM, "it is cooling"
        inside.quarantined(child)
        assert lot.frozen() == [], "and its family with it"
        assert lot.board.quarantine.cells().resumed == time
        lot.settle(COOL_MS + 1)
    inside.quarantined(child)
    lot.settle()
    assert inside.state(child) in (State.ENDED, State.FREE) and inside.state(job) == State.ENDED
    found = lot.log()
    assert f"family {ident} goes on, score 60, evidence {1 << Evidence.AGAIN:x}" in found
    assert f"family {ident} is ended, score 255, evidence {1 << Evidence.LAST:x}" in found
    assert inside.state(job - 1) == State.READY, "its shell lives"
    inside.end(job - 1)
    while inside.call(0, "wait4", -1, SCRATCH, 1, 0) > 0:
        pass
    assert inside.left == left


# --- what a frozen process is spared, and what it is not --------------------------------------------------------


def test_nothing_that_comes_meanwhile_is_lost(lot: Lot) -> None:
    """Held for long: a byte in its pipe, the end of its sleep, a signal wait until it is free."""
    inside, board = lot.inside, lot.board
    shell, _ = lot.shell()
    ends = inside.put(shell, bytes(8))
    assert inside.call(shell, "pipe2", ends, 0) == 0
    reads, writes = struct.unpack("<II", inside.get(shell, 8, ends))
    reader, reader_id = inside.fork(shell)
    sleeper, sleeper_id = inside.fork(shell)
    assert inside.call(reader, "read", reads, SCRATCH, 4) == BLOCKED
    inside.put(sleeper, struct.pack("<qq", 0, 50_000_000))
    assert inside.call(sleeper, "nanosleep", SCRATCH, 0) == BLOCKED
    for ident in (reader_id, sleeper_id):
        board.quarantine.freeze(ident)
    assert lot.frozen() == [reader, sleeper], "a family each, of a shell that goes on"
    inside.put(shell, b"word")
    assert inside.call(shell, "write", writes, SCRATCH, 4) == 4
    board.processes.kill(sleeper_id)
    lot.settle(200)
    assert inside.pick() in (0, shell) and inside.get(reader, 4) != b"word"
    assert inside.state(sleeper) in (State.READY, State.WAITING), "the signal waits"
    (listed, *_rest) = [one for one in board.processes.list() if one.id == reader_id]
    assert listed.frozen
    board.quarantine.resume(reader_id)
    assert inside.call(reader, "read") == 4 and inside.get(reader, 4) == b"word", "the same call goes on"
    board.quarantine.resume(sleeper_id)
    assert inside.call(sleeper, "nanosleep") == 0, "it has slept long enough"
    for _ in range(4):
        inside.pick()
    assert inside.state(sleeper) == State.ENDED


def test_even_kill_waits_and_then_ends_it(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    job, ident = lot.job()
    board.quarantine.freeze(ident)
    board.processes.kill(ident, KILL)
    assert inside.state(job) == State.READY and inside.frozen(job)
    board.quarantine.resume(ident)
    assert inside.state(job) == State.ENDED and lot.frozen() == []


def test_a_parent_that_waits_gets_its_frozen_child_when_that_has_ended(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    shell, _ = lot.shell()
    job, ident = inside.fork(shell)
    assert inside.call(shell, "wait4", ident, SCRATCH, 0, 0) == BLOCKED
    board.quarantine.freeze(ident)
    lot.settle(100)
    assert inside.state(shell) == State.WAITING
    board.quarantine.kill(ident)
    assert inside.call(shell, "wait4") == ident and inside.get(shell, 4) == struct.pack("<I", KILL)
    assert inside.state(job) == State.FREE


def test_what_ends_in_quarantine_leaves_its_score_to_nobody(lot: Lot) -> None:
    inside = lot.inside
    shell, _ = lot.shell()
    job, ident = inside.fork(shell)
    exits: list[list[int]] = []
    lot.native.taken = []
    lot.board.quarantine.freeze(ident)
    lot.board.quarantine.kill(ident)
    exits = [event for event, _paths, _record in lot.native.taken if event[0] & 15 == 4]
    assert len(exits) == 1 and exits[0][2] >= 64, "no heir"
    assert inside.state(job) == State.ENDED


def test_the_first_process_inherits_no_score(lot: Lot) -> None:
    """A process leaves its score to its parent; an orphan and a session leave theirs to nobody."""
    inside = lot.inside
    session, _ = inside.fork(0)
    child, _ = inside.fork(session)
    parent, _ = inside.fork(session)
    orphan, _ = inside.fork(parent)
    lot.native.taken = []
    for entry in (child, parent, orphan, session):
        inside.call(entry, "exit", 0)
    exits = [event for event, _paths, _record in lot.native.taken if event[0] & 15 == Kind.EXIT]
    heirs = [session, session, SLOTS, SLOTS]
    assert [event[2] for event in exits] == heirs


def test_a_family_with_many_members_is_ended_whole(lot: Lot) -> None:
    """A fork-bomb: all that it has begun, orphans too, and whatever table it has filled is free again."""
    inside, left = lot.inside, lot.inside.left
    shell, _ = lot.shell()
    job, _ = inside.fork(shell)
    members = [job]
    while (made := inside.fork(members[-1]))[0] > 0:
        members.append(made[0])
    assert len(members) > 8
    inside.call(members[3], "exit", 0)  # the rest of its line are the first process's children now
    inside.noted(members[-1], Evidence.CANARY)
    inside.noted(members[5], Evidence.WRITE_EXECUTE)
    inside.quarantined(members[-2])
    assert lot.frozen() == sorted({shell, *members} - {members[3]})
    lot.settle()
    assert lot.frozen() == [] and inside.state(shell) == State.READY
    assert lot.board.quarantine.cells().purged == 2, "the first one made this lot ready"
    inside.end(shell)
    while inside.call(0, "wait4", -1, SCRATCH, 1, 0) > 0:
        pass
    assert inside.left == left and [inside.state(entry) for entry in range(1, 16)] == [State.FREE] * 15


def test_another_tree_is_not_touched(lot: Lot) -> None:
    inside = lot.inside
    run = lot.board.processes.run("/bin/ls")
    entry = next(one.slot for one in lot.board.processes.list() if one.id == run.id)
    child, _ = inside.fork(entry)
    shell, _ = lot.shell()
    inside.quarantined(child)
    assert lot.frozen() == sorted([entry, child]) and not inside.frozen(shell)
    inside.quarantined(shell)
    assert lot.frozen() == sorted([entry, child, shell]), "two at once"
    lot.settle()
    assert lot.frozen() == [] and lot.board.quarantine.cells().resumed == 2


# --- by calls of programs ------------------------------------------------------------------------------------


def judged(lot: Lot, policy: Policy) -> None:
    """Have every call of programs judged by a policy."""
    for target, first, words in policy_writes(policy):
        lot.inside.load(target, words, first)
    lot.inside.judge()


def ran(lot: Lot, *words: str) -> tuple[int, str, list[list[int]]]:
    """Run a program of /bin, the security task having its turn whenever all wait; return its status, what it
    wrote, and who was frozen at each of these turns."""
    turns = []
    go = lot.inside.go

    def with_turns(steps: int) -> int:
        while (why := go(steps)) and lot.frozen():
            turns.append(lot.frozen())
            lot.settle()
        return why

    lot.inside.go = with_turns  # type: ignore[method-assign]
    status, said = lot.inside.run(*words)
    return status, said, turns


def test_a_program_whose_call_is_answered_by_quarantine(lot: Lot) -> None:
    judged(lot, freezing_policy([CallClass.PRIVILEGE]))
    status, said, turns = ran(lot, "su", "alice", "-c", "id")
    assert len(turns) == 1 and len(turns[0]) == 1, "it was frozen, once"
    assert status >> 8 and "not permitted (1)" in said, said
    cells = lot.board.quarantine.cells()
    assert cells.resumed == 1 and "is frozen for its call 14" in lot.log()


def test_whoever_wants_to_end_does(lot: Lot) -> None:
    """Programs try again until they have ended: to deny that call would be to have them try for ever."""
    judged(lot, freezing_policy([CallClass.PROCESS]))
    assert ran(lot, "false")[:2] == (1 << 8, "")
    assert lot.board.quarantine.cells().resumed == 1
    inside = lot.inside
    job, ident = lot.job()
    for number, status in ((93, 7), (94, 8)):
        inside.set_register(job, 17, number)
        inside.set_register(job, A0, status)
        inside.quarantined(job)
        lot.settle()
        assert inside.state(job) == State.ENDED
        assert inside.call(job - 1, "wait4", ident, SCRATCH, 0, 0) == ident
        assert inside.get(job - 1, 4) == struct.pack("<I", status << 8)
        job, ident = inside.fork(job - 1)


def test_a_path_that_leads_to_a_secret_by_a_link(lot: Lot) -> None:
    """The second verdict, on what the path has led to, before the call has an effect."""
    inside = lot.inside
    assert (
        inside.call(0, "symlinkat", inside.text(0, "/etc/shadow"), -100, inside.text(0, "/tmp/l", SCRATCH + 64))
        == 0
    )
    judged(lot, freezing_policy([CallClass.READ], secrets=True))
    status, said, turns = ran(lot, "cat", "/etc/motd", "/tmp/l", "/etc/hostname")
    assert len(turns) == 1 and status >> 8
    lines = said.splitlines()
    assert lines[0].startswith("Vigilante") and lines[-1] == "vigilante"
    assert lines[1:-1] == ["cat: /tmp/l: not permitted (1)"], "the call answers, and it goes on"
    assert lot.board.quarantine.cells().resumed == 1


# --- evidence ------------------------------------------------------------------------------------------------


def evidence(lot: Lot, entry: int, ident: int) -> set[Evidence]:
    """Return what speaks against a process, which is left frozen."""
    lot.board.quarantine.hold(True)
    lot.inside.quarantined(entry)
    lot.settle()
    (one,) = (one for one in lot.board.quarantine.cells().frozen if one.id == ident)
    assert one.held and one.by is FrozenBy.VERDICT and one.score is not None
    assert round(one.score * 255) == weigh(sum(1 << piece for piece in one.evidence))
    return set(one.evidence)


def test_evidence_is_weighed_alike_here_and_there() -> None:
    assert set(WEIGHTS) == set(Evidence) and PURGE_FROM == 230
    assert weigh(0) == 0 and weigh((1 << len(Evidence)) - 1) == 255
    assert PURGE_FROM - 1 < 0.9 * 255 <= PURGE_FROM


def test_what_speaks_against_a_process(lot: Lot) -> None:
    inside = lot.inside
    text, data = REGIONS["user_text"], REGIONS["user_data"]

    def wild_stack(entry: int) -> None:
        inside.set_register(entry, SP, text.base + 64)

    def wild_counter(entry: int) -> None:
        inside.set_register(entry, 0, data.base + 64)

    def no_way_back(entry: int) -> None:
        inside.set_register(entry, RA, data.base)
        inside.set_register(entry, 8, 1)  # it is not as an exec leaves it
        clear_stack(lot, entry)

    def stack_in_heap(entry: int) -> None:
        inside.set_register(entry, SP, inside.call(entry, "brk", 0))

    def runnable(entry: int) -> None:
        assert inside.call(entry, "mmap", 0, 1024, 7, 0x22, -1, 0) == -13

    def written_text(entry: int) -> None:
        assert inside.call(entry, "mprotect", text.base, 1024, 3) == -13

    def sockets(entry: int) -> None:
        assert inside.call(entry, "socket", 2, 1, 0) >= 0

    def secret_socket(entry: int) -> None:
        sockets(entry)
        inside.noted(entry, Evidence.SECRETS)

    def writers(entry: int) -> None:
        for number in range(6):
            path = inside.text(entry, f"/tmp/w{number}")
            assert inside.call(entry, "openat", -100, path, 0o101, 0o600) >= 0

    cases = (
        (lambda _entry: None, set()),
        (wild_stack, {Evidence.STACK}),
        (wild_counter, {Evidence.COUNTER}),
        (stack_in_heap, {Evidence.STACK}),
        (no_way_back, {Evidence.RETURN}),
        (runnable, {Evidence.WRITE_EXECUTE}),
        (written_text, {Evidence.WRITE_EXECUTE}),
        (sockets, {Evidence.SOCKET}),
        (secret_socket, {Evidence.SOCKET, Evidence.SECRETS, Evidence.SECRET_SOCKET}),
        (writers, {Evidence.WRITERS}),
        (lambda entry: inside.noted(entry, Evidence.CANARY), {Evidence.CANARY}),
        (inside.break_text, {Evidence.TEXT}),
    )
    shell, _ = lot.shell()
    for arrange, expected in cases:
        job, ident = inside.fork(shell)
        arrange(job)
        assert evidence(lot, job, ident) == expected, arrange
        if expected == {Evidence.TEXT}:
            inside.break_text(job)
        lot.board.quarantine.kill(ident)
        inside.call(shell, "wait4", -1, SCRATCH, 1, 0)


def clear_stack(lot: Lot, entry: int) -> None:
    """Leave no word in a process's data that is an address."""
    data = REGIONS["user_data"].base
    ident = lot.inside.id(entry)
    lot.board.quarantine.freeze(ident)
    size = len(lot.board.quarantine.data(ident))
    lot.board.quarantine.resume(ident)
    lot.settle(COOL_MS)
    lot.inside.put(entry, bytes(size), data)


# --- frames --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [FrameType.QUARANTINE_LIST, FrameType.QUARANTINE_ORDER, FrameType.QUARANTINE_READ]
)
def test_frames_of_a_wrong_length_are_refused(peer: Peer, kind: FrameType) -> None:
    for length in (0, FRAME[kind].fixed_bytes - 1, FRAME[kind].fixed_bytes + 1):
        answer = peer.only(kind, bytes(length))
        assert answer.kind is FrameType.REFUSED and answer.fixed["reason"] == Refusal.LENGTH
    peer.status()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([0, 1, 2, 3, 99, 2**32 - 1]), st.integers(0, 255),
    st.sampled_from([0, 1, 128, 129, 1024, 4096, 2**31, 2**32 - 1]), st.sampled_from([0, 2]),
)  # fmt: skip
def test_whatever_is_asked_has_one_answer(
    screened: bytes, process: int, number: int, offset: int, held: int
) -> None:
    """Processes, parts, orders and places that are not there; bytes are those of the part, and no others."""
    native = NativeBoard(bytearray(screened))
    peer = Peer(native)
    inside = Processes(native)
    _child, ident = inside.fork(0)
    if held:
        order = fixed(FrameType.QUARANTINE_ORDER, process=ident, order=Order.FREEZE)
        assert peer.only(FrameType.QUARANTINE_ORDER, order).fixed["error"] == 0
    asked = fixed(FrameType.QUARANTINE_READ, process=process, part=number, offset=offset)
    answer = peer.only(FrameType.QUARANTINE_READ, asked)
    if answer.kind is FrameType.FILE_DATA:
        assert held and process == ident and number < len(Part) and offset <= answer.fixed["size"]
        assert len(answer.tail) == min(1024, answer.fixed["size"] - offset)
    else:
        assert answer.fixed["error"] in ((EINVAL,) if process in (1, ident) else (ESRCH,))
    ordered = peer.only(
        FrameType.QUARANTINE_ORDER, fixed(FrameType.QUARANTINE_ORDER, process=process, order=number)
    )
    assert ordered.kind is (FrameType.RESULT if number < len(Order) else FrameType.REFUSED)
    assert not inside.frozen(0)


# --- the operator --------------------------------------------------------------------------------------------


def test_the_operator_freezes_looks_and_frees(lot: Lot) -> None:
    inside, quarantine = lot.inside, lot.board.quarantine
    job, ident = lot.job()
    child, child_id = inside.fork(job)
    inside.put(job, b"in its memory")
    quarantine.freeze(child_id)
    assert lot.frozen() == [job, child], "the whole family, by any of it"
    cells = quarantine.cells()
    assert [(one.id, one.family, one.held, one.by, one.score) for one in cells.frozen] == [
        (ident, ident, True, FrozenBy.OPERATOR, None), (child_id, ident, True, FrozenBy.OPERATOR, None)
    ]  # fmt: skip
    registers = quarantine.registers(ident)
    assert list(registers) == [inside.register(job, number) for number in range(32)]
    data = quarantine.data(ident)
    assert data[SCRATCH - REGIONS["user_data"].base :].startswith(b"in its memory") and len(data) % 1024 == 0
    assert quarantine.text(ident) == quarantine.text(child_id) != b""
    lot.settle(500)
    assert lot.frozen() == [job, child], "until he says"
    quarantine.resume(ident, narrow=True)
    assert lot.frozen() == [] and narrowed(lot, job) and narrowed(lot, child)
    assert inside.register(job, A0) == registers[A0], "no call was answered"
    quarantine.freeze(ident)
    quarantine.kill(child_id)
    assert inside.state(job) == State.ENDED and lot.frozen() == []


def test_hold_leaves_what_a_verdict_freezes_to_the_operator(lot: Lot) -> None:
    inside, quarantine = lot.inside, lot.board.quarantine
    shell, _ = lot.shell()
    job, ident = inside.fork(shell)
    other, _ = inside.fork(shell)
    quarantine.hold(True)
    assert quarantine.cells().hold
    inside.quarantined(job)
    lot.settle(1000)
    assert lot.frozen() == [job], "the rest of the tree goes on"
    assert quarantine.cells().frozen[0].score == 0.0
    quarantine.resume(ident)
    assert inside.register(job, A0) == EPERM and not narrowed(lot, job) and lot.frozen() == []
    quarantine.hold(False)
    lot.settle(COOL_MS)
    inside.quarantined(other)
    lot.settle()
    assert lot.frozen() == []


def test_what_cannot_be_ordered_is_named(lot: Lot) -> None:
    quarantine = lot.board.quarantine
    _job, ident = lot.job()
    for order in (quarantine.freeze, quarantine.resume, quarantine.kill, quarantine.data, quarantine.registers):
        with pytest.raises(Failed, match=r"^memory: process 99: there is no such process"):
            order(99)
    for order in (quarantine.resume, quarantine.kill, quarantine.data, quarantine.registers):
        with pytest.raises(LinkError, match=f"^memory: process {ident}: it is not in quarantine: `vigilante"):
            order(ident)
    assert lot.frozen() == []


def test_a_program_that_is_frozen_outlives_its_session(lot: Lot) -> None:
    """Whoever looks at it needs a session of his own."""
    run = lot.board.processes.run("/bin/ls")
    lot.board.quarantine.freeze(run.id)
    lot.board.session.end()
    lot.settle(10)
    with Board(CountedLine(lot.native, patience=30.0)) as again:
        assert [one.id for one in again.quarantine.cells().frozen] == [run.id]
        again.quarantine.kill(run.id)
        assert [one.name for one in again.processes.list()] == ["init"]


def test_a_reset_frees_everything_but_the_log_has_it(lot: Lot) -> None:
    """Nothing of a process survives a reset, frozen or not; nor does `hold`."""
    _job, ident = lot.job()
    lot.board.quarantine.hold(True)
    lot.board.quarantine.freeze(ident)
    lot.settle(3000)
    lot.native.reset()
    with Board(CountedLine(lot.native, patience=30.0)) as again:
        cells = again.quarantine.cells()
        assert cells.frozen == () and not cells.hold and (cells.resumed, cells.purged) == (0, 0)
        assert [one.frozen for one in again.processes.list()] == [False] * len(again.processes.list())
        log = b"".join(text for _place, text in again.log()).decode()
        assert f"quarantine: family {ident} is frozen by the operator" in log


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_is_done_ends_with_nobody_frozen_for_ever(screened: bytes, data: st.DataObject) -> None:
    """Forks, ends, verdicts, orders and signals in any order: the first process is never frozen, what is frozen
    can always be freed, and nothing is lost."""
    native = NativeBoard(bytearray(screened))
    with Board(CountedLine(native, patience=30.0)) as board:
        lot = ready(native, board)
        inside, left = lot.inside, lot.inside.left
        for _ in range(data.draw(st.integers(1, 25))):
            living = [entry for entry in range(16) if inside.state(entry) in (State.READY, State.WAITING)]
            entry = data.draw(st.sampled_from(living))
            free = inside.state(entry) == State.READY and not inside.frozen(entry)
            act = data.draw(st.sampled_from(
                ["fork", "fork", "fork", "exit", "verdict", "verdict", "order", "signal", "time", "hold", "noted"]
            ))  # fmt: skip
            if act == "fork" and free:
                inside.fork(entry)
            elif act == "exit" and free and entry:
                inside.call(entry, "exit", 0)
            elif act == "verdict" and free:
                inside.quarantined(entry)
            elif act == "order":
                with suppress(LinkError):
                    board.quarantine._order(data.draw(st.sampled_from(list(Order)[:4])), inside.id(entry))
            elif act == "signal" and entry:
                board.processes.kill(inside.id(entry), data.draw(st.sampled_from([TERM, KILL, CHLD])))
            elif act == "time":
                lot.settle(data.draw(st.sampled_from([0, 10, COOL_MS])))
            elif act == "hold":
                board.quarantine.hold(data.draw(st.booleans()))
            elif act == "noted":
                inside.noted(entry, data.draw(st.sampled_from([Evidence.CANARY, Evidence.SECRETS])))
            assert not inside.frozen(0) and inside.state(0) == State.READY
            assert all(inside.state(one) in (State.READY, State.WAITING) for one in lot.frozen())
            lot.settle()
            assert all(one.held for one in board.quarantine.cells().frozen), "the others are decided at once"
        while held := board.quarantine.cells().frozen:
            board.quarantine.kill(held[0].id)
        for entry in range(1, 16):
            inside.end(entry)
        while inside.call(0, "wait4", -1, SCRATCH, 1, 0) > 0:
            pass
        assert inside.left == left
