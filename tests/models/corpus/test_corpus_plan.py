"""The plan: the same runs for a seed, classes alike in everything but what they do, and as many as promised."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from models.corpus.plan import CHORE_SHARE, Run, draw, file_names, full_counts, plan
from models.corpus.scenario import ATTACK, BENIGN, LANGUAGES
from models.corpus.scenarios import load, load_chores

SCENARIOS = load()
SHELLS = {"bash": "sh"}


@pytest.fixture(scope="module")
def full() -> list[Run]:
    return plan(SCENARIOS, load_chores(), 1, full=True)


def test_the_corpus_is_as_large_and_varied_as_promised(full: list[Run]) -> None:
    benign = [scenario for scenario in SCENARIOS if scenario.cls == BENIGN]
    attack = [scenario for scenario in SCENARIOS if scenario.cls == ATTACK]
    assert len(benign) >= 120 and len({scenario.kind for scenario in benign}) >= 35
    assert sum(scenario.name.startswith("adm-") for scenario in benign) >= 25
    assert len({scenario.kind for scenario in attack}) >= 34
    assert len({scenario.technique for scenario in attack}) >= 34
    assert sum(run.scenario.cls == ATTACK for run in full) >= 1000


def test_every_attack_is_written_in_three_languages_and_most_in_four() -> None:
    languages = defaultdict(set)
    for scenario in SCENARIOS:
        if scenario.cls == ATTACK:
            languages[scenario.kind].add(SHELLS.get(scenario.implementation, scenario.implementation))
    assert min(map(len, languages.values())) >= 3
    assert sum(len(those) >= 4 for those in languages.values()) > len(languages) / 2


def test_a_fifth_of_the_attacks_and_more_is_embedded(full: list[Run]) -> None:
    attacks = [run for run in full if run.scenario.cls == ATTACK]
    assert sum(run.scenario.embedded or bool(run.chore) for run in attacks) >= 0.2 * len(attacks)


def test_chores_do_not_know_the_class(full: list[Run]) -> None:
    for cls in (BENIGN, ATTACK):
        those = [bool(run.chore) for run in full if run.scenario.cls == cls]
        assert abs(sum(those) / len(those) - CHORE_SHARE) < 0.05


def test_launchers_have_the_same_share_in_both_classes() -> None:
    counts = full_counts(SCENARIOS)
    share: dict[str, Counter[str]] = {BENIGN: Counter(), ATTACK: Counter()}
    for scenario in SCENARIOS:
        share[scenario.cls][scenario.implementation] += counts[scenario.name]
    for language in LANGUAGES:
        benign, attack = (share[cls][language] / share[cls].total() for cls in (BENIGN, ATTACK))
        assert abs(benign - attack) < 0.01, language


def test_the_plan_is_the_same_for_the_same_seed(full: list[Run]) -> None:
    assert [run.digest for run in plan(SCENARIOS, load_chores(), 1, full=True)] == [run.digest for run in full]
    assert len({run.file for run in full}) == len(full)


def test_draws_depend_on_name_number_and_seed_and_not_on_the_class() -> None:
    first = next(scenario for scenario in SCENARIOS if "<%" in scenario.text)
    chores = load_chores()
    assert draw(first, 1, "x", 1, chores) == draw(first, 1, "x", 1, chores)
    assert draw(first, 1, "x", 1, chores).text != draw(first, 2, "x", 1, chores).text
    other = draw(replace(first, cls=ATTACK), 1, "x", 1, chores)
    assert replace(other, scenario=first) == draw(first, 1, "x", 1, chores)


def test_runs_of_one_scenario_differ_in_what_they_do(full: list[Run]) -> None:
    texts = defaultdict(set)
    counts: Counter[str] = Counter()
    for run in full:
        texts[run.scenario.name].add((run.text, run.house, run.user))
        counts[run.scenario.name] += 1
    same = [name for name, those in texts.items() if len(those) < 0.6 * counts[name]]
    assert not same


def test_the_sample_has_every_scenario_once() -> None:
    runs = plan(SCENARIOS, load_chores(), 1, full=False)
    assert Counter(run.scenario.name for run in runs) == Counter(scenario.name for scenario in SCENARIOS)
    assert all(run.file == f"{file_names(SCENARIOS)[run.scenario.name]}-01.strace.xz" for run in runs)
