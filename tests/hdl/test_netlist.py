"""A netlist's digest: blind to folders and to the order of ports, and to nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hdl.netlist import netlist_digest

TEXT = """
module top(a, screen_clk, clk, q);
  (* src = "/somewhere/hdl/block.py:40" *)
  input a;
  \\inner \\i (.clk(clk), .a(a));
endmodule
module \\inner (clk, a
, q);
  assign q = a;
endmodule
"""

TWO_DOMAINS = """
from amaranth import Module, Signal
from amaranth.back import verilog
outer, inner, a, b = Module(), Module(), Signal(), Signal()
inner.d.screen += a.eq(~a)
inner.d.sync += b.eq(a)
outer.submodules.inner = inner
print(verilog.convert(outer, ports=[b], name="top", strip_internal_attrs=True))
"""


def test_folders_and_the_order_of_ports_do_not_count() -> None:
    other = TEXT.replace("/somewhere", "/elsewhere").replace("screen_clk, clk", "clk, screen_clk")
    assert other != TEXT and netlist_digest(other) == netlist_digest(TEXT)


@pytest.mark.parametrize(
    ("old", "new"), [("assign q = a", "assign q = ~a"), ("(a, screen_clk", "(screen_clk"), ("input a", "input  b")]
)
def test_everything_else_counts(old: str, new: str) -> None:
    assert netlist_digest(TEXT.replace(old, new)) != netlist_digest(TEXT)


def test_files_beside_count() -> None:
    assert len({netlist_digest(TEXT), netlist_digest(TEXT, b"a"), netlist_digest(TEXT, b"a", b"")}) == 3


def test_the_same_in_every_process() -> None:
    """Sets of texts are in another order in every process, and with them the clock domains."""
    texts = [
        subprocess.run(
            [sys.executable, "-c", TWO_DOMAINS], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(6)
    ]  # fmt: skip
    assert len(set(texts)) > 1, "Amaranth has an order of its own: this digest need not look away any more"
    assert len({netlist_digest(text) for text in texts}) == 1
