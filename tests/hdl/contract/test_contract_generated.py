"""The generated files: fresh, well-formed, and of one mind with Python."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from hdl.contract.event import RECORD
from hdl.contract.generate import generated
from hdl.contract.generate.__main__ import main
from hdl.contract.generate.notes import notes
from hdl.contract.index import PARTS
from hdl.contract.layout import Layout
from hdl.contract.memory import REGIONS
from hdl.contract.registers import PERIPHERALS, Access
from hdl.contract.syscalls import NAMES, NUMBERS
from hdl.contract.verdict import Fault

ROOT = Path(__file__).parents[3]
HEADER = ROOT / "firmware/include/vigilante.h"
SEED = 20_240_229


@pytest.mark.parametrize("name", sorted(generated()))
def test_what_is_committed_is_what_is_generated(name: str) -> None:
    assert (ROOT / name).read_bytes() == generated()[name].encode(), "run `make generate` and commit the result"


def test_generating_twice_gives_the_same_bytes() -> None:
    assert generated() == generated()


def test_check_tells_stale_files_and_a_run_mends_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], tmp_path) == 1
    assert "docs/contract.md is stale: run `make generate`" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "docs/contract.md").write_text("changed by hand")
    assert main(["--check"], tmp_path) == 1


def test_the_room_needs_no_hardware_toolchain() -> None:
    script = "import sys; sys.modules.update(amaranth=None, numpy=None); import hdl.contract.generate as g"
    subprocess.run([sys.executable, "-c", f"{script}; g.generated()"], cwd=ROOT, check=True)


def test_every_module_of_the_room_is_in_the_index() -> None:
    modules = {path.stem for path in (ROOT / "hdl/contract").glob("*.py")}
    assert {part.module for part in PARTS} == modules - {"__init__", "index", "layout"} - {"package"}


def test_comments_behind_members_become_their_documentation() -> None:
    assert notes(Fault)["STALE"] == "the slot is not live, or lives another generation"


# --- C -------------------------------------------------------------------------------------------------------


def compile_c(folder: Path, source: str) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler is not None, "a C compiler is needed: apt-get install -y g++"
    (folder / "probe.c").write_text(source)
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-std=c11", "-O1", f"-I{HEADER.parent}"]
    subprocess.run([compiler, *flags, "probe.c", "-o", "probe"], cwd=folder, check=True)
    return folder / "probe"


def c_name(layout: Layout, module: str) -> str:
    frame = module in ("link", "frames")
    return ("FRAME_" if frame else "") + layout.name.upper()


def test_numbers_in_c_are_the_numbers_in_python(tmp_path: Path) -> None:
    facts = [f"VG_SYS_{name.upper()} == {ident}" for ident, name in enumerate(NAMES)]
    for part in PARTS:
        facts += [f"VG_{name} == {value}u" for name, (value, _) in part.constants.items()]
        for enumeration in part.enums:
            prefix = "VG_" + re.sub(r"(?<!^)(?=[A-Z])", "_", enumeration.__name__).upper()
            facts += [f"{prefix}_{member.name} == {member.value}" for member in enumeration]
        for layout in part.layouts:
            name = c_name(layout, part.module)
            facts.append(f"sizeof(vg_{name.lower()}) == VG_{name}_BYTES && VG_{name}_WORDS == {layout.words}")
    for region in REGIONS.values():
        facts.append(f"VG_{region.name.upper()}_BASE == {region.base}u")
        facts.append(f"VG_{region.name.upper()}_SIZE == {region.size}u")
    for peripheral in PERIPHERALS:
        for register in peripheral.registers:
            name = f"VG_{peripheral.name}_{register.name}".upper()
            facts.append(f"{name} == {peripheral.address(register.name)}u")
    asserts = "\n".join(f'_Static_assert({fact}, "{fact}");' for fact in facts)
    compile_c(tmp_path, f'#include "vigilante.h"\n{asserts}\nint main(void) {{ return 0; }}\n')
    assert len(facts) > 700


def test_records_in_c_are_the_records_in_python(tmp_path: Path) -> None:
    """Every layout: C puts random values where Python packs them, and gets from Python's words what it put."""
    draw = random.Random(SEED)
    layouts = [(c_name(layout, part.module), layout) for part in PARTS for layout in part.layouts]
    body, expected = [], []
    for name, layout in layouts:
        for _ in range(20 if layout is RECORD else 4):
            values = {field.name: draw.getrandbits(field.width) for field in layout.fields}
            body.append(f"    {{ vg_{name.lower()} it; memset(&it, 0x5a, sizeof it);")
            body += [
                f"      VG_PUT(it.words, VG_{name}_{field.upper()}, UINT64_C({value}));"
                for field, value in values.items()
            ]
            # Bits that no field names keep the pattern that stood there.
            rest = int.from_bytes(b"\x5a" * 4 * layout.words, "little") >> layout.width << layout.width
            packed = layout.pack(values) | rest
            body += [f"      print(it.words[{word}]);" for word in range(layout.words)]
            expected += [packed >> 32 * word & 0xFFFFFFFF for word in range(layout.words)]
            body += [f"      print(VG_GET64(it.words, VG_{name}_{field.upper()}));" for field in values]
            expected += values.values()
            body.append("    }")
    source = (
        '#include "vigilante.h"\n#include <inttypes.h>\n#include <stdio.h>\n#include <string.h>\n'
        'static void print(uint64_t value) { printf("%" PRIu64 "\\n", value); }\n'
        "int main(void)\n{\n" + "\n".join(body) + "\n    return 0;\n}\n"
    )
    output = subprocess.run([compile_c(tmp_path, source)], check=True, capture_output=True, text=True).stdout
    assert [int(line) for line in output.split()] == expected


