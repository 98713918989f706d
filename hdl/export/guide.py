"""What the exported peripheral's README says: its ports and its timing, for who has never seen ours."""

from __future__ import annotations

from amaranth import Shape
from amaranth.lib import wiring

from hdl.contract.event import RECORD
from hdl.contract.registers import DISPATCH_WAIT
from hdl.contract.verdict import Verdict
from hdl.export.peripheral import PORTS, Peripheral
from hdl.screening.pipeline import verdict_edges
from hdl.soc.records import RECORDS

DOCS = {
    "clk": "the one clock: everything happens at its rising edge",
    "rst": "reset, synchronous, for one cycle or longer; the pipeline is ready 512 cycles later",
    "wb_cyc": "Wishbone B4 classic: an access, together with `wb_stb`, until `wb_ack` or `wb_err`",
    "wb_stb": "see `wb_cyc`; decode the address outside",
    "wb_we": "a write",
    "wb_adr": "word address: bits 10..2 of the byte address",
    "wb_sel": "writes: all four bits, else `wb_err`.  Reads: not looked at, the whole word is read",
    "wb_dat_w": "what is written",
    "wb_dat_r": "what was read, valid with `wb_ack`",
    "wb_ack": "for one cycle: the access has ended",
    "wb_err": "for one cycle, instead of `wb_ack`: a write narrower than a word, which has done nothing",
    "call_valid": "the running process makes a call; stays, with all of `call_*`, until `call_ready`",
    "call_ready": "the call is taken in this cycle",
    "call_id": "its canonical id (`VG_SYS_*` in `vigilante.h`); 511: unknown",
    **{f"call_a{i}": f"its argument {i}" for i in range(6)},
    "call_returned": "for one cycle: the last call is over, its process goes on",
    "call_result": "with `call_returned`: what the call returned; -4095..-1 is an error",
    "verdict_valid": "for one cycle: the call in progress is judged",
    "verdict": "with `verdict_valid`: " + ", ".join(f"{verdict.value} {verdict.name}" for verdict in Verdict),
    "verdict_handler": "with `verdict_valid`: the address that register `dispatch` gives for the call",
    "verdict_heard": "1: hardware obeys `verdict_*`.  0: a program reads `dispatch`.  Constant",
    "irq_record": "level: a record waits",
    "irq_tamper": "level: register `tamper` is not zero; only reset clears it",
}
"""Every port, in the order of the tables."""


def ports() -> dict[str, tuple[str, int]]:
    """Return direction and width of every port by name, as they are in the Verilog."""
    found = {"clk": ("in", 1), "rst": ("in", 1)}
    for path, member in PORTS.members.flatten():
        if member.is_port:
            way = "in" if member.flow == wiring.In else "out"
            found["_".join(map(str, path))] = (way, Shape.cast(member.shape).width)
    return found


def port_table() -> str:
    """Return the ports as a table."""
    rows = [f"| `{name}` | {' | '.join(map(str, ports()[name]))} | {doc} |\n" for name, doc in DOCS.items()]
    return "| port | | bits | what |\n|---|---|---|---|\n" + "".join(rows)


def timing_list(fast: bool = False) -> str:
    """Return what takes how many cycles, as a list."""
    return f"""\
- A register access takes 2 cycles, `wb_ack` in the second.  It takes longer where the register waits: a read of
  `dispatch` for the verdict, {DISPATCH_WAIT} cycles at most; the last word of `event` for the event before and for
  room; a word of `path` for room; a read of `load_read` for its byte.
- From `call_valid` with `call_ready` to `verdict_valid`: {verdict_edges(fast) + 1} cycles, if the pipeline is
  empty.
  An event of a program ahead of it delays it: one whose paths are all written by at most 40 cycles, a SWAP by at
  most 87.
- `call_ready` is low while the call before has not entered the pipeline, and while {RECORDS} records wait.
- After reset no event is taken for 512 cycles; a call waits.
"""


def guide(peripheral: Peripheral, base: int) -> str:
    """Return the text of README.md."""
    return f"""\
# The Vigilante coprocessor

A peripheral that judges system calls in hardware.  Made by `vigilante export`:
{peripheral.clock:,} Hz, {peripheral.banks} vaccine banks, registers at `{base:#010x}`.

| file | what |
|---|---|
| `vigilante.v` | module `vigilante`: self-contained Verilog-2001, no vendor's parts |
| `vigilante.svd` | its registers, for debuggers (CMSIS-SVD) |
| `vigilante.h` | registers, layouts and ids for C and assembly |
| `example/` | a small system on chip around picorv32 that loads a model and obeys: `make -C example sim` |

## Ports

{port_table()}
## Timing

{timing_list(peripheral.fast)}
## From reset to the first verdict

1. Load the policy and a model through `load_address` and `load_data`, mark the model READY; write `handler` for
   every id and `verdict_handler` for every verdict.  `example/main.c` does all of it.
2. Send a SWAP event: from then on the model is in force.  Without one every call is denied.  Then set `lock`.
3. Per process: send CLEAR for a slot (0..31) with a generation of its own; write `slot` and `generation` whenever
   you switch to it.  FORK, EXEC and EXIT are events too.
4. At a call: `call_valid`.  Obey `verdict` from the port, or jump to the address that `dispatch` reads as.
   At the return: `call_returned`.

## Reading a verdict

Every event leaves a record of {RECORD.words} words, oldest first, in the registers `record`; reading the last
word takes it.  Its bits are `VG_RECORD_*` in `vigilante.h`, unpacked by `VG_GET`.  `verdict` is what counts;
`proposed` is what enforce mode would answer; `fault` other than 0: the event was refused for its form, and judged
DENY.  Read records: while {RECORDS} wait, no call is taken.

## What the system around must guarantee

- No process reaches the registers, and none runs while its call has no verdict.
- `call_*` are what the kernel then acts on: arguments are not read again from where the process can write.
- Every call is shown, and shown once; `call_returned` comes once for each that returns.
- A verdict other than ALLOW is obeyed.
- Models are verified before they are marked READY: this hardware knows no key.
"""
