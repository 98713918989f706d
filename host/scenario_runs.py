"""Runs scenarios on a board: which power answered each, at which call, and what was touched or read."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from firmware.image import LASTING
from hdl.contract.event import RECORD, SLOTS, Kind
from hdl.contract.link import RecordMode
from hdl.contract.policy import default_policy
from hdl.contract.verdict import Verdict
from host import scenarios
from host.board import Aggregate, Board
from host.boardinfo import now
from host.columns import Words, column
from host.commands.monitor import call_name
from host.link.errors import Failed, LinkError
from host.processes import Run
from host.scenarios import Scenario

POWERS = {
    Verdict.DECOY: "decoy", Verdict.CLONE: "rehearsal", Verdict.QUARANTINE: "quarantine",
    Verdict.DENY: "precognition deny", Verdict.KILL: "precognition kill",
}  # fmt: skip
"""Which power a verdict stands for; one that a vaccine brought is the vaccine's."""

VACCINE, UNDISTURBED = "vaccine", "undisturbed"

SCRATCH = ("/tmp", "/var/tmp")
"""Folders where everybody may write: what is there is no effect."""
_ARCHIVE = "/tmp/undone.tar"
LASTS = tuple(f"/{folder}" for folder in LASTING)
"""Folders whose files outlive a reset."""
MADE_UP = ("/proc", "/dev")
"""Folders of which the kernel makes up what is in them."""
PROGRAMS = "/bin"
"""Folder whose files are only read where something of them has changed: they are large, and all one."""

SECRETS = ("/etc/shadow", "/etc/ssh/ssh_host_key", "/home/alice/.ssh/id_ed25519", "/root/notes.txt")
"""What nobody may carry away: what users and keys are proved with, and root's notes."""
PIECE = 8
"""Bytes in a row of a secret that count as delivered."""

RAN_MOST, CALLS_MOST, SECONDS_MOST = 100_000_000, 100_000, 300
"""Cycles that a scenario's processes may use together, calls that they may make; seconds on the board's clock that
it may last."""
_LOOK_SECONDS, _LOOK_MESSAGES = 2.0, 100
"""How often that is looked at: after so long, or so many messages."""

CORE_SLOTS = SLOTS // 2


@dataclass(frozen=True)
class Node:
    """What is known of a file or folder: mode, user, group, size, time, and digest of its content."""

    entry: tuple[int, ...]
    digest: str = ""


Tree = dict[str, Node]


@dataclass
class Outcome:
    """What came of a scenario.

    power: whose answer the first verdict was that did not allow a call, or UNDISTURBED.  call, name: of that call,
    its number among those of the scenario's processes, from 1.  cycles: from before the program's begin until the
    host had that record: at most so long it took.  calls, verdicts, score: how many, how many of them not allowed,
    highest score 0..1 of any.  changed: real files that are not as they were.  secret_bytes: of secrets, arrived.
    reached: whether it says that it got what it wanted.  decoyed: whether it was shown decoys.
    code: its exit code, None if it had to be ended.
    lost: records that the board could not send.  vaccines: born of it, and ended behind it.  said: its last lines.
    """

    scenario: Scenario
    power: str = UNDISTURBED
    call: int = 0
    name: str = ""
    cycles: int = 0
    calls: int = 0
    verdicts: int = 0
    score: float = 0.0
    changed: list[str] = field(default_factory=list)
    secret_bytes: int = 0
    reached: bool = False
    decoyed: bool = False
    code: int | None = None
    lost: int = 0
    vaccines: int = 0
    said: str = ""

    @property
    def stopped(self) -> bool:
        """Whether a power answered, and nothing came of the attack."""
        came = self.changed or self.secret_bytes or (self.reached and not self.deceived)
        return self.power != UNDISTURBED and not came

    @property
    def deceived(self) -> bool:
        """Whether an attack that wants secrets was shown decoys, and takes them for what it wanted.

        One that wants anything else is not deceived by a decoy: if it says that it is done, it is.
        """
        wants = self.scenario.aim == scenarios.SECRETS
        return wants and self.decoyed and self.reached and not (self.changed or self.secret_bytes)

    @property
    def disturbed(self) -> bool:
        """Whether a call was not allowed, or honest work did not get what it wanted."""
        return self.power != UNDISTURBED or self.code != 0 or not self.reached

    @property
    def right(self) -> bool:
        """Whether it is as expected; of what nobody expects anything, always."""
        kind = self.scenario.kind
        if kind is scenarios.Kind.UNKNOWN:
            return True
        return self.stopped if kind is scenarios.Kind.ATTACK else not self.disturbed

    @property
    def effect(self) -> str:
        """What it has done, in a few words."""
        attack = self.scenario.kind is not scenarios.Kind.BENIGN
        found = [f"{len(self.changed)} real files" if len(self.changed) != 1 else "1 real file"] * bool(
            self.changed
        )
        found += [f"{self.secret_bytes} secret bytes"] * bool(self.secret_bytes and attack)
        found += ["reached its aim"] * (self.reached and attack and not self.deceived)
        found += ["none: took decoys for secrets"] * self.deceived
        if not attack and not self.reached:
            found.append("not finished" if self.code is None else f"failed (exit {self.code})")
        return ", ".join(found) or "none"


