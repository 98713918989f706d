"""What paths lead to, natively: where relative ones start in the trie, and the second verdict on what is found."""

from __future__ import annotations

import ctypes
import random
from errno import EPERM

import pytest

from hdl.contract.load import Target
from hdl.contract.policy import JUDGE_CELLS, VERDICT_BITS, default_policy
from hdl.contract.verdict import Verdict
from models.encode import PathSeeds
from models.package import Package
from sim.native import native_library
from sim.native_processes import AT_FDCWD, Processes

LINKS = {"/tmp/secret": "/etc/shadow", "/tmp/plain": "/etc/hostname", "/tmp/folder": "/etc", "/tmp/two": "secret"}


def test_folders_stand_where_the_golden_model_has_them(shipped: Package) -> None:
    library, seeds, chance = native_library(), PathSeeds(shipped.image), random.Random(3)
    library.seeds_walk.restype = ctypes.c_uint32
    known = ("etc", "proc", "home", "tmp", "root", "usr", "var", "x", "sys", "1")
    met = set()
    for _ in range(3000):
        path = b"/" + b"/".join(chance.choice(known).encode() for _ in range(chance.randrange(6)))
        expected = seeds.of(path)
        assert library.seeds_walk(shipped.image, path) == int.from_bytes(expected, "little"), path
        met.add(expected)
    assert len(met) > 30


@pytest.fixture
def guarded(processes: Processes) -> Processes:
    """Links, and from then on a policy that denies every call about a secret object, whatever the score."""
    for name, target in LINKS.items():
        address = processes.text(0, target)
        assert processes.call(0, "symlinkat", address, AT_FDCWD, processes.text(0, name, address + 64)) == 0
    denied = sum(Verdict.DENY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    for row, cells in enumerate(default_policy().rows):
        words = [cells & 0xFFFFFFFF, cells >> 32] if not row & 1 else [denied & 0xFFFFFFFF, denied >> 32]
        processes.load(Target.JUDGE, words, 2 * row)
    processes.enforce(0xFFFF)
    return processes


def opened(processes: Processes, path: str, folder: int = AT_FDCWD) -> int:
    return processes.call(0, "openat", folder, processes.text(0, path), 0, 0)


def test_what_a_link_leads_to_is_judged_before_the_call_has_an_effect(guarded: Processes) -> None:
    assert opened(guarded, "/tmp/plain") >= 0
    assert opened(guarded, "/tmp/secret") == -EPERM
    assert opened(guarded, "/tmp/two") == -EPERM, "through two links"
    assert opened(guarded, "/tmp/folder/shadow") == -EPERM, "a link on the way"
    assert opened(guarded, "/tmp/folder/hostname") >= 0
    mode = guarded.call(0, "fchmodat", AT_FDCWD, guarded.text(0, "/tmp/secret"), 0o777)
    assert mode == -EPERM
    guarded.enforce(0)
    assert "-rw-------" in "".join(guarded.run("sh", "-c", "ls -l /etc/shadow")[1]), "and it is as it was"


def test_a_path_from_a_descriptor_is_judged_by_where_it_leads(guarded: Processes) -> None:
    folder, temporary = opened(guarded, "/etc"), opened(guarded, "/tmp")
    assert opened(guarded, "hostname", folder) >= 0
    assert opened(guarded, "shadow", folder) == -EPERM
    assert opened(guarded, "../etc/shadow", temporary) == -EPERM
    # Gateware knows where the cwd stands: what starts there has been judged already.
    assert guarded.call(0, "chdir", guarded.text(0, "/etc")) == 0
    assert opened(guarded, "shadow") >= 0, "here nothing judges the text"


def test_the_second_name_of_a_rename_is_judged_too(guarded: Processes) -> None:
    folder = opened(guarded, "/etc")
    name = guarded.text(0, "/tmp/plain")
    assert guarded.call(0, "renameat2", AT_FDCWD, name, folder, guarded.text(0, "shadow", name + 64), 0) == -EPERM
    assert opened(guarded, "/tmp/plain") >= 0, "nothing was renamed"
