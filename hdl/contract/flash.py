"""What lies where in the SPI flash, and the headers of what is kept there.

A header is written last and begins with its magic number, so that whatever was cut short has none.  Everything
begins on a sector of its own: a sector is what is erased at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from hdl.contract.layout import Field, Layout
from hdl.contract.link import NAME_BYTES
from hdl.contract.vaccine import KEY, MASK_UNITS

FLASH_BYTES = 16 << 20
SECTOR_BYTES = 4096
"""Erased at once, to all ones."""
PAGE_BYTES = 256
"""Programmed at once: ones become zeros, never the other way."""


@dataclass(frozen=True, slots=True)
class Area:
    """`size` bytes from `base`, whole sectors."""

    name: str
    base: int
    size: int
    doc: str


AREAS = {
    area.name: area
    for area in (
        Area("bitstream", 0x00_0000, 0x40_0000, "the gateware itself, where the board has it"),
        Area("firmware", 0x40_0000, 0x04_0000, "FIRMWARE, then the firmware"),
        Area("firmware_spare", 0x44_0000, 0x04_0000, "the same, for where the first is not whole"),
        Area("model0", 0x50_0000, 0x01_0000, "MODEL, and from the second sector on the image"),
        Area("model1", 0x51_0000, 0x01_0000, "the same: a push writes the one that is not in force"),
        Area("decoys", 0x52_0000, 0x01_0000, "DECOYS, and from the second sector on each DECOY"),
        Area(
            "vaccines",
            0x53_0000,
            0x00_2000,
            "VACCINES, and from the second page on each VACCINE; in both sectors, by turns",
        ),
        Area("log", 0x60_0000, 0x04_0000, "a ring of sectors: LOG_SECTOR, then text"),
        Area("root", 0x70_0000, 0x10_0000, "ROOT, the root file system's NODEs, what is in its files"),
        Area("files", 0x80_0000, 0x10_0000, "littlefs: the files that outlive a reset"),
        Area("factory", 0xFF_F000, 0x00_1000, "the board's number; written when the board is made"),
    )
}
"""Areas by name, in the order of their addresses."""

FIRMWARE_AREAS = ("firmware", "firmware_spare")
"""Where the loader looks for a firmware, in this order."""

_DIGEST = tuple(Field(f"digest{word}", 32, f"SHA-256, bytes {4 * word}.. of it") for word in range(8))

FIRMWARE_MAGIC = 0x31465756
MODEL_MAGIC = 0x314D5756
LOG_MAGIC = 0x314C5756
ROOT_MAGIC = 0x31525756
VACCINES_MAGIC = 0x31565756
DECOYS_MAGIC = 0x31445756

CANARY_BYTES = 8
"""Of a decoy, which nobody knows who has not read it, and which the board looks for in what is sent."""

GIVEN_PAGE = 1
"""The page of the area `decoys` that begins with a word of which bit n is 0 once decoy n has been given out; blank
until then, it is programmed over itself."""

NODE_NAME_BYTES = 28
"""Of a file's name, with the zero behind it."""

IS_LASTING = 1
"""In place of a folder's offset: with all below it is kept in the area `files`; the image has how it begins."""

FILE_ATTRIBUTE = 0x56
"""The littlefs attribute that each file and folder there has: FILE_KEPT.  A folder that IS_LASTING has it last."""

FIRMWARE = Layout(
    "flash_firmware",
    "What stands before the firmware; it is copied to the begin of main memory and entered there, a0: the place "
    "that it is from, 0 or 1.",
    (
        Field("magic", 32, "FIRMWARE_MAGIC"),
        Field("size", 32, "bytes of firmware, a multiple of 4; they follow the header"),
        Field("entry", 32, "offset in them at which to begin"),
        Field("contract", 32, "CONTRACT_VERSION"),
        *_DIGEST,
    ),
)

