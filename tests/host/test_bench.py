"""`vigilante bench`: edges that are counted, figures of builds, and what is said where one is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from click.testing import CliRunner, Result

from boards.report import Report, StaleReport
from hdl.screening.pipeline import FAST_RANKS, VERDICT_EDGES
from host.bench import decision
from host.bench.builds import build_figures
from host.bench.decision import EVENTS, GAPS, decision_figures, numeric, timed
from host.bench.figure import Figure, Missing
from host.bench.immunity import immunity_figures
from host.bench.powers import power_figures
from host.bench.processes import Run, added_figures, decoy_figures, process_figures, script_figures, stall_figures
from host.bench.rates import prepare
from host.bench.software import figures_of
from host.cli import main
from host.exits import ExitCode
from models.gateway import EngineError
from models.package import SHIPPED, Package, read_package
from sim.engine import PIPELINE, GatewareEngine, verilog_of_pipeline
from sim.software import Measured
from sim.verilate import library

CYCLES = {"decision_cycles": 3.0, "decision_cycles_path32": 24.0}
OF_BUILDS = {
    "decision_ns": "ulx3s", "decision_ns_path32": "ulx3s", "soc_fmax_mhz": "ulx3s", "soc_luts": "ulx3s",
    "pipeline_fmax_mhz": "pipeline-fast", "screening_luts": "pipeline", "scorer_luts": "pipeline",
    "cam_luts": "pipeline",
}  # fmt: skip
EVERY = {
    "decision_cycles", "decision_cycles_path32", "events_per_cycle", "model_bytes", "software_model_cycles",
    "speedup_vs_software", *OF_BUILDS, "gateware_events_per_second", "golden_events_per_second", "boot_cycles",
    "boot_prompt_cycles", "boot_flash_cycles", "boot_beyond_flash_cycles",
    "host_event_core_cycles", "sim_cycles_per_second", "board_events_per_second", "host_event_alone_cycles",
    "host_event_total_cycles", "push_line_rate_share", "null_syscall_cycles_conventional",
    "null_syscall_cycles_unscreened", "null_syscall_cycles_screened", "simple_call_cycles", "yield_cycles",
    "pipe_round_trip_cycles", "fork_exit_wait_cycles", "fork_exec_exit_wait_cycles", "screening_overhead",
    "context_switch_cycles", "path_call_cycles", "fork_cycles_8k", "screening_added_cycles",
    "path_syscall_overhead", "workload_cycles", "workload_overhead", "workload_overhead_all_records",
    "dispatch_stall_p50", "dispatch_stall_p99", "dispatch_stall_max", "dispatch_stall_numeric_max", "kernel_bytes",
    "decoy_open_cycle_ratio", "decoy_open_cycle_ratio_p99",
    "freeze_instructions_after_verdict", "quarantine_resume_us", "quarantine_purge_us", "snapshot_register_cycles",
    "vaccine_active_cycles", "exploit_to_immunity_us",
    "clone_memory_cycles", "clone_start_cycles",
    "attacks_stopped", "attacks_total", "benign_disturbed", "effects_on_real_files", "secret_bytes_delivered",
}  # fmt: skip


@pytest.fixture(scope="module")
def package() -> Package:
    return read_package(SHIPPED)


# --- vaccines ------------------------------------------------------------------------------------------------


def test_a_vaccine_is_in_force_sixteen_cycles_behind_the_verdict() -> None:
    figures = {figure.key: figure for figure in immunity_figures()}
    assert figures["vaccine_active_cycles"].value <= 16
    assert figures["exploit_to_immunity_us"].value <= 10


# --- all powers ----------------------------------------------------------------------------------------------


def test_every_attack_of_the_list_is_stopped_and_nobody_is_disturbed() -> None:
    figures = {figure.key: figure.value for figure in power_figures()}
    assert figures["attacks_total"] >= 15 and figures["attacks_stopped"] == figures["attacks_total"]
    wrongs = ("benign_disturbed", "effects_on_real_files", "secret_bytes_delivered")
    assert [figures[key] for key in wrongs] == [0, 0, 0]


# --- the pipeline's clock ------------------------------------------------------------------------------------


def test_edges_are_counted(package: Package) -> None:
    figures = {figure.key: figure for figure in decision_figures(package)}
    assert figures["decision_cycles"].value == 3
    assert figures["decision_cycles_path32"].value in (23, 24)
    assert figures["events_per_cycle"].value == 1.0
    assert figures["model_bytes"].value == 8192
    assert f"each of {EVENTS} calls" in figures["decision_cycles"].how and EVENTS >= 1000


def test_a_verdict_at_another_time_is_an_error(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "VERDICT_EDGES", 4)
    with pytest.raises(EngineError, match=r"one slot: verdicts come \[3\] edges after the commit, not 4"):
        list(decision_figures(package))


def test_commits_are_seen_not_reckoned(package: Package) -> None:
    """An event is committed an edge after it is taken at the earliest; later, where its paths take longer."""
    engine = GatewareEngine()
    prepare(engine, package)
    decision._clear_all(engine)
    calls = numeric(list(range(64)))[:200]
    taken, committed, decided = timed(engine, calls).T
    assert np.unique(committed - taken).tolist() == [1]
    assert np.diff(decided).tolist() == [1] * 199
    paths = calls.copy()
    paths[:, 0] |= np.uint32(1 << 12)
    taken, committed, decided = timed(engine, paths, bytes((0, 0, 32, 0)) + b"/etc" * 8).T
    assert (committed - taken).min() > 16
    assert np.unique(decided - committed).tolist() == [VERDICT_EDGES]
    taken, committed, decided = timed(engine, calls, gaps=GAPS).T
    assert np.diff(decided).max() > 1


def test_the_faster_pipelines_edges_are_counted_by_the_same_harness(package: Package) -> None:
    engine = GatewareEngine(path=library(PIPELINE, verilog=verilog_of_pipeline(fast=True)))
    prepare(engine, package)
    decision._clear_all(engine)
    taken, committed, decided = timed(engine, numeric([40])).T
    assert np.unique(committed - taken).tolist() == [1]
    assert np.unique(decided - committed).tolist() == [VERDICT_EDGES + FAST_RANKS] == [6]
    assert np.unique(np.diff(decided)).tolist() == [1]


def test_a_refused_event_gives_no_figure(package: Package) -> None:
    engine = GatewareEngine()
    prepare(engine, package)
    with pytest.raises(EngineError, match="refused an event"):
        timed(engine, numeric([40])[:3])  # nobody lives there


# --- the same model as a program -----------------------------------------------------------------------------


def test_the_speedup_is_the_mean_over_the_edges() -> None:
    measured = Measured(2, np.array([300, 330, 360]), 1, np.zeros((3, 6), np.uint32))
    mean, speedup = figures_of(measured, "a.strace")
    assert (mean.value, speedup.value) == (330.0, 110.0)
    assert "3 calls of the 2 busiest processes of a.strace" in mean.how and "300 to 360" in mean.how
    assert "software_model_cycles / decision_cycles" in speedup.how


# --- builds --------------------------------------------------------------------------------------------------


def report(target: str, mhz: float, *fmax: float) -> Report:
    cells = {"lut4": 100, "carry": 10, "lut_ram": 4, "ff": 50, "block_ram": 1, "large_ram": 0, "multipliers": 0}
    names = ("pipeline", "tables", "history", "accumulators", "judge", "cam", "book")
    blocks = {name: {"own": cells, "all": cells | {"lut4": 100 << place}} for place, name in enumerate(names)}
    seeds = {str(seed): value for seed, value in enumerate(fmax, 1)}
    return Report(target, {}, tuple(map(int, seeds)), mhz, seeds, {"TRELLIS_COMB": 9000}, {}, blocks=blocks)


REPORTS = {
    "ulx3s": report("ulx3s", 25.0, 27.5, 26.25), "pipeline": report("pipeline", 25.0, 40.0),
    "pipeline-fast": report("pipeline-fast", 80.0, 85.5, 81.0),
}  # fmt: skip


def test_figures_of_builds() -> None:
    figures = {figure.key: figure for figure in build_figures(CYCLES, REPORTS.__getitem__)}
    assert {key: figure.value for key, figure in figures.items()} == {
        "decision_ns": 120.0, "decision_ns_path32": 960.0, "pipeline_fmax_mhz": 81.0, "soc_fmax_mhz": 26.25,
        "screening_luts": 100, "soc_luts": 9000, "scorer_luts": 200 + 400 + 800 + 1600, "cam_luts": 3200 + 6400,
    }  # fmt: skip
    assert "25 MHz" in figures["decision_ns"].how and "1: 27.5 MHz, 2: 26.25 MHz" in figures["decision_ns"].how
    assert "verdict after 6 edges" in figures["pipeline_fmax_mhz"].how
    for words in ("10 carry cells", "4 LUT-RAM cells", "9,000 COMB"):
        assert words in figures["screening_luts"].how


def test_no_time_at_a_clock_that_was_not_reached() -> None:
    reports = REPORTS | {"ulx3s": report("ulx3s", 25.0, 27.5, 24.5)}
    figures = {figure.key: figure for figure in build_figures(CYCLES, reports.__getitem__)}
    assert figures["decision_ns"].value is None and "24.5 MHz" in figures["decision_ns"].how
    assert figures["soc_fmax_mhz"].value == 24.5


@pytest.mark.parametrize("target", sorted(REPORTS))
def test_a_stale_report_gives_no_value(target: str) -> None:
    def load(name: str) -> Report:
        if name == target:
            raise StaleReport("the gateware's sources changed")
        return REPORTS[name]

    for figure in build_figures(CYCLES, load):
        stale = OF_BUILDS[figure.key] == target
        assert (figure.value is None) == stale
        assert (figure.how == f"stale: run vigilante build {target}") == stale


# --- what screening costs -------------------------------------------------------------------------------------


def run(null: float, path: float, script: float, waits: dict[tuple[int, int], int]) -> Run:
    """Return what programs could say; waits: how many calls by (with strings, cycles)."""
    counts = np.zeros((2, 1024), np.int64)
    for place, count in waits.items():
        counts[place] = count
    values = {"null_syscall_cycles_screened": null, "path_call_cycles": path, "workload_cycles": script}
    return Run(values, (), counts)


def test_what_is_added_is_the_difference_of_two_measurements() -> None:
    found = {
        figure.key: figure.value
        for figure in added_figures(run(17.0, 900, 0, {}), run(16.5, 0, 0, {}), run(27.0, 1000, 0, {}))
    }
    assert found["screening_added_cycles"] == 0.5 and found["path_syscall_overhead"] == 0.9


def test_overhead_and_stalls_of_a_script() -> None:
    on = run(0, 0, 1100, {(0, 0): 90, (0, 1): 2, (1, 9): 7, (1, 30): 1})
    figures = [*script_figures(on, run(0, 0, 1200, {}), run(0, 0, 1000, {})), *stall_figures(on)]
    found = {figure.key: figure.value for figure in figures}
    assert found["workload_overhead"] == 1.1 and found["workload_overhead_all_records"] == 1.2
    stalls = [found[f"dispatch_stall_{name}"] for name in ("p50", "p99", "max", "numeric_max")]
    assert stalls == [0, 9, 30, 1]


def test_how_alike_two_views_are() -> None:
    real = Run({"secret_open_cycles_p50": 1000, "secret_open_cycles_p99": 2000}, (), np.zeros((2, 1024), np.int64))
    decoy = Run({"secret_open_cycles_p50": 1010, "secret_open_cycles_p99": 3000}, (), real.waits)
    found = {figure.key: figure.value for figure in decoy_figures(real, decoy)}
    assert found == {"decoy_open_cycle_ratio": 1.01, "decoy_open_cycle_ratio_p99": 1.5}


@pytest.mark.slow
def test_screening_costs_what_is_said(package: Package) -> None:
    """The workload's bound is not 1.00 yet: docs/benchmarks.md says where the cycles go."""
    found = {figure.key: figure.value for figure in process_figures(package)}
    assert found["screening_added_cycles"] == 0 and found["dispatch_stall_numeric_max"] == 0
    assert found["screening_overhead"] <= 0.75 and found["path_syscall_overhead"] <= 1
    assert 0.98 <= found["decoy_open_cycle_ratio"] <= 1.02
    assert found["workload_overhead"] <= 1.2


