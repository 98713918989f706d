"""Policies as files: what they say is what the judge answers, and a lie in one is one clear error."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.births import ALWAYS, DEFAULT_BREEDING, TEMPLATE, TREE_UNIT, Breeding, templates
from hdl.contract.policy import (
    ATTRIBUTES,
    JUDGE_ROWS,
    PROFILES,
    VERDICT_BITS,
    Rule,
    default_policy,
    judge_cell,
    judge_row,
)
from hdl.contract.syscalls import IDS, NAMES
from hdl.contract.vaccine import MASK_UNITS
from hdl.contract.verdict import CallClass, PathClass, Tier, Verdict
from host.policies import PolicyError, Profile, Rules, parse, read_policy, text

FLAG = st.sampled_from([None, True, False])
RULE = st.builds(
    Rule, st.sampled_from(Verdict), st.sampled_from(Tier), st.none() | st.frozensets(st.sampled_from(CallClass)),
    FLAG, FLAG, FLAG,
)  # fmt: skip
PROFILE = st.builds(
    Profile, st.booleans(), st.none() | st.frozensets(st.sampled_from([name for name in NAMES if name])),
    st.lists(RULE, max_size=5).map(tuple),
)  # fmt: skip
UNITS = [name for unit, (name, _, _) in enumerate(MASK_UNITS) if not (ALWAYS | TREE_UNIT) >> unit & 1]
BREEDING = st.builds(
    Breeding, st.sets(st.sampled_from(UNITS)).map(lambda units: tuple(sorted(units, key=UNITS.index))),
    st.sets(st.sampled_from(PathClass)).map(lambda classes: tuple(sorted(classes))),
)  # fmt: skip
POLICY = st.builds(
    Rules, PROFILE, st.dictionaries(st.integers(0, PROFILES - 1), PROFILE, max_size=3),
    st.dictionaries(st.sampled_from(sorted(IDS)), st.sampled_from(CallClass), max_size=3),
    st.dictionaries(st.sampled_from(sorted(IDS)), BREEDING, max_size=3),
)  # fmt: skip


def answered(rules: Rules, profile: int, kind: CallClass, secret: int, **state: int) -> Verdict:
    """What the judge's table says, by its contract."""
    cell = judge_cell(state.get("tier", 0), state.get("vaccinated", 0), state.get("violation", 0))
    row = rules.policy().rows[judge_row(profile, kind, secret)]
    return Verdict(row >> VERDICT_BITS * cell & 7)


def test_nothing_is_the_default_policy() -> None:
    default = replace(default_policy(), templates=tuple(templates(DEFAULT_BREEDING)))
    assert parse("").policy() == default
    assert parse(text(Rules())) == Rules() and Rules().policy() == default
    assert len(parse("").policy().rows) == JUDGE_ROWS


@given(POLICY)
def test_what_is_written_is_read(rules: Rules) -> None:
    assert parse(text(rules)) == rules
    assert parse(text(rules)).policy() == rules.policy()


def test_the_first_rule_that_fits_counts_and_profiles_are_their_own() -> None:
    rules = parse("""
        [calls]
        ioctl = "privilege"
        [profile.default]
        mode = "monitor"
        [profile.3]
        allow = ["read", "exit_group"]
        [[profile.3.rule]]
        answer = "kill"
        from = 0.90
        class = ["network"]
        [[profile.3.rule]]
        answer = "decoy"
        secret = true
        violation = false
    """)
    policy = rules.policy()
    assert policy.enforce == 1 << 3
    assert answered(rules, 3, CallClass.NETWORK, 1, tier=2) is Verdict.KILL
    assert answered(rules, 3, CallClass.NETWORK, 1, tier=1) is Verdict.DECOY
    assert answered(rules, 3, CallClass.NETWORK, 1, tier=1, violation=1) is Verdict.ALLOW
    assert answered(rules, 0, CallClass.READ, 0, vaccinated=1) is Verdict.DENY, "the others are as by default"
    attributes = [ATTRIBUTES.unpack(policy.attributes[IDS[name]]) for name in ("ioctl", "read", "write")]
    assert [one["call_class"] for one in attributes] == [CallClass.PRIVILEGE, CallClass.READ, CallClass.WRITE]
    assert [one["allow"] >> 3 & 1 for one in attributes] == [0, 1, 0]
    assert all(one["allow"] | 8 == 0xFFFF for one in attributes)