def run_all(
    board: Board, wanted: list[Scenario], progress: Callable[[str, int, int], None] | None = None
) -> Iterator[Outcome]:
    """Run scenarios, each on a board as it is after a reset, under the default policy in enforce mode.

    The model in force stays.  A row leaves the next one nothing: a reset undoes what it has changed or left, and
    what was on the board before, files that outlive one are written back, and vaccines that were born are ended;
    so it is where a row is interrupted.
    """
    board.load_policy(default_policy())
    alive, fresh = _alive(board), _tree(board, {})
    if any(node.entry[-1] for node in fresh.values()):
        _reset(board, alive)
        fresh = _tree(board, {})
    secrets = _pieces(board)
    kept = {path: board.files.read(path) for path, node in fresh.items() if _below(path, LASTS) and node.digest}
    for number, scenario in enumerate(wanted):
        if progress is not None:
            progress(scenario.name, number, len(wanted))
        immune: set[int] = set()
        try:
            immune = {one.index for one in board.births.list().vaccines}
            outcome = run(board, scenario)
            outcome.vaccines = _forgotten(board, immune)
            after = _look(board, outcome, fresh, secrets)
            if not _tidied(board, fresh, after, alive):
                fresh = _undone(board, fresh, kept, alive)
        except BaseException:
            with suppress(LinkError):
                _forgotten(board, immune)
                _undone(board, fresh, kept, alive)
            raise
        yield outcome
    if progress is not None:
        progress("", len(wanted), len(wanted))


def _forgotten(board: Board, immune: set[int]) -> int:
    """End the vaccines that were born meanwhile; return how many."""
    born = [one.index for one in board.births.list().vaccines if one.index not in immune]
    for index in born:
        board.births.revoke(index)
    return len(born)


def _look(board: Board, outcome: Outcome, fresh: Tree, secrets: set[bytes]) -> Tree:
    """See what a scenario has done; return the tree as it has left it."""
    after = _tree(board, fresh)
    outcome.changed = [path for path in _changed(fresh, after) if not _below(path, SCRATCH)]
    left = [path for path in after if _below(path, SCRATCH) and path not in fresh and after[path].digest]
    script = outcome.scenario.program()  # which lies there as well, and is not what was stolen
    texts = [text for text in map(board.files.read, left) if text != script]
    texts.append(outcome.said.encode(errors="surrogateescape"))
    outcome.secret_bytes = _delivered(secrets, texts)
    outcome.said = "\n".join(outcome.said.splitlines()[-3:])
    return after


