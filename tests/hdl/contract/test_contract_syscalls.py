"""Canonical ids: unique, stable, and true to three ABIs."""

from __future__ import annotations

import hashlib

import pytest

from hdl.contract.syscalls import ABIS, ID_COUNT, IDS, NAMES, NUMBERS, UNKNOWN, canonical, from_number, name_of

STABLE = 463
"""Names whose ids are published.  New ones are appended behind them, and then this digest's reach may grow."""

STABLE_DIGEST = "dd5bba31c4962a48dab838971cfbe43f5f692a8e67e1c22ff0b1505635497fb1"


def test_ids_are_unique_and_511_is_nobody() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(IDS)
    assert len(NAMES) <= UNKNOWN == ID_COUNT - 1
    assert all(IDS[name] == ident for ident, name in enumerate(NAMES))
    assert UNKNOWN not in IDS.values()


def test_published_ids_never_move() -> None:
    assert hashlib.sha256("\n".join(NAMES[:STABLE]).encode()).hexdigest() == STABLE_DIGEST


# Straight from the headers of Linux: unistd_32.h, unistd_64.h, asm-generic/unistd.h.
@pytest.mark.parametrize(
    ("name", "i386", "x86_64", "riscv64"),
    [
        ("read", 3, 0, 63),
        ("write", 4, 1, 64),
        ("open", 5, 2, None),
        ("close", 6, 3, 57),
        ("mmap", 90, 9, 222),
        ("mmap2", 192, None, None),
        ("execve", 11, 59, 221),
        ("fork", 2, 57, None),
        ("clone", 120, 56, 220),
        ("exit", 1, 60, 93),
        ("exit_group", 252, 231, 94),
        ("kill", 37, 62, 129),
        ("ptrace", 26, 101, 117),
        ("openat", 295, 257, 56),
        ("newfstatat", None, 262, 79),
        ("fstatat64", 300, None, None),
        ("socketcall", 102, None, None),
        ("connect", 362, 42, 203),
        ("init_module", 128, 175, 105),
        ("setuid", 23, 105, 146),
        ("unlinkat", 301, 263, 35),
        ("renameat2", 353, 316, 276),
        ("getrandom", 355, 318, 278),
        ("io_uring_setup", 425, 425, 425),
        ("openat2", 437, 437, 437),
        ("mseal", 462, 462, 462),
        ("riscv_flush_icache", None, None, 259),
    ],
)
def test_numbers(name: str, i386: int | None, x86_64: int | None, riscv64: int | None) -> None:
    ident = canonical(name)
    found = {abi: next((n for n, i in NUMBERS[abi].items() if i == ident), None) for abi in ABIS}
    assert found == {"i386": i386, "x86_64": x86_64, "riscv64": riscv64}
    assert name_of(ident) == name


@pytest.mark.parametrize("abi", ABIS)
def test_no_number_means_two_calls(abi: str) -> None:
    assert len(set(NUMBERS[abi].values())) == len(NUMBERS[abi])


def test_what_has_no_name_is_unknown() -> None:
    assert canonical("no_such_call") == from_number("x86_64", 10_000) == UNKNOWN
    assert name_of(UNKNOWN) == name_of(len(NAMES)) == "unknown"


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="unknown ABI 'arm': use one of i386, x86_64, riscv64"):
        from_number("arm", 1)
    with pytest.raises(ValueError, match=r"canonical id 512 is outside 0\.\.511"):
        name_of(512)
