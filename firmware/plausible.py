"""What a decoy holds: weak but plausible, and of no use anywhere.  The same chance gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PASSWORDS = ("123456", "password", "letmein", "qwerty", "dragon", "sunshine", "monkey", "changeme", "welcome1",
             "admin123", "iloveyou", "trustno1", "summer2019", "football", "shadow1", "raspberry")  # fmt: skip
"""What people choose: each is found by the first list that anybody tries."""

TEXT_BYTES = 2048
"""Of what may be cut."""

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def md5_crypt(password: str, salt: str) -> str:
    """Return a password's hash as crypt(3) has it in the old form $1$, which is weak."""
    key, grain = password.encode(), salt.encode()
    inner = hashlib.md5(key + grain + key).digest()
    begun = key + b"$1$" + grain + (inner * (len(key) // 16 + 1))[: len(key)]
    length = len(key)
    while length:
        begun += b"\0" if length & 1 else key[:1]
        length >>= 1
    found = hashlib.md5(begun).digest()
    for turn in range(1000):
        parts = (key if turn & 1 else found, grain if turn % 3 else b"", key if turn % 7 else b"",
                 found if turn & 1 else key)  # fmt: skip
        found = hashlib.md5(b"".join(parts)).digest()
    text = ""
    for first, second, third in ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)):
        text += _as_letters(found[first] << 16 | found[second] << 8 | found[third], 4)
    return f"$1${salt}${text}{_as_letters(found[11], 2)}"


def _as_letters(value: int, count: int) -> str:
    return "".join(_ALPHABET[value >> 6 * place & 63] for place in range(count))


def _token(chance: Random, alphabet: str, count: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(count))


def shadow(chance: Random, users: list[str], size: int | None = None) -> tuple[bytes, str]:
    """Return an /etc/shadow with a weak password for the first user, and what is held of that: its hash.

    size: bytes that it should have, so that nobody who knows how long the real one is sees a difference; it has
    them where they are enough, and not too many.
    """
    password = chance.choice(PASSWORDS)
    held = [md5_crypt(password, _token(chance, _ALPHABET[2:], 8)), *("!" for _ in users[1:])]
    fields = [[user, found, str(chance.randrange(19000, 20000)), "0", "99999", "7", "", "", ""]
              for user, found in zip(users, held, strict=True)]  # fmt: skip
    spare = 0 if size is None else size - len(_lines(fields))
    for line in fields:  # an expiry takes five bytes, a grace two, a longer warning one
        for field, text in ((7, "30000"), (6, "30"), (5, "14")):
            more = len(text) - len(line[field])
            if more <= spare:
                line[field] = text
                spare -= more
    return _lines(fields).encode(), held[0]


def _lines(fields: list[list[str]]) -> str:
    return "".join(":".join(line) + "\n" for line in fields)


def ssh_key(chance: Random, comment: str) -> bytes:
    """Return an OpenSSH private key without a passphrase."""
    seed, check = chance.randbytes(32), chance.randbytes(4)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def text(content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + content

    kind = text(b"ssh-ed25519") + text(public)
    private = check + check + kind + text(seed + public) + text(comment.encode())
    private += bytes(range(1, 1 + -len(private) % 8))
    whole = b"openssh-key-v1\0" + text(b"none") + text(b"none") + text(b"")
    whole += (1).to_bytes(4, "big") + text(kind) + text(private)
    letters = base64.b64encode(whole).decode()
    lines = [letters[place : place + 70] for place in range(0, len(letters), 70)]
    return "\n".join(
        ["-----BEGIN OPENSSH PRIVATE KEY-----", *lines, "-----END OPENSSH PRIVATE KEY-----", ""]
    ).encode()


def cloud_credentials(chance: Random) -> tuple[bytes, str]:
    """Return what a cloud's tools keep below the home folder, and the key's name in it."""
    name, held = "AKIA" + _token(chance, _LETTERS, 16), _token(chance, _ALPHABET[2:] + "+/", 40)
    text = f"[default]\naws_access_key_id = {name}\naws_secret_access_key = {held}\n"
    return text.encode(), name


def login(chance: Random, host: str, form: str) -> tuple[bytes, str]:
    """Return a login in the form of .netrc or .git-credentials, and its password."""
    user, token = chance.choice(("deploy", "build", "ci", "backup")), "ghp_" + _token(chance, _ALPHABET[2:], 36)
    return form.format(host=host, user=user, token=token).encode(), token


def history(chance: Random) -> bytes:
    """Return a shell's history, to be cut."""
    hosts = [f"10.{chance.randrange(1, 250)}.{chance.randrange(250)}.{chance.randrange(2, 250)}" for _ in range(4)]
    said = ("ls -la", "cd /var/www", "vi index.html", "df -h", "ps", "exit", "cat /var/log/messages", "uptime",
            "ssh deploy@{host}", "scp backup.tar root@{host}:/srv", "mysql -h {host} -u root -p{word}", "su -",
            "tar cf backup.tar /etc", "ping {host}", "passwd", "tail -f /var/log/messages")  # fmt: skip
    lines: list[str] = []
    while sum(map(len, lines)) < TEXT_BYTES:
        lines.append(chance.choice(said).format(host=chance.choice(hosts), word=chance.choice(PASSWORDS)) + "\n")
    return "".join(lines).encode()[:TEXT_BYTES]


def anything(chance: Random, name: str) -> tuple[bytes, str]:
    """Return what may stand in a secret of that name: settings, to be cut; and the first of their values."""
    words = ("host", "user", "password", "token", "port", "key", "path", "salt", "realm", "expires", "scope", "id")
    lines = [f"# {name}\n" if name else "# do not share\n"]
    while sum(map(len, lines)) < TEXT_BYTES:
        lines.append(f"{chance.choice(words)}_{chance.randrange(10)} = {_token(chance, _ALPHABET[2:], 20)}\n")
    return "".join(lines).encode()[:TEXT_BYTES], lines[1].split()[-1]
