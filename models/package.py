"""The model package, a `.vgm` file: a model image with its papers.

    offset  bytes
    0       8      "VGMODEL" and a zero byte
    8       4      contract version, little-endian as all numbers here
    12      4      H: length of the header
    16      4      V: length of the self-test vectors
    20      8192   the image, as a model slot holds it
    8212    H      header: canonical JSON, ASCII
    ..      V      self-test vectors, see `models.vectors`
    ..      32     SHA-256 of everything before
    ..      104    signature block, or nothing: "VGSIGN" and two zero bytes, the key's id (SHA-256 of its
                   SubjectPublicKeyInfo), ECDSA P-256 over the digest: r and s, 32 bytes each, big-endian,
                   s in the lower half of its range

The same model and papers give the same bytes, the signature too (RFC 6979).  In this version the host verifies
the signature and the board the digest.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdl.contract.model import IMAGE_BYTES
from hdl.contract.verdict import CONTRACT_VERSION
from models.image import ModelError, parse
from models.keys import BLOCK_BYTES, PrivateKey, PublicKey, TrustError, signature_block, verify_block
from models.vectors import Vector, VectorError, check_moving, make_vectors, unpack

MAGIC = b"VGMODEL\0"
LIMIT = 1 << 20
"""A larger file is no package: nothing is read of it."""
_START = struct.Struct("<8sIII")
_DIGEST = 32

SHIPPED = Path(__file__).parent / "shipped" / "vigilante.vgm"
SHIPPED_KEY = SHIPPED.with_suffix(".pub")
SHIPPED_BOARD = SHIPPED.with_name("board.vgm")
"""For programs of the board's own kernel: it has learned from sessions at its shell besides."""


class PackageError(Exception):
    """A model package is refused.  The message names the file, what is wrong with it and the mend."""


