"""Vaccines that the board makes, on the native board: by order and by policy, kept, restored, ended, refused."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from hdl.contract.births import (
    ALWAYS,
    BIRTH_FIRST,
    BIRTHS,
    KEEP_MS,
    REFILL_SECONDS,
    SPARE,
    TEMPLATE,
    TREE_BURST,
    TREE_UNIT,
    Breeding,
    template,
    templates,
)
from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.flash import AREAS, PAGE_BYTES, SECTOR_BYTES
from hdl.contract.link import Refusal
from hdl.contract.load import Target
from hdl.contract.quarantine import Evidence
from hdl.contract.syscalls import IDS, NAMES
from hdl.contract.vaccine import FULL_UNITS, TTL_SECONDS, BankKey
from hdl.contract.verdict import PathClass, Verdict
from host.births import Immunity
from host.board import Board
from host.link.errors import LinkError, Refused
from models.golden import machine as m
from models.package import Package
from models.vectors import make_vectors
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import Processes
from sim.stimulus import random_image

AREA = AREAS["vaccines"]
NOBODY, AT_FDCWD = 0xFFFFFFFF, 0xFFFFFF9C


@dataclass
class Clinic:
    """A native board whose first process has begun, a session with it, and what its processes call."""

    native: NativeBoard
    board: Board
    inside: Processes

    def call(self, entry: int, name: str, *arguments: int, path: str | None = None) -> dict[str, int]:
        """Have a call of a process judged; return its record."""
        words = [0] * 8
        packed = EVENT.pack({"kind": Kind.CALL, "slot": entry, "id": IDS[name], "paths": path is not None})
        words[0] = packed & 0xFFFFFFFF
        words[1] = self.inside.id(entry)
        words[2 : 2 + len(arguments)] = arguments
        if path is not None:
            text = path.encode()
            words.append(len(text) << 16)
            words += struct.unpack(f"<{(len(text) + 3) // 4}I", text + bytes(-len(text) % 4))
        record = (ctypes.c_uint32 * 6)()
        given = (ctypes.c_uint32 * len(words))(*words)
        assert self.native.library.native_judged(given, len(words) - 8, record)
        self.settle()
        return RECORD.unpack(sum(word << 32 * place for place, word in enumerate(record)))

    def order(self, entry: int) -> None:
        """Order a vaccine of a process's last call, as quarantine does."""
        self.native.library.board_birth_order(entry)
        self.settle()

    def condemn(self, entry: int) -> None:
        """Let a process's score be as bad as can be."""
        self.native.engine.machine.slots[entry, m.A] = m.FULL

    def settle(self, milliseconds: float = 0) -> None:
        self.native.exchange(b"", milliseconds)

    def many(self, count: int, first: int = 0) -> None:
        """Have so many vaccines made, of a call each; every tree's share is enough."""
        for name in NAMES[first : first + count]:
            self.call(0, name)
            self.native._golden.births._spent = [0] * 64
            self.order(0)

    def list(self) -> Immunity:
        return self.board.births.list()

    def log(self) -> str:
        return b"".join(text for _place, text in self.board.log()).decode()


def clinic_of(native: NativeBoard, board: Board) -> Clinic:
    inside = Processes(native)
    inside.enforce(0xFFFF)
    return Clinic(native, board, inside)


@pytest.fixture
def clinic(screened: bytes) -> Iterator[Clinic]:
    native = NativeBoard(bytearray(screened))
    with Board(CountedLine(native, patience=30.0)) as board:
        yield clinic_of(native, board)


def flash_of(clinic: Clinic) -> bytearray:
    return bytearray(clinic.native._held)


def restarted(flash: bytearray) -> tuple[NativeBoard, Immunity, str]:
    """Start a board from a flash; return it, what is in force then, and its log."""
    native = NativeBoard(flash)
    with Board(CountedLine(native, patience=30.0)) as board:
        native.exchange(b"", 10)
        return native, board.births.list(), b"".join(text for _place, text in board.log()).decode()


# --- births --------------------------------------------------------------------------------------------------