MODEL = Layout(
    "flash_model",
    "What stands before a model; of two whole ones the later is loaded at boot.",
    (
        Field("magic", 32, "MODEL_MAGIC"),
        Field("number", 32, "of this push; the next one has a greater number"),
        Field("size", 32, "bytes of the image"),
        Field("contract", 32, "CONTRACT_VERSION"),
        *_DIGEST,
        Field("name_length", 32, "bytes of name"),
        *(Field(f"name{word}", 32, "name and version, UTF-8") for word in range(NAME_BYTES // 4)),
        Field("check", 32, "CRC-32 of the words before"),
    ),
)

LOG_SECTOR = Layout(
    "flash_log_sector",
    "What a sector of the log begins with; text follows up to the first erased byte (0xFF).",
    (
        Field("magic", 32, "LOG_MAGIC"),
        Field("place", 32, "bytes of log before this sector, since the flash was blank"),
        Field("check", 32, "CRC-32 of the words before"),
    ),
)

ROOT = Layout(
    "flash_root",
    "What the root file system's image begins with; its nodes follow, parents before what is in them.",
    (
        Field("magic", 32, "ROOT_MAGIC"),
        Field("nodes", 32, "how many; the first is the root"),
        Field("size", 32, "bytes of the image, this header included"),
        Field("check", 32, "CRC-32 of the nodes"),
    ),
)

NODE = Layout(
    "flash_node",
    "A file as the image has it; two that share their content have the same offset.",
    (
        Field("mode", 16, "type and permissions, as Linux has them"),
        Field("parent", 16, "number of the folder it is in"),
        Field("user", 16, "who owns it"),
        Field("group", 16, "and their group"),
        Field("size", 32, "bytes of content"),
        Field(
            "offset", 32, "where that begins in the image; of a device: which one; of a folder: IS_LASTING, or 0"
        ),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(NODE_NAME_BYTES // 4)),
    ),
)

FILE_KEPT = Layout(
    "file_kept",
    "FILE_ATTRIBUTE: what littlefs does not keep of a file by itself.  What has none was never made whole.",
    (
        Field("mode", 16, "type and permissions, as Linux has them"),
        Field("user", 16, "who owns it"),
        Field("group", 16, "and their group"),
        Field("spare", 16, "0"),
        Field("modified", 32, "seconds, as the board counted them"),
    ),
)

DECOYS = Layout(
    "flash_decoys",
    "What stands before the decoys.  All that follows begins on the next sector, and what is named by offsets is "
    "counted from there.",
    (
        Field("magic", 32, "DECOYS_MAGIC"),
        Field("size", 32, "bytes from the second sector on"),
        Field("count", 32, "how many DECOYs they begin with; the first that fits a file counts"),
        *_DIGEST,
        Field("check", 32, "CRC-32 of the words before"),
    ),
)

DECOY = Layout(
    "flash_decoy",
    "What a suspect sees in place of a file's content.",
    (
        Field("name", 16, "offset of a path, of its last part, or of nothing, which fits all; a zero ends it"),
        Field("canary", 16, "offset in the content of CANARY_BYTES, a canary; 0: it has none"),
        Field("offset", 32, "where the content begins"),
        Field("size", 31, "its bytes"),
        Field("cut", 1, "it is cut to the size of what it stands for"),
    ),
)


VACCINES = Layout(
    "flash_vaccines",
    "What stands before the vaccines that the board has made; of two whole ones the later counts.",
    (
        Field("magic", 32, "VACCINES_MAGIC"),
        Field("number", 32, "of this writing; the next one has a greater number"),
        Field("count", 32, "how many VACCINEs"),
        Field("model", 32, "which model, as MODEL has its digest: the first word, its lowest bit set"),
        Field("content", 32, "CRC-32 of the VACCINEs"),
        Field("check", 32, "CRC-32 of the words before"),
    ),
)

VACCINE = Layout(
    "flash_vaccine",
    "A vaccine in force, or one for a tree alone that waits until a tree begins with its program.",
    (
        Field("key", KEY.width, "its key"),
        Field("pinned", 1, "it is never ended to make room"),
        Field("spare0", 4, "0"),
        Field("left", 32, "powered seconds of its life that were left"),
        Field("units", len(MASK_UNITS), "the units of its mask"),
        Field("program", 16, "a sum of the name of the program that the tree of who it was born of began with"),
        Field("spare1", 4, "0"),
    ),
)


def area_at(address: int) -> Area:
    """Return the area that holds a byte of the flash."""
    for area in AREAS.values():
        if area.base <= address < area.base + area.size:
            return area
    raise ValueError(f"no area of the flash holds {address:#x}")
