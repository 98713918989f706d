"""The C header: every number of the contract, usable from C and, as far as it goes, from assembly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hdl.contract.frames import FRAMES
from hdl.contract.generate.notes import notes, snake
from hdl.contract.index import PARTS, Part, Stage
from hdl.contract.layout import Layout
from hdl.contract.memory import REGIONS, Region
from hdl.contract.registers import COPROCESSOR, PERIPHERALS, Peripheral
from hdl.contract.syscalls import NAMES, NUMBERS

_HEAD = """\
/* The contract between gateware, firmware and host.
 * Generated from hdl/contract by `make generate`: change it there. */
#ifndef VIGILANTE_H
#define VIGILANTE_H
"""

_ACCESS = """\
#ifndef __ASSEMBLER__
#include <stdint.h>

/* A layout's field in an array of its words: VG_GET(record.words, VG_RECORD_SLOT). */
#define VG_GET(words, FIELD) ((uint32_t)vg_get((words), FIELD##_OFFSET, FIELD##_WIDTH))
#define VG_GET64(words, FIELD) vg_get((words), FIELD##_OFFSET, FIELD##_WIDTH)
#define VG_PUT(words, FIELD, value) vg_put((words), FIELD##_OFFSET, FIELD##_WIDTH, (value))

/* A register's field: VG_FIELD(VG_REG(VG_UART_STATUS), VG_UART_STATUS_ROOM). */
#define VG_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define VG_FIELD(word, FIELD) (((word) & FIELD##_MASK) >> FIELD##_SHIFT)
#define VG_VALUE(FIELD, value) (((uint32_t)(value) << FIELD##_SHIFT) & FIELD##_MASK)

/* Where the field is known each is a few instructions, whatever a compiler thinks of its size. */
#define VG_INLINE static inline __attribute__((always_inline))

/* Return `width` (1..64) bits from bit `offset` on. */
VG_INLINE uint64_t vg_get(const uint32_t *words, unsigned offset, unsigned width)
{
    unsigned word = offset / 32, shift = offset % 32;
    uint64_t value = words[word] >> shift;
    for (unsigned have = 32 - shift; have < width; have += 32)
        value |= (uint64_t)words[++word] << have;
    return width == 64 ? value : value & (((uint64_t)1 << width) - 1);
}

/* Set `width` (1..64) bits from bit `offset` on; bits of `value` beyond them are dropped. */
VG_INLINE void vg_put(uint32_t *words, unsigned offset, unsigned width, uint64_t value)
{
    if (offset % 32 + width <= 32) { /* a loop of one turn, which not every compiler sees */
        uint32_t mask = UINT32_MAX >> (32 - width) << offset % 32;
        words[offset / 32] = (words[offset / 32] & ~mask) | ((uint32_t)value << offset % 32 & mask);
        return;
    }
    while (width) {
        unsigned shift = offset % 32;
        unsigned part = width < 32 - shift ? width : 32 - shift;
        uint32_t mask = (part == 32 ? UINT32_MAX : ((uint32_t)1 << part) - 1) << shift;
        uint32_t *word = &words[offset / 32];
        *word = (*word & ~mask) | (((uint32_t)value << shift) & mask);
        value >>= part;
        offset += part;
        width -= part;
    }
}
"""


def _number(value: int) -> str:
    return f"{value:#x}" if value >= 0x10000 else str(value)


def _define(name: str, value: str, doc: str = "") -> str:
    line = f"#define VG_{name} {value}"
    return f"{line} /* {doc} */\n" if doc else f"{line}\n"


def _enums_and_structs(parts: Iterable[Part]) -> Iterator[str]:
    yield _ACCESS
    for part in parts:
        for enumeration in part.enums:
            name = snake(enumeration.__name__)
            said = notes(enumeration)
            yield f"\nenum vg_{name} {{\n"
            for member in enumeration:
                doc = f" /* {said[member.name]} */" if member.name in said else ""
                yield f"    VG_{name.upper()}_{member.name} = {member.value},{doc}\n"
            yield "};\n"
    for part in parts:
        for layout in part.layouts:
            yield f"\n/* {layout.doc} */\ntypedef struct {{\n"
            yield f"    uint32_t words[{layout.words}];\n}} vg_{_layout_name(layout, part.module).lower()};\n"


def _layout_name(layout: Layout, module: str) -> str:
    """Return a layout's C name; frames have one of their own, since EVENT and RECORD are also frames."""
    frame = any(layout is frame.fixed for frame in FRAMES)
    prefix = "FRAME_" if frame or (module == "link" and layout.name == "header") else ""
    return prefix + layout.name.upper()