def test_the_table_of_calls_serves_designated_initialisers(tmp_path: Path) -> None:
    source = (
        '#include "vigilante.h"\n#include <stdio.h>\n'
        "#define NAME(number, id, name) [number] = name,\n"
        "static const char *const names[] = { VG_SYSCALLS_RISCV64(NAME) };\n"
        "int main(void)\n{\n    for (unsigned n = 0; n < sizeof names / sizeof *names; n++)\n"
        '        if (names[n])\n            printf("%u %s\\n", n, names[n]);\n    return 0;\n}\n'
    )
    output = subprocess.run([compile_c(tmp_path, source)], check=True, capture_output=True, text=True).stdout
    found = {int(number): name for number, name in (line.split() for line in output.splitlines())}
    assert found == {number: NAMES[ident] for number, ident in NUMBERS["riscv64"].items()}


def test_assembly_can_read_the_header(tmp_path: Path) -> None:
    (tmp_path / "probe.S").write_text('#include "vigilante.h"\n.word VG_COPROCESSOR_DISPATCH\n')
    text = subprocess.run(
        ["gcc", "-E", "-P", f"-I{HEADER.parent}", "probe.S"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert text.split() == [".word", "0xfffff800"]


# --- linker fragment and SVD ---------------------------------------------------------------------------------


def test_the_linker_fragment_holds_the_memory_map() -> None:
    text = generated()["firmware/include/memory.ld"]
    memories = {
        name.lower(): (int(base, 16), int(size, 16), access)
        for name, access, base, size in re.findall(r"(\w+) \((\w+)\) : ORIGIN = (\w+), LENGTH = (\w+)", text)
    }
    windows = {name: int(base, 16) for name, base in re.findall(r"^vg_(\w+) = (\w+);", text, re.MULTILINE)}
    assert memories == {r.name: (r.base, r.size, r.access) for r in REGIONS.values() if not r.io}
    assert windows == {r.name: r.base for r in REGIONS.values() if r.io}


def test_the_svd_says_what_the_registers_say() -> None:
    device = Xml.fromstring(generated()["docs/vigilante.svd"])
    assert device.tag == "device"
    found = {node.findtext("name"): node for node in device.iterfind("peripherals/peripheral")}
    assert [*found] == [peripheral.name.upper() for peripheral in PERIPHERALS]
    for peripheral in PERIPHERALS:
        node = found[peripheral.name.upper()]
        assert int(node.findtext("baseAddress", ""), 16) == peripheral.region.base
        registers = node.findall("registers/register")
        assert len(registers) == len(peripheral.registers)
        for entry, register in zip(registers, peripheral.registers, strict=True):
            assert entry.findtext("name", "").removesuffix("[%s]") == register.name.upper()
            assert int(entry.findtext("addressOffset", ""), 16) == register.offset
            assert int(entry.findtext("dim", "1")) == register.count
            assert (entry.findtext("readAction") == "modify") == (register.access is Access.TAKE)
            fields = {
                field.findtext("name", "").lower(): (
                    int(field.findtext("bitOffset", "")),
                    int(field.findtext("bitWidth", "")),
                )
                for field in entry.iterfind("fields/field")
            }
            layout = register.layout
            assert fields == {field.name: (layout.offset[field.name], field.width) for field in layout.fields}
