"""Loads model packages into an engine: checked, tried elsewhere, then switched to between two events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hdl.contract.policy import Policy, default_policy
from host.engines import Engine, Pipeline, Remote
from host.link.errors import PushError
from host.policies import MODES, read_policy
from models.gateway import switch
from models.package import Package, PackageError
from models.vectors import VectorError, replay


def policy_of(mode: str, file: Path | None = None) -> Policy:
    """Return a file's policy, or the default one; in `monitor` mode every profile is, in `enforce` as it says.

    Raises PolicyError.
    """
    if mode not in MODES:
        raise ValueError(f"unknown mode {mode!r}: use enforce or monitor")
    policy = default_policy() if file is None else read_policy(file).policy()
    return policy if MODES[mode] else replace(policy, enforce=0)


class ModelKeeper:
    """Keeps one engine's model.

    engine: the one that screens.  spare: makes another one, on which a new model proves itself first: the running
    one stays in force, and screens on, until it has.

    Members: `package`, the model in force, None before the first; `engine`.
    """

    def __init__(self, engine: Engine, spare: Callable[[], Pipeline]) -> None:
        self.engine = engine
        self.package: Package | None = None
        self._spare = spare
        self._slot = 1
        self._policy = default_policy()

    def start(self, package: Package, policy: Policy) -> None:
        """Put the first model in force.

        In an engine of this process nothing runs yet, so the model proves itself where it will stay.  A board may
        have one in force already.
        """
        if self.package is not None:
            raise ValueError("a model is in force: swap to another one")
        self._policy = policy
        if isinstance(self.engine, Remote):
            self._push(package, self.engine)
        else:
            self._slot = 0
            prove(package, self.engine, self._slot)
            self.engine.load_policy(policy)
        self.package = package

    def swap(self, package: Package) -> None:
        """Put another model in force, or raise PackageError or PushError and leave everything as it is."""
        if isinstance(self.engine, Remote):
            self._push(package, self.engine)
        else:
            prove(package, self._spare(), 0)
            idle = 1 - self._slot
            self.engine.load_model(idle, package.image)
            switch(self.engine, idle)
            self._slot = idle
        self.package = package

    def _push(self, package: Package, board: Remote) -> None:
        """Push a package that has proved itself elsewhere; the board tries it again."""
        prove(package, self._spare(), 0)
        try:
            board.push(package)
        except PushError:
            board.load_policy(self._policy)
            raise
        board.load_policy(self._policy)


def prove(package: Package, engine: Pipeline, slot: int) -> None:
    """Replay a package's self-test vectors on an engine that has nothing else to do, or raise PackageError."""
    engine.load_policy(default_policy())
    engine.load_model(slot, package.image)
    switch(engine, slot)
    try:
        replay(package.vectors, engine)
    except VectorError as error:
        raise PackageError(
            f"model {package.name} {package.version} fails its self-test on this engine ({error}): train it again"
        ) from None
