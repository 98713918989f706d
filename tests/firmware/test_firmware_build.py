"""The firmware's build: sizes, headers, what stands at the reset vector; and errors in one line."""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firmware import build, decoys, image
from hdl.contract.flash import AREAS, FIRMWARE, FIRMWARE_MAGIC, FLASH_BYTES, NODE, ROOT, ROOT_MAGIC
from hdl.contract.memory import BOOT_VECTOR, REGIONS, VECTOR_ALIGN
from hdl.contract.registers import COPROCESSOR


def test_the_loader_fits_its_rom_and_begins_at_the_vector() -> None:
    image = build.rom()
    assert BOOT_VECTOR < len(image) <= REGIONS["rom"].size
    # Vectors are jumps of four bytes each, all to one place; the start is no jump.
    for place in range(0, BOOT_VECTOR, 4):
        assert struct.unpack_from("<I", image, place)[0] & 0xFFF == 0x06F
    assert struct.unpack_from("<I", image, BOOT_VECTOR)[0] & 0xFFF == 0x117  # auipc sp


def test_the_firmware_has_the_header_that_the_loader_checks() -> None:
    whole = build.firmware()
    header = FIRMWARE.unpack(int.from_bytes(whole[: 4 * FIRMWARE.words], "little"))
    image = whole[4 * FIRMWARE.words :]
    assert (header["magic"], header["size"], header["entry"]) == (FIRMWARE_MAGIC, len(image), 0)
    digest = struct.pack("<8I", *(header[f"digest{word}"] for word in range(8)))
    assert digest == hashlib.sha256(image).digest()
    assert len(image) % 4 == 0 and len(image) < 100 * 1024
    assert vectors_in(image, DISPATCH) == 1


def test_the_kernels_c_leaves_alone_what_no_call_saves(tmp_path: Path) -> None:
    """Registers t1 to t6: a call that goes back at once finds them as the program left them."""
    flags = (*build.BOARD_FLAGS, *build.kernel_flags(), "-I", build.INCLUDE, "-I", build.ABI, "-I", build.KERNEL)

    def touched(source: Path) -> set[str]:
        how = build.TINY_FLAGS if source.name in build.TINY else build.SMALL_FLAGS
        how = ("-O2",) if source.name in build.QUICK else how
        command = [sys.executable, "-m", "ziglang", "cc", *flags, *how, "-Wno-unused-command-line-argument"]
        made = tmp_path / f"{source.stem}.s"
        subprocess.run([*map(str, command), "-S", str(source), "-o", str(made)], check=True)
        return set(re.findall(r"\bt[1-6]\b", made.read_text()))

    sources = sorted(build.KERNEL.glob("*.c"))
    with ThreadPoolExecutor() as pool:
        found = dict(zip(sources, pool.map(touched, sources), strict=True))
    assert len(found) > 40 and {source.name: names for source, names in found.items() if names} == {}
    image = build.kernel()
    far = [place for place in range(0, len(image) - 8, 2) if int.from_bytes(image[place : place + 8], "little") &
           0x000F_FFFF_0000_0FFF == 0x0003_0067_0000_0317]  # fmt: skip
    assert not far, "auipc t1, jr t1: how the compiler leaves for a function that is too far for a jump"


MEPC = 0x34102573, 0x00450513, 0x34151073
"""csrr a0, mepc; addi a0, a0, 4; csrw mepc, a0"""
DISPATCH = (*MEPC, (COPROCESSOR.address("dispatch") & 0xFFF) << 20 | 0x2503, 0x00050067)
"""A call goes where the dispatch register says: a load relative to x0, and a jump."""
CAUSE = 0x342022F3, 0xFF828293
"""csrr t0, mcause; addi t0, t0, -8"""


def vectors_in(image: bytes, begin: tuple[int, ...]) -> int:
    """Return how many vectors a kernel has that begin so; jumps follow, each in its place."""
    return sum(
        struct.unpack_from(f"<{len(begin)}I", image, place) == begin
        and all(struct.unpack_from("<I", image, place + 4 * line)[0] & 0xFFF == 0x06F for line in range(5, 32))
        for place in range(0, len(image) - 128, VECTOR_ALIGN)
    )