def test_a_family_that_is_ended_leaves_a_vaccine_that_catches_others(clinic: Clinic) -> None:
    inside = clinic.inside
    shell, _ = inside.fork(0)
    thief, ident = inside.fork(shell)
    other, _ = inside.fork(0)
    assert clinic.call(thief, "openat", AT_FDCWD, 0, 0, path="/etc/shadow")["vaccinated"] == 0
    for piece in (Evidence.CANARY, Evidence.WRITE_EXECUTE, Evidence.SECRETS):
        inside.noted(thief, piece)
    inside.quarantined(thief)
    clinic.settle()
    assert clinic.board.quarantine.cells().purged == 1
    immunity = clinic.list()
    (one,) = immunity.vaccines
    assert (immunity.born, one.index, one.left, one.hits, one.pinned) == (1, BIRTH_FIRST, TTL_SECONDS, 0, False)
    assert set(one.units) == {"id", "path_class", "node", "field0[0:4]"}
    assert one.key["id"] == IDS["openat"] and one.key["path_class"] == PathClass.SECRET
    caught = clinic.call(other, "openat", AT_FDCWD, 0, 0o2000000, path="/etc/../etc/shadow")
    assert (caught["vaccinated"], caught["vaccine"], caught["verdict"]) == (1, BIRTH_FIRST, Verdict.DENY)
    assert clinic.call(other, "openat", AT_FDCWD, 0, 0, path="/etc/motd")["vaccinated"] == 0
    assert clinic.list().vaccines[0].hits == 1
    log = clinic.log()
    assert f"quarantine: family {ident} is ended, score" in log
    assert f"vaccine {BIRTH_FIRST} born: call {IDS['openat']}, slot {thief}, path class 15" in log
    assert ", vaccinated\n" in log, "a hit is logged"


def test_what_policy_marks_is_born_of_its_score_alone(clinic: Clinic) -> None:
    inside = clinic.inside
    wiper, _ = inside.fork(0)
    other, _ = inside.fork(0)
    calm = clinic.call(wiper, "unlinkat", AT_FDCWD, 0, 0x200, path="/bin/a")
    assert calm["verdict"] == Verdict.ALLOW and not clinic.list().vaccines
    clinic.condemn(wiper)
    assert clinic.call(wiper, "unlinkat", AT_FDCWD, 0, 0, path="/tmp/mine")["verdict"] >= Verdict.QUARANTINE
    assert not clinic.list().vaccines, "what is temporary is not marked"
    assert clinic.call(wiper, "unlinkat", AT_FDCWD, 0, 0x200, path="/bin/b/c")["verdict"] >= Verdict.QUARANTINE
    (one,) = clinic.list().vaccines
    assert set(one.units) == {"id", "path_class", "field0[8:12]"}, "wherever below the root, and by any process"
    assert clinic.call(other, "unlinkat", 7, 0, 0x200, path="/bin/x/y/z")["vaccinated"]
    assert not clinic.call(other, "unlinkat", 7, 0, 0, path="/bin/x")["vaccinated"], "a file is no folder"


def test_benign_work_of_another_program_keeps_a_vaccine_to_its_tree(clinic: Clinic) -> None:
    inside = clinic.inside
    installer, _ = inside.fork(0)
    clinic.native._golden.births.tags[installer] = 9
    assert clinic.call(installer, "unlinkat", AT_FDCWD, 0, 0, path="/bin/old")["score"] < 128
    wiper, _ = inside.fork(0)
    clinic.native._golden.births.tags[wiper] = 3
    clinic.condemn(wiper)
    clinic.call(wiper, "unlinkat", AT_FDCWD, 0, 0, path="/bin/sh")
    (one,) = clinic.list().vaccines
    assert "tree" in one.units, "no outage of its own making"
    assert clinic.call(wiper, "unlinkat", AT_FDCWD, 0, 0, path="/bin/other")["vaccinated"], "it binds the offender"
    assert ", for its tree" in clinic.log()


