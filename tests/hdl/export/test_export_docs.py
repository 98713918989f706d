"""Pages that repeat what is declared elsewhere, or show an example: they must agree with it."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from hdl.contract.event import EVENT, RECORD
from hdl.contract.registers import DISPATCH_WAIT
from hdl.export.guide import DOCS, port_table, ports, timing_list
from host.cli import main

PAGES = Path(__file__).parents[3] / "docs"
NEW = ("events", "verdicts", "export", "getting-started")


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text()


@pytest.mark.parametrize("name", ["events", "verdicts"])
def test_worked_examples_give_what_the_page_says(name: str) -> None:
    text = re.sub(r"^```\w*$", "", page(name), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, name, f"{name}.md", 0)
    assert test.examples
    said: list[str] = []
    failed = doctest.DocTestRunner(verbose=False).run(test, out=said.append).failed
    assert not failed, "".join(said)


def test_every_field_of_an_event_is_explained() -> None:
    table = page("events").partition("## The fields")[2].partition("##")[0]
    named = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert named == [name for name in EVENT.field if name not in ("a1", "a2", "a3", "a4", "a5")]


def test_every_field_of_a_record_that_counts_is_named() -> None:
    text = page("verdicts")
    plain = {"kind", "slot", "id", "profile", "model", "generation", "spare0", "spare1"}
    assert not [name for name in RECORD.field if name not in plain and f"`{name}`" not in text]


def test_the_ports_and_their_timing_are_those_of_the_gateware() -> None:
    assert list(DOCS) and set(DOCS) == set(ports())
    assert port_table() in page("export")
    assert timing_list() in page("export")
    assert f"{DISPATCH_WAIT} cycles at most" in page("export")


def test_what_screen_says_is_what_it_says() -> None:
    command = re.search(r"^vigilante (screen .*)$", page("verdicts"), re.MULTILINE)
    quoted = re.search(r"```text\n(.*?)```", page("verdicts"), re.DOTALL)
    assert command and quoted
    trace = PAGES.parent / command[1].split()[-1]
    said = CliRunner().invoke(main, [*command[1].split()[:-1], str(trace)]).output.splitlines()
    assert not [line for line in quoted[1].splitlines() if line not in said]


def test_the_demo_ends_as_getting_started_says() -> None:
    quoted = re.search(r"```text\n(.*?)```", page("getting-started"), re.DOTALL)
    assert quoted
    done = CliRunner().invoke(main, ["demo", "--engine", "golden"])
    assert done.exit_code == 0
    assert done.output.splitlines()[-3:] == quoted[1].splitlines()


def test_the_shares_of_getting_started_are_those_measured() -> None:
    tables = json.loads((PAGES / "charts" / "accuracy.json").read_text()).get("corpus", {})
    if "implementation" not in tables:
        pytest.skip("`make accuracy` has not been run: nothing to compare with")
    measured = tables["implementation"]["ours"]
    rows = re.findall(r"^\| (0\.\d\d) .*\| ([\d,]+) \(.*\| ([\d,]+) \(", page("getting-started"), re.MULTILINE)
    said = [
        (float(tier), int(attacks.replace(",", "")), int(benign.replace(",", "")))
        for tier, attacks, benign in rows
    ]
    assert said == [(row["score"], row["attacks"], row["processes"]) for row in measured["drift"]]


@pytest.mark.parametrize("name", NEW)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", page(name))
    assert links
    assert not [link for link in links if not (PAGES / link).exists()]


@pytest.mark.parametrize("name", NEW)
def test_every_command_named_exists(name: str) -> None:
    for command in re.findall(r"\bvigilante ([a-z]+)\b", page(name)):
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0, command
