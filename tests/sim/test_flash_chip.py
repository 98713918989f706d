"""The simulated flash chip, natively: against the benches' golden chip cycle by cycle, and without power."""

from __future__ import annotations

import ctypes
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hdl.contract.flash import AREAS, FLASH_BYTES, PAGE_BYTES, SECTOR_BYTES
from sim.benches.golden_flash import JEDEC_ID, GoldenFlash

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("flash_chip.cpp")
FASTER = 1000
PROGRAM_CYCLES, ERASE_CYCLES = 17, 1125
NEVER = (1 << 64) - 1

ONE_LINE, QUAD, NOBODY = 0b1101, 0b1111, 0
IDLE = (1, 0, 0xF, ONE_LINE)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("flash") / "flash_chip.so"
    flags = [
        "-std=c++17",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fsanitize=undefined",
        "-fno-sanitize-recover=all",
    ]
    include = ["-I", str(ROOT / "sim"), "-I", str(ROOT / "firmware" / "include")]
    subprocess.run(["g++", "-shared", "-fPIC", *flags, *include, str(SOURCE), "-o", str(made)], check=True)
    return made


class Chip:
    """The chip behind its C interface."""

    def __init__(self, library: Path, file: Path | None = None, faster: int = FASTER) -> None:
        self.code = ctypes.CDLL(str(library))
        for name in ("new", "now", "busy_until", "conflicts", "memory"):
            function = getattr(self.code, f"chip_{name}")
            function.restype = ctypes.c_void_p if name in ("new", "memory") else ctypes.c_uint64
        self.code.chip_said.restype = ctypes.c_char_p
        made = self.code.chip_new(b"" if file is None else os.fsencode(file), ctypes.c_uint64(faster))
        if made is None:
            raise OSError(self.code.chip_said().decode())
        self.chip = ctypes.c_void_p(made)
        place = self.code.chip_memory(self.chip)
        self.memory = memoryview((ctypes.c_char * FLASH_BYTES).from_address(place)).cast("B")

    def run(self, pins: list[tuple[int, int, int, int]]) -> bytes:
        """Step through `pins`, one tuple a cycle; return the data lines of every cycle."""
        packed = [dq_o | dq_oe << 4 | sck << 8 | cs_n << 9 for cs_n, sck, dq_o, dq_oe in pins]
        lines = (ctypes.c_uint8 * len(pins))()
        words = (ctypes.c_uint16 * len(pins))(*packed)
        self.code.chip_run(self.chip, words, ctypes.c_uint64(len(pins)), lines)
        return bytes(lines)

    def skip(self, cycles: int) -> None:
        self.code.chip_skip(self.chip, ctypes.c_uint64(cycles))

    def cut(self, seed: int) -> None:
        self.code.chip_cut(self.chip, ctypes.c_uint64(seed))

    def get(self, name: str) -> int:
        return int(getattr(self.code, f"chip_{name}")(self.chip))

    def transfer(self, *parts: tuple[bytes | int, int]) -> bytes:
        """Send bytes, or take so many, part for part on one or four lines; return what was taken."""
        pins, taken = transaction(*parts)
        lines = self.run(pins)
        return bytes(read_back(lines, taken))

    def close(self) -> None:
        self.code.chip_delete(self.chip)


def transaction(
    *parts: tuple[bytes | int, int], half: int = 1
) -> tuple[list[tuple[int, int, int, int]], list[list[tuple[int, int]]]]:
    """Return a command's pins cycle by cycle, and per byte taken the (cycle, line or 4 for all) of its bits."""
    pins = [IDLE]
    taken: list[list[tuple[int, int]]] = []
    for what, lanes in parts:
        sends = what if isinstance(what, bytes) else bytes(what)
        for byte in sends:
            places = []
            for shift in range(8 - lanes, -1, -lanes):
                bits = byte >> shift & (1 << lanes) - 1
                if lanes == 1:
                    level, enable = bits | 0b1110, ONE_LINE
                else:
                    level, enable = bits, QUAD if isinstance(what, bytes) else NOBODY
                pins += [(0, 0, level, enable)] * half
                places.append((len(pins) - 1, 1 if lanes == 1 else 4))
                pins += [(0, 1, level, enable)] * half
            if not isinstance(what, bytes):
                taken.append(places)
    pins += [(0, 0, 0xF, pins[-1][3]), IDLE]
    return pins, taken


