"""Quarantine on the whole simulated board: nothing of a frozen tree runs, and each is decided about in time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from firmware.build import own_program
from hdl.contract.memory import CLOCK_HZ, REGIONS
from hdl.contract.quarantine import BOUND_MS, Evidence, FrozenBy
from hdl.contract.verdict import CallClass
from host.bench.board import BoardLine
from host.bench.quarantine import freezing_policy
from host.board import Board
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard

ECALL = (0x73).to_bytes(4, "little")
MARK = 0x51A2B3C4
BOUND = BOUND_MS * CLOCK_HZ // 1000
LATER = 200_000
"""Cycles that a frozen tree is watched for."""

PROGRAM = """\
#include "lib.h"

/* Found by its mark in a dump: rounds of this process, and what it does behind its call. */
static volatile struct { uint32_t mark, rounds, after; } seen = {0x51A2B3C4, 0, 0};
static uint32_t elsewhere[64];

static void spin(void)
{
    for (;;)
        seen.rounds++;
}

static int32_t open_socket(void)
{
    return CALL(SOCKET, 2, 1, 0);
}

static void say(const char *what, int32_t result)
{
    print(what);
    print_number((uint32_t)-result, 0);
    print("\\n");
    flush();
}

/* A call from a stack that is none. */
static void pivoted(void)
{
    register uint32_t number __asm__("a7") = (uint32_t)abi_number(VG_SYS_SOCKET);
    register uint32_t family __asm__("a0") = 2, type __asm__("a1") = 1, protocol __asm__("a2") = 0;
    __asm__ volatile("mv t3, sp\\n mv sp, %4\\n ecall\\n mv sp, t3"
                     : "+r"(family) : "r"(type), "r"(protocol), "r"(number), "r"(elsewhere + 60) : "t3", "memory");
}

