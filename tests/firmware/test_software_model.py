"""The software model: the golden machine's numbers on the real core, and the listing that is published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firmware import listing
from firmware.build import BuildError
from hdl.contract.model import PARAM_NAMES, REGIONS, TABLES
from hdl.contract.policy import default_policy
from hdl.contract.verdict import Verdict
from hdl.screening.pipeline import VERDICT_EDGES
from host.bench import encoded
from host.commands.demo import FOLDER, cases
from models.gateway import EngineError
from models.image import assemble, parse
from models.package import SHIPPED, read_package
from sim import software
from sim.software import Calls, SoftwareError, busiest, field_of, measure
from sim.stimulus import random_image

IMAGE = read_package(SHIPPED).image
SOME = 600


@pytest.fixture(scope="module")
def attack() -> Calls:
    trace = next(case.path for case in cases(FOLDER) if case.onset is not None)
    return busiest(encoded(read_package(SHIPPED), trace))


def jumpy() -> bytes:
    """Return the shipped model with thresholds so low that a trace meets every tier."""
    model = parse(IMAGE)
    low = (100, 300, 600)
    return assemble(model.with_thresholds(decayed=low, cusum=low, tree=low))


def test_it_comes_to_the_golden_machines_numbers_a_hundred_times_slower(attack: Calls) -> None:
    measured = measure(attack, jumpy(), default_policy())
    assert len(measured.cycles) == len(measured.records) == attack.are_calls.sum() > 2000
    assert measured.processes > 1
    verdicts = set(field_of(measured.records, "verdict").tolist())
    assert verdicts >= {Verdict.ALLOW, Verdict.CLONE, Verdict.QUARANTINE, Verdict.DENY}
    assert len(set(field_of(measured.records, "path_class").tolist())) > 8
    assert measured.cycles.min() > 0 and measured.reading > 0
    assert measured.cycles.mean() >= 100 * VERDICT_EDGES


@pytest.mark.parametrize("seed", [1, 3])
def test_models_drawn_at_random(attack: Calls, seed: int) -> None:
    """Other drifts, drains, thresholds, tries; an allow-list that is left."""
    calls = replace(attack, events=attack.events[:SOME], offsets=attack.offsets[:SOME])
    policy = default_policy(allow={0: frozenset({"read", "write", "close", "openat", "mmap"})})
    records = measure(calls, random_image(seed), policy).records
    assert set(field_of(records, "violation").tolist()) == {0, 1}
    assert len(set(field_of(records, "tier").tolist())) > 1


def test_sums_that_saturate(attack: Calls) -> None:
    """Every table at its highest value."""
    calls = replace(attack, events=attack.events[:SOME], offsets=attack.offsets[:SOME])
    image = bytearray(random_image(1))
    for table in TABLES:
        where = REGIONS[table]
        image[where.offset : where.offset + where.size] = bytes([127]) * where.size
    drift = REGIONS["params"].offset + 2 * PARAM_NAMES.index("cusum_drift")
    image[drift : drift + 4] = bytes(4)  # C and T lose nothing
    records = measure(calls, bytes(image), default_policy()).records
    for name in ("cusum", "tree_sum"):
        assert field_of(records, name).max() == 0xFFFF
    assert set(field_of(records, "tier").tolist()) == {0, 1, 2, 3}


def test_a_profile_that_only_monitors(attack: Calls) -> None:
    calls = replace(attack, events=attack.events[:SOME], offsets=attack.offsets[:SOME])
    records = measure(calls, random_image(1), default_policy(enforce=0)).records
    assert field_of(records, "proposed").any() and not field_of(records, "verdict").any()


def test_a_model_that_differs_in_one_entry_gives_no_figure(attack: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = replace(attack, events=attack.events[:SOME], offsets=attack.offsets[:SOME])
    ident = np.bincount(calls.events[calls.are_calls, 0] >> np.uint32(14) & np.uint32(511)).argmax()
    other = bytearray(IMAGE)
    other[REGIONS["unigram"].offset + IMAGE[REGIONS["idmap"].offset + int(ident)]] = 127
    given = software._given  # what is measured gets the other model, the golden machine does not

    def swapped(calls: Calls, classes: np.ndarray, image: bytes, policy: object) -> bytes:
        return given(calls, classes, bytes(other), policy)  # type: ignore[arg-type]

    monkeypatch.setattr(software, "_given", swapped)
    with pytest.raises(SoftwareError, match=r"call \d+: the software model has \w+ = \d+, the golden machine \d+"):
        measure(calls, IMAGE, default_policy())


def test_paths_over_the_limits_are_left_out(attack: Calls) -> None:
    """They are the path classifier's to refuse, which the program does not have."""
    calls = replace(attack, events=attack.events[:20].copy(), offsets=attack.offsets[:20].copy())
    row = int(np.flatnonzero(calls.events[:, 0] >> np.uint32(12) & np.uint32(3))[0])
    long = bytes((0, 0)) + (1500).to_bytes(2, "little") + b"/" + b"a" * 1499
    calls.events[row, 0] = calls.events[row, 0] & np.uint32(~(3 << 12) & 0xFFFFFFFF) | np.uint32(1 << 12)
    calls.offsets[row] = len(calls.pool)
    calls = replace(calls, pool=np.concatenate([calls.pool, np.frombuffer(long, np.uint8)]))
    assert len(measure(calls, IMAGE, default_policy()).cycles) == calls.are_calls.sum() - 1


def test_a_trace_without_calls_is_refused(attack: Calls) -> None:
    with pytest.raises(SoftwareError, match="no calls"):
        busiest([])


def test_a_program_that_stands_still_is_told(monkeypatch: pytest.MonkeyPatch, attack: Calls) -> None:
    monkeypatch.setattr(software, "bench", lambda _progress: b"\x6f\x00\x00\x00")  # a jump to itself
    monkeypatch.setattr(software, "SETUP_CYCLES", 1000)
    calls = replace(attack, events=attack.events[:5], offsets=attack.offsets[:5])
    with pytest.raises(SoftwareError, match="stood still behind 0 of 4 calls"):
        measure(calls, IMAGE, default_policy())


def test_what_does_not_compile_is_an_engines_error(monkeypatch: pytest.MonkeyPatch, attack: Calls) -> None:
    def broken(_progress: object) -> bytes:
        raise BuildError("the firmware does not compile: software_model.c:1: error: no")

    monkeypatch.setattr(software, "bench", broken)
    with pytest.raises(EngineError, match=r"does not compile: software_model\.c:1"):
        measure(replace(attack, events=attack.events[:5], offsets=attack.offsets[:5]), IMAGE, default_policy())


def test_the_listing_published_is_what_the_compiler_makes() -> None:
    assert listing.PLACE.read_text() == listing.published(), "run: python -m firmware.listing"