def read_back(lines: bytes, taken: list[list[tuple[int, int]]]) -> Iterator[int]:
    for places in taken:
        byte = 0
        for cycle, line in places:
            byte = byte << 4 | lines[cycle] if line == 4 else byte << 1 | lines[cycle] >> 1 & 1
        yield byte


def at(address: int) -> bytes:
    return address.to_bytes(3, "big")


# --- beside the golden chip ----------------------------------------------------------------------------------


def some_parts(chance: random.Random, hot: list[int]) -> list[tuple[bytes | int, int]]:
    """Return a command, most often a sensible one, near one of a few places."""
    address = chance.choice((chance.choice(hot) + chance.randrange(-8, 300), chance.randrange(FLASH_BYTES)))
    where = at(address % FLASH_BYTES)
    count = chance.randrange(1, 12)
    content = chance.randbytes(chance.choice((count, count, 256, 300)))
    return chance.choice(
        [
            [(b"\x06", 1)],
            [(b"\x06", 1)],
            [(b"\x06", 1)],
            [(b"\x04", 1)],
            [(b"\x9f", 1), (count, 1)],
            [(b"\x4b" + bytes(4), 1), (count, 1)],
            [(b"\x05", 1), (count, 1)],
            [(b"\x35", 1), (2, 1)],
            [(b"\x03" + where, 1), (count, 1)],
            [(b"\x0b" + where + b"\0", 1), (count, 1)],
            [(b"\x6b" + where, 1), (4 + count, 4)],
            [(b"\xeb", 1), (where + chance.choice((b"\0", b"\xff", b"\xa5", b"\x20")), 4), (2 + count, 4)],
            [(where + chance.choice((b"\0", b"\xa0")), 4), (2 + count, 4)],
            [(b"\x02" + where + content, 1)],
            [(b"\x32" + where, 1), (content, 4)],
            [(b"\x20" + where, 1)],
            [(bytes([chance.randrange(256)]), 1), (count, 1)],
        ]
    )