def summary(outcomes: list[Outcome]) -> dict[str, int]:
    """Return the figures of all rows."""
    attacks = [one for one in outcomes if one.scenario.kind is scenarios.Kind.ATTACK]
    benign = [one for one in outcomes if one.scenario.kind is scenarios.Kind.BENIGN]
    return {
        "attacks_stopped": sum(one.stopped for one in attacks),
        "attacks_answered": sum(one.power != UNDISTURBED for one in attacks),
        "attacks_deceived": sum(one.deceived for one in attacks),
        "attacks_total": len(attacks),
        "benign_disturbed": sum(one.disturbed for one in benign),
        "benign_total": len(benign),
        "effects_on_real_files": sum(len(one.changed) for one in attacks),
        "secret_bytes_delivered": sum(one.secret_bytes for one in attacks),
        "wrong": sum(not one.right for one in outcomes),
    }


# --- one scenario ------------------------------------------------------------------------------------------------


def run(board: Board, scenario: Scenario) -> Outcome:
    """Run a scenario in a process tree of its own; look at every record of it, not yet at what it has done."""
    outcome = Outcome(scenario)
    program = scenario.program()
    owner = (0, 0) if scenario.user == "root" else board.files.users()[scenario.user]
    board.record_mode(RecordMode.ALL)
    board.told()
    before = board.status()
    if scenario.language == "sh":
        board.files.write(f"/tmp/{scenario.name}", program)
        started = board.processes.run("/bin/sh", [f"/tmp/{scenario.name}"], *owner)
    else:
        started = board.processes.run(f"/tmp/{scenario.name[:15]}", (), *owner, content=program)
    said = b""
    line = board.session.line
    looked, heard = line.now(), 0
    while started.code is None:
        board.listen(_LOOK_SECONDS)
        heard += 1
        said += started.so_far()
        _follow(board, started, outcome, now(before))
        if line.now() - looked >= _LOOK_SECONDS or heard == _LOOK_MESSAGES:
            looked, heard = line.now(), 0
            if outcome.calls > CALLS_MOST or _too_long(board, started, now(before)):
                started.kill()
                said += b"".join(started)
                started.code = None
                break
    outcome.lost = board.status().values["shed_records"] - before.values["shed_records"]
    _follow(board, started, outcome, now(before))
    outcome.code = started.code
    outcome.said = said.decode(errors="surrogateescape")
    words = {scenarios.Kind.BENIGN: scenarios.UNHINDERED}.get(scenario.kind, scenarios.REACHED)
    outcome.reached = outcome.said.splitlines()[-1:] == [words]
    return outcome


def _follow(board: Board, started: Run, outcome: Outcome, begun: int) -> None:
    """Count the calls that the board has told of."""
    for told in board.told():
        if isinstance(told, Aggregate):
            continue
        mine = told[
            (column(told, RECORD, "slot") < CORE_SLOTS)
            & (column(told, RECORD, "kind") == Kind.CALL)
            & (told[:, 4] >= started.id)
        ]
        if len(mine):
            _count(board, mine, outcome, begun)


def _count(board: Board, mine: Words, outcome: Outcome, begun: int) -> None:
    verdicts = column(mine, RECORD, "verdict")
    harsh = np.flatnonzero(verdicts)
    if len(harsh) and outcome.power == UNDISTURBED:
        first = RECORD.unpack(int.from_bytes(mine[harsh[0]].astype("<u4").tobytes(), "little"))
        outcome.power = VACCINE if first["vaccinated"] else POWERS[Verdict(first["verdict"])]
        outcome.call, outcome.name = outcome.calls + int(harsh[0]) + 1, call_name(first["id"])
        outcome.cycles = now(board.status()) - begun
    outcome.decoyed |= bool((verdicts == Verdict.DECOY).any())
    outcome.calls += len(mine)
    outcome.verdicts += len(harsh)
    outcome.score = max(outcome.score, round(int(column(mine, RECORD, "score").max()) / 255, 4))


def _too_long(board: Board, started: Run, begun: int) -> bool:
    ran = sum(process.ran for process in board.processes.list() if process.id >= started.id)
    seconds = (now(board.status()) - begun) / board.session.hello.values["clock"]
    return ran > RAN_MOST or seconds > SECONDS_MOST


# --- what it has touched and read --------------------------------------------------------------------------------