# --- the command ---------------------------------------------------------------------------------------------


def bench(monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    def measured(*_args: object) -> Iterator[Figure | Missing]:
        yield Figure("boot_cycles", 416435, "cycles", "counted")
        yield Missing("soc_luts", "COMB", "stale: run vigilante build ulx3s")
        yield Missing("soc_fmax_mhz", "MHz", "stale: run vigilante build ulx3s")

    monkeypatch.setattr("host.commands.bench.measure", measured)
    return CliRunner().invoke(main, ["bench", *args])


SAID = "vigilante: left out: soc_luts, soc_fmax_mhz: stale: run vigilante build ulx3s\n"


def test_a_missing_figure_is_one_line_and_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    result = bench(monkeypatch)
    assert result.exit_code == ExitCode.CLEAN
    assert "416,435" in result.stdout and "soc_" not in result.stdout
    assert result.stderr == SAID


def test_a_missing_figure_is_null_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    result = bench(monkeypatch, "--json")
    found = json.loads(result.stdout)
    assert found["boot_cycles"] == {"value": 416435, "unit": "cycles", "how": "counted"}
    assert found["soc_luts"] == {"value": None, "unit": "COMB", "how": "stale: run vigilante build ulx3s"}
    assert (result.exit_code, result.stderr) == (ExitCode.CLEAN, SAID)


def test_strict_fails_where_a_figure_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bench(monkeypatch, "--strict", "--json").exit_code == ExitCode.ENGINE


@pytest.mark.slow
def test_every_figure_is_there() -> None:
    result = CliRunner().invoke(main, ["bench", "--json"])
    assert result.exit_code == ExitCode.CLEAN, result.output
    found = json.loads(result.stdout)
    assert set(found) == EVERY
    assert all(set(figure) == {"value", "unit", "how"} for figure in found.values())
    assert {key for key, figure in found.items() if figure["value"] is None} <= set(OF_BUILDS)
    assert found["speedup_vs_software"]["value"] >= 100
