"""`vigilante keygen` and `vigilante sign`."""

from __future__ import annotations

from pathlib import Path

from host.terminal import Terminal
from models.keys import PrivateKey, generate_key
from models.package import sign_package


def keygen(terminal: Terminal, path: Path) -> None:
    """Make a key pair: `path`, and its public key beside it."""
    key = generate_key(path)
    terminal.out(f"private key {path} (keep it to yourself), public key {path.with_suffix('.pub')}")
    terminal.out(f"key id {key.public.id.hex()}")


def sign(terminal: Terminal, path: Path, key: Path) -> None:
    """Sign the package at `path`, in place of any signature it has."""
    private = PrivateKey.load(key)
    sign_package(path, private)
    terminal.out(f"{path} signed with key {private.public.id.hex()}")
