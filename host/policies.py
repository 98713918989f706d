"""Policies as files: what the judge answers, per profile, in TOML.

    [calls]                     # optional: calls whose class is to be another one
    ioctl = "privilege"

    [profile.default]           # every profile that is not named; or a number, 0 to 15
    mode = "enforce"            # or "monitor": verdicts are recorded, and calls allowed
    allow = ["read", "write"]   # optional: every other call is a violation

    [[profile.default.rule]]    # the first rule that fits a call counts; if none does it is allowed
    answer = "decoy"            # allow, decoy, clone, quarantine, deny or kill
    from = 0.80                 # optional: the score from which on, 0.80, 0.90 or 0.95
    class = ["read", "write"]   # optional: classes of calls
    secret = true               # optional: its object is a secret, or is not; likewise vaccinated and violation

    [breeding]                  # optional: how calls are made into vaccines; calls that are not named breed none
    openat = { mask = ["node"], on = ["secret"] }   # what is kept of the call; classes of paths on which it breeds

What is not named is as in the default policy, and so is the allow-list of profile 15, which quarantine gives; a
profile's rules are replaced as a whole, and so is the breeding.  `text` writes such a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from hdl.contract.births import ALWAYS, DEFAULT_BREEDING, TREE_UNIT, Breeding, templates
from hdl.contract.policy import (
    DEFAULT_RULES,
    NARROW_CALLS,
    NARROW_PROFILE,
    PROFILES,
    Policy,
    Rule,
    attribute_rows,
    judge_rows,
)
from hdl.contract.syscalls import IDS
from hdl.contract.vaccine import MASK_UNITS
from hdl.contract.verdict import TIER_SCORES, CallClass, PathClass, Tier, Verdict

MODES = {"monitor": False, "enforce": True}
_DEFAULT = "default"
_TIERS = {score: Tier(tier) for tier, score in enumerate(TIER_SCORES) if tier}
_FLAGS = ("secret", "vaccinated", "violation")
_UNITS = tuple(name for unit, (name, _, _) in enumerate(MASK_UNITS) if not (ALWAYS | TREE_UNIT) >> unit & 1)
_Word = TypeVar("_Word", bound=IntEnum)


class PolicyError(Exception):
    """A policy's file cannot be used.  The message names where, the offending value and the mend."""


@dataclass(frozen=True)
class Profile:
    """What one profile answers.  allow: the names of the calls that it allows; None: all, unknown ones too."""

    enforce: bool = True
    allow: frozenset[str] | None = None
    rules: tuple[Rule, ...] = DEFAULT_RULES


@dataclass(frozen=True)
class Rules:
    """A policy as people write it.

    classes: of calls whose class is another one than in the default policy.  breeding: of all calls that breed.
    """

    default: Profile = field(default_factory=Profile)
    profiles: Mapping[int, Profile] = field(default_factory=dict)
    classes: Mapping[str, CallClass] = field(default_factory=dict)
    breeding: Mapping[str, Breeding] = field(default_factory=lambda: dict(DEFAULT_BREEDING))

    def policy(self) -> Policy:
        """Return it as it is loaded."""
        every = [self.profiles.get(number, self.default) for number in range(PROFILES)]
        allow = {number: one.allow for number, one in enumerate(every) if one.allow is not None}
        if NARROW_PROFILE not in self.profiles:  # what comes out of quarantine gets it, too
            allow[NARROW_PROFILE] = NARROW_CALLS & allow.get(NARROW_PROFILE, NARROW_CALLS)
        rows = [row for one in every for row in judge_rows(one.rules)]
        enforce = sum(one.enforce << number for number, one in enumerate(every))
        attributes = attribute_rows(allow, self.classes)
        return Policy(tuple(attributes), tuple(rows), enforce, tuple(templates(self.breeding)))


def read_policy(path: Path) -> Rules:
    """Read a policy's file.  Raises PolicyError."""
    try:
        return parse(path.read_text())
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}: check the path") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: is no text: `vigilante policy show` prints such a file") from None
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from None


def parse(source: str) -> Rules:
    """Return the policy that a text holds.  Raises PolicyError."""
    try:
        found = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"is no TOML: {error}") from None
    _known(found, ("calls", "profile", "breeding"), "a policy")
    calls = _table(found.get("calls", {}), "calls")
    classes = {_call(name, "calls"): _word(CallClass, kind, f"calls, {name}") for name, kind in calls.items()}
    profiles = {
        _profile_number(name): _profile(_table(values, f"profile {name}"), f"profile {name}")
        for name, values in _table(found.get("profile", {}), "profile").items()
    }
    default = profiles.pop(_DEFAULT, Profile())
    breeding = dict(DEFAULT_BREEDING)
    if "breeding" in found:
        breeding = {
            _call(name, "breeding"): _breeding(_table(how, f"breeding, {name}"), f"breeding, {name}")
            for name, how in _table(found["breeding"], "breeding").items()
        }
    return Rules(default, {int(number): one for number, one in profiles.items()}, classes, breeding)


