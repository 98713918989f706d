"""Model packages: what is written can be read, to the byte again; everything else is refused in one sentence."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.model import REGIONS, TABLES
from hdl.contract.policy import default_policy
from hdl.contract.verdict import CONTRACT_VERSION
from host.engines import make_engine
from host.model import ModelKeeper, policy_of
from models.gateway import switch
from models.golden.engine import GoldenEngine
from models.keys import BLOCK_BYTES, PrivateKey, PublicKey, TrustError, generate_key, signature_block
from models.package import (
    LIMIT,
    Package,
    PackageError,
    inspect_package,
    pack,
    parse_package,
    read_package,
    sign_package,
    write_package,
)
from models.untrained import untrained_image
from models.vectors import MINIMUM, Vector, VectorError, make_vectors, replay, unpack


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> PrivateKey:
    return generate_key(tmp_path_factory.mktemp("keys") / "k.pem")


@pytest.fixture(scope="module")
def package() -> Package:
    return Package(
        untrained_image(11),
        "sample",
        "3",
        provenance={"corpus": "ab" * 32, "seed": 11},
        vocabulary={2: ("read", "pread64"), 3: ("write",)},
        paths=("/etc", "/tmp"),
        calibration={"benign": 40, "quantile": 0.99},
    )


@pytest.fixture(scope="module")
def blob(package: Package, key: PrivateKey) -> bytes:
    body = pack(package)
    return body + signature_block(body[-32:], key)


def test_what_is_written_is_read(package: Package, key: PrivateKey, tmp_path: Path) -> None:
    path = tmp_path / "m.vgm"
    write_package(path, package, key)
    read = read_package(path, [key.public])
    assert replace(read, vectors=(), digest="", key_id="") == package
    assert read.key_id == key.public.id.hex()
    assert len(read.vectors) >= MINIMUM
    assert inspect_package(path)[1]


def test_same_model_same_bytes(package: Package, blob: bytes, key: PrivateKey, tmp_path: Path) -> None:
    path = tmp_path / "m.vgm"
    write_package(path, package)
    assert path.read_bytes() == blob[:-BLOCK_BYTES]
    for _ in range(2):  # signing again replaces the signature
        sign_package(path, key)
        assert path.read_bytes() == blob


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.binary(max_size=300).map(lambda rest: b"VGMODEL\0\x01\0\0\0" + rest))
def test_any_bytes_are_refused_in_one_sentence(key: PrivateKey, blob: bytes) -> None:
    with pytest.raises(PackageError, match=r"^package: .*: "):
        parse_package(blob, [key.public])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_refused(key: PrivateKey, blob: bytes, data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, len(blob) * 8 - 1))
    flipped = bytearray(blob)
    flipped[bit >> 3] ^= 1 << (bit & 7)
    with pytest.raises(PackageError):
        parse_package(bytes(flipped), [key.public])


def test_every_flipped_bit_outside_the_large_parts_is_refused(key: PrivateKey, blob: bytes) -> None:
    for bit in [*range(20 * 8), *range((len(blob) - 32 - BLOCK_BYTES) * 8, len(blob) * 8)]:
        flipped = bytearray(blob)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        with pytest.raises(PackageError):
            parse_package(bytes(flipped), [key.public])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_every_cut_is_refused(key: PrivateKey, blob: bytes, data: st.DataObject) -> None:
    with pytest.raises(PackageError, match=r"truncated|no model package|no signature"):
        parse_package(blob[: data.draw(st.integers(0, len(blob) - 1))], [key.public])


def test_rewritten_package_needs_the_key(package: Package, key: PrivateKey, blob: bytes) -> None:
    other = pack(replace(package, name="other"))
    with pytest.raises(PackageError, match="is wrong"):
        parse_package(other + blob[-BLOCK_BYTES:], [key.public])


@settings(max_examples=60, deadline=None)
@given(header=st.binary(max_size=60) | st.sampled_from((b"{}", b"[]", b"null", b'{"name":1}', b"[" * 5000)))
def test_signed_nonsense_in_the_header_is_refused(key: PrivateKey, blob: bytes, header: bytes) -> None:
    body = blob[:12] + len(header).to_bytes(4, "little") + (0).to_bytes(4, "little") + blob[20:8212] + header
    digest = hashlib.sha256(body).digest()
    with pytest.raises(PackageError, match=r"header|vectors"):
        parse_package(body + digest + signature_block(digest, key), [key.public])


def test_image_of_another_contract_version(package: Package, key: PrivateKey, blob: bytes) -> None:
    image = bytearray(package.image)
    image[REGIONS["params"].offset] = CONTRACT_VERSION + 1
    with pytest.raises(PackageError, match=f"contract version {CONTRACT_VERSION + 1}"):
        pack(replace(package, image=bytes(image)))
    body = blob[:20] + bytes(image) + blob[20 + len(image) : -32 - BLOCK_BYTES]
    digest = hashlib.sha256(body).digest()
    with pytest.raises(PackageError, match=f"image is refused: .* contract version {CONTRACT_VERSION + 1}"):
        parse_package(body + digest + signature_block(digest, key), [key.public])


def zeroed(image: bytes) -> bytes:
    blank = bytearray(image)
    for name in TABLES:
        where = REGIONS[name]
        blank[where.offset : where.offset + where.size] = bytes(where.size)
    return bytes(blank)


def test_tables_of_zeros_are_not_packed(package: Package) -> None:
    with pytest.raises(PackageError, match="judge nobody: train it"):
        pack(replace(package, image=zeroed(package.image)))


def test_vectors_that_zeros_satisfy_are_refused(package: Package) -> None:
    still = tuple(replace(vector, records=vector.records * 0) for vector in make_vectors(package.image))
    with pytest.raises(PackageError, match="all-zero tables would pass"):
        pack(replace(package, vectors=still))
    with pytest.raises(PackageError, match="32 are the least"):
        pack(replace(package, vectors=make_vectors(package.image, count=3)))


def test_image_and_papers_have_limits(package: Package) -> None:
    with pytest.raises(PackageError, match="8192 bytes, this one 8191"):
        pack(replace(package, image=package.image[1:]))
    with pytest.raises(PackageError, match=f"{LIMIT} are the limit"):
        pack(replace(package, provenance={"note": "x" * LIMIT}))


def engine_with(image: bytes) -> GoldenEngine:
    engine = GoldenEngine()
    engine.load_policy(default_policy())
    engine.load_model(0, image)
    switch(engine, 0)
    return engine


def test_replay_passes_on_the_model_and_on_no_other(package: Package) -> None:
    vectors = make_vectors(package.image, package.paths)
    engine = engine_with(package.image)
    replay(vectors, engine)
    replay(vectors, engine)  # and leaves nothing behind that a second run would notice
    for image in (zeroed(package.image), untrained_image(12), bytes(8192)):
        with pytest.raises(VectorError, match="vector 0"):
            replay(vectors, engine_with(image))


def test_replay_finds_one_wrong_value(package: Package) -> None:
    image = bytearray(package.image)
    vectors = make_vectors(package.image, package.paths)
    caught = 0
    for place in range(REGIONS["unigram"].offset + 2, REGIONS["unigram"].offset + 102):
        image[place] ^= 0x40
        try:
            replay(vectors, engine_with(bytes(image)))
        except VectorError:
            caught += 1
        image[place] ^= 0x40
    assert caught > 90, "most tokens' own entries should matter to some vector"


def test_vectors_survive_packing(package: Package) -> None:
    vectors = make_vectors(package.image)
    again = unpack(b"".join(vector.pack() for vector in vectors))
    for one, other in zip(vectors, again, strict=True):
        for name in Vector.__dataclass_fields__:
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_as_vectors(blob: bytes) -> None:
    try:
        vectors = unpack(blob)
    except VectorError:
        return
    assert b"".join(vector.pack() for vector in vectors) == blob


def test_a_model_that_fails_its_self_test_leaves_the_running_one_in_force(package: Package) -> None:
    vectors = make_vectors(package.image, package.paths)
    good = replace(package, vectors=vectors)
    keeper = ModelKeeper(make_engine("golden"), lambda: make_engine("golden"))
    keeper.start(good, policy_of("enforce"))
    before = keeper.engine.screen(vectors[0].events, vectors[0].pool, vectors[0].offsets)[0]
    bad = replace(good, image=untrained_image(12))
    with pytest.raises(PackageError, match="fails its self-test"):
        keeper.swap(bad)
    assert keeper.package is good
    after = keeper.engine.screen(vectors[0].events, vectors[0].pool, vectors[0].offsets)[0]
    assert np.array_equal(before[:, :5], after[:, :5])
    other = replace(bad, vectors=make_vectors(bad.image))
    keeper.swap(other)
    replay(other.vectors, keeper.engine)
    with pytest.raises(VectorError):
        replay(good.vectors, keeper.engine)
    keeper.swap(good)
    replay(good.vectors, keeper.engine)


def test_keys_are_files_of_their_own(tmp_path: Path) -> None:
    key = generate_key(tmp_path / "a.pem")
    assert PrivateKey.load(tmp_path / "a.pem").public.id == PublicKey.load(tmp_path / "a.pub").id == key.public.id
    assert (tmp_path / "a.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(TrustError, match="never overwritten"):
        generate_key(tmp_path / "a.pem")
    (tmp_path / "a.pem").unlink()
    with pytest.raises(TrustError, match=r"a\.pub: exists"):
        generate_key(tmp_path / "a.pem")
    with pytest.raises(TrustError, match="choose another name"):
        generate_key(tmp_path / "b.pub")
    with pytest.raises(TrustError, match="cannot be written"):
        generate_key(tmp_path / "no" / "where.pem")
    (tmp_path / "c.pub").write_text("nothing")
    with pytest.raises(TrustError, match="no public key"):
        PublicKey.load(tmp_path / "c.pub")