@dataclass(frozen=True)
class Package:
    """A model with its papers.

    image: 8192 bytes, see `hdl.contract.model`.  name, version: what people call it.
    provenance: what it was made from: corpus digest, seed, and whatever tells how to make it again.
    vocabulary: names of the calls that share each token.  paths: path prefixes its trie knows.
    calibration: how its thresholds were found, as numbers.  vectors: self-test.
    digest, key_id: of the file it was read from, hexadecimal; "" before.
    """

    image: bytes
    name: str
    version: str
    provenance: Mapping[str, Any] = field(default_factory=dict)
    vocabulary: Mapping[int, Sequence[str]] = field(default_factory=dict)
    paths: Sequence[str] = ()
    calibration: Mapping[str, Any] = field(default_factory=dict)
    vectors: tuple[Vector, ...] = ()
    digest: str = ""
    key_id: str = ""

    def header(self) -> bytes:
        """Return the header's bytes."""
        papers = {
            "name": self.name,
            "version": self.version,
            "provenance": dict(self.provenance),
            "vocabulary": {str(token): list(names) for token, names in self.vocabulary.items()},
            "paths": list(self.paths),
            "calibration": dict(self.calibration),
        }
        return json.dumps(papers, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def pack(package: Package) -> bytes:
    """Return the package's bytes without a signature; vectors are made if it has none."""
    try:
        parse(package.image)
        vectors = package.vectors or make_vectors(package.image, package.paths)
        check_moving(vectors)
    except (ModelError, VectorError) as error:
        raise PackageError(f"model {package.name!r} is not packed: {error}") from None
    header = package.header()
    packed = b"".join(vector.pack() for vector in vectors)
    body = _START.pack(MAGIC, CONTRACT_VERSION, len(header), len(packed)) + package.image + header + packed
    if len(body) + _DIGEST + BLOCK_BYTES > LIMIT:
        raise PackageError(
            f"model {package.name!r} takes {len(body)} bytes, {LIMIT} are the limit: trim its papers"
        )
    return body + hashlib.sha256(body).digest()


def write_package(path: Path, package: Package, key: PrivateKey | None = None) -> None:
    """Write a package, signed if there is a key."""
    blob = pack(package)
    path.write_bytes(blob + signature_block(blob[-_DIGEST:], key) if key else blob)


def sign_package(path: Path, key: PrivateKey) -> None:
    """Sign the package at `path`, in place of any signature it has."""
    blob = _read(path)
    end = _body_end(blob, str(path))
    _check_digest(blob, end, str(path))
    signed = blob[: end + _DIGEST] + signature_block(blob[end : end + _DIGEST], key)
    path.write_bytes(signed)


def read_package(path: Path, trusted: Sequence[PublicKey] | None = None) -> Package:
    """Return the package at `path`, once its form, digest and signature hold.

    trusted: keys any of which must have signed it; None: the key of the shipped model.
    """
    return parse_package(_read(path), shipped_keys() if trusted is None else trusted, str(path))


def parse_package(blob: bytes, trusted: Sequence[PublicKey], name: str = "package") -> Package:
    """Return the package in `blob`; `name` is what errors call it."""
    package, end = _parse(blob, name)
    block = blob[end + _DIGEST :]
    if not block:
        raise PackageError(f"{name}: carries no signature: sign it with `vigilante sign`")
    if len(block) < BLOCK_BYTES:
        raise PackageError(f"{name}: truncated within its signature: fetch it again")
    try:
        key_id = verify_block(block, blob[end : end + _DIGEST], trusted)
    except TrustError as error:
        raise PackageError(f"{name}: {error}") from None
    return _with(package, digest=blob[end : end + _DIGEST].hex(), key_id=key_id.hex())


def inspect_package(path: Path) -> tuple[Package, bool]:
    """Return a package whose form and digest hold, and whether a signature block follows, whoever signed."""
    blob = _read(path)
    package, end = _parse(blob, str(path))
    block = blob[end + _DIGEST :]
    signed = len(block) == BLOCK_BYTES
    key_id = block[8:40].hex() if signed else ""
    return _with(package, digest=blob[end : end + _DIGEST].hex(), key_id=key_id), signed


def shipped_keys() -> tuple[PublicKey, ...]:
    """Return the key of the model that ships with the tool."""
    try:
        return (PublicKey.load(SHIPPED_KEY),)
    except (TrustError, OSError) as error:
        raise PackageError(f"the shipped model's key cannot be read: {error}") from None


def _with(package: Package, digest: str, key_id: str) -> Package:
    values = {name: getattr(package, name) for name in Package.__dataclass_fields__}
    return Package(**{**values, "digest": digest, "key_id": key_id})


def _read(path: Path) -> bytes:
    """Return the file's bytes, if it may be a package at all."""
    try:
        with path.open("rb") as file:
            blob = file.read(LIMIT + 1)
    except OSError as error:
        raise PackageError(f"{path}: cannot be read ({error.strerror}): name a .vgm file") from None
    if len(blob) > LIMIT:
        raise PackageError(f"{path}: larger than {LIMIT} bytes, so no model package: name a .vgm file")
    return blob


def _body_end(blob: bytes, name: str) -> int:
    """Return where the digest stands; raise for everything that is not the shape of a package."""
    if not blob.startswith(MAGIC[: max(len(blob), 1)]):
        raise PackageError(f"{name}: no model package (it does not begin with VGMODEL): name a .vgm file")
    if len(blob) < _START.size:
        raise PackageError(f"{name}: truncated after {len(blob)} bytes: fetch it again")
    _magic, version, header, vectors = _START.unpack_from(blob)
    if version != CONTRACT_VERSION:
        raise PackageError(
            f"{name}: made for contract version {version}, this tool has {CONTRACT_VERSION}: "
            "train the model again, or take the tool that belongs to it"
        )
    end = int(_START.size + IMAGE_BYTES + header + vectors)
    if len(blob) < end + _DIGEST:
        raise PackageError(f"{name}: truncated: {len(blob)} bytes of {end + _DIGEST}: fetch it again")
    if len(blob) > end + _DIGEST + BLOCK_BYTES:
        surplus = len(blob) - end - _DIGEST - BLOCK_BYTES
        raise PackageError(f"{name}: oversized: {surplus} bytes follow its signature: fetch it again")
    return end


def _check_digest(blob: bytes, end: int, name: str) -> None:
    if hashlib.sha256(blob[:end]).digest() != blob[end : end + _DIGEST]:
        raise PackageError(f"{name}: damaged: its content does not have its digest: fetch it again")


def _parse(blob: bytes, name: str) -> tuple[Package, int]:
    """Return the package without looking at its signature, and where its digest stands."""
    end = _body_end(blob, name)
    _check_digest(blob, end, name)
    _magic, _version, header, vectors = _START.unpack_from(blob)
    place = _START.size + IMAGE_BYTES
    image = blob[_START.size : place]
    try:
        parse(image)
    except ModelError as error:
        raise PackageError(f"{name}: its image is refused: {error}") from None
    try:
        papers = json.loads(blob[place : place + header])
        package = Package(
            image=image,
            name=_text(papers["name"]),
            version=_text(papers["version"]),
            provenance=dict(papers["provenance"]),
            vocabulary={int(token): tuple(map(_text, names)) for token, names in papers["vocabulary"].items()},
            paths=tuple(map(_text, papers["paths"])),
            calibration=dict(papers["calibration"]),
            vectors=unpack(blob[place + header : place + header + vectors]),
        )
        check_moving(package.vectors)
    except VectorError as error:
        raise PackageError(f"{name}: {error}: train the model again") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PackageError(f"{name}: its header is not understood ({error}): train the model again") from None
    return package, end


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