def test_what_breeds_is_replaced_as_a_whole() -> None:
    rules = parse("""
        [breeding]
        openat = { mask = ["node"], on = ["secret", "kernel"] }
        getpid = {}
    """)
    found = rules.policy().templates
    assert found == tuple(templates({
        "openat": Breeding(("node",), (PathClass.KERNEL, PathClass.SECRET)), "getpid": Breeding(()),
    }))  # fmt: skip
    assert TEMPLATE.unpack(found[IDS["openat"]])["breeds"] == 1 << PathClass.KERNEL | 1 << PathClass.SECRET
    assert found[IDS["unlink"]] == 0, "it is not named"
    assert not any(parse("[breeding]").policy().templates)
    assert parse(text(parse("[breeding]"))).breeding == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("profile", "is no TOML: "),
        ("profiles = 1", "a policy: unknown key 'profiles': it has calls, profile, breeding"),
        ("breeding = 1", "breeding: 1 is no table"),
        ("breeding.unlinkt = {}", "breeding: unknown call 'unlinkt': calls have Linux's names"),
        ("breeding.unlink = 1", "breeding, unlink: 1 is no table"),
        ("breeding.unlink.masks = []", "breeding, unlink: unknown key 'masks': it has mask, on"),
        ("breeding.unlink.mask = 'node'", "breeding, unlink, mask: 'node' is no list"),
        ("breeding.unlink.mask = ['nod']", r"breeding, unlink, mask: unknown 'nod': of node, field0\[0:4\]"),
        ("breeding.unlink.mask = ['tree']", "mask: unknown 'tree': of node"),
        ("breeding.unlink.mask = [[]]", r"mask: unknown \[\]: of node"),
        ("breeding.unlink.on = ['fatal']", "breeding, unlink, on: unknown 'fatal': one of none, other, library"),
        ("[profile.16]", "profile '16': there are 0 to 15, and default"),
        ("profile.1 = 2", "profile 1: 2 is no table"),
        ("[profile.1]\nmode = 'soft'", "profile 1: mode 'soft': it is enforce or monitor"),
        ("[profile.1]\nallow = 'read'", "profile 1, allow: 'read' is no list"),
        ("[profile.1]\nallow = ['raed']", "profile 1, allow: unknown call 'raed'"),
        ("[[profile.1.rule]]\nfrom = 0.8", "profile 1, rule 1: has no answer: add one of allow, decoy"),
        ("[[profile.1.rule]]\nanswer = 'no'", "profile 1, rule 1, answer: unknown 'no': one of allow, decoy"),
        ("[[profile.1.rule]]\nanswer = 'DENY'", "unknown 'DENY'"),
        ("[[profile.1.rule]]\nanswer = 'deny'\nfrom = 0.7", "rule 1: from 0.7: tiers begin at 0.80, 0.90, 0.95"),
        ("[[profile.1.rule]]\nanswer = 'deny'\nfrom = true", "rule 1: from True: tiers begin"),
        ("[[profile.1.rule]]\nanswer = 'deny'\nclass = ['fatal']", "class: unknown 'fatal': one of neutral, read"),
        ("[[profile.1.rule]]\nanswer = 'deny'\nsecret = 1", "rule 1: secret 1: it is true or false"),
        ("[[profile.1.rule]]\nanswer = 'deny'\nuntil = 1", "rule 1: unknown key 'until'"),
        ("[calls]\nopenat = 'odd'", "calls, openat: unknown 'odd'"),
        ("[calls]\nopen_at = 'read'", "calls: unknown call 'open_at'"),
    ],
)
def test_errors(source: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        parse(source)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"none\.toml: .*check the path"):
        read_policy(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match=r"odd\.toml: is no text"):
        read_policy(tmp_path / "odd.toml")


WORDS = st.sampled_from([
    "[", "]", "profile", ".", "default", "rule", "=", "'deny'", "0.8", "\n", "calls", "read", "'read'", "from",
    ",", "answer", "class", "secret", "true", "breeding", "open", "mask", "on", "'node'", "'kernel'", "{", "}",
])  # fmt: skip


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.text(string.printable))
def test_whatever_a_file_holds_is_a_policy_or_one_error(source: str) -> None:
    try:
        rules = parse(source)
    except PolicyError as error:
        assert len(str(error).splitlines()) <= 2
    else:
        rules.policy()
