"""The docs page: the whole contract as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum

from hdl.contract.frames import FRAMES
from hdl.contract.generate.notes import notes
from hdl.contract.index import PARTS, Part, Stage
from hdl.contract.layout import Layout
from hdl.contract.memory import MASTERS, REGIONS
from hdl.contract.model import REGIONS as MODEL_REGIONS
from hdl.contract.registers import PERIPHERALS
from hdl.contract.syscalls import ABIS, NAMES, NUMBERS

_HEAD = """\
# The contract

Generated from `hdl/contract/` by `make generate`: change it there, not here.  All numbers are little-endian;
layouts are packed from bit 0 upward without gaps.

"""


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    heads = list(heads)
    yield "| " + " | ".join(heads) + " |\n"
    yield "|" + "---|" * len(heads) + "\n"
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |\n"
    yield "\n"


def _enum(enumeration: type[IntEnum]) -> Iterator[str]:
    said = notes(enumeration)
    yield f"### {enumeration.__name__}\n\n{(enumeration.__doc__ or '').strip()}\n\n"
    yield from _table(
        ("number", "name", "meaning"),
        ((member.value, member.name, said.get(member.name, "")) for member in enumeration),
    )


def _bits(layout: Layout, name: str) -> str:
    low, width = layout.offset[name], layout.field[name].width
    return f"{low}" if width == 1 else f"{low}..{low + width - 1}"


def _layout(layout: Layout) -> Iterator[str]:
    yield f"### Layout `{layout.name}`: {layout.width} bits in {layout.words} words\n\n{layout.doc}\n\n"
    yield from _table(
        ("bits", "field", "meaning"),
        ((_bits(layout, field.name), field.name, field.doc) for field in layout.fields),
    )


def _memory() -> Iterator[str]:
    yield from _table(
        ("from", "to", "region", "bytes", "access", "what"),
        (
            (
                f"`{region.base:#010x}`",
                f"`{region.end - 1:#010x}`",
                region.name,
                region.size,
                region.access,
                region.doc,
            )
            for region in REGIONS.values()
        ),
    )
    yield "### Masters\n\n"
    yield from _table(
        ("master", "reaches", "what"), ((master.name, ", ".join(master.reaches), master.doc) for master in MASTERS)
    )


def _registers() -> Iterator[str]:
    for peripheral in PERIPHERALS:
        yield f"### {peripheral.name} at `{peripheral.region.base:#010x}`\n\n{peripheral.doc}\n\n"
        rows: list[tuple[object, ...]] = []
        for register in peripheral.registers:
            name = f"**{register.name}**" + (f" x {register.count}" if register.count > 1 else "")
            reset = "" if register.access.value in ("write", "read takes") else f"`{register.reset:#x}`"
            rows.append((f"`{register.offset:#05x}`", name, "", register.access.value, reset, register.doc))
            layout = register.layout
            if layout.fields[0].width < 32:
                rows += (("", field.name, _bits(layout, field.name), "", "", field.doc) for field in layout.fields)
        yield from _table(("offset", "register", "bits", "access", "reset", "what"), rows)


def _frames() -> Iterator[str]:
    yield "### Frames\n\n"
    yield from _table(
        ("type", "frame", "from", "numbered", "what", "fixed part", "tail"),
        (
            (
                f"`{frame.kind.value:#04x}`",
                frame.kind.name,
                frame.sender.value,
                "yes" if frame.numbered else "no",
                frame.doc,
                f"{frame.fixed_bytes} bytes",
                frame.tail or "none",
            )
            for frame in FRAMES
        ),
    )


def _model() -> Iterator[str]:
    yield "### Regions of the image\n\n"
    yield from _table(
        ("offset", "bytes", "region", "entry", "what"),
        ((region.offset, region.size, region.name, region.entry, region.doc) for region in MODEL_REGIONS.values()),
    )


def _syscalls() -> Iterator[str]:
    numbers = {abi: {ident: number for number, ident in NUMBERS[abi].items()} for abi in ABIS}
    yield from _table(
        ("id", "name", *ABIS),
        ((ident, f"`{name}`", *(numbers[abi].get(ident, "") for abi in ABIS)) for ident, name in enumerate(NAMES)),
    )


_EXTRA = {"memory": _memory, "registers": _registers, "frames": _frames, "model": _model, "syscalls": _syscalls}


def _part(part: Part) -> Iterator[str]:
    yield f"## {part.title}\n\n`hdl/contract/{part.module}.py`. {part.stage.value.capitalize()}.\n\n"
    if part.constants:
        yield from _table(
            ("constant", "value", "meaning"),
            (
                (f"`{name}`", f"{value:#x}" if value >= 0x10000 else value, doc)
                for name, (value, doc) in part.constants.items()
            ),
        )
    if part.module in _EXTRA:
        yield from _EXTRA[part.module]()
    for enumeration in part.enums:
        yield from _enum(enumeration)
    for layout in part.layouts:
        yield from _layout(layout)


def tables() -> str:
    """Return the text of `contract.md`."""
    stages = "".join(
        f"- {stage.value.capitalize()}: {', '.join(part.module for part in PARTS if part.stage is stage)}.\n"
        for stage in Stage
    )
    return (_HEAD + stages + "\n" + "".join(text for part in PARTS for text in _part(part))).rstrip() + "\n"
