"""The peers: each learns an easy task within its bytes, and computes with what it says it holds."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hdl.contract.syscalls import IDS
from models.image import assemble
from models.outcomes import outcome
from models.peers.descent import BATCH, blank, gradient
from models.peers.gru import Gru
from models.peers.mlp import Mlp
from models.peers.ours import Ours
from models.peers.peer import BUDGET, Peer, answers_and_shares
from models.peers.stide import Stide
from models.peers.stream import CLASSES, Symbols, stream
from models.peers.trees import Trees
from models.recordings import Recording, join
from models.replay import record
from models.trace import Call, Exit, Fork, Item, PathArgument, Start
from models.train import blank_model
from models.vocabulary import id_map

METHODS = (Ours, lambda: Gru(epochs=6), Mlp, Trees, Stide)


def trace(seed: int, attack: bool, calls: int = 200) -> Recording:
    draw = random.Random(seed)
    items: list[Item] = [Start(1, 5), Fork(2, 5, 6)]
    for line in range(3, calls):
        odd = attack and line > calls // 2 and draw.random() < 0.5
        names = ("ptrace", "setuid", "kill") if odd else ("read", "write", "close", "openat")
        items.append(Call(line, 6 if line % 3 else 5, draw.choice(names)))
    items += [Exit(calls, 6), Exit(calls, 5)]
    return record(items, assemble(blank_model(0)), f"t{seed}", f"g{seed}", calls // 2 if attack else None)


@pytest.fixture(scope="module")
def traces() -> list[Recording]:
    return [trace(seed, seed % 2 == 1) for seed in range(40)]


@pytest.mark.parametrize("number", range(len(METHODS)))
def test_a_method_learns(number: int, traces: list[Recording], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.peers.gru.DRAWN", 40 * BATCH)  # the task is easy
    method: Peer = METHODS[number]()
    labels = [seed % 2 for seed in range(40)]
    method.fit(traces[:20], labels[:20], [traces[index] for index in range(20, 30, 2)])
    found = outcome(join(traces[30:]), labels[30:], method.scores(traces[30:]), method.certain)
    assert found.positive.sum() == 5 and (~found.positive).sum() == 20
    assert found.scores[found.positive].min() > found.scores[~found.positive].max()
    assert 0 < method.bytes <= BUDGET and method.cycles >= 1
    again: Peer = METHODS[number]()
    again.fit(traces[:20], labels[:20], [traces[index] for index in range(20, 30, 2)])
    assert np.array_equal(again.scores(traces[30:]), method.scores(traces[30:]))


def test_stream_knows_forks_and_paths() -> None:
    shadow = PathArgument(b"/etc/shadow")
    items = [Start(1, 5), Call(2, 5, "getuid"), Fork(3, 5, 6), Call(4, 6, "openat", paths=(shadow,))]
    seen = stream([record(items, assemble(blank_model(0)))])
    calls = np.flatnonzero(seen.codes >= 0)
    tokens = id_map(0)
    assert (seen.codes[calls] // CLASSES).tolist() == [tokens[IDS["getuid"]], tokens[IDS["openat"]]]
    assert seen.codes[calls[0]] % CLASSES == 0 != seen.codes[calls[1]] % CLASSES
    fork = int(np.flatnonzero(seen.children >= 0)[0])
    assert seen.children[fork] == seen.lives[calls[1]] != seen.lives[fork] == seen.lives[calls[0]]


def test_rare_symbols_share() -> None:
    known = Symbols(4).fit(np.array([32] * 9 + [35] * 5 + [64] * 3 + [80] * 2))
    assert known.of(np.array([32, 35, 36, 64, 80, 81, -1])).tolist() == [1, 2, 1, 3, 0, 0, -1]


def test_shares_balance_classes_and_processes(traces: list[Recording]) -> None:
    seen = stream(traces[:4])
    bad, shares = answers_and_shares(seen, [0, 1, 0, 1])
    calls = seen.codes >= 0
    assert shares[bad].sum() == pytest.approx(shares[~bad].sum()) and shares[~calls].sum() == 0
    sums = np.bincount(seen.lives[~bad], shares[~bad])
    assert np.allclose(sums[sums > 0], sums.max())


def test_gradient_is_the_slope_of_the_loss() -> None:
    draw = np.random.default_rng(0)
    weights = blank(5, 4, 6, 1)
    symbols, answers = draw.integers(0, 5, (7, 3)), draw.integers(0, 2, (7, 3)).astype(np.float32)
    masses, start = draw.random((7, 3)).astype(np.float32), draw.normal(size=(3, 6)).astype(np.float32)

    def loss() -> float:
        h, state, total = 6, start.astype(np.float64), 0.0
        for n in range(7):
            given, pulled = weights.embedding[symbols[n]] @ weights.entry + weights.bias, state @ weights.recurrent
            reset, keep = (1 / (1 + np.exp(-(given + pulled)[:, at : at + h])) for at in (0, h))
            fresh = np.tanh(given[:, 2 * h :] + reset * (pulled[:, 2 * h :] + weights.inner))
            state = (1 - keep) * fresh + keep * state
            logit = state @ weights.out + weights.last[0]
            total += float((masses[n] * (np.log1p(np.exp(logit)) - answers[n] * logit)).sum())
        return total / 21

    for name, slope in gradient(weights, symbols, answers, masses, start).items():
        setattr(weights, name, getattr(weights, name).astype(np.float64))
        values = getattr(weights, name)
        at = np.unravel_index(int(np.argmax(np.abs(slope))), slope.shape)
        before, near = float(values[at]), []
        for step in (1e-4, -1e-4):
            values[at] = before + step
            near.append(loss())
        values[at] = before
        assert (near[0] - near[1]) / 2e-4 == pytest.approx(float(slope[at]), rel=1e-3)
