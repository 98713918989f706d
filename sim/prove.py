"""Proves the safety properties of the gateware, on the modules that ship.

    python -m sim.prove                all of them, two at a time
    python -m sim.prove answers        one
    python -m sim.prove --list         what there is
    python -m sim.prove --json         one JSON object a line

For each: the proof; that the cases that it is about can be reached; and that it fails on a seeded bug.  Answers
are kept until the circuit, the question or a tool changes; `--force` asks again.  Exit codes are those of
`vigilante`: 0, 1 if something is not as it should be, 5 if a tool is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor

from host.exits import ExitCode
from sim.proofs.catalogue import PROOFS, proof_called
from sim.proofs.proof import Proof
from sim.proofs.solve import QUESTIONS, Answer, ask, links, wanted
from sim.verilate import BuildError

JOBS = 2
ROW = "{:<12} {:<22} {:>9} {:>9} {:>9}  {}"


def method(proof: Proof) -> str:
    """Return how far the proof reaches."""
    return f"unbounded, k = {proof.depth}" if proof.unbounded else f"bounded, {proof.depth} cycles"


def row(proof: Proof, answers: dict[str, Answer]) -> str:
    """Return a line of the table."""
    wrong = [
        f"{question}: {answers[question].status} {' '.join(answers[question].failed)}".rstrip()
        for question in QUESTIONS
        if answers[question].status != wanted(question)
    ]
    times = [f"{answers[question].seconds:.1f} s" for question in QUESTIONS]
    verdict = "; ".join(wrong) or f"proved; bug found: {proof.mutant.name}"
    return ROW.format(proof.name, method(proof), *times, verdict)


def as_json(proof: Proof, answers: dict[str, Answer]) -> str:
    """Return a line for programs."""
    said = {
        question: {
            "status": answers[question].status,
            "seconds": answers[question].seconds,
            "failed": answers[question].failed,
            "as_wanted": answers[question].status == wanted(question),
        }
        for question in QUESTIONS
    }
    return json.dumps({"name": proof.name, "says": proof.says, "method": method(proof), **said})


def run(proofs: tuple[Proof, ...], *, force: bool, as_lines: bool) -> ExitCode:
    """Ask everything, print a line per proof as soon as it is known."""
    links()
    good = True
    if not as_lines:
        print(ROW.format("property", "method", *QUESTIONS, "outcome"), flush=True)
    pool = ThreadPoolExecutor(JOBS)
    try:
        asked: list[tuple[Proof, dict[str, Future[Answer]]]] = [
            (proof, {question: pool.submit(ask, proof, question, force=force) for question in QUESTIONS})
            for proof in proofs
        ]
        for proof, futures in asked:
            if sys.stderr.isatty():
                print(f"{proof.name} ...", end="\r", file=sys.stderr, flush=True)
            answers = {question: future.result() for question, future in futures.items()}
            good = good and all(answers[question].status == wanted(question) for question in QUESTIONS)
            print((as_json if as_lines else row)(proof, answers), flush=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return ExitCode.CLEAN if good else ExitCode.BLOCKED


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    about, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        "python -m sim.prove", description=about, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones; all if none is named")
    parser.add_argument("--list", action="store_true", help="list the properties and what each takes for granted")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--force", action="store_true", help="do not take answers from the cache")
    chosen = parser.parse_args(arguments)
    try:
        proofs = tuple(map(proof_called, chosen.names)) or PROOFS
    except ValueError as error:
        parser.error(str(error))
    if chosen.list:
        for proof in proofs:
            print(f"{proof.name}: {proof.says}\n    {method(proof)}; on {', '.join(proof.modules)}")
            for assumption in proof.assumes:
                print(f"    assumes: {assumption}")
        return ExitCode.CLEAN
    try:
        return run(proofs, force=chosen.force, as_lines=chosen.json)
    except BuildError as error:
        print(f"prove: {error}", file=sys.stderr)
        return ExitCode.ENGINE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
