"""What gateware tells when a verdict was ignored, or a locked table written.

It says so by itself, as a frame of its own on the link, for whoever stops the core stops its program too; and it
keeps it over a reset, for the program to log.
"""

from __future__ import annotations

from hdl.contract.layout import Field, Layout

RULES = (
    Field("undispatched", 1, "return to user mode without this call's dispatch read"),
    Field("strayed", 1, "a fetch that did not follow the handler named"),
    Field("locked", 1, "a write to a locked table; the core is not stopped"),
)
"""What was broken, a bit each: register `coprocessor.tamper`, and the first bits of TAMPER."""

TAMPER = Layout(
    "tamper",
    "What was done, by whom and when: of the first write to what is locked, until the core is stopped; then of "
    "what stopped it.",
    (
        *RULES,
        Field("answered", 1, "the dispatch register was read for the last call: `handler` is what it said"),
        Field("spare0", 4, "0"),
        Field("slot", 6, "of the process that made the last call"),
        Field("spare1", 18, "0"),
        Field("generation", 32, "its generation"),
        Field("pc", 32, "the instruction that did it: the first one astray, the return, the store"),
        Field("before", 32, "the one that began before it"),
        Field("handler", 32, "where the call was to go"),
        Field("time_low", 32, "cycles since reset, lower half"),
        Field("time_high", 32, "and upper half"),
    ),
)

REPEAT_BITS = 22
TAMPER_CYCLES = 1 << REPEAT_BITS
"""The frame is sent at once, and again every so many cycles until a reset: six times a second."""
