"""The decoys of a board, as an image for their area of the flash: other ones for each board.

A secret is stood in for by the first DECOY that names its path, the last part of that, or nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from dataclasses import dataclass
from random import Random

from firmware import plausible
from firmware.image import TREE
from hdl.contract.flash import AREAS, CANARY_BYTES, DECOY, DECOYS, DECOYS_MAGIC, SECTOR_BYTES

KEYS = ("id_ed25519", "id_rsa", "id_ecdsa", "id_dsa", "identity",
        *(f"ssh_host_{kind}_key" for kind in ("ed25519", "ecdsa", "rsa", "dsa")))  # fmt: skip
"""Files that hold a private key."""


class DecoysError(Exception):
    """These are no decoys, or there is no room for them.  The message says why, and the mend."""


@dataclass(frozen=True)
class Decoy:
    """What is seen in place of the files that `name` names: a path, a path's last part, or with "" any.

    cut: to the size of what it stands for.  canary: what of it nobody knows who has not read it, or "".  The board
    looks for its last CANARY_BYTES in what is sent.
    """

    name: str
    content: bytes
    cut: bool = False
    canary: str = ""


def made(seed: int | None = None) -> list[Decoy]:
    """Return decoys, for what the board's files hold at first and for what may be there later.

    seed: the same ones each time; default: nobody can know them before.
    """
    chance = Random(secrets.randbits(128) if seed is None else seed)
    users = [line.partition(":")[0] for line in (TREE / "etc/passwd").read_text().splitlines()]
    found = []
    for name in ("/etc/shadow", "/etc/shadow-"):
        size = len((TREE / name[1:]).read_bytes()) if (TREE / name[1:]).exists() else None
        content, held = plausible.shadow(chance, users, size)
        found.append(Decoy(name, content, canary=held))
    for name in KEYS:
        owner = f"root@{(TREE / 'etc/hostname').read_text().strip()}"
        content = plausible.ssh_key(chance, owner)
        found.append(Decoy(name, content, canary=content.splitlines()[2][:24].decode()))
    content, key = plausible.cloud_credentials(chance)
    found.append(Decoy("credentials", content, canary=key))
    for name, host, form in (
        (".netrc", "git.example.org", "machine {host}\nlogin {user}\npassword {token}\n"),
        (".git-credentials", "git.example.org", "https://{user}:{token}@{host}\n"),
    ):
        content, token = plausible.login(chance, host, form)
        found.append(Decoy(name, content, canary=token))
    found.append(Decoy(".bash_history", plausible.history(chance), cut=True))
    for name in ("config", "gshadow", ""):
        content, value = plausible.anything(chance, name)
        found.append(Decoy(name, content, cut=True, canary=value))
    return found


def _canary_at(decoy: Decoy) -> int:
    """Return where the board finds a decoy's canary; 0: it has none."""
    end = decoy.content.index(decoy.canary.encode()) + len(decoy.canary)
    return max(0, end - CANARY_BYTES) if len(decoy.canary) >= CANARY_BYTES else 0


def packed(decoys: list[Decoy]) -> bytes:
    """Return the image of the area.  Raises DecoysError."""
    begin = 4 * DECOY.words * len(decoys)
    names, contents = bytearray(), bytearray()
    places = []
    for decoy in decoys:
        places.append((begin + len(names), len(contents)))
        names += decoy.name.encode() + b"\0"
        contents += decoy.content + bytes(-len(decoy.content) % 4)  # words are read at once
    names += bytes(-len(names) % 4)
    entries = b""
    for decoy, (name, content) in zip(decoys, places, strict=True):
        entries += DECOY.pack(
            {
                "name": name,
                "canary": _canary_at(decoy),
                "offset": begin + len(names) + content,
                "size": len(decoy.content),
                "cut": decoy.cut,
            }
        ).to_bytes(4 * DECOY.words, "little")
    body = entries + bytes(names) + bytes(contents)
    if not decoys or len(body) > AREAS["decoys"].size - SECTOR_BYTES:
        raise DecoysError(
            f"{len(decoys)} decoys take {len(body)} bytes, there are {AREAS['decoys'].size - SECTOR_BYTES}: take "
            "some, and fewer"
        )
    digest = hashlib.sha256(body).digest()
    values = {"magic": DECOYS_MAGIC, "size": len(body), "count": len(decoys)}
    values |= {f"digest{word}": int.from_bytes(digest[4 * word : 4 * word + 4], "little") for word in range(8)}
    words = DECOYS.pack(values).to_bytes(4 * DECOYS.words, "little")
    header = words[:-4] + zlib.crc32(words[:-4]).to_bytes(4, "little")
    return header.ljust(SECTOR_BYTES, b"\xff") + body


def unpacked(image: bytes) -> list[Decoy]:
    """Return the decoys in an image, of their canaries what the board looks for.

    Raises DecoysError for what is none, or damaged.
    """
    header = DECOYS.unpack(int.from_bytes(image[: 4 * DECOYS.words], "little"))
    body = image[SECTOR_BYTES : SECTOR_BYTES + header["size"]]
    digest = b"".join(header[f"digest{word}"].to_bytes(4, "little") for word in range(8))
    if header["magic"] != DECOYS_MAGIC:
        raise DecoysError("these are no decoys: make some with `vigilante decoys build`")
    if len(body) != header["size"] or hashlib.sha256(body).digest() != digest:
        raise DecoysError("the decoys are damaged: make others with `vigilante decoys build`")
    found = []
    for place in range(header["count"]):
        size = 4 * DECOY.words
        entry = DECOY.unpack(int.from_bytes(body[size * place : size * (place + 1)], "little"))
        name = body[entry["name"] :].partition(b"\0")[0].decode()
        content, at = body[entry["offset"] : entry["offset"] + entry["size"]], entry["canary"]
        canary = content[at : at + CANARY_BYTES].decode("ascii", "ignore") if at else ""
        found.append(Decoy(name, content, bool(entry["cut"]), canary))
    return found
