"""What the board's model has learned from, beside what it is tried with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hdl.contract.event import EVENT, Kind
from host import scenario_runs, scenarios
from host.board import Board
from models.corpus import condensed
from models.image import assemble
from models.package import SHIPPED_BOARD, read_package
from models.recordings import Recording, join
from models.replay import screen
from models.train import blank_model
from sim.kernel_practice import _CALL, ATTACKS, BENIGN, MARK, of_the_tree, practice
from sim.kernel_sessions import blank_package, recorded, screened_flash
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

ALIKE_MOST = 0.7
"""The Jaccard index of 4-grams from which on a program of the training set would be a scenario in disguise.

Near-duplicates, which count as one program elsewhere (docs/scoring.md), have 0.8.
"""

_ID, _PATHS = EVENT.offset["id"], EVENT.offset["paths"]

Grams = frozenset[tuple[tuple[int, int], ...]]


@pytest.fixture(scope="module")
def flash() -> bytes:
    return screened_flash(blank_package())


def grams(recording: Recording) -> Grams:
    """Return the fours of calls in a row of each process, each call with the place that its path names.

    The recording is one of a condensed corpus, in which a path is a node of the trie.
    """
    found: set[tuple[tuple[int, int], ...]] = set()
    for slot in np.unique(recording.slots):
        rows = np.flatnonzero((recording.slots == slot) & (recording.events[:, 0] & 15 == Kind.CALL))
        calls = []
        for row in rows.tolist():
            head = int(recording.events[row, 0])
            node = int(recording.pool[recording.offsets[row]]) if head >> _PATHS & 3 else -1
            calls.append((head >> _ID & 511, node))
        found |= {tuple(calls[place : place + 4]) for place in range(len(calls) - 3)}
    return frozenset(found)


def scenario_recordings(flash: bytes, folder: Path) -> list[Recording]:
    """Return all scenarios, run with nothing denied, as a condensed corpus has them."""
    found, labels = [], []
    for scenario in scenarios.shipped():
        board = ProgramBoard(bytearray(flash))
        with Board(CountedLine(board, patience=30.0)) as link:
            link.wait(0.05)
            assert board.processes is not None
            board.processes.enforce(0)
            board.taken = []
            scenario_runs.run(link, scenario)
            found.append(recorded(of_the_tree(board.taken), scenario.name, scenario.name))
        labels.append({"file": scenario.name, "class": "attack", "kind": "", "scenario": scenario.name})
    image = blank_package().image
    (folder / "scenarios.npz.xz").write_bytes(condensed.condense(found, labels, image))
    return condensed.read(folder / "scenarios.npz.xz", image)[0]


def test_no_scenario_is_among_what_was_learned(flash: bytes, tmp_path: Path) -> None:
    blank = assemble(blank_model(board=True))
    known = [
        (recording.name, grams(recording))
        for corpus in (condensed.PRACTICE, condensed.KERNEL)
        for recording in condensed.read(corpus, blank)[0]
    ]
    assert len(known) > 900
    nearest = {}
    for recording in scenario_recordings(flash, tmp_path):
        mine = grams(recording)
        assert mine, recording.name
        alike = [(len(mine & other) / len(mine | other), name) for name, other in known]
        nearest[recording.name] = max(alike)
    found = sorted(((share, name, other) for name, (share, other) in nearest.items()), reverse=True)
    assert len(found) == len(scenarios.shipped())
    assert found[0][0] < ALIKE_MOST, found[:5]


def test_practice_is_whole_traces(flash: bytes) -> None:
    """The golden machine takes each without a fault; an attack that is cut short is the begin of the whole one."""
    found = list(practice(flash, 1))
    kinds = {label["kind"]: label["class"] for _recording, label in found}
    assert list(kinds.values()).count("attack") == len(ATTACKS)
    assert list(kinds.values()).count("benign") == len(BENIGN)
    by_name = {label["file"]: recording for recording, label in found}
    cut = [name for name in by_name if name.endswith("-begun")]
    assert len(cut) > 8
    behind = [recording for recording in by_name.values() if recording.onset]
    assert behind, "no attack comes behind honest work"
    for recording in behind:
        assert recording.events[recording.onset, 0] & _CALL == MARK, (
            f"{recording.name}: the attack begins elsewhere"
        )
    for name in cut:
        whole, begun = by_name[name.removesuffix("-begun")], by_name[name]
        calls = begun.events[begun.events[:, 0] & 15 == Kind.CALL]
        assert 0 < len(calls) < len(whole.events)
        assert np.array_equal(calls, whole.events[whole.events[:, 0] & 15 == Kind.CALL][: len(calls)])
    image = read_package(SHIPPED_BOARD).image
    for name, recording in by_name.items():
        kinds_of = recording.events[:, 0] & 15
        assert (kinds_of == Kind.FORK).sum() + 1 == (kinds_of == Kind.EXIT).sum(), name
        assert len(screen(join([recording]), image).values) == len(recording)
