"""Which runs a corpus has, and what chance decides about each: the same list for the same seed.

The sample has one run of every scenario, with counts scaled down and fewer chores.  The full corpus has
`ATTACK_RUNS` of every attack, and of benign scenarios as many as give each launcher (sh, bash, python, ...) the
same share in both classes: all programs of one launcher begin alike, so equal shares keep the beginning silent.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from models.corpus.draws import WORDS
from models.corpus.scenario import ATTACK, BENIGN, LANGUAGES, Scenario

ATTACK_RUNS = 6
BENIGN_RUNS = 1500
"""Benign runs in all of the full corpus; rounding adds a few."""

CHORE_SHARE, SAMPLE_CHORES = 0.4, 0.2
"""Of the runs of either class, those that do a chore first."""

SAMPLE_SCALE = 0.1
HOUSES = 6
"""Households that differ in what they hold: how many files, how large."""

_STEMS = ("job", "task", "main", "run", "step", "work", "update", "daily", "tool", "check")
_PLACES = ("/tmp", "/var/tmp", "/srv", "{home}", "{home}/projects", "/opt", "{home}/bin")
_PEOPLE = ("alice", "bob")


@dataclass(frozen=True, slots=True)
class Run:
    """One run to record.

    number:     which draw of its scenario, from 1.
    text:       the program, nothing left open.
    chore:      name of the chore that it does first, "" without.
    house:      which household, below HOUSES.
    checkpoint: the path that marks probe.
    """

    scenario: Scenario = field(repr=False)
    number: int
    file: str
    text: str = field(repr=False)
    chore: str
    user: str
    workdir: str
    stem: str
    house: int
    checkpoint: str

    @property
    def command(self) -> list[str]:
        """What is started."""
        program = self.stem + self.scenario.language.suffix
        return [part.format(file=program, stem=self.stem) for part in self.scenario.language.launch]

    @property
    def digest(self) -> str:
        """Say in 16 hex digits what is run: another digest is another run."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def plan(
    scenarios: Sequence[Scenario],
    chores: Mapping[str, Sequence[Scenario]],
    seed: int,
    full: bool,
) -> list[Run]:
    """Return the runs of a corpus in the order of recording, which is shuffled over both classes."""
    counts = full_counts(scenarios) if full else {scenario.name: 1 for scenario in scenarios}
    names = file_names(scenarios)
    terms = (1.0, CHORE_SHARE) if full else (SAMPLE_SCALE, SAMPLE_CHORES)
    runs = [
        draw(scenario, number, names[scenario.name], seed, chores, *terms)
        for scenario in scenarios
        for number in range(1, counts[scenario.name] + 1)
    ]
    random.Random(seed).shuffle(runs)
    return runs


def full_counts(scenarios: Sequence[Scenario]) -> dict[str, int]:
    """Return how often each scenario is run in the full corpus."""
    counts = {scenario.name: ATTACK_RUNS for scenario in scenarios if scenario.cls == ATTACK}
    for launcher in LANGUAGES:
        those = [scenario for scenario in scenarios if scenario.implementation == launcher]
        attacks = [scenario for scenario in those if scenario.cls == ATTACK]
        benign = [scenario for scenario in those if scenario.cls == BENIGN]
        wanted = round(BENIGN_RUNS * len(attacks) * ATTACK_RUNS / max(1, sum(counts_of_attacks(scenarios))))
        for place, scenario in enumerate(benign):
            counts[scenario.name] = max(1, (wanted * (place + 1)) // len(benign) - wanted * place // len(benign))
    return counts


def counts_of_attacks(scenarios: Iterable[Scenario]) -> list[int]:
    """Return the number of runs of every attack."""
    return [ATTACK_RUNS for scenario in scenarios if scenario.cls == ATTACK]


def draw(
    scenario: Scenario,
    number: int,
    name: str,
    seed: int,
    chores: Mapping[str, Sequence[Scenario]],
    scale: float = 1.0,
    share: float = CHORE_SHARE,
) -> Run:
    """Draw one run.  The stream depends on the scenario's name and the run's number, never on the class."""
    rng = random.Random(f"{seed}/{scenario.name}/{number}")
    user = rng.choice(("root", *_PEOPLE))
    if scenario.user == "people":
        user = rng.choice(_PEOPLE)
    elif scenario.user != "any":
        user = scenario.user
    home = "/root" if user == "root" else f"/home/{user}"
    place = rng.choice(_PLACES).format(home=home)
    folder = "-".join(rng.sample(WORDS, 2)) + f"-{rng.randint(1, 99)}"
    stem, checkpoint, house = (
        rng.choice(_STEMS),
        f"/vigilante-mark-{rng.getrandbits(64):016x}",
        rng.randrange(HOUSES),
    )
    those = chores.get(scenario.implementation, ())
    # Drawn in every case, so that the rest of a run does not depend on which chores there are.
    lot, which = rng.random(), rng.random()
    chore = those[int(which * len(those))] if those and lot < share else None
    text = scenario.program(rng, scale, chore)
    return Run(
        scenario, number, f"{name}-{number:02d}.strace.xz", text, chore.name if chore else "",
        user, f"{place}/{folder}", stem, house, checkpoint,
    )  # fmt: skip


def file_names(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Name every scenario's logs after their label and its place among its like; a run's number follows."""
    seen: Counter[str] = Counter()
    names = {}
    for scenario in scenarios:
        like = f"{scenario.cls}-{scenario.kind}-{scenario.implementation}"
        seen[like] += 1
        names[scenario.name] = f"{like}-{seen[like]}"
    return names
