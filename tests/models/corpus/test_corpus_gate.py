"""Release gate: the class of a trace cannot be told from its first twenty calls.

If it could, a model would learn the recording and not the behaviour.  Two figures, both at most 0.65:
the grouped cross-validation (no kind of work on both sides), and the best that any function of the first
calls could reach, had it seen every label.  The latter cannot be fooled by folds.
"""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

import models.corpus

DATA = Path(models.corpus.__file__).parent / "data"
CALL = re.compile(r"^\d+ +\d+\.\d+ (\w+)\(")
BOUND = 0.65


def first_calls(file: str, count: int = 20) -> tuple[str, ...]:
    names: list[str] = []
    with lzma.open(DATA / file, "rt", encoding="latin-1") as lines:
        for line in lines:
            if match := CALL.match(line):
                names.append(match[1])
                if len(names) == count:
                    break
    return tuple(names)


def test_the_class_does_not_show_in_the_first_calls() -> None:
    labels = [json.loads(line) for line in (DATA / "labels.jsonl").read_text().splitlines()]
    attack = np.array([label["class"] == "attack" for label in labels])
    starts = [first_calls(label["file"]) for label in labels]
    names = sorted({name for start in starts for name in start})
    bags = np.array([[Counter(start)[name] for name in names] for start in starts])
    kinds = [label["kind"] for label in labels]
    for folds in (5, 10):
        scores = cross_val_predict(
            LogisticRegression(max_iter=2000),
            bags,
            attack,
            groups=kinds,
            cv=GroupKFold(folds),
            method="predict_proba",
        )
        assert roc_auc_score(attack, scores[:, 1]) <= BOUND

    share: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for start, is_attack in zip(starts, attack, strict=True):
        share[start].append(bool(is_attack))
    best = [float(np.mean(share[start])) for start in starts]
    assert roc_auc_score(attack, best) <= BOUND
