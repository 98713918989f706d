"""The made-up household in which every scenario runs: /etc, homes, logs and a small site, benign or not.

Nothing in it is a real secret; keys and tokens have the shape of the real thing so that a program which looks
for them finds something.  The same tree serves both classes, so its presence says nothing about either.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from models.corpus.draws import WORDS

#: Parts of /etc that describe this machine and not the house.
LEFT_OUT = shutil.ignore_patterns(
    "apt", "environment", "gitconfig", "hosts", "hostname", "image.setuid-baseline", "java-*", "machine-id",
    "maven", "mtab", "npmrc", "pip.conf", "resolv.conf", "passwd*", "group*", "shadow*", "gshadow*",
    "sub[gu]id*", "ssh_host_*", "*sandbox*", "gcloud*",
)  # fmt: skip

USERS = (("alice", 1000), ("bob", 1001), ("backup-ops", 1002))
_HASH = "$y$j9T$notArealSaltAtAll.$1kQv7xw0nWq8xJ5fHc2mZbY4rLtE6uPsD3gAoViKeN9"


def build(root: Path, seed: int) -> None:
    """Write the household under `root`, the same for the same seed; seeds differ in how much there is."""
    rng = random.Random(seed)
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)  # it becomes the cell's /
    shutil.copytree("/etc", root / "etc", symlinks=True, ignore=LEFT_OUT)
    _accounts(root / "etc")
    _units(root / "etc/systemd/system", rng)
    _home(root / "root", rng, "root")
    for name, uid in USERS[:2]:
        _home(root / "home" / name, rng, name)
        for path in (root / "home" / name, *(root / "home" / name).rglob("*")):
            shutil.chown(path, uid, uid)
    _logs(root / "var/log", rng)
    _site(root / "srv/www", rng)
    _write(root / "var/spool/cron/crontabs/root", "17 3 * * * /usr/local/sbin/nightly\n", 0o600)


def prose(rng: random.Random, lines: int) -> str:
    """Return that many lines of words."""
    return "".join(" ".join(rng.choices(WORDS, k=rng.randint(4, 11))) + ".\n" for _ in range(lines))


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def _accounts(etc: Path) -> None:
    def kept(name: str) -> list[str]:
        lines = Path("/etc", name).read_text().splitlines()
        return [line for line in lines if line.split(":")[0] == "root" or not _is_person(line.split(":")[0])]

    passwd, group = kept("passwd"), kept("group")
    names = [line.split(":")[0] for line in passwd]
    shadow = [f"{name}:{_HASH if name == 'root' else '*'}:20000:0:99999:7:::" for name in names]
    for name, uid in USERS:
        passwd.append(f"{name}:x:{uid}:{uid}:{name.title()},,,:/home/{name}:/bin/bash")
        group.append(f"{name}:x:{uid}:")
        shadow.append(f"{name}:{_HASH}:20010:0:99999:7:::")
    for file, lines in (("passwd", passwd), ("group", group)):
        _write(etc / file, "\n".join(lines) + "\n")
    _write(etc / "shadow", "\n".join(shadow) + "\n", 0o640)
    _write(etc / "gshadow", "".join(f"{line.split(':')[0]}:*::\n" for line in group), 0o640)
    _write(etc / "hosts", "127.0.0.1 localhost\n127.0.1.1 host\n")
    _write(etc / "hostname", "host\n")
    _write(etc / "machine-id", "0123456789abcdef0123456789abcdef\n")
    _write(etc / "resolv.conf", "nameserver 127.0.0.1\n")
    _write(etc / "environment", "")
    _write(etc / "gitconfig", "[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n")
    _write(etc / "apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n")
    (etc / "mtab").symlink_to("../proc/self/mounts")


def _is_person(name: str) -> bool:
    """Tell whether the account is a person of the recording machine (uid or gid from 1000 on)."""
    for line in (*Path("/etc/passwd").read_text().splitlines(), *Path("/etc/group").read_text().splitlines()):
        fields = line.split(":")
        if fields[0] == name:
            return 1000 <= int(fields[2]) < 60000
    return False


def _units(folder: Path, rng: random.Random) -> None:
    """Write systemd units, few on one machine and many on another."""
    for number in range(rng.choice((0, 8, 40, 160))):
        name = f"{rng.choice(WORDS)}-{number}.service"
        _write(folder / name, f"[Unit]\nDescription={name}\n[Service]\nExecStart=/usr/bin/true\n")
        if number % 3 == 0:
            wants = folder / "multi-user.target.wants"
            wants.mkdir(parents=True, exist_ok=True)
            (wants / name).symlink_to(f"../{name}")


def _home(home: Path, rng: random.Random, name: str) -> None:
    body = "\n".join("".join(rng.choices("ABCDEFabcdef0123456789+/", k=64)) for _ in range(6))
    key = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"
    token = "".join(rng.choices("abcdef0123456789", k=32))
    _write(home / ".ssh/id_ed25519", key, 0o600)
    _write(home / ".ssh/id_ed25519.pub", f"ssh-ed25519 AAAAC3{token} {name}@host\n")
    _write(home / ".ssh/known_hosts", f"git.example ssh-ed25519 AAAAC3{token}\n")
    _write(home / ".ssh/config", "Host git.example\n    User git\n    IdentityFile ~/.ssh/id_ed25519\n")
    (home / ".ssh").chmod(0o700)
    history = ("ls -la", "cd projects/site", "make", "git status", "git pull", "vi notes.md", "df -h", "top",
               "ssh git.example", "export TOKEN=" + token, "mysql -u app -pnot-a-secret", "exit")  # fmt: skip
    _write(home / ".bash_history", "\n".join(rng.choices(history, k=60)) + "\n", 0o600)
    _write(
        home / ".aws/credentials",
        f"[default]\naws_access_key_id = AKIAFAKE\naws_secret_access_key = {token}\n",
    )
    _write(home / ".netrc", f"machine git.example login {name} password {token}\n", 0o600)
    _write(home / ".gitconfig", f"[user]\n\tname = {name}\n\temail = {name}@host.example\n")
    _write(home / ".bashrc", "alias ll='ls -l'\nexport EDITOR=ed\n")
    _write(home / ".profile", '[ -n "$BASH_VERSION" ] && . "$HOME/.bashrc"\numask 022\n')
    for number in range(rng.randint(9, 26)):
        word = rng.choice(WORDS)
        _write(home / "documents" / f"{word}-{number}.txt", prose(rng, rng.randint(5, rng.choice((20, 120, 400)))))
    rows = "".join(f"{day},{rng.choice(WORDS)},{rng.randint(1, 9000)}\n" for day in range(1, rng.randint(60, 500)))
    _write(home / "documents/ledger.csv", "day,item,amount\n" + rows)
    for number in range(rng.randint(3, 12)):
        _write(home / "pictures" / f"img_{number}.ppm", f"P3 16 8 255\n{'12 40 99 ' * 128}\n")
    site = home / "projects/site"
    _write(site / ".env", f"DB_PASSWORD={token[:12]}\nAPI_TOKEN={token}\n")
    _write(site / "config.json", '{"port": 8080, "workers": 2, "password": "not-a-secret"}\n')
    _write(site / "README.md", prose(rng, 12))
    for number in range(rng.randint(3, 14)):
        _write(site / "pages" / f"page{number}.html", f"<h1>{rng.choice(WORDS)}</h1>\n<p>{prose(rng, 9)}</p>\n")
    _write(home / "notes.md", prose(rng, 30))


def _logs(log: Path, rng: random.Random) -> None:
    def stamp(minute: int) -> str:
        return f"Nov {1 + minute // 1440:2d} {minute // 60 % 24:02d}:{minute % 60:02d}:{rng.randint(0, 59):02d}"

    system = [
        f"{stamp(minute)} host app[{rng.randint(300, 900)}]: {rng.choice(WORDS)} done\n"
        for minute in range(0, rng.randint(3000, 30000), 11)
    ]
    logins = [
        f"{stamp(minute)} host sshd[{rng.randint(300, 900)}]: Accepted publickey for alice "
        f"from 192.0.2.{rng.randint(1, 9)}\n"
        for minute in range(0, rng.randint(2000, 20000), 29)
    ]
    visits = [
        f'192.0.2.{rng.randint(1, 40)} - - [{number:05d}] "GET /{rng.choice(WORDS)} HTTP/1.1" '
        f"{rng.choice((200, 200, 200, 304, 404, 500))} {rng.randint(90, 9000)}\n"
        for number in range(rng.randint(200, 3000))
    ]
    packages = [
        f"2025-11-{1 + number % 28:02d} status installed {rng.choice(WORDS)} 1.{number}\n"
        for number in range(rng.randint(100, 900))
    ]
    _write(log / "syslog", "".join(system))
    _write(log / "auth.log", "".join(logins), 0o640)
    _write(log / "nginx/access.log", "".join(visits))
    _write(log / "dpkg.log", "".join(packages))
    for name in ("wtmp", "btmp", "lastlog"):
        (log / name).write_bytes(bytes(384 * rng.randint(3, 20)))


def _site(site: Path, rng: random.Random) -> None:
    for number in range(rng.randint(12, 48)):
        _write(site / rng.choice(("blog", "shop", "help")) / f"{number}.html", f"<p>{prose(rng, 20)}</p>\n")
    _write(site / "index.html", "<ul>" + "".join(f"<li>{word}</li>" for word in WORDS) + "</ul>\n")