def test_kernels_that_screen_nothing_are_built_from_the_same_sources() -> None:
    """One goes where the register says, the other by its own table; neither is for a board."""
    screened, dispatched, lean = (build.kernel(defines=defines) for defines in ((), build.UNSCREENED, build.LEAN))
    assert len({screened, dispatched, lean}) == 3
    assert [vectors_in(image, DISPATCH) for image in (screened, dispatched, lean)] == [1, 1, 0]
    assert [vectors_in(image, CAUSE) for image in (screened, dispatched, lean)] == [0, 0, 1]
    assert build.firmware() == build.with_header(screened)


def test_a_new_boards_flash() -> None:
    flash = build.blank_flash(0x1122334455667788, b"program", b"files")
    assert len(flash) == FLASH_BYTES
    assert flash[AREAS["firmware"].base :][:8] == b"program\xff"
    assert flash[AREAS["factory"].base :][:9] == bytes.fromhex("8877665544332211ff")
    assert flash[AREAS["root"].base :][:6] == b"files\xff"
    assert flash[AREAS["firmware_spare"].base :][:8] == b"program\xff"
    area = AREAS["decoys"]
    lures = slice(area.base, area.base + area.size)
    assert {decoy.name for decoy in decoys.unpacked(bytes(flash[lures]))} >= {"/etc/shadow", "id_ed25519", ""}
    flash[lures] = b"\xff" * area.size
    assert flash.count(0xFF) >= FLASH_BYTES - 27


def test_the_root_image_holds_programs_and_files_with_their_owners() -> None:
    whole = build.root()
    header = ROOT.unpack(int.from_bytes(whole[: 4 * ROOT.words], "little"))
    assert (header["magic"], header["size"]) == (ROOT_MAGIC, len(whole))
    size, names = 4 * NODE.words, {}
    nodes = whole[4 * ROOT.words :][: size * header["nodes"]]
    assert zlib.crc32(nodes) == header["check"]
    for number in range(header["nodes"]):
        node = NODE.unpack(int.from_bytes(nodes[size * number :][:size], "little"))
        name = b"".join(node[f"name{word}"].to_bytes(4, "little") for word in range(7)).rstrip(b"\0").decode()
        assert node["parent"] <= number
        names[name] = node
    assert names["shadow"]["mode"] == 0o100600 and names["alice"]["user"] == 1000
    assert names["sh"]["offset"] == names["ls"]["offset"] != names["attacks"]["offset"], "one text for all"
    begin = names["sh"]["offset"]
    assert whole[begin : begin + 4] == b"\x7fELF"


@pytest.mark.parametrize(
    ("path", "words"),
    [("etc/" + "n" * 28, "at most 27 bytes of name fit"), ("nix/a", "folder is not in the image")],
)
def test_what_does_not_fit_the_image_is_told(path: str, words: str) -> None:
    root = [image.Entry("", image.FOLDER), image.Entry("etc", image.FOLDER)]
    with pytest.raises(image.ImageError, match=words):
        image.packed([*root, image.Entry(path, image.FILE)])


def test_a_second_build_is_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first = build.rom()

    def never(*_arguments: object) -> None:
        raise AssertionError("it was compiled again")

    monkeypatch.setattr(build, "_run", never)
    assert build.rom() == first


def test_what_does_not_compile_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "boot"
    folder.mkdir()
    (folder / "boot.ld").write_text((build.BOOT / "boot.ld").read_text())
    (folder / "loader.c").write_text("int load(void) { return nothing; }\n")
    monkeypatch.setattr(build, "BOOT", folder)
    said: list[str] = []
    with pytest.raises(
        build.BuildError, match=r"^the firmware does not compile: .*loader\.c:1:.*nothing"
    ) as caught:
        build.rom(lambda what, _done, _total: said.append(what))
    assert "\n" not in str(caught.value) and said == ["compiling boot"]
    assert not list((tmp_path / "cache").rglob("program.*"))


def test_what_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_board_image", lambda *_arguments: bytes(9000))
    with pytest.raises(build.BuildError, match="takes 9000 bytes, there are 8192"):
        build.rom()
    with pytest.raises(build.BuildError, match="the firmware takes 300000 bytes"):
        build.blank_flash(1, bytes(300000))
