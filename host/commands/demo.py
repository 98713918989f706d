"""`vigilante demo`: one benign and one attack trace, screened with the shipped model.

Neither was trained on.  Right is an attack with a call that is not allowed, after its onset, and benign work
whose calls all are; which verdict it is the demonstration says and does not ask for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from hdl.contract.verdict import Tier
from host.commands.screen import load_package, open_engine, spare_engine
from host.engines import PORT
from host.exits import ExitCode
from host.explain import Explainer
from host.model import ModelKeeper, policy_of
from host.report import show, word
from host.screen import Screening, screen_trace
from host.terminal import Terminal
from models.gateway import Gateway
from models.readers.detect import open_trace
from models.trace import TraceError

PAGE = "docs/getting-started.md"
"""Where the shares stand of attacks that are answered, and of benign processes."""

FOLDER = Path(__file__).resolve().parents[2] / "models" / "corpus" / "demo"


@dataclass(frozen=True)
class Case:
    """A demonstration trace: `onset` is the line where the attack begins, None in a benign one."""

    path: Path
    onset: int | None

    def judge(self, screening: Screening) -> tuple[bool, str]:
        """Say whether it came out right, in words too: an attack is answered after its onset."""
        hit = screening.blocked
        block = hit.block if hit else None
        if self.onset is None:
            if block is None:
                return True, "the benign trace passes, as it should"
            return False, f"the benign trace is {word(block.proposed)} at line {block.line}, as it should not be"
        attack = f"the attack, which begins at line {self.onset},"
        if block is None:
            return False, f"{attack} passes: every call is allowed"
        tier = Tier(int(screening.field("tier")[block.row]))
        answer = f"{word(block.proposed)} (tier {tier.name.lower()})"
        if block.line < self.onset:
            return False, f"{attack} has its trace answered before, at line {block.line}: {answer}"
        late = screening.calls_between(self.onset, block.line)
        return True, f"{attack} is answered at line {block.line}, {late} calls later: {answer}"


def cases(folder: Path) -> list[Case]:
    """Return the demonstration traces, benign ones first."""
    labels = folder / "labels.jsonl"
    try:
        rows = [json.loads(line) for line in labels.read_text().splitlines() if line.strip()]
        onsets = [None if row["class"] == "benign" else int(row["onset_line"]) for row in rows]
        found = [Case(folder / row["file"], onset) for row, onset in zip(rows, onsets, strict=True)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TraceError(f"{labels}: cannot be read ({error}): install again") from None
    return sorted(found, key=lambda case: (case.onset is not None, case.path))


def run(
    terminal: Terminal, model: Path | None, key: Path | None, engine: str, folder: Path = FOLDER, port: str = PORT
) -> ExitCode:
    """Screen every demonstration trace; CLEAN only if each comes out right."""
    package = load_package(model, key)
    outcomes = []
    with open_engine(terminal, engine, port) as machine:
        ModelKeeper(machine, lambda: spare_engine(engine)).start(package, policy_of("enforce"))
        gateway = Gateway(machine, package.image)
        terminal.out(f"model {package.name} {package.version}, {engine} engine, enforce mode")
        chosen = cases(folder)
        with terminal.counting(len(chosen)) as counter:
            for case in chosen:
                counter.begin(case.path.name)
                reader = open_trace(case.path)
                screening = screen_trace(gateway, case.path.name, reader, counter.events)
                explainer = Explainer(screening, package.image)
                with counter.away():
                    terminal.out("")
                    show(terminal.console, screening, explainer, "enforce", reader.stats, False)
                outcomes.append(case.judge(screening))
    terminal.out("")
    for right, text in outcomes:
        terminal.out(f"{'ok' if right else 'WRONG'}: {text}")
    terminal.out(f"two traces show how it works, not how well, of which see {PAGE}")
    return ExitCode.CLEAN if all(right for right, _text in outcomes) else ExitCode.BLOCKED