def test_programs_are_told_apart_by_tags(clinic: Clinic) -> None:
    tags = clinic.native._golden.births.tags
    session, _ = clinic.inside.fork(0)
    child, _ = clinic.inside.fork(session)
    assert tags[child] == tags[session] != tags[0], "a fork runs the same program, a session is another tree"


def test_a_hostile_tree_has_its_share(clinic: Clinic) -> None:
    child, _ = clinic.inside.fork(0)
    for number in range(TREE_BURST + 3):
        clinic.call(child, NAMES[number])
        clinic.order(child)
    immunity = clinic.list()
    assert (immunity.born, immunity.refused, len(immunity.vaccines)) == (TREE_BURST, 3, TREE_BURST)
    clinic.settle(1100)
    assert "3 vaccines refused" in clinic.log()
    clinic.settle(1000 * REFILL_SECONDS + 1000)
    clinic.call(child, "getpid", 99)
    clinic.order(child)
    assert clinic.list().born == TREE_BURST + 1


def test_duplicates_merge_and_live_on(clinic: Clinic) -> None:
    clinic.call(0, "getpid", 5)
    clinic.order(0)
    clinic.settle(10_000)
    clinic.order(0)
    immunity = clinic.list()
    assert (immunity.born, immunity.merged, len(immunity.vaccines)) == (1, 1, 1)
    assert immunity.vaccines[0].left >= TTL_SECONDS - 1
    assert f"vaccine {BIRTH_FIRST} lives on" in clinic.log()


# --- room ----------------------------------------------------------------------------------------------------


def test_room_is_made_ahead_and_never_by_a_pinned_one(clinic: Clinic) -> None:
    clinic.many(BIRTHS - SPARE)
    first = clinic.list().vaccines[0].index
    assert len(clinic.list().vaccines) == BIRTHS - SPARE and clinic.list().ended == 0
    clinic.board.births.pin(first)
    clinic.many(2, BIRTHS)
    indices = [one.index for one in clinic.list().vaccines]
    assert first in indices and len(indices) <= BIRTHS - SPARE and clinic.list().ended >= 1
    assert "makes room" in clinic.log()


def test_where_all_are_pinned_the_last_place_stays_free(clinic: Clinic) -> None:
    for number in range(BIRTHS):
        clinic.many(1, number)
        for one in clinic.list().vaccines:
            if not one.pinned:
                clinic.board.births.pin(one.index)
    immunity = clinic.list()
    assert len(immunity.vaccines) == BIRTHS - 1 and all(one.pinned for one in immunity.vaccines)
    assert (immunity.born, immunity.ended, immunity.refused) == (BIRTHS, 1, 0)


# --- lives ---------------------------------------------------------------------------------------------------


def test_a_life_ends_by_powered_time(clinic: Clinic) -> None:
    clinic.call(0, "getpid", 5)
    clinic.order(0)
    clinic.settle(60_000)
    assert TTL_SECONDS - 62 <= clinic.list().vaccines[0].left <= TTL_SECONDS - 60
    machine = clinic.native.engine.machine
    machine.expiry[BIRTH_FIRST] = 62
    clinic.settle(5_000)
    assert not clinic.list().vaccines and f"vaccine {BIRTH_FIRST} ended" in clinic.log()


def test_vaccines_outlive_a_reset(clinic: Clinic) -> None:
    clinic.call(0, "getpid", 5)
    clinic.order(0)
    clinic.call(0, "openat", AT_FDCWD, 0, path="/etc/shadow")
    clinic.order(0)
    clinic.board.births.pin(BIRTH_FIRST + 1)
    clinic.settle(KEEP_MS + 5000)
    before = clinic.list().vaccines
    _, immunity, log = restarted(flash_of(clinic))
    assert [replace(one, hits=0, left=0, tree=None) for one in before] == [
        replace(one, hits=0, left=0) for one in immunity.vaccines
    ]
    assert all(
        old.left - 1 <= new.left <= old.left + 10 for old, new in zip(before, immunity.vaccines, strict=True)
    )
    assert immunity.born == 0 and "2 vaccines restored, 0 not" in log


