"""What tests of the simulated board share: kernels that err."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from firmware import build

Changes = Mapping[str, Sequence[tuple[str, str]]]
"""By file of the kernel: what stands there once, and what is to stand there."""


@pytest.fixture
def erring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Changes], None]:
    """Give boards that are switched on from now on a kernel with changes."""

    def change(changes: Changes) -> None:
        kernel = Path(shutil.copytree(build.KERNEL, tmp_path / "kernel"))
        for file, parts in changes.items():
            text = (kernel / file).read_text()
            for known, instead in parts:
                assert text.count(known) == 1, f"{known!r} is {text.count(known)} times in {file}"
                text = text.replace(known, instead)
            (kernel / file).write_text(text)
        monkeypatch.setattr(build, "KERNEL", kernel)

    return change
