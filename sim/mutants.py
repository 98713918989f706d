"""Seeded bugs: each changes one line of the gateware, and the comparison with the golden twin must notice.

A mutant is text, not a switch in the product: its sources are copied, changed and elaborated apart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.golden.engine import GoldenEngine
from sim.engine import PIPELINE, GatewareEngine
from sim.equivalence import DifferenceError, Twins, compare_random
from sim.verilate import ROOT, library

_CONVERT = "from sim.engine import verilog_of_pipeline; import sys; sys.stdout.write(verilog_of_pipeline())"


@dataclass(frozen=True, slots=True)
class Mutant:
    """In `file` of `folder`, `old` (found exactly once) becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    folder: str = "hdl/screening"

    def seeded(self, root: Path = ROOT) -> str:
        """Return the file's text with the bug in it.  Raises ValueError where the line is gone."""
        text = (root / self.folder / self.file).read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"mutant {self.name!r}: {self.old!r} is {text.count(self.old)} times in {self.file}")
        imports = "from amaranth import C as C\n"  # a few mutants need a constant that their file does not import
        first = text.index("from amaranth import")
        return text[:first] + imports + text[first:].replace(self.old, self.new)


MUTANTS = (
    Mutant("sum wraps", "accumulators.py", "over.eq(moved[16])", "over.eq(0)"),
    Mutant(
        "floor ignored",
        "accumulators.py",
        "below.eq((rest < Mux(same, floor, 0)) | ~empty & (rest < high))",
        "below.eq(moved[18])",
    ),
    Mutant(
        "failed calls drain", "accumulators.py", "proven.eq(self.ok & old.effective)", "proven.eq(old.effective)"
    ),
    Mutant("neutral calls drain", "accumulators.py", "proven.eq(self.ok & old.effective)", "proven.eq(self.ok)"),
    Mutant("no leak", "accumulators.py", "old.decayed >> LEAK_SHIFT, 0)", "0, 0)"),
    Mutant(
        "tree forgets its epoch",
        "accumulators.py",
        "params.drain, self.epoch == tree_old.tree_epoch,",
        "params.drain, C(1, 1),",
    ),
    Mutant("heir takes the better", "accumulators.py", "carried[name] > old[name]", "carried[name] < old[name]"),
    Mutant(
        "restart keeps the CUSUM",
        "accumulators.py",
        'blanks = blank_epoch if name == "epoch" else blank',
        'blanks = blank_epoch if name in ("epoch", "cusum") else blank',
    ),
    Mutant("history moves on neutral calls", "history.py", "moves.eq(self.effect)", "moves.eq(1)"),
    Mutant(
        "history survives a clear",
        "history.py",
        "with m.Case(Op.CLEAR, Op.RESTART, Op.INIT):",
        "with m.Case(Op.INIT):",
    ),
    Mutant(
        "child starts blank",
        "history.py",
        "with m.Case(Op.COPY):\n                m.d.comb += moves.eq(1)",
        "with m.Case(Op.COPY):\n                m.d.comb += [moves.eq(1), blank.eq(1)]",
    ),
    Mutant(
        "a row just written is missed",
        "states.py",
        "late = later(m, changed & (row == self.look), 1)\n            m.d.comb += [write",
        "late = C(0, 1)\n            m.d.comb += [write",
    ),
    Mutant(
        "any write is taken for the row's own",
        "states.py",
        "late = later(m, changed & (row == self.look), 1)\n            m.d.comb += [write",
        "late = later(m, changed, 1)\n            m.d.comb += [write",
    ),
    Mutant(
        "child's own state is looked for",
        "latch.py",
        "self.next_source.eq(event.slot),",
        "self.next_source.eq(self.next_slot),",
    ),
    Mutant("generation not compared", "slots.py", "old.live & (old.generation == self.life)", "old.live"),
    Mutant(
        "fork into a taken slot",
        "slots.py",
        "with m.Elif(~names_other | ~own_half | old.live)",
        "with m.Elif(~names_other | ~own_half)",
    ),
    Mutant("halves not kept apart", "slots.py", "own_half = self.slot[5] == event.source", "own_half = C(1, 1)"),
    Mutant(
        "exec replaces the profiles",
        "slots.py",
        "new.allow.eq(Mux(begins, brought.allow, old.allow) | hot)",
        "new.allow.eq(Mux(begins, brought.allow, Mux(self.op == Op.EXEC, 0, old.allow)) | hot)",
    ),
    Mutant("tree reused while in use", "slots.py", "(self.op == Op.CLEAR) & used", "C(0, 1)"),
    Mutant("vaccine by hash alone", "cam.py", "match.eq(valid & ~differing.any())", "match.eq(valid)"),
    Mutant(
        "insert over another",
        "cam.py",
        "(update_op == Op.VACCINATE) & bank_free & ~self.index_used\n",
        "(update_op == Op.VACCINATE) & ~self.index_used\n",
    ),
    Mutant(
        "mask not applied",
        "cam.py",
        "read.data.units[unit] & (",
        "(",
    ),
    Mutant("`..` stays", "paths.py", "m.d.comb += next_node.eq(parent)", "m.d.comb += next_node.eq(node)"),
    Mutant(
        "unknown depth forgotten",
        "paths.py",
        "m.d.comb += next_excess.eq(excess - 1)",
        "m.d.comb += next_excess.eq(0)",
    ),
    Mutant(
        "last path counts, not the worst",
        "paths.py",
        "with m.If(class_here > self.path_class):",
        "with m.If(C(1, 1)):",
    ),
    Mutant("over-long let through", "judge.py", "found.overlong.eq(beat.overlong)", "found.overlong.eq(0)"),
    Mutant("monitor mode enforces", "judge.py", "with m.If(self.enforce):", "with m.If(C(1, 1)):"),
    Mutant(
        "floor lasts for ever",
        "judge.py",
        "new.floor_left.eq(old.floor_left - 1)",
        "new.floor_left.eq(old.floor_left)",
    ),
    Mutant("swap forgets the tier", "judge.py", "new.floor_tier.eq(old.tier), ", "new.floor_tier.eq(0), "),
    Mutant("tree not judged", "judge.py", "higher.eq(Mux(own > of_tree, own, of_tree))", "higher.eq(own)"),
    Mutant(
        "swap leaves the old parameters",
        "models.py",
        "m.d.sync += self.params[name].eq(read.data.as_value())",
        "m.d.sync += self.params[name].eq(self.params[name])",
    ),
    Mutant("the wrong byte of an entry read back", "loading.py", "lane.eq(byte)", "lane.eq(byte + 1)"),
    Mutant(
        "the wrong slot read back", "readback.py", "store.address.eq(place)", "store.address.eq(place ^ 1 << 16)"
    ),
    Mutant("the model in force read back", "models.py", "self.load.read & ~refused", "self.load.read"),
    Mutant(
        "a byte answered too early",
        "readback.py",
        "self.done.eq(later(m, store.read, 1 + 2 * self.fast))",
        "self.done.eq(later(m, store.read, 2 * self.fast))",
    ),
    Mutant("vaccine event does not linger", "latch.py", "LINGER = 4", "LINGER = 1"),
)


def printed_by(mutant: Mutant, program: str, *words: str) -> str:
    """Return what a Python program prints where the gateware is the mutant."""
    with tempfile.TemporaryDirectory() as work:
        tree = Path(work)
        for folder in ("hdl", "sim"):
            shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
        (tree / mutant.folder / mutant.file).write_text(mutant.seeded())
        environment = {**os.environ, "PYTHONPATH": str(tree)}
        command = [sys.executable, "-c", program, *words]
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def verilog_of(mutant: Mutant) -> str:
    """Return the mutant's Verilog."""
    return printed_by(mutant, _CONVERT)


def survives(mutant: Mutant, seeds: range = range(11, 15), count: int = 40_000) -> bool:
    """Return whether no stream of `count` events from one of `seeds` tells the mutant from the golden twin."""
    path = library(PIPELINE, verilog=verilog_of(mutant), optimise="-O0")
    for seed in seeds:
        try:
            compare_random(Twins(GoldenEngine(), GatewareEngine(path=path)), seed, count, chunk=5_000)
        except DifferenceError:
            return False
    return True