def test_after_a_cut_the_old_vaccines_or_the_new_ones_are_there(screened: bytes) -> None:
    """At every erase and program of the flash while they are written."""
    met: set[int] = set()
    done = False
    for cut in range(1, 12):
        flash = bytearray(screened)
        native = NativeBoard(flash)
        with Board(CountedLine(native, patience=30.0)) as board:
            clinic = clinic_of(native, board)
            clinic.call(0, "getpid", 5)
            clinic.order(0)
            clinic.settle(KEEP_MS + 4000)
            clinic.call(0, "getpid", 6)
            clinic.order(0)
            native.cut_after(cut, seed=cut)
            native.exchange(b"", KEEP_MS + 4000)
            done = not native.cut
        _, immunity, _ = restarted(flash)
        count = len(immunity.vaccines)
        assert count == 2 if done else count in (1, 2)
        met.add(count)
        if done:
            break
    assert met == {1, 2} and done, "no cut came in between, or they are never done"


def test_what_is_damaged_is_not_restored(clinic: Clinic) -> None:
    clinic.call(0, "getpid", 5)
    clinic.order(0)
    clinic.settle(KEEP_MS + 4000)
    whole = flash_of(clinic)
    at = next(base for base in (AREA.base, AREA.base + SECTOR_BYTES) if whole[base : base + 4] == b"VWV1")
    for place in (at + 5, at + PAGE_BYTES):
        flash = bytearray(whole)
        flash[place] ^= 1
        assert not restarted(flash)[1].vaccines


def narrowed(clinic: Clinic, entry: int = 0) -> None:
    """Have a vaccine made of a call that another program's benign work has made, too."""
    births = clinic.native._golden.births
    clinic.call(entry, "getpid", 5)
    births.history.clear()
    masked, _ = births._masked(births.last[entry])
    births._note(masked, (births.tags[entry] + 1) % 16)
    clinic.order(entry)


def begun(native: NativeBoard, program: str) -> int:
    """Begin a program in a tree of its own, as the operator does; return its entry."""
    arguments = (ctypes.c_char_p * 2)(program.encode(), None)
    ident = native.library.process_run(NOBODY, arguments, 0, 0)
    assert ident > 0
    return next(entry for entry in range(16) if native.library.native_id(entry) == ident)


def test_one_that_binds_a_tree_outlives_a_reset_and_waits_for_its_program(clinic: Clinic) -> None:
    """A tree's number is another tree's, later: what it began with says which is meant."""
    narrowed(clinic)
    (one,) = clinic.list().vaccines
    assert "tree" in one.units and not one.waits
    clinic.board.births.pin(one.index)
    clinic.settle(KEEP_MS + 4000)
    native = NativeBoard(flash_of(clinic))
    with Board(CountedLine(native, patience=30.0)) as board:
        native.exchange(b"", 10)
        assert [(other.waits, other.pinned) for other in board.births.list().vaccines] == [(True, True)]
        again = clinic_of(native, board)
        assert "1 vaccines restored, 0 not" in again.log() and "binds tree 0" in again.log()
        assert [other.waits for other in again.list().vaccines] == [False]
        other = begun(native, "/bin/ls")
        assert not again.call(other, "getpid", 5)["vaccinated"], "another program's tree"
        assert again.call(0, "getpid", 5)["vaccinated"], "the first process's, as before"


def test_one_that_binds_a_tree_waits_while_its_number_is_anothers(clinic: Clinic) -> None:
    inside = clinic.inside
    thief = begun(clinic.native, "/bin/cat")
    narrowed(clinic, thief)
    assert clinic.call(thief, "getpid", 5)["vaccinated"]
    inside.call(thief, "exit", 0)
    other = begun(clinic.native, "/bin/ls")
    assert not clinic.call(other, "getpid", 5)["vaccinated"]
    assert [one.waits for one in clinic.list().vaccines] == [True]
    inside.call(other, "exit", 0)
    clinic.many(2)  # of which the first takes its place
    assert sorted(one.waits for one in clinic.list().vaccines) == [False, False, True]
    bound = begun(clinic.native, "/bin/cat")
    assert clinic.call(bound, "getpid", 5)["vaccinated"]
    assert not any(one.waits for one in clinic.list().vaccines) and clinic.list().ended == 0
    log = clinic.log()
    assert "waits for its tree" in log and " binds tree 1\n" in log