def spoilt(chance: random.Random, pins: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return pins of a command that is cut short, goes on for too long, or is noise."""
    kind = chance.randrange(3)
    if kind == 0:
        return [*pins[: chance.randrange(len(pins))], IDLE]
    if kind == 1:
        return [*pins[:-1], *[(0, cycle & 1, 0xF, ONE_LINE) for cycle in range(chance.randrange(20))], IDLE]
    noise = [(chance.random() < 0.05, chance.getrandbits(1), chance.getrandbits(4), 0xF) for _ in range(100)]
    return [*noise, IDLE]


@pytest.mark.parametrize("seed", range(3))
def test_every_cycle_equals_the_golden_chip(library: Path, seed: int) -> None:
    chance = random.Random(seed)
    chip = Chip(library)
    content = bytearray(chance.randbytes(FLASH_BYTES))
    chip.memory[:] = content
    golden = GoldenFlash(content, PROGRAM_CYCLES, ERASE_CYCLES)
    hot = [0, FLASH_BYTES - 100, *(chance.randrange(FLASH_BYTES) for _ in range(3))]
    effects = {"program": 0, "erase": 0}
    was_due = None
    for _ in range(700):
        pins, _taken = transaction(*some_parts(chance, hot), half=chance.choice((1, 1, 1, 2, 3)))
        if chance.random() < 0.15:
            pins = spoilt(chance, pins)
        pins += [IDLE] * chance.choice((0, 1, 5, 20, 1200))
        expected = bytes(golden.step(*now) for now in pins)
        assert chip.run(pins) == expected
        if golden.due and golden.due is not was_due:
            was_due = golden.due
            effects["program" if golden.due[0] - golden.now <= PROGRAM_CYCLES else "erase"] += 1
        assert chip.get("busy_until") == (golden.due[0] if golden.due else NEVER)
        assert chip.get("conflicts") == golden.conflicts
    assert chip.get("now") == golden.now
    assert bytes(chip.memory) == golden.memory
    assert min(effects.values()) > 5, effects
    chip.close()


# --- on its own ----------------------------------------------------------------------------------------------


def test_the_data_sheet_s_times(library: Path) -> None:
    for faster in (1, 10):
        chip = Chip(library, faster=faster)
        for command, cycles in ((b"\x02" + at(512) + b"\x5a", 17500), (b"\x20" + at(512), 1125000)):
            chip.transfer((b"\x06", 1))
            chip.transfer((command, 1))
            assert chip.get("busy_until") == chip.get("now") + cycles // faster
            assert chip.transfer((b"\x05", 1), (1, 1)) == b"\x03"
            chip.skip(chip.get("busy_until") - chip.get("now") - 1)
            assert chip.memory[512] == (0xFF if command[0] == 2 else 0x5A)
            chip.skip(1)
            assert chip.memory[512] == (0x5A if command[0] == 2 else 0xFF)
            assert chip.get("busy_until") == NEVER
            assert chip.transfer((b"\x05", 1), (1, 1)) == b"\x00"
        chip.close()


def test_the_unique_id_is_the_factory_s(library: Path) -> None:
    chip = Chip(library)
    base = AREAS["factory"].base
    chip.memory[base : base + 8] = b"VIG-0001"
    assert chip.transfer((b"\x4b" + bytes(4), 1), (8, 1)) == b"VIG-0001"
    assert chip.transfer((b"\x9f", 1), (3, 1)) == JEDEC_ID
    chip.close()


def test_the_file_is_the_chip(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "flash.bin"
    file.write_bytes(b"begun")
    chip = Chip(library, file)
    assert file.read_bytes() == b"begun" + b"\xff" * (FLASH_BYTES - 5)
    with pytest.raises(OSError, match=r"flash\.bin: another simulation has this flash open"):
        Chip(library, file)
    chip.transfer((b"\x06", 1))
    chip.transfer((b"\x02" + at(PAGE_BYTES) + b"kept", 1))
    chip.skip(PROGRAM_CYCLES)
    chip.close()
    chip = Chip(library, file)
    assert chip.transfer((b"\x03" + at(PAGE_BYTES), 1), (5, 1)) == b"kept\xff"
    chip.close()
    file.write_bytes(bytes(FLASH_BYTES + 1))
    with pytest.raises(OSError, match=f"no flash image: it has {FLASH_BYTES + 1} bytes, more than {FLASH_BYTES}"):
        Chip(library, file)
    with pytest.raises(OSError, match="No such file or directory"):
        Chip(library, tmp_path / "nowhere" / "flash.bin")


# --- without power -------------------------------------------------------------------------------------------


def test_a_program_without_power_leaves_ones_that_should_be_zeros(library: Path) -> None:
    chance = random.Random(7)
    chip = Chip(library)
    shares = []
    for seed in range(60):
        old = chance.randbytes(FLASH_BYTES // 16)
        chip.memory[: len(old)] = old
        page = chance.randrange(len(old) // PAGE_BYTES) * PAGE_BYTES
        wanted = chance.randbytes(PAGE_BYTES)
        chip.transfer((b"\x06", 1))
        chip.transfer((b"\x32" + at(page), 1), (wanted, 4))
        chip.run([IDLE] * chance.randrange(PROGRAM_CYCLES - 1))
        assert chip.get("busy_until") != NEVER
        chip.cut(seed)
        assert chip.get("busy_until") == NEVER
        assert chip.transfer((b"\x05", 1), (1, 1)) == b"\0"
        now = bytes(chip.memory[: len(old)])
        assert now[:page] == old[:page] and now[page + PAGE_BYTES :] == old[page + PAGE_BYTES :]
        done = asked = 0
        for place, byte in enumerate(wanted, page):
            assert now[place] & ~old[place] == 0, "a one appeared"
            assert old[place] & byte & ~now[place] == 0, "a bit was cleared that should have stayed"
            asked += (old[place] & ~byte & 0xFF).bit_count()
            done += (old[place] & ~now[place]).bit_count()
        shares.append(done / asked)
    assert min(shares) < 0.1 and max(shares) > 0.9 and sum(0.2 < share < 0.8 for share in shares) > 10
    chip.close()


def test_an_erase_without_power_leaves_old_bytes(library: Path) -> None:
    chance = random.Random(8)
    chip = Chip(library)
    shares = []
    for seed in range(40):
        old = bytes(chance.randrange(255) for _ in range(4 * SECTOR_BYTES))
        chip.memory[: len(old)] = old
        sector = chance.randrange(4) * SECTOR_BYTES
        chip.transfer((b"\x06", 1))
        chip.transfer((b"\x20" + at(sector + chance.randrange(SECTOR_BYTES)), 1))
        chip.skip(chance.randrange(ERASE_CYCLES - 1))
        chip.cut(seed)
        now = bytes(chip.memory[: len(old)])
        behind = sector + SECTOR_BYTES
        assert now[:sector] == old[:sector] and now[behind:] == old[behind:]
        changed = [place for place in range(sector, behind) if now[place] != old[place]]
        assert all(now[place] == 0xFF for place in changed)
        shares.append(len(changed) / SECTOR_BYTES)
    assert min(shares) < 0.1 and max(shares) > 0.9 and sum(0.2 < share < 0.8 for share in shares) > 10
    chip.close()


def test_power_lost_at_rest_or_in_a_command_changes_nothing(library: Path) -> None:
    chip = Chip(library)
    chip.memory[:4] = b"\x0f\x0f\x0f\x0f"
    chip.transfer((b"\x06", 1))
    chip.cut(1)
    assert chip.transfer((b"\x05", 1), (1, 1)) == b"\0", "write enable is forgotten"
    chip.transfer((b"\x06", 1))
    pins, _ = transaction((b"\x02" + at(0) + b"\0\0", 1))
    chip.run(pins[:-1])
    chip.cut(2)
    chip.run([IDLE] * 100)
    # Continuous reads are forgotten, too.
    chip.transfer((b"\xeb", 1), (at(0) + b"\x20", 4), (3, 4))
    chip.cut(3)
    assert chip.transfer((b"\x03" + at(0), 1), (4, 1)) == b"\x0f\x0f\x0f\x0f"
    assert bytes(chip.memory) == b"\x0f" * 4 + b"\xff" * (FLASH_BYTES - 4)
    chip.close()


def sector_of(generation: int) -> bytes:
    return random.Random(generation).randbytes(SECTOR_BYTES)


def write_for_ever(library: Path, file: Path) -> None:
    """Erase a sector and fill it again and again, with other content each time."""
    chip = Chip(library, file, faster=1)
    generation = 0
    while True:
        chip.transfer((b"\x06", 1))
        chip.transfer((b"\x20" + at(SECTOR_BYTES), 1))
        chip.skip(chip.get("busy_until") - chip.get("now"))
        for page in range(0, SECTOR_BYTES, PAGE_BYTES):
            chip.transfer((b"\x06", 1))
            content = sector_of(generation)[page : page + PAGE_BYTES]
            chip.transfer((b"\x32" + at(SECTOR_BYTES + page), 1), (content, 4))
            chip.skip(chip.get("busy_until") - chip.get("now"))
        print(generation, flush=True)
        generation += 1


def test_a_killed_simulation_leaves_a_flash(library: Path, tmp_path: Path) -> None:
    """The file holds no zero that neither the last whole generation nor the one under way would have there."""
    code = f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    code += "import test_flash_chip as test\ntest.write_for_ever(*map(test.Path, sys.argv[1:]))"
    chance = random.Random(9)
    for trial in range(3):
        file = tmp_path / f"flash{trial}.bin"
        writer = subprocess.Popen(
            [sys.executable, "-c", code, library, file], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        time.sleep(chance.random() / 5)
        writer.kill()
        finished = int(["0", *writer.communicate()[0].split()][-1])
        left = file.read_bytes()
        assert len(left) == FLASH_BYTES
        sector = left[SECTOR_BYTES : 2 * SECTOR_BYTES]
        assert left == b"\xff" * SECTOR_BYTES + sector + b"\xff" * (FLASH_BYTES - 2 * SECTOR_BYTES)
        fits = [
            all(now & wanted == wanted for now, wanted in zip(sector, sector_of(generation), strict=True))
            for generation in (finished, finished + 1)
        ]
        assert any(fits), f"trial {trial}, killed after generation {finished}"
