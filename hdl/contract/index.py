"""The index of the contract room: what its modules declare, for everything that is generated from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from hdl.contract import (
    births,
    cell,
    entries,
    event,
    flash,
    frames,
    layout,
    link,
    load,
    memory,
    model,
    paths,
    policy,
    quarantine,
    registers,
    schedule,
    syscalls,
    tamper,
    vaccine,
    verdict,
)


class Stage(Enum):
    """How far a part of the contract has got."""

    SCREENING = "stands: the golden machine and the screening pipeline keep to it"
    BOARD = "stands: the simulated board's gateware, its firmware and the host keep to it"


@dataclass(frozen=True, slots=True)
class Part:
    """One module of the contract room.

    constants: number by C name, with what it means; enums and layouts: what the module declares of them.
    """

    module: str
    title: str
    stage: Stage
    enums: tuple[type[IntEnum], ...] = ()
    layouts: tuple[layout.Layout, ...] = ()
    constants: Mapping[str, tuple[int, str]] = field(default_factory=dict)


_REGION_CONSTANTS = {
    f"MODEL_{name.upper()}_{what}": (value, f"{region.doc}: {meaning}")
    for name, region in model.REGIONS.items()
    for what, value, meaning in (
        ("OFFSET", region.offset, "first byte"),
        ("BYTES", region.size, "bytes"),
    )
}

PARTS = (
    Part(
        "verdict", "Verdicts, tiers, faults and classes", Stage.SCREENING,
        (verdict.Verdict, verdict.Tier, verdict.Fault, verdict.PathClass, verdict.CallClass), (),
        {
            "CONTRACT_VERSION": (verdict.CONTRACT_VERSION, "version of everything here"),
            "SECRET_FROM": (verdict.SECRET_FROM, "path classes from here on are secret objects"),
            **{
                f"TIER_BYTE_{tier}": (byte, f"score byte at which tier {tier} begins")
                for tier, byte in enumerate(verdict.TIER_BYTES)
            },
        },
    ),
    Part(
        "event", "Events, records, slot state", Stage.SCREENING,
        (event.Kind,), (event.EVENT, event.RECORD, event.STATE),
        {
            "SLOTS": (event.SLOTS, "process slots; the lower half is the core's, the upper the host's"),
            "TREES": (event.TREES, "process trees"),
            "EPOCHS_PER_SECOND": (event.EPOCHS_PER_SECOND, "the unit of an event's epoch"),
            "PATHS_MAX": (event.PATHS_MAX, "path arguments of one call"),
            "PATH_LIMIT": (event.PATH_LIMIT, "bytes of one path; a longer one is denied"),
            "DEPTH_LIMIT": (event.DEPTH_LIMIT, "unknown components below a known prefix; a deeper path is denied"),
            "FLOOR_CALLS": (event.FLOOR_CALLS, "calls for which a tier is kept after a model swap"),
        },
    ),
    Part(
        "load", "The load port", Stage.SCREENING, (load.Target,), (),
        {"LOAD_ADDRESS_BITS": (load.ADDRESS_BITS, "bits of an address on the load port: target << 16 | offset")},
    ),
    Part(
        "model", "The model image", Stage.SCREENING, (), (model.NODE, model.PARAMS),
        {
            "IMAGE_BYTES": (model.IMAGE_BYTES, "bytes of a model slot, everything counted"),
            "MODEL_SLOTS": (model.MODEL_SLOTS, "model slots"),
            "HISTORY": (model.HISTORY, "effective calls that a slot remembers"),
            "PATH_NODES": (model.PATH_NODES, "nodes of the path trie"),
            "NODE_ROOT": (model.NODE_ROOT, "where an absolute path starts"),
            "NODE_UNKNOWN": (model.NODE_UNKNOWN, "where a relative path starts whose directory nobody knows"),
            "TOKEN_NONE": (model.TOKEN_NONE, "token of no call yet"),
            "TOKEN_OTHER": (model.TOKEN_OTHER, "token of any other call"),
            "COMPONENT_STEP": (model.COMPONENT_STEP, "added in every step of the component hash"),
            "LEAK_SHIFT": (model.LEAK_SHIFT, "the decayed sum loses 1 / 2**this with every proven call"),
            **_REGION_CONSTANTS,
        },
    ),
    Part(
        "policy", "The policy", Stage.SCREENING, (), (policy.ATTRIBUTES,),
        {
            "PROFILES": (policy.PROFILES, "profiles"),
            "JUDGE_ROWS": (policy.JUDGE_ROWS, "rows of the judge: profile << 4 | call class << 1 | secret"),
            "JUDGE_CELLS": (policy.JUDGE_CELLS, "cells of a row: violation << 3 | vaccinated << 2 | tier"),
            "VERDICT_BITS": (policy.VERDICT_BITS, "bits of a cell"),
            "NARROW_PROFILE": (policy.NARROW_PROFILE, "what comes out of quarantine has this profile, too"),
        },
    ),
    Part(
        "vaccine", "Vaccines", Stage.SCREENING, (), (vaccine.KEY, vaccine.ENTRY),
        {
            "BANKS": (vaccine.BANKS, "banks, each with a hash set of its own"),
            "BANK_DEPTH": (vaccine.BANK_DEPTH, "places in a bank"),
            "BANK_BITS": (vaccine.BANK_BITS, "bits of a place in a bank, and of a secret value"),
            "HASH_NIBBLES": (len(vaccine.HASH_NIBBLES), "nibbles of a key with secret values"),
            "MASK_UNITS": (len(vaccine.MASK_UNITS), "units that a mask is made of"),
            "VACCINES": (vaccine.VACCINES, "vaccine indices"),
            "VACCINE_TTL_SECONDS": (vaccine.TTL_SECONDS, "life of a vaccine that names no other"),
        },
    ),
    Part(
        "births", "Births of vaccines", Stage.SCREENING, (births.VaccineOrder,), (births.TEMPLATE, births.OUTCOME),
        {
            "BIRTHS": (births.BIRTHS, "vaccines that gateware has made and that are in force, at most"),
            "BIRTH_FIRST": (births.BIRTH_FIRST, "the first of their indices; theirs are the highest"),
            "HOST_BANKS": (births.HOST_BANKS, "banks that are the host's, from 0 on; the others are for births"),
            **{
                f"BIRTH_UNITS_{bank}": (units, f"units that a mask has to hold to stand in bank {bank}")
                for bank, units in births.BIRTH_UNITS.items()
            },
            "BIRTH_TREE_UNIT": (births.TREE_UNIT, "the tree, as a unit of a mask"),
            "BIRTH_SPARE": (births.SPARE, "places that the board keeps free, by ending some"),
            "BIRTH_KEEP_MS": (births.KEEP_MS, "milliseconds after which a change is in flash"),
            "BIRTH_KEEP_SECONDS": (births.KEEP_SECONDS, "seconds after which what is left of lives is kept anew"),
            "BIRTH_TREE_BURST": (births.TREE_BURST, "births of one tree at once"),
            "BIRTH_REFILL_SECONDS": (births.REFILL_SECONDS, "powered seconds in which it may have one more"),
            "BIRTH_PROGRAMS": (births.PROGRAMS, "other programs whose benign work keeps a birth to its tree"),
            "BIRTH_TAGS": (births.TAGS, "tags by which programs are told apart"),
            "BIRTH_HISTORY_ROWS": (births.HISTORY_ROWS, "signatures of benign calls that are remembered"),
            "BIRTH_BENIGN_BELOW": (births.BENIGN_BELOW, "score byte below which what is allowed is benign"),
        },
    ),
    Part(
        "syscalls", "Canonical system calls", Stage.SCREENING, (), (),
        {
            "ID_COUNT": (syscalls.ID_COUNT, "size of the id space"),
            "ID_UNKNOWN": (syscalls.UNKNOWN, "the id of every call without a name; never assigned"),
        },
    ),
    Part(
        "paths", "Strings of the core's calls", Stage.BOARD, (paths.StringState,), (),
        {
            "STRINGS_MAX": (paths.STRINGS_MAX, "path arguments of a call of the core"),
            "STRING_BYTES": (paths.STRING_BYTES, "of one at most, with the zero behind it"),
            "STRING_AREA_BYTES": (memory.STRING_AREA_BYTES, "where each stands in region `strings`"),
            **{
                f"PATHS_{name.upper()}": (paths.packed(name), "its path arguments, 4 bits each: 1 + index")
                for name in paths.PATHS
                if syscalls.IDS.get(name) in syscalls.NUMBERS["riscv64"].values()
            },
        },
    ),
    Part(
        "schedule", "How the next process is chosen", Stage.BOARD, (), (),
        {
            "SCHEDULE_HEAT_SHIFT": (schedule.HEAT_SHIFT, "a tick counts for 1 + (score >> this)"),
            "SCHEDULE_EQUAL_BITS": (schedule.EQUAL_BITS, "low bits in which passes that are equal may differ"),
            "SCHEDULE_LEAD": (schedule.LEAD, "a pass that is further ahead when its process wakes is put level"),
            "SCHEDULE_WAKES_MAX": (schedule.WAKES_MAX, "recent wake-ups are counted up to here"),
            "SCHEDULE_PICKS": (schedule.PICKS, "and halved with every so many picks"),
        },
    ),
    Part(
        "memory", "The memory map", Stage.BOARD, (), (),
        {
            "CLOCK_HZ": (memory.CLOCK_HZ, "cycles per second"),
            "BOOT_VECTOR": (memory.BOOT_VECTOR, "the core starts this many bytes into the boot ROM"),
            "VECTOR_ALIGN": (memory.VECTOR_ALIGN, "alignment of the trap vector"),
            "GRANULE_BYTES": (memory.GRANULE_BYTES, "a process's windows begin and end on multiples of this"),
        },
    ),
    Part(
        "registers", "Registers", Stage.BOARD, (registers.Irq,), (registers.PATH_HEAD, registers.SCORE),
        {
            "DISPATCH_WAIT": (registers.DISPATCH_WAIT, "cycles that a read of dispatch waits at most"),
            "COUNTS": (registers.COUNTS, "entries of calls that are counted"),
            "RING_WORDS": (registers.RING_WORDS, "words of either of the link's rings"),
            "RESET_KEY": (registers.RESET_KEY, "what has to be written to system.reset"),
        },
    ),
    Part(
        "tamper", "Verdicts ignored", Stage.BOARD, (), (),
        {"TAMPER_CYCLES": (tamper.TAMPER_CYCLES, "cycles from one TAMPER to the next")},
    ),
    Part(
        "quarantine", "Quarantine", Stage.BOARD,
        (quarantine.Evidence, quarantine.FrozenBy, quarantine.Order, quarantine.Part), (),
        {
            "QUARANTINE_PURGE_FROM": (quarantine.PURGE_FROM, "score byte from which on a family is ended"),
            "QUARANTINE_DENIED_SOME": (quarantine.DENIED_SOME, "calls not allowed, from which on DENIED"),
            "QUARANTINE_DENIED_MANY": (quarantine.DENIED_MANY, "and from which on DENIED_OFTEN"),
            "QUARANTINE_WRITERS_MANY": (quarantine.WRITERS_MANY, "files open for writing, from which on WRITERS"),
            "QUARANTINE_COOL_MS": (quarantine.COOL_MS, "after a resume a verdict only denies for so long"),
            "QUARANTINE_BOUND_MS": (quarantine.BOUND_MS, "in which a family is resumed or ended"),
            **{
                f"QUARANTINE_WEIGHT_{piece.name}": (weight, f"what {piece.name} adds to the score byte")
                for piece, weight in quarantine.WEIGHTS.items()
            },
        },
    ),
    Part(
        "cell", "The cell", Stage.BOARD, (cell.CellState, cell.CellStop, cell.Rehearsal), (),
        {
            "CELL_BYTES": (cell.CELL_BYTES, "bytes that a clone can write"),
            "CELL_LINE_BYTES": (cell.CELL_LINE_BYTES, "a line of them"),
            "CELL_START_CYCLES": (cell.CELL_START_CYCLES, "from the order to the first instruction, at most"),
            "CELL_BUDGET_CYCLES": (cell.BUDGET_CYCLES, "cycles of a rehearsal, in all"),
            "CELL_CALL_CYCLES": (cell.CALL_CYCLES, "of them, for each call that is served"),
            "CELL_WRITTEN_MANY": (cell.WRITTEN_MANY, "bytes written by calls: overrun while writing"),
            "CELL_WAITING_MOST": (cell.WAITING_MOST, "processes that wait for the cell"),
        },
    ),
    Part(
        "link", "The link", Stage.BOARD,
        (link.FrameType, link.Capability, link.Refusal, link.ModelResult, link.RecordMode,
         link.ProcessState),
        (link.HEADER,),
        {
            "LINK_VERSION": (link.LINK_VERSION, "version of framing and frame types"),
            "LINK_DELIMITER": (link.DELIMITER, "the byte that ends every frame"),
            "LINK_CRC_BYTES": (link.CRC_BYTES, "bytes of CRC behind the payload"),
            "LINK_CRC_POLYNOMIAL": (link.CRC_POLYNOMIAL, "CRC-32, reflected; starts and ends with all ones"),
            "LINK_PAYLOAD_MAX": (link.PAYLOAD_MAX, "bytes of payload that every receiver takes"),
            "LINK_MODEL_CHUNK": (link.MODEL_CHUNK, "bytes of a model in one MODEL_DATA"),
            "LINK_FILE_CHUNK": (link.FILE_CHUNK, "bytes of a file in one FILE_DATA"),
            "LINK_FILE_NAME_BYTES": (link.FILE_NAME_BYTES, "bytes for the name in a FILE_ENTRY"),
            "LINK_PROCESS_NAME_BYTES": (link.PROCESS_NAME_BYTES, "bytes for the name in a PROCESS_ENTRY"),
            "LINK_HELLO_MAGIC": (link.HELLO_MAGIC, "first word of a HELLO"),
            "LINK_ABORT_ZEROS": (link.ABORT_ZEROS, "delimiters before an ABORT"),
            "LINK_CREDIT_BYTES": (link.CREDIT_BYTES, "the unit of credit"),
            "LINK_TIMEOUT_MS": (link.TIMEOUT_MS, "milliseconds without an acknowledgement before sending again"),
            "LINK_BATCH_MS": (link.BATCH_MS, "milliseconds between AGGREGATEs"),
            "LINK_NAME_BYTES": (link.NAME_BYTES, "longest name of a model"),
        },
    ),
    Part("frames", "Frames of the link", Stage.BOARD, (), tuple(frame.fixed for frame in frames.FRAMES)),
    Part(
        "entries", "Entries of frames", Stage.BOARD, (),
        (entries.AGGREGATE_ENTRY, entries.STATE_ENTRY, entries.FILE_ENTRY, entries.PROCESS_ENTRY,
         entries.QUARANTINE_ENTRY, entries.VACCINE_ENTRY),
    ),
    Part(
        "flash", "The SPI flash", Stage.BOARD, (),
        (flash.FIRMWARE, flash.MODEL, flash.LOG_SECTOR, flash.ROOT, flash.NODE, flash.FILE_KEPT, flash.DECOYS,
         flash.DECOY, flash.VACCINES, flash.VACCINE),
        {
            "FLASH_BYTES": (flash.FLASH_BYTES, "bytes of flash"),
            "FLASH_SECTOR_BYTES": (flash.SECTOR_BYTES, "erased at once"),
            "FLASH_PAGE_BYTES": (flash.PAGE_BYTES, "programmed at once"),
            "FLASH_FIRMWARE_MAGIC": (flash.FIRMWARE_MAGIC, "first word of FIRMWARE"),
            "FLASH_MODEL_MAGIC": (flash.MODEL_MAGIC, "first word of MODEL"),
            "FLASH_LOG_MAGIC": (flash.LOG_MAGIC, "first word of LOG_SECTOR"),
            "FLASH_ROOT_MAGIC": (flash.ROOT_MAGIC, "first word of ROOT"),
            "IS_LASTING": (flash.IS_LASTING, "in place of a folder's offset: it is kept in the area `files`"),
            "FILE_ATTRIBUTE": (flash.FILE_ATTRIBUTE, "the littlefs attribute of every file there: FILE_KEPT"),
            "FLASH_VACCINES_MAGIC": (flash.VACCINES_MAGIC, "first word of VACCINES"),
            "FLASH_DECOYS_MAGIC": (flash.DECOYS_MAGIC, "first word of DECOYS"),
            "CANARY_BYTES": (flash.CANARY_BYTES, "of a decoy, that nobody knows who has not read it"),
            "FLASH_GIVEN_PAGE": (flash.GIVEN_PAGE, "of the area `decoys`: what was given out"),
            "NODE_NAME_BYTES": (flash.NODE_NAME_BYTES, "bytes of a file's name, with the zero behind it"),
            **{
                f"FLASH_{area.name.upper()}_{what}": (value, f"{area.doc}: {meaning}")
                for area in flash.AREAS.values()
                for what, value, meaning in (("BASE", area.base, "first byte"), ("SIZE", area.size, "bytes"))
            },
        },
    ),
)  # fmt: skip
"""Every module of the room that declares something, in reading order."""
