"""A program on the real core, with the real memories and bus: what it meets, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from hdl.contract.memory import REGIONS
from hdl.contract.registers import COPROCESSOR, IRQ, RESET_KEY, SYSTEM, TIMER, UART
from hdl.contract.verdict import CONTRACT_VERSION
from sim.assemble import assembled
from sim.machine import BareMachine, Kind

END = 0x454E44
SYMBOLS = {
    "UART_SEND": UART.address("send"),
    "RAM": REGIONS["ram"].base,
    "RAM_END": REGIONS["ram"].end,
    "ROM": REGIONS["rom"].base,
    "USER": REGIONS["user_text"].base,
    "WINDOW": REGIONS["flash_window"].base,
    "LINK_SEND": REGIONS["link_send"].base,
    "COPROCESSOR": COPROCESSOR.address("dispatch"),
    "TIMER_NOW": TIMER.address("now_low"),
    "IRQ_ENABLE": IRQ.address("enable"),
    "SYSTEM": SYSTEM.address("contract"),
    "SYSTEM_LEDS": SYSTEM.register["leds"].offset,
    "SYSTEM_RESET": SYSTEM.register["reset"].offset,
    "RESET_KEY": RESET_KEY,
    "END": END,
}


@pytest.fixture(scope="module")
def image() -> bytes:
    return assembled(Path(__file__).with_name("program.S"), SYMBOLS["WINDOW"], SYMBOLS)


@pytest.fixture(scope="module")
def machine(image: bytes) -> BareMachine:
    """The machine behind the whole program."""
    machine = BareMachine(image)
    machine.run(20_000, END)
    return machine


@pytest.fixture(scope="module")
def parts(machine: BareMachine) -> dict[str, list[int]]:
    """What the program said, by part."""
    parts: dict[str, list[int]] = {}
    said: list[int] = []
    for word in machine.said:
        if chr(word & 0x7F) in "bmewtlu" and word < 0x80 and word > 0x60:
            parts[chr(word)], said = said, []
        else:
            said.append(word)
    parts["end"] = said
    return parts


# Causes of traps, as the architecture numbers them.
NO_FETCH, ILLEGAL, NO_LOAD, NO_STORE, ECALL, ECALL_MACHINE = 1, 2, 5, 7, 8, 11
TIMER_IRQ, EXTERNAL_IRQ = 1 << 31 | 7, 1 << 31 | 11


def test_bytes_halves_and_words_across_words(parts: dict[str, list[int]]) -> None:
    assert parts["b"] == [0xBEEFA544, 0x7788BEEF, 0xFFFFFFA5, 0x55CAFEF0, 0xCAFE, 0x01000304]


def test_multiplies_in_ram(parts: dict[str, list[int]]) -> None:
    assert parts["m"] == [1234567 * -89 & 0xFFFFFFFF]


def test_bus_errors_are_traps(parts: dict[str, list[int]]) -> None:
    s = SYMBOLS
    assert list(zip(parts["e"][::2], parts["e"][1::2], strict=True)) == [
        (NO_LOAD, 0x60000008),
        (NO_STORE, 0x60000003),
        (NO_LOAD, s["RAM_END"]),
        (NO_STORE, s["ROM"]),
        (NO_LOAD, s["USER"]),
        (NO_LOAD, s["TIMER_NOW"]),
        (NO_STORE, s["TIMER_NOW"]),
        (NO_LOAD, s["TIMER_NOW"] + 1),
        (NO_STORE, s["WINDOW"]),
        (NO_FETCH, s["TIMER_NOW"]),
        (NO_FETCH, s["LINK_SEND"]),
        (NO_FETCH, s["USER"]),
    ]


def test_ports_may_be_slow(parts: dict[str, list[int]]) -> None:
    """A load takes a cycle to its port, one in which that is ready, and one for the answer; between two reads of
    mcycle."""
    answer, slow, quick, *constants = parts["w"]
    assert (answer, quick, slow) == (0x09090909, 4, 4 + 21)
    assert constants == [0x600DC0DE, 0x12345678, 0x1234], "fetches and loads share the window's port"


def test_the_timer_wakes_the_core(machine: BareMachine, parts: dict[str, list[int]]) -> None:
    late, cause = parts["t"]
    assert cause == TIMER_IRQ
    asleep, awake = machine.notes(Kind.ASLEEP)[0], machine.notes(Kind.AWAKE)[0]
    assert 300 < awake.cycle - asleep.cycle < 400
    assert late == 4, "cycles between the alarm and the first instruction's load of the time"


def test_a_line_wakes_the_core(machine: BareMachine, parts: dict[str, list[int]]) -> None:
    cause, lowest = parts["l"]
    assert cause == EXTERNAL_IRQ
    assert lowest == 1 << 5, "line 0, valid"
    assert len(machine.notes(Kind.ASLEEP)) == len(machine.notes(Kind.AWAKE)) == 2


def test_user_mode_is_kept_in_its_regions(parts: dict[str, list[int]]) -> None:
    s = SYMBOLS
    stored = s["RAM"] + 0x1000
    *said, reread = parts["u"]
    product = parts["m"][0]
    assert said == [
        ECALL, 0, product,
        NO_LOAD, stored + 0x40,
        NO_STORE, stored - 4,
        NO_LOAD, stored + 0x40,
        NO_LOAD, s["TIMER_NOW"],
        NO_LOAD, s["COPROCESSOR"],
        NO_FETCH, s["RAM"],
        NO_FETCH, stored,
        ILLEGAL, 0x30002573,
        ILLEGAL, 0x3A001073,
        ILLEGAL, 0x30200073,
        ECALL, 0, 77,
    ]  # fmt: skip
    assert reread == stored


def test_the_side_band_tells_every_trap(machine: BareMachine, parts: dict[str, list[int]]) -> None:
    def strobe(cause: int) -> int:
        return cause & 0x1F | (cause >> 31) << 5

    machine_mode = [strobe(cause) for cause in (*parts["e"][::2], TIMER_IRQ, EXTERNAL_IRQ)]
    user_mode = [8, 5, 7, 5, 5, 5, 1, 1, 2, 2, 2, 8]
    assert [note.value for note in machine.notes(Kind.TRAP)] == machine_mode + [256 | it for it in user_mode]
    returns = machine.notes(Kind.MRET)
    # One for each trap, and one into user mode for each try there; a refused one counts for nothing.
    assert len(returns) == len(machine_mode) + 2 * len(user_mode)
    assert not machine.notes(Kind.DOUBLE_FAULT)


def test_the_side_band_keeps_what_proofs_assume(machine: BareMachine) -> None:
    """Looked at in every cycle of the program, with its traps, interrupts and returns; see docs/proofs.md."""
    assert len(machine.notes(Kind.TRAP)) > 20 and len(machine.notes(Kind.MRET)) > 30
    assert not machine.notes(Kind.SIDE_BAND)


def test_the_board_says_what_it_is_and_resets_by_its_key_only(
    machine: BareMachine, parts: dict[str, list[int]]
) -> None:
    assert parts["end"] == [CONTRACT_VERSION, END]
    assert [note.value for note in machine.notes(Kind.LEDS)] == [0xA5]
    assert len(machine.notes(Kind.RESET)) == 1


def test_a_stopped_core_goes_on_where_it_stood(image: bytes, machine: BareMachine) -> None:
    stopped = BareMachine(image)
    stopped.run(700)
    said = stopped.said
    stopped.stop(True)
    stopped.run(5000)
    assert len(stopped.said) <= len(said) + 1, "what was under way may end"
    stopped.stop(False)
    stopped.run(20_000, END)
    assert stopped.said[-1] == END


def test_skipped_cycles_count(image: bytes) -> None:
    skipping = BareMachine(image)
    skipping.run(100)
    before, begun = skipping.now, skipping.cycle
    skipping.skip(0xFFFF_FFFF)
    skipping.run(3)
    assert skipping.cycle - begun == 3 and skipping.now - before == 3 << 32
