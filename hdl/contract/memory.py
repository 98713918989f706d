"""The memory map: regions of the address space, and the bus masters with what each may reach.

The board's gateware, the linker fragment, the C header and the SVD come from here alone.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOCK_HZ = 25_000_000
"""The board's one clock."""

BOOT_VECTOR = 0x80
"""The core starts this many bytes into the boot ROM."""

VECTOR_ALIGN = 256
"""Alignment of the trap vector."""


@dataclass(frozen=True, slots=True)
class Region:
    """`size` bytes from `base`.  `access` is a subset of "rwx"; `io`: reads and writes have effects."""

    name: str
    base: int
    size: int
    access: str
    doc: str
    io: bool = False

    @property
    def end(self) -> int:
        """The first address behind the region."""
        return self.base + self.size


@dataclass(frozen=True, slots=True)
class Master:
    """Who starts transfers on the bus, and the regions that answer it; all others give a bus error."""

    name: str
    reaches: tuple[str, ...]
    doc: str


KB = 1024
PERIPHERAL_BYTES = 256
"""Every peripheral but the coprocessor has a window of this size."""

_PERIPHERALS = (
    ("system", "what this board is; reset"),
    ("irq", "interrupt lines"),
    ("timer", "64-bit time and alarm"),
    ("uart", "the serial link"),
    ("flash", "commands to the SPI flash"),
    ("sha256", "SHA-256, one block at a time"),
    ("link", "frames on the serial link"),
    ("scheduler", "which process runs next"),
    ("cell", "a second core, which runs clones of frozen processes"),
)

GRANULE_BYTES = KB
"""A process's windows onto main RAM begin and end on multiples of this."""

WINDOWS = ("user_text", "user_data")
"""Regions that are windows onto main RAM."""

STRING_AREA_BYTES = 256
"""For each string of a call: it stands there as it stood in memory, so that its first byte is not the area's."""

RING_BYTES = 8 * KB
"""Bytes of each of the link's two rings; a ring appears twice in a row, so that what wraps reads on."""

_DECLARED = (
    Region("rom", 0x0000_0000, 8 * KB, "rx", "boot ROM"),
    Region("ram", 0x1000_0000, 208 * KB, "rwx", "main memory: kernel and processes"),
    Region(
        "cell_ram", 0x2000_0000, 32 * KB, "rw", "the clone's data window, as it sees it, while the cell stands"
    ),
    Region("flash_window", 0x3000_0000, 16 * KB * KB, "rx", "the SPI flash, read in place"),
    Region(
        "user_text",
        0x4000_0000,
        32 * KB,
        "rx",
        "where every program is linked: the bus adds the text window's base and checks its limit",
    ),
    Region(
        "user_data",
        0x4000_8000,
        32 * KB,
        "rw",
        "every program's stack, data and heap: the same by the data window; no stack grows below it",
    ),
    Region("link_receive", 0x5000_0000, 2 * RING_BYTES, "r", "frames received: a ring, seen twice"),
    Region("link_send", 0x5100_0000, 2 * RING_BYTES, "rw", "frames to be sent: a ring, seen twice"),
    Region(
        "strings",
        0x5200_0000,
        2 * STRING_AREA_BYTES,
        "r",
        "the strings of the call in progress, as they were judged",
    ),
    *(
        Region(name, 0x8000_0000 + number * PERIPHERAL_BYTES, PERIPHERAL_BYTES, "rw", doc, io=True)
        for number, (name, doc) in enumerate(_PERIPHERALS)
    ),
    Region(
        "coprocessor",
        0xFFFF_F800,
        2 * KB,
        "rw",
        "the screening pipeline: one load relative to x0 reaches it",
        io=True,
    ),
)


def _checked(declared: tuple[Region, ...]) -> dict[str, Region]:
    """Return the regions by name; fail where two overlap or a base is not a multiple of 256."""
    regions: dict[str, Region] = {}
    reached, last = 0, ""
    for region in sorted(declared, key=lambda region: region.base):
        if region.name in regions:
            raise ValueError(f"memory region {region.name!r} is declared twice")
        if region.base % PERIPHERAL_BYTES or region.size <= 0 or region.end > 1 << 32:
            raise ValueError(
                f"memory region {region.name!r} at {region.base:#x}, {region.size} bytes, does not fit"
            )
        if region.base < reached:
            raise ValueError(f"memory region {region.name!r} at {region.base:#x} overlaps {last!r}")
        regions[region.name] = region
        reached, last = region.end, region.name
    return regions


REGIONS = _checked(_DECLARED)
"""Regions by name, in the order of their addresses."""

_IO = tuple(region.name for region in REGIONS.values() if region.io)

MASTERS = (
    Master("core_fetch", ("rom", "ram", "flash_window", "user_text"), "the core's instructions; no side effects"),
    Master(
        "core_data",
        ("rom", "ram", "cell_ram", "flash_window", *WINDOWS, "link_receive", "link_send", "strings", *_IO),
        "the core's loads and stores; physical protection keeps user mode inside its windows",
    ),
    Master("latch", WINDOWS, "copies a call's strings once, through the calling process's windows"),
    Master("cell_fetch", ("user_text",), "the clone's instructions, through the windows of the frozen process"),
    Master("cell_data", WINDOWS, "its loads, of what it did not store itself; it stores to its own memory alone"),
)


def region_at(address: int) -> Region:
    """Return the region that holds `address`."""
    for region in REGIONS.values():
        if region.base <= address < region.end:
            return region
    raise ValueError(f"nothing is mapped at {address:#010x}")
