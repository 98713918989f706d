"""How the core's next process is chosen, as numbers; gateware, firmware and the golden twin have them from here.

A process that has run for t ticks goes t * (1 + heat) further, and heat grows with its score: a suspect's share
falls to an eighth of another's.  Whoever wakes is put level with the last that was picked, if it is behind; so
nobody saves up.  Of those that are about equally far the one goes first that has woken more often lately, then the
next by number.
"""

from __future__ import annotations

PASS_BITS = 16
"""A pass counts modulo 2**PASS_BITS."""

HEAT_SHIFT = 5
"""Heat is the score byte without this many bits: 0 to 7."""

EQUAL_BITS = 4
"""Passes that differ in this many low bits only are equal."""

LEAD = 4096
"""A pass that is further ahead than this when its process wakes is from another age: it is put level."""

WAKES_MAX = 15
"""Recent wake-ups are counted up to here, and halved with every PICKS picks."""

PICKS = 64


def weight(score: int) -> int:
    """Return how many ticks one tick of a process with this score byte counts for."""
    return 1 + (score >> HEAT_SHIFT)
