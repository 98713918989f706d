"""The CMSIS-SVD file: the registers as debuggers and register viewers read them."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from hdl.contract.memory import REGIONS
from hdl.contract.registers import PERIPHERALS, Access, Irq, Peripheral, Register
from hdl.contract.verdict import CONTRACT_VERSION

_ACCESS = {
    Access.READ: "read-only",
    Access.TAKE: "read-only",
    Access.WRITE: "write-only",
    Access.BOTH: "read-write",
    Access.CLEAR: "read-write",
    Access.SET: "read-write",
    Access.STEP: "read-write",
}
_MODIFIED = {Access.CLEAR: "oneToClear", Access.SET: "oneToSet"}


def _add(parent: Xml.Element, tag: str, text: str | int) -> None:
    Xml.SubElement(parent, tag).text = str(text)


def _register(parent: Xml.Element, register: Register) -> None:
    # The order of the elements is the schema's.
    node = Xml.SubElement(parent, "register")
    if register.count > 1:
        _add(node, "dim", register.count)
        _add(node, "dimIncrement", 4)
    _add(node, "name", register.name.upper() + ("[%s]" if register.count > 1 else ""))
    _add(node, "description", register.doc)
    _add(node, "addressOffset", f"{register.offset:#x}")
    _add(node, "size", 32)
    _add(node, "access", _ACCESS[register.access])
    _add(node, "resetValue", f"{register.reset:#x}")
    _add(node, "resetMask", f"{(1 << register.layout.width) - 1 if register.access is not Access.TAKE else 0:#x}")
    if register.access in _MODIFIED:
        _add(node, "modifiedWriteValues", _MODIFIED[register.access])
    if register.access is Access.TAKE:
        _add(node, "readAction", "modify")
    fields = Xml.SubElement(node, "fields")
    for field in register.fields:
        entry = Xml.SubElement(fields, "field")
        _add(entry, "name", field.name.upper())
        _add(entry, "description", field.doc)
        _add(entry, "bitOffset", register.layout.offset[field.name])
        _add(entry, "bitWidth", field.width)


def _peripheral(parent: Xml.Element, peripheral: Peripheral) -> None:
    node = Xml.SubElement(parent, "peripheral")
    _add(node, "name", peripheral.name.upper())
    _add(node, "description", peripheral.doc)
    _add(node, "baseAddress", f"{peripheral.region.base:#010x}")
    block = Xml.SubElement(node, "addressBlock")
    _add(block, "offset", "0x0")
    _add(block, "size", f"{REGIONS[peripheral.name].size:#x}")
    _add(block, "usage", "registers")
    if peripheral.name == "irq":
        for line in Irq:
            entry = Xml.SubElement(node, "interrupt")
            _add(entry, "name", line.name)
            _add(entry, "value", line.value)
    registers = Xml.SubElement(node, "registers")
    for register in peripheral.registers:
        _register(registers, register)


def svd(*peripherals: Peripheral) -> str:
    """Return the text of `vigilante.svd`: of these peripherals, or of all that our board has."""
    device = Xml.Element(
        "device",
        {
            "schemaVersion": "1.3",
            "xmlns:xs": "http://www.w3.org/2001/XMLSchema-instance",
            "xs:noNamespaceSchemaLocation": "CMSIS-SVD.xsd",
        },
    )
    for tag, text in (
        ("name", "VIGILANTE"),
        ("version", str(CONTRACT_VERSION)),
        (
            "description",
            "System calls screened by gateware. Generated from hdl/contract by make generate.",
        ),
        ("addressUnitBits", "8"),
        ("width", "32"),
    ):
        _add(device, tag, text)
    node = Xml.SubElement(device, "peripherals")
    for peripheral in peripherals or PERIPHERALS:
        _peripheral(node, peripheral)
    Xml.indent(device)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(device, encoding="unicode") + "\n"
