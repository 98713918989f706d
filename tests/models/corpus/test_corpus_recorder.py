"""The recorder round the cell: failures are reported, what is recorded is kept, processes are counted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from models.corpus import household
from models.corpus import record as recorder
from models.corpus.cell import RecordingError, Traced, check_machine, count_processes, run_in_cell
from models.corpus.plan import Run, draw
from models.corpus.record import read_labels, record_runs
from models.corpus.scenario import ATTACK, BENIGN, Scenario


def scenario(name: str, cls: str = BENIGN) -> Scenario:
    return Scenario(name, cls, "text", "T1000" if cls == ATTACK else "", "sh", "any", False, "<%1..1000000%>\n")


def runs(*names: str, seed: int = 1) -> list[Run]:
    return [draw(scenario(name), 1, name, seed, {}) for name in names]


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Cells that only count: programs called `bad-*` fail always, `late-*` at the first attempt."""
    started: Counter[str] = Counter()
    where: dict[str, str] = {}

    def cell(command: list[str], files: dict[str, bytes], *args: object, **kwargs: object) -> Traced:
        text = next(iter(files.values())).decode()
        name = where[text]
        started[name] += 1
        if name.startswith("bad") or (name.startswith("late") and started[name] == 1):
            return Traced("", "no such thing", 7)
        mark = str(args[3])
        calls = [f"9 1.{number:06d} getpid() = 9\n" for number in range(30)]
        return Traced("".join(calls) + f'9 2.0 access("{mark}", F_OK) = -1\n9 3.0 getuid() = 0\n', "", 0)

    def remember(run: Run, house: Path, out: Path, preset: int) -> dict[str, object]:
        where[run.text] = run.scenario.name
        return real(run, house, out, preset)

    real = recorder._record
    monkeypatch.setattr(recorder, "_record", remember)
    monkeypatch.setattr(recorder, "run_in_cell", cell)
    monkeypatch.setattr(recorder, "check_machine", lambda: None)
    monkeypatch.setattr(household, "build", lambda root, seed: None)
    return started


def test_labels_say_what_was_recorded(tmp_path: Path, cells: Counter[str]) -> None:
    run = draw(scenario("one", ATTACK), 3, "attack-text-sh-1", 1, {})
    assert record_runs([run], tmp_path, 1).recorded == 1
    (label,) = read_labels(tmp_path)
    assert label == {
        "file": "attack-text-sh-1-03.strace.xz", "class": "attack", "kind": "text", "technique": "T1000",
        "implementation": "sh", "onset_line": 31, "pid": 9, "scenario": "one", "run": 3, "user": run.user,
        "embedded": False, "processes": 1, "lines": 31, "digest": run.digest, "order": 0,
    }  # fmt: skip


def test_a_failure_is_reported_and_stops_nothing(tmp_path: Path, cells: Counter[str]) -> None:
    seen: list[tuple[str, int, int]] = []
    result = record_runs(runs("a", "bad-b", "late-c"), tmp_path, 1, progress=lambda *step: seen.append(step))
    assert (result.recorded, result.kept) == (2, 0)
    assert result.failures == ("bad-b-01.strace.xz: exit status 7, it printed 'no such thing'",)
    assert cells == {"a": 1, "bad-b": 2, "late-c": 2}
    assert [step[1:] for step in seen] == [(1, 3), (2, 3), (3, 3)] and "min left" in seen[0][0]


def test_a_second_start_goes_on(tmp_path: Path, cells: Counter[str]) -> None:
    record_runs(runs("a", "bad-b"), tmp_path, 1)
    result = record_runs(runs("a", "bad-b", "c"), tmp_path, 1)
    assert (result.recorded, result.kept, len(result.failures)) == (1, 1, 1)
    assert cells["a"] == 1
    assert [label["scenario"] for label in read_labels(tmp_path)] == ["a", "c"]


def test_another_draw_replaces_the_run(tmp_path: Path, cells: Counter[str]) -> None:
    record_runs(runs("a"), tmp_path, 1)
    assert record_runs(runs("a", seed=2), tmp_path, 2).recorded == 1
    assert len(read_labels(tmp_path)) == 1


def test_an_interruption_keeps_what_is_recorded(tmp_path: Path, cells: Counter[str]) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_runs(runs(*"abcdef"), tmp_path, 1, progress=interrupt)
    kept = read_labels(tmp_path)
    assert 2 <= len(kept) <= 6
    assert record_runs(runs(*"abcdef"), tmp_path, 1).kept == len(kept)
    assert not list(tmp_path.glob(".*"))


def test_half_a_line_of_labels_is_no_label(tmp_path: Path, cells: Counter[str]) -> None:
    record_runs(runs("a", "b"), tmp_path, 1)
    first, second = (tmp_path / "labels.jsonl").read_text().splitlines()
    (tmp_path / "labels.jsonl").write_text(f"{first}\n{second[: len(second) // 2]}")
    assert record_runs(runs("a", "b"), tmp_path, 1).recorded == 1
    assert len([json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]) == 2


def test_two_recorders_do_not_share_a_folder(tmp_path: Path, cells: Counter[str]) -> None:
    with recorder._alone(tmp_path), pytest.raises(RecordingError, match="another recorder is at work"):
        record_runs(runs("a"), tmp_path, 1)


def test_a_run_has_a_time_out(tmp_path: Path) -> None:
    try:
        check_machine()
    except RecordingError:
        pytest.skip("cells are not possible here")
    (tmp_path / "etc").mkdir()
    with pytest.raises(RecordingError, match=r"^not finished after 0.01 s$"):
        run_in_cell(["sleep", "5"], {}, tmp_path, "root", "/tmp/x", timeout=0.01)


def test_threads_are_no_processes() -> None:
    log = [
        "5 1.0 execve() = 0",
        "5 1.1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 6",
        "6 1.2 getpid() = 6",
        "5 1.3 clone3({flags=CLONE_VM|CLONE_THREAD|CLONE_SETTLS}, 88) = 7",
        "7 1.4 gettid() = 7",
        "5 1.5 clone3({flags=CLONE_VM|CLONE_THREAD|CLONE_SETTLS <unfinished ...>",
        "8 1.6 gettid() = 8",
        "5 1.7 <... clone3 resumed> => {parent_tid=[8]}, 88) = 8",
        "6 1.8 vfork( <unfinished ...>",
        "9 1.9 execve() = 0",
        "6 2.0 <... vfork resumed>) = 9",
    ]
    assert count_processes(log) == 3