def _below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def _tree(board: Board, known: Mapping[str, Node]) -> Tree:
    """Return all of the board's files; the content of a program that is as `known` has it is not read."""
    found: Tree = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        for entry in board.files.list(folder or "/"):
            path = f"{folder}/{entry.name}"
            values = (entry.mode, entry.user, entry.group, entry.size, entry.modified)
            digest = ""
            if entry.is_file:
                same = path in known and known[path].entry == values
                if folder == PROGRAMS and (same or not known):
                    digest = known[path].digest if same else "as it came"
                else:
                    digest = hashlib.sha256(board.files.read(path)).hexdigest()
            elif entry.is_folder and path not in MADE_UP:
                folders.append(path)
            found[path] = Node(values, digest)
    return found


def _changed(before: Tree, after: Tree) -> list[str]:
    """Return the paths of what is not as it was."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        one, other = before.get(path), after.get(path)
        if one is None or other is None or one != other:
            found.append(path)
    return found


def _pieces(board: Board) -> set[bytes]:
    """Return all pieces of the board's secrets; of the file of password hashes only the hashes are."""
    found = set()
    for path in SECRETS:
        try:
            content = board.files.read(path)
        except Failed:
            continue
        texts = [content]
        if path == "/etc/shadow":
            texts = [line.split(b":")[1] for line in content.splitlines() if line.count(b":") > 1]
        found |= {text[place : place + PIECE] for text in texts for place in range(len(text) - PIECE + 1)}
    return found


def _delivered(pieces: set[bytes], texts: list[bytes]) -> int:
    """Return how many bytes of texts are of a secret."""
    count = 0
    for text in texts:
        hit = np.zeros(len(text), bool)
        for place in range(len(text) - PIECE + 1):
            if text[place : place + PIECE] in pieces:
                hit[place : place + PIECE] = True
        count += int(hit.sum())
    return count


# --- between two of them -----------------------------------------------------------------------------------------


def _alive(board: Board) -> list[str]:
    return sorted(process.name for process in board.processes.list())


def _tidied(board: Board, fresh: Tree, after: Tree, alive: list[str]) -> bool:
    """Remove what is new where everybody may write; return whether the board is as it was."""
    if _alive(board) != alive:
        return False
    left = [path for path in _changed(fresh, after) if path not in fresh and _below(path, SCRATCH)]
    for path in sorted(left, reverse=True):  # what is in a folder first
        board.files.remove(path)
    return len(left) == len(_changed(fresh, after))


def _undone(board: Board, fresh: Tree, kept: Mapping[str, bytes], alive: list[str]) -> Tree:
    """Undo what was changed, by a reset, and what outlives one from an archive; return the tree as it is then.

    The board's own `tar` unpacks it, for an operator's file is root's, and users' files are to be users'.
    """
    _reset(board, alive)
    after = _tree(board, {})
    wrong = [path for path in _changed(fresh, after) if _below(path, LASTS)]
    for path in sorted(wrong, reverse=True):
        if path not in fresh:
            board.files.remove(path)
    for path in wrong:  # a folder before what is in it
        if path in kept or (path in fresh and path not in after):
            board.files.write(_ARCHIVE, _archive(path, fresh[path], kept.get(path)))
            b"".join(board.processes.run("/bin/tar", ["xf", _ARCHIVE]))
            board.files.remove(_ARCHIVE)
    return _tree(board, {})


def _archive(path: str, node: Node, content: bytes | None) -> bytes:
    """Return an archive that holds one file, or a folder."""
    member = tarfile.TarInfo(path[1:])
    mode, member.uid, member.gid, *_ = node.entry
    member.mode, member.type = mode & 0o7777, tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    member.size = len(content or b"")
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(content or b""))
    return file.getvalue()[: 512 * (3 + -(-member.size // 512))]


def _reset(board: Board, alive: list[str]) -> None:
    """Reset the board, and wait until its own processes have begun again."""
    board.reset()
    for _turn in range(100):
        if _alive(board) == alive:
            return
        board.wait(0.05)
