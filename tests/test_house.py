"""The house: captions for every file, arrows that go down, set-up that names what is missing."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("hdl", "firmware", "host", "models", "sim", "tests", "boards", "docs")
MAY_IMPORT = {
    "hdl": set(),
    "firmware": {"hdl"},
    "models": {"hdl"},
    "sim": {"hdl", "models", "host", "firmware"},
    "boards": {"hdl", "models", "sim", "firmware"},
    "host": {"hdl", "models", "sim", "firmware", "boards"},
}


def tracked(folder: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_a_caption(folder: str) -> None:
    """A file is captioned if a list line of its top-level folder's README names it, or a folder it is in."""
    readme = (ROOT / folder / "README.md").read_text()
    captioned = set(re.findall(r"^\s*- `([^`\s]+)`:", readme, re.MULTILINE))
    missing = []
    for path in tracked(folder):
        inner = path.relative_to(folder)
        if inner.name in ("__init__.py", "README.md"):
            continue
        covers = {str(inner), *(f"{parent}/" for parent in inner.parents)}
        if not covers & captioned:
            missing.append(str(inner))
    assert not missing, f"{folder}/README.md: say in one line what these are: {', '.join(missing)}"


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_arrows_go_down(folder: str) -> None:
    wrong = []
    for path in tracked(folder):
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            for name in names:
                top = name.partition(".")[0]
                if top in MAY_IMPORT and top != folder and top not in MAY_IMPORT[folder]:
                    wrong.append(f"{path} imports {name}")
    assert not wrong


def test_test_files_have_unique_names_and_no_packages() -> None:
    names = [path.name for path in tracked("tests") if path.suffix == ".py" and path.name != "conftest.py"]
    assert len(set(names)) == len(names)
    assert "__init__.py" not in names


# --- set-up --------------------------------------------------------------------------------------------------


def clone_with(folder: Path, *tools: str, python: str | None = None) -> tuple[Path, dict[str, str]]:
    """Return a bare house, and an environment in which only `tools` and the set-up's own needs can be found."""
    house = folder / "a house"
    (house / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/setup", house / ".ci/setup")
    (house / "pyproject.toml").write_text("[project]\n")
    programs = folder / "bin"
    programs.mkdir()
    for tool in ("bash", "dirname", "cat", "sha256sum", "cut", *tools):
        found = shutil.which(tool)
        assert found is not None, f"{tool} is not installed"
        (programs / tool).symlink_to(found)
    if python is not None:
        (programs / "python3").write_text(python)
        (programs / "python3").chmod(0o755)
    return house, {"PATH": str(programs), "HOME": os.environ.get("HOME", "/")}


def set_up(house: Path, environment: dict[str, str], want: str = "demo") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [".ci/setup", want], cwd=house, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def this_python() -> str:
    return f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'


def test_missing_tools_are_named_with_the_line_that_installs_them(tmp_path: Path) -> None:
    house, environment = clone_with(tmp_path, "make", python=this_python())
    done = set_up(house, environment)
    assert done.returncode == 1
    assert "missing: g++ perl" in done.stderr
    assert "apt-get install -y g++ perl" in done.stderr
    assert not (house / ".venv").exists()


def test_an_old_python_is_named(tmp_path: Path) -> None:
    house, environment = clone_with(
        tmp_path, "make", "g++", "perl", python='#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 && exit 0\nexit 1\n'
    )
    done = set_up(house, environment)
    assert done.returncode == 1
    assert "Python 3.11 or newer with its venv module is needed (found: Python 3.9.2)" in done.stderr
    assert "apt-get install -y python3 python3-venv" in done.stderr


def test_set_up_says_how_it_is_used(tmp_path: Path) -> None:
    house, environment = clone_with(tmp_path)
    done = set_up(house, environment, "everything")
    assert (done.returncode, done.stderr) == (2, "usage: .ci/setup demo|dev\n")


FAKE_PYTHON = """#!/bin/bash
case "$*" in
    *ensurepip*) exit 0 ;;
    *platform*) echo 3.11.0 ;;
    '-m venv --clear .venv') rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo venv >>../calls ;;
    '-m pip --version') exit 0 ;;
    '-m pip install'*) echo "pip ${@: -1}" >>../calls; echo 'Collecting something'; exit "${PIP_FAILS:-0}" ;;
esac
"""


def test_set_up_does_only_what_is_needed(tmp_path: Path) -> None:
    """The whole life of an environment, with a Python that only writes down what it is asked to do."""
    tools = ("make", "g++", "perl", "tee", "tail", "rm", "mkdir", "cp")
    house, environment = clone_with(tmp_path, *tools, python=FAKE_PYTHON)
    calls = tmp_path / "calls"

    def done(want: str, **more: str) -> tuple[int, list[str]]:
        calls.write_text("")
        code = set_up(house, environment | more, want).returncode
        return code, calls.read_text().splitlines()

    assert done("demo") == (0, ["venv", "pip ."])
    assert done("demo") == (0, [])
    assert done("dev") == (0, ["pip .[dev]"])
    assert done("dev") == done("demo") == (0, [])
    (house / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert done("demo") == (0, ["pip .[dev]"]), "what tests need is not taken away"
    (house / "pyproject.toml").write_text("[project]\nname = 'y'\n")
    assert done("dev", PIP_FAILS="1") == (1, ["pip .[dev]"])
    assert done("dev") == (0, ["venv", "pip .[dev]"]), "after a failure it begins anew"
    house = house.rename(tmp_path / "moved")
    assert done("dev") == (0, ["venv", "pip .[dev]"]), "scripts name the folder that they were made in"
