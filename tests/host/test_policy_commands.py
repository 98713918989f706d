"""`vigilante policy`, and `screen --policy`, as typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hdl.contract.births import Breeding, templates
from hdl.contract.syscalls import IDS
from hdl.contract.verdict import PathClass
from host.cli import main

if TYPE_CHECKING:
    from conftest import Bench, Lab

KILLS = """
[profile.default]
mode = "monitor"
[[profile.default.rule]]
answer = "kill"
class = ["read"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "lab.toml").write_text(KILLS)
    return tmp_path / "lab.toml"


def vigilante(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["policy", *map(str, words)])


def test_what_is_shown_can_be_shown_again(file: Path) -> None:
    assert 'answer = "quarantine"\nfrom = 0.90\n' in vigilante("show").stdout
    shown = vigilante("show", file).stdout
    assert 'mode = "monitor"' in shown and 'class = ["read"]' in shown
    file.write_text(shown)
    assert vigilante("show", file).stdout == shown


@pytest.mark.usefixtures("bench")
def test_a_policy_is_put_in_force(file: Path) -> None:
    assert "every profile in monitor mode" in vigilante("load", file).stdout
    assert "every profile in enforce mode" in vigilante("load").stdout
    file.write_text("profile.3.mode = 'monitor'")
    assert "monitor mode: profiles 3; the others in enforce mode" in vigilante("load", file).stdout
    assert json.loads(vigilante("load", file, "--json").stdout)["monitor"] == [3]


def test_templates_of_vaccines_are_loaded_with_it(bench: Bench, file: Path) -> None:
    file.write_text('[breeding]\ngetpid = { mask = ["field0[0:4]"], on = ["none"] }\n')
    assert 'getpid = { mask = ["field0[0:4]"], on = ["none"] }' in vigilante("show", file).stdout
    bench.board.exchange()
    births = bench.board._golden.births
    default = list(births.templates)
    assert default == templates(), "as the firmware has them at boot"
    assert vigilante("load", file).exit_code == 0
    assert births.templates == templates({"getpid": Breeding(("field0[0:4]",), (PathClass.NONE,))})
    file.write_text("[breeding]\nunlinkt = {}\n")
    refused = vigilante("load", file)
    assert refused.exit_code == 4 and "breeding: unknown call 'unlinkt'" in refused.stderr
    assert births.templates[IDS["getpid"]], "nothing was changed"
    assert vigilante("load").exit_code == 0 and births.templates == default


@pytest.mark.usefixtures("bench")
def test_one_that_is_wrong_is_refused_before_anything_is_loaded(file: Path) -> None:
    file.write_text(KILLS.replace("read", "reed"))
    result = vigilante("load", file)
    assert result.exit_code == 4
    assert (
        result.stderr.count("\n") == 1
        and "lab.toml: profile default, rule 1, class: unknown 'reed'" in result.stderr
    )


def test_a_trace_is_screened_by_it(lab: Lab, file: Path) -> None:
    def screened(*more: str) -> Result:
        return CliRunner().invoke(main, ["screen", str(lab.trace), *lab.options(lab.calm), "--json", *more])

    assert screened().exit_code == 0
    result = screened("--policy", str(file))
    (trace,) = (one for one in map(json.loads, result.stdout.splitlines()) if one["type"] == "trace")
    assert trace["first"]["verdict"] == "allow" and trace["first"]["proposed"] == "kill", trace["first"]