def text(rules: Rules) -> str:
    """Return a policy as its file."""
    lines = []
    if rules.classes:
        lines += ["[calls]", *(f'{name} = "{_spelt(kind)}"' for name, kind in sorted(rules.classes.items())), ""]
    named = {_DEFAULT: rules.default} | {str(number): rules.profiles[number] for number in sorted(rules.profiles)}
    for name, profile in named.items():
        lines += [f"[profile.{name}]", f'mode = "{"enforce" if profile.enforce else "monitor"}"']
        if profile.allow is not None:
            lines.append(f"allow = [{_quoted(sorted(profile.allow))}]")
        if not profile.rules:
            lines.append("rule = []")
        for rule in profile.rules:
            lines += ["", f"[[profile.{name}.rule]]", *_rule_lines(rule)]
        lines.append("")
    lines.append("[breeding]")
    for name, how in sorted(rules.breeding.items()):
        classes = _quoted([_spelt(kind) for kind in sorted(how.classes)])
        lines.append(f"{name} = {{ mask = [{_quoted(how.covered)}], on = [{classes}] }}")
    return "\n".join([*lines, ""])


def _rule_lines(rule: Rule) -> list[str]:
    lines = [f'answer = "{_spelt(rule.answer)}"']
    if rule.tier:
        lines.append(f"from = {TIER_SCORES[rule.tier]:.2f}")
    if rule.classes is not None:
        lines.append(f"class = [{_quoted([_spelt(kind) for kind in sorted(rule.classes)])}]")
    flags = ((name, getattr(rule, name)) for name in _FLAGS)
    return lines + [f"{name} = {str(value).lower()}" for name, value in flags if value is not None]


def _profile(values: Mapping[str, Any], where: str) -> Profile:
    _known(values, ("mode", "allow", "rule"), where)
    mode = values.get("mode", "enforce")
    if not isinstance(mode, str) or mode not in MODES:
        raise PolicyError(f"{where}: mode {mode!r}: it is enforce or monitor")
    allow = None
    if "allow" in values:
        allow = frozenset(_call(name, f"{where}, allow") for name in _list(values["allow"], f"{where}, allow"))
    rules: tuple[Rule, ...] = DEFAULT_RULES
    if "rule" in values:
        given = _list(values["rule"], f"{where}, rule")
        numbered = ((one, f"{where}, rule {number}") for number, one in enumerate(given, 1))
        rules = tuple(_rule(_table(one, at), at) for one, at in numbered)
    return Profile(MODES[mode], allow, rules)


def _rule(values: Mapping[str, Any], where: str) -> Rule:
    _known(values, ("answer", "from", "class", *_FLAGS), where)
    if "answer" not in values:
        raise PolicyError(f"{where}: has no answer: add one of {_choices(Verdict)}")
    score, tier = values.get("from"), Tier.CALM
    if score is not None:
        if isinstance(score, bool) or not isinstance(score, int | float) or score not in _TIERS:
            scores = ", ".join(f"{one:.2f}" for one in _TIERS)
            raise PolicyError(f"{where}: from {score!r}: tiers begin at {scores}")
        tier = _TIERS[score]
    classes = None
    if "class" in values:
        named = _list(values["class"], f"{where}, class")
        classes = frozenset(_word(CallClass, name, f"{where}, class") for name in named)
    flags = {name: values[name] for name in _FLAGS if name in values}
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise PolicyError(f"{where}: {name} {value!r}: it is true or false")
    return Rule(_word(Verdict, values["answer"], f"{where}, answer"), tier, classes, **flags)


def _breeding(values: Mapping[str, Any], where: str) -> Breeding:
    _known(values, ("mask", "on"), where)
    units = _list(values.get("mask", []), f"{where}, mask")
    for unit in units:
        if unit not in _UNITS:
            raise PolicyError(f"{where}, mask: unknown {unit!r}: of {', '.join(_UNITS)}")
    kinds = _list(values.get("on", []), f"{where}, on")
    classes = {_word(PathClass, kind, f"{where}, on") for kind in kinds}
    return Breeding(tuple(unit for unit in _UNITS if unit in units), tuple(sorted(classes)))


# --- values ------------------------------------------------------------------------------------------------------


def _known(values: Mapping[str, Any], names: Sequence[str], where: str) -> None:
    for name in values:
        if name not in names:
            raise PolicyError(f"{where}: unknown key {name!r}: it has {', '.join(names)}")


def _profile_number(name: str) -> str:
    if name != _DEFAULT and name not in map(str, range(PROFILES)):
        raise PolicyError(f"profile {name!r}: there are 0 to {PROFILES - 1}, and default")
    return name


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PolicyError(f"{where}: {value!r} is no table")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise PolicyError(f"{where}: {value!r} is no list")
    return value


def _call(name: object, where: str) -> str:
    if not isinstance(name, str) or name not in IDS:
        raise PolicyError(f"{where}: unknown call {name!r}: calls have Linux's names, as in docs/calls.md")
    return name


def _word(words: type[_Word], name: object, where: str) -> _Word:
    if not isinstance(name, str) or name.upper() not in words.__members__ or name != name.lower():
        raise PolicyError(f"{where}: unknown {name!r}: one of {_choices(words)}")
    return words[name.upper()]


def _choices(words: type[IntEnum]) -> str:
    return ", ".join(map(_spelt, words))


def _spelt(word: IntEnum) -> str:
    return word.name.lower()


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