def _layout(layout: Layout, module: str) -> Iterator[str]:
    name = _layout_name(layout, module)
    yield f"\n/* {layout.doc} */\n"
    yield _define(f"{name}_WORDS", str(layout.words))
    yield _define(f"{name}_BYTES", str(4 * layout.words))
    for field in layout.fields:
        offset = layout.offset[field.name]
        yield _define(f"{name}_{field.name.upper()}_OFFSET", str(offset), field.doc)
        yield _define(f"{name}_{field.name.upper()}_WIDTH", str(field.width))


def _peripheral(peripheral: Peripheral) -> Iterator[str]:
    yield f"\n/* {peripheral.doc} */\n"
    for register in peripheral.registers:
        name = f"{peripheral.name}_{register.name}".upper()
        layout = register.layout
        address = f"{peripheral.address(register.name):#010x}"
        yield _define(name, address, f"{register.access.value}: {register.doc}")
        if register.count > 1:
            yield _define(f"{name}_COUNT", str(register.count))
        if register.reset:
            yield _define(f"{name}_RESET", f"{register.reset:#x}")
        for field in layout.fields:
            if field.width < 32:
                shift = layout.offset[field.name]
                mask = ((1 << field.width) - 1) << shift
                yield _define(f"{name}_{field.name.upper()}_SHIFT", str(shift), field.doc)
                yield _define(f"{name}_{field.name.upper()}_MASK", f"{mask:#010x}")


def _region(region: Region) -> Iterator[str]:
    yield _define(f"{region.name.upper()}_BASE", f"{region.base:#010x}", region.doc)
    yield _define(f"{region.name.upper()}_SIZE", f"{region.size:#x}")


def _lines(parts: Iterable[Part], peripherals: Iterable[Peripheral], regions: Iterable[Region]) -> Iterator[str]:
    yield _HEAD
    for part in parts:
        yield f"\n/* {part.title}.  {part.stage.value.capitalize()}. */\n"
        for name, (value, doc) in part.constants.items():
            yield _define(name, _number(value), doc)
        if part.module == "memory":
            yield from (line for region in regions for line in _region(region))
        if part.module == "registers":
            yield from (line for peripheral in peripherals for line in _peripheral(peripheral))
        for layout in part.layouts:
            yield from _layout(layout, part.module)
        if part.module == "syscalls":
            yield from _syscalls()
    yield "\n"
    yield from _enums_and_structs(parts)
    yield "\n#endif /* __ASSEMBLER__ */\n#endif\n"


def _syscalls() -> Iterator[str]:
    for ident, name in enumerate(NAMES):
        yield _define(f"SYS_{name.upper()}", str(ident))
    yield "\n/* X(number, id, name) for every call of the riscv64 ABI. */\n#define VG_SYSCALLS_RISCV64(X) \\\n"
    rows = sorted(NUMBERS["riscv64"].items())
    yield " \\\n".join(
        f'    X({number}, VG_SYS_{NAMES[ident].upper()}, "{NAMES[ident]}")' for number, ident in rows
    )
    yield "\n"


def c_header() -> str:
    """Return the text of `vigilante.h`, for our board."""
    return "".join(_lines(PARTS, PERIPHERALS, REGIONS.values()))


def c_header_at(base: int) -> str:
    """Return the text of `vigilante.h` for a bus of others that has the coprocessor at `base`."""
    coprocessor = COPROCESSOR.at(base)
    memory = Part("memory", "Where the coprocessor is", Stage.SCREENING)
    board = next(part for part in PARTS if part.module == "registers")
    wait = {"DISPATCH_WAIT": board.constants["DISPATCH_WAIT"]}
    registers = Part("registers", "Its registers", Stage.SCREENING, (), board.layouts, wait)
    parts = (*(part for part in PARTS if part.stage is Stage.SCREENING), memory, registers)
    return "".join(_lines(parts, (coprocessor,), (coprocessor.region,)))
