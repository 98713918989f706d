"""Keys that sign and verify model packages: ECDSA over P-256, kept in PEM files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

BLOCK_MAGIC = b"VGSIGN\0\0"
BLOCK_BYTES = len(BLOCK_MAGIC) + 32 + 64
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SCHEME = Prehashed(hashes.SHA256())


class TrustError(Exception):
    """A key or a signature is refused; the message says why and names the mend."""


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies."""

    key: ec.EllipticCurvePublicKey

    @property
    def id(self) -> bytes:
        """SHA-256 of the key's SubjectPublicKeyInfo."""
        return hashlib.sha256(self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()

    def pem(self) -> bytes:
        """Return the key as a file holds it."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def load(cls, path: Path) -> PublicKey:
        """Read a PEM file."""
        try:
            key = load_pem_public_key(_read(path))
        except (ValueError, UnsupportedAlgorithm):
            raise TrustError(f"{path}: no public key in PEM: name the .pub file of `vigilante keygen`") from None
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise TrustError(f"{path}: not a P-256 key: make one with `vigilante keygen`")
        return cls(key)


@dataclass(frozen=True)
class PrivateKey:
    """A key that signs."""

    key: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return PublicKey(self.key.public_key())

    @classmethod
    def load(cls, path: Path) -> PrivateKey:
        """Read a PEM file without a passphrase."""
        try:
            key = load_pem_private_key(_read(path), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise TrustError(
                f"{path}: no private key in PEM without a passphrase: name the file that `vigilante keygen` wrote"
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise TrustError(f"{path}: not a P-256 key: make one with `vigilante keygen`")
        return cls(key)


def generate_key(path: Path) -> PrivateKey:
    """Write a new private key to `path`, for its owner's eyes only, and its public key beside it (.pub).

    Nothing is ever overwritten.
    """
    public = path.with_suffix(".pub")
    if path == public:
        raise TrustError(f"{path}: .pub is the public key's ending: choose another name for the private key")
    for wanted in (path, public):
        if wanted.exists():
            raise TrustError(f"{wanted}: exists, and a key is never overwritten: choose another name")
    key = PrivateKey(ec.generate_private_key(ec.SECP256R1()))
    private = key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _create(path, private, 0o600)
        _create(public, key.public.pem(), 0o644)
    except OSError as error:
        raise TrustError(f"{error.filename}: cannot be written ({error.strerror}): choose another place") from None
    return key


def signature_block(digest: bytes, key: PrivateKey) -> bytes:
    """Return the block that vouches for a digest; the same every time (RFC 6979)."""
    r, s = decode_dss_signature(key.key.sign(digest, ec.ECDSA(_SCHEME, deterministic_signing=True)))
    s = min(s, _ORDER - s)
    return BLOCK_MAGIC + key.public.id + r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_block(block: bytes, digest: bytes, trusted: Sequence[PublicKey]) -> bytes:
    """Return the id of the trusted key that signed `digest`, else raise TrustError."""
    if len(block) != BLOCK_BYTES or not block.startswith(BLOCK_MAGIC):
        raise TrustError("what follows its digest is no signature: sign it with `vigilante sign`")
    named = block[len(BLOCK_MAGIC) : len(BLOCK_MAGIC) + 32]
    key = next((key for key in trusted if key.id == named), None)
    if key is None:
        raise TrustError(
            f"signed with key {named.hex()[:16]}, which is not trusted: name its public key with --key"
        )
    r, s = int.from_bytes(block[-64:-32], "big"), int.from_bytes(block[-32:], "big")
    try:
        if s > _ORDER // 2:
            raise InvalidSignature
        key.key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(_SCHEME))
    except (InvalidSignature, ValueError):
        raise TrustError(f"its signature by key {named.hex()[:16]} is wrong: fetch it or sign it again") from None
    return named


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1 << 16)
    except OSError as error:
        raise TrustError(
            f"{path}: cannot be read ({error.strerror}): make a key with `vigilante keygen`"
        ) from None


def _create(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