int main(int count, char **arguments)
{
    struct abi_timespec turn = {0, 5000000}, second = {1, 100000000};
    char what = count > 1 ? *arguments[1] : 0;
    if (what == 's')
        spin();
    if (what == 'a') { /* an attack: memory to run, a stack elsewhere */
        CALL(MMAP, 0, 1024, 7, 0x22, -1, 0);
        pivoted();
        return 1;
    }
    if (what == 't') /* again and again, what a narrow profile allows */
        for (;;) {
            say("", CALL(GETPPID));
            CALL(PPOLL, 0, 0, &second, 0);
        }
    if (CALL(CLONE, CLONE_FORK) == 0)
        spin();
    CALL(NANOSLEEP, &turn); /* the child has its turn */
    int32_t result = open_socket();
    seen.after++;
    say("socket ", result);
    say("clone ", CALL(CLONE, CLONE_FORK));
    say("socket ", open_socket());
    CALL(EXIT_GROUP, 0);
    return 0;
}
"""


@dataclass
class Lot:
    """A board whose judge answers every call of class NETWORK by QUARANTINE, and a program that makes some."""

    simulated: SimulatedBoard
    board: Board
    program: bytes

    def run(self, *words: str) -> tuple[bytes, int | None]:
        """Run the program to its end; return what it wrote and its exit code."""
        run = self.board.processes.run("/tmp/frozen", words, content=self.program)
        return b"".join(run), run.code

    def seen(self, process: int) -> tuple[int, int]:
        """Return the rounds of a frozen process, and what it did behind its call, as its memory has them."""
        data = self.board.quarantine.data(process)
        place = data.index(MARK.to_bytes(4, "little"))
        _mark, rounds, after = struct.unpack_from("<III", data, place)
        return rounds, after

    def log(self) -> str:
        return b"".join(text for _place, text in self.board.log()).decode()


@pytest.fixture(scope="module")
def lot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lot]:
    folder = tmp_path_factory.mktemp("board")
    (folder / "frozen.c").write_text(PROGRAM)
    own_program([folder / "frozen.c"], folder / "frozen.elf")
    whole = read_package(SHIPPED_BOARD)
    with SimulatedBoard(folder / "board.flash", paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        board.load_policy(freezing_policy())
        yield Lot(simulated, board, (folder / "frozen.elf").read_bytes())


def test_no_instruction_of_the_tree_runs_after_the_verdict(lot: Lot) -> None:
    board, quarantine = lot.board, lot.board.quarantine
    quarantine.hold(True)
    run = board.processes.run("/tmp/frozen", (), content=lot.program)
    while len(frozen := quarantine.cells().frozen) < 2:
        lot.simulated.run(LATER)
    quarantine.hold(False)
    offender, child = frozen
    assert (offender.id, offender.by, child.by, child.family) == (
        run.id, FrozenBy.VERDICT, FrozenBy.FAMILY, run.id,
    )  # fmt: skip
    registers = quarantine.registers(run.id)
    text = quarantine.text(run.id)
    behind = registers[0] - REGIONS["user_text"].base
    assert text[behind - 4 : behind] == ECALL, "it stands right behind its call"
    assert registers[10:13] == (2, 1, 0) and registers[17] == 198, "with all that it asked for"
    rounds, after = lot.seen(run.id)
    assert (rounds, after) == (0, 0)
    first, where = lot.seen(child.id), quarantine.registers(child.id)
    assert first[0] > 0, "it did run before"
    lot.simulated.run(LATER, skip=False)
    assert lot.seen(child.id) == first and quarantine.registers(child.id) == where
    assert quarantine.registers(run.id) == registers and lot.seen(run.id) == (0, 0)
    quarantine.resume(run.id, narrow=True)
    assert b"".join(run) == b"socket 1\nclone 1\nsocket 1\n", "the call, and what a narrow profile does not allow"
    assert run.code == 0
    lot.simulated.run(LATER)
    quarantine.freeze(child.id)
    assert lot.seen(child.id)[0] > first[0], "its child had gone on, too"
    quarantine.kill(child.id)
    assert {one.id for one in board.processes.list()}.isdisjoint({run.id, child.id})


def test_no_instruction_runs_after_the_operators_order(lot: Lot) -> None:
    quarantine = lot.board.quarantine
    run = lot.board.processes.run("/tmp/frozen", ("s",), content=lot.program)
    lot.simulated.run(LATER)
    quarantine.freeze(run.id)
    first, registers = lot.seen(run.id), quarantine.registers(run.id)
    lot.simulated.run(LATER, skip=False)
    assert lot.seen(run.id) == first != (0, 0) and quarantine.registers(run.id) == registers
    quarantine.resume(run.id)
    lot.simulated.run(LATER)
    quarantine.freeze(run.id)
    assert lot.seen(run.id)[0] > first[0], "it went on where it was"
    quarantine.kill(run.id)
    assert b"".join(run) == b"" and run.code == 128 + 9


def test_an_attack_is_ended_in_time(lot: Lot) -> None:
    before = lot.board.quarantine.cells()
    assert lot.run("a") == (b"", 128 + 9)
    cells = lot.board.quarantine.cells()
    assert cells.purged == before.purged + 1 and cells.frozen == ()
    assert 0 < cells.decided < BOUND
    found = 1 << Evidence.WRITE_EXECUTE | 1 << Evidence.STACK
    assert f"is ended, score 230, evidence {found:x}" in lot.log()


def test_the_third_time_ends_it(lot: Lot) -> None:
    """More than a second of the board's between; each time it is decided in time, the call answered by EPERM."""
    lot.board.load_policy(freezing_policy([CallClass.NEUTRAL]))
    run = lot.board.processes.run("/tmp/frozen", ("t",), content=lot.program)
    assert b"".join(run) == b"1\n1\n" and run.code == 128 + 9
    assert 0 < lot.board.quarantine.cells().decided < BOUND
    said = [line.partition(f"family {run.id} ")[2] for line in lot.log().splitlines()]
    assert [words for words in said if words] == [
        "goes on, score 0, evidence 0",
        f"goes on, score 60, evidence {1 << Evidence.AGAIN:x}",
        f"is ended, score 255, evidence {1 << Evidence.LAST:x}",
    ]


def test_a_power_cut_leaves_nobody_frozen(lot: Lot) -> None:
    """The last of these tests: nothing of a process outlives it, but the log has who was frozen."""
    board = lot.board
    run = board.processes.run("/tmp/frozen", ("s",), content=lot.program)
    board.quarantine.freeze(run.id)
    board.wait(1.5)
    lot.simulated.power_cycle(1)
    again = Board(BoardLine(lot.simulated))
    cells = again.quarantine.cells()
    assert cells.frozen == () and not cells.hold
    assert run.id not in [one.id for one in again.processes.list() if one.name == "frozen"]
    log = b"".join(text for _place, text in again.log()).decode()
    assert f"quarantine: family {run.id} is frozen by the operator" in log
    again.close()