def test_one_that_waits_can_be_ended_and_ends_by_itself(clinic: Clinic) -> None:
    thief = begun(clinic.native, "/bin/cat")
    narrowed(clinic, thief)
    clinic.inside.call(thief, "exit", 0)
    begun(clinic.native, "/bin/ls")
    (one,) = clinic.list().vaccines
    assert one.waits
    clinic.board.births.revoke(one.index)
    assert not clinic.list().vaccines and clinic.list().ended == 1
    clinic.settle(KEEP_MS + 4000)
    assert not restarted(flash_of(clinic))[1].vaccines


# --- the operator --------------------------------------------------------------------------------------------


def test_the_operator_pins_and_ends_them(clinic: Clinic) -> None:
    clinic.call(0, "getpid", 5)
    clinic.order(0)
    clinic.board.births.pin(BIRTH_FIRST)
    assert clinic.list().vaccines[0].pinned
    clinic.board.births.unpin(BIRTH_FIRST)
    assert not clinic.list().vaccines[0].pinned
    clinic.board.births.revoke(BIRTH_FIRST)
    assert not clinic.list().vaccines and clinic.list().ended == 1
    with pytest.raises(LinkError, match=f"vaccine {BIRTH_FIRST} is not one of the board's"):
        clinic.board.births.revoke(BIRTH_FIRST)


def test_the_secret_stays_while_vaccines_stand_by_it(clinic: Clinic) -> None:
    clinic.board.load_bank_key(BankKey.from_seed(1))
    clinic.call(0, "getpid", 5)
    clinic.order(0)
    with pytest.raises(Refused) as refused:
        clinic.board.load_bank_key(BankKey.from_seed(2))
    assert refused.value.reason == Refusal.ORDER
    with pytest.raises(Refused) as refused:
        clinic.board.set_hash_set(5, 1)
    assert refused.value.reason == Refusal.RANGE, "the banks of births are not the host's"
    assert clinic.call(0, "getpid", 5)["vaccinated"]


def test_a_policy_that_names_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no call 'unlinkt' to breed vaccines"):
        templates({"unlinkt": Breeding(())})
    with pytest.raises(ValueError, match=r"a mask has no unit 'nod': use id, path_class, node"):
        template(Breeding(("nod",)))
    assert np.count_nonzero(templates()) > 10


def test_templates_come_from_the_host_too(clinic: Clinic) -> None:
    rows = templates({"getpid": Breeding((), (PathClass.NONE,))})
    clinic.board.load(Target.TEMPLATES, rows)
    clinic.condemn(0)
    clinic.call(0, "getpid", 5)
    assert [one.units for one in clinic.list().vaccines] == [("id", "path_class")]


def test_a_model_can_be_pushed_while_vaccines_catch_its_vectors(clinic: Clinic) -> None:
    """What a vaccine answers says nothing of the model."""
    image = random_image(5)
    package = Package(image, "another", "1", vectors=make_vectors(image, (), 1))
    events = np.concatenate([vector.events for vector in package.vectors])
    calls = sorted(
        {int(word) >> 14 & 511 for word in events[:, 0] if word & 15 == Kind.CALL} & set(range(len(NAMES)))
    )
    everything = FULL_UNITS & ~ALWAYS & ~TREE_UNIT
    clinic.board.load(Target.TEMPLATES, [TEMPLATE.pack({"ignored": everything})] * 512)
    for ident in calls[: BIRTHS - SPARE]:
        clinic.native._golden.births._spent = [0] * 64
        clinic.call(0, NAMES[ident])
        clinic.order(0)
    before = clinic.list()
    assert len(before.vaccines) > 3
    assert clinic.board.push(package).pushed
    after = clinic.list()
    assert sum(one.hits for one in after.vaccines), "none of them was caught"
