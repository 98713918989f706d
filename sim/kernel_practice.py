"""Programs for the board's model to learn from: attacks and honest work, drawn, run on a native board, recorded.

A program is a list of steps for `firmware/practice/steps.c`, or of lines for the board's shell.  A *theme* is what is
done; its draws are a cluster.  None is one of the scenarios that `vigilante scenarios` runs, nor a near-duplicate:
`tests/sim/test_kernel_practice.py` compares them call by call.

    python -m sim.kernel_practice [--count 16] [--out models/corpus/practice.npz.xz]
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from firmware.build import ROOT, own_program
from hdl.contract.event import EVENT, RECORD, SLOTS, Kind
from hdl.contract.syscalls import NAMES as CALL_NAMES
from hdl.contract.verdict import SECRET_FROM, PathClass
from host.board import Board
from models.corpus.condensed import PRACTICE, condense
from models.package import SHIPPED, read_package
from models.recordings import Recording
from sim.kernel_sessions import recorded, screened_flash
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

STEPS = ROOT / "practice" / "steps.c"

Taken = tuple[list[int], list[int], list[int]]
"""An event that the pipeline was given, its paths, and the record."""

_KIND, _SLOT = (EVENT.offset[name] for name in ("kind", "slot"))

Chance = random.Random
Drawn = list[str]
"""Steps, or lines of a script if the first one begins with `sh`."""

SECONDS_MOST = 10.0
"""Of the board's, that a program may last."""

KEYS = ("/root/.ssh/id_rsa", "/root/.ssh/id_ecdsa", "/home/bob/.ssh/id_rsa", "/home/alice/.ssh/id_dsa",
        "/root/.aws/credentials", "/root/.netrc", "/home/bob/.netrc", "/root/.git-credentials",
        "/home/alice/.aws/config", "/root/.bash_history", "/home/bob/.bash_history", "/etc/gshadow",
        "/etc/shadow-", "/etc/shadow", "/etc/ssh/ssh_host_rsa_key", "/root/.gnupg/secring")  # fmt: skip
CHANGING = ("unlinkat", "renameat2", "fchmodat", "utimensat", "linkat")
"""Calls that change what their path names."""

SETTINGS = ("/etc/fstab", "/etc/hosts", "/etc/hostname", "/etc/crontab", "/etc/group", "/etc/ssh/sshd_config",
            "/etc/motd", "/etc/resolv.conf", "/etc/sudoers", "/etc/issue", "/etc/services")  # fmt: skip
KERNEL = ("/proc/sys/kernel/hostname", "/proc/sys/kernel/version", "/proc/sys/kernel/panic", "/proc/kallsyms",
          "/proc/sys/kernel/perf_event_paranoid", "/proc/sys/kernel/sysrq", "/sys/kernel/notes", "/dev/mem",
          "/proc/sys/kernel/cap_last_cap", "/proc/kcore", "/proc/modules", "/boot/config", "/dev/kmsg",
          "/sys/kernel/debug/tracing", "/proc/sys/kernel/kexec_load_disabled")  # fmt: skip
JOBS = ("/etc/cron.d/{}", "/etc/systemd/{}.service", "/etc/init.d/{}", "/etc/sudoers.d/{}", "/etc/ld.so.preload",
        "/etc/profile.d/{}.sh", "/var/spool/cron/{}", "/etc/rc.local", "/etc/crontab")  # fmt: skip
NAMES = ("a", "update", "sync", "x1", "helper", "data", "k", "tmp1", "report", "mail")
HOMES = ("/home/alice", "/home/bob", "/root")
CALLS = (90, 91, 97, 105, 106, 117, 130, 135, 147, 149, 155, 161, 217, 218, 219, 241, 265, 268, 270, 271, 273, 280,
         294, 410, 425, 444, 460)  # fmt: skip
"""Numbers of calls that honest programs of the board have no use for."""


def some(chance: Chance, among: Sequence[str], least: int, most: int) -> list[str]:
    """Return a few of them, in any order."""
    return chance.sample(among, min(len(among), chance.randint(least, most)))


def fetched(chance: Chance, path: str) -> Drawn:
    """Return steps that read a file, one way or another."""
    return [*chance.choice(([], [], [f"i:{path}"], [f"A:{path}"])), f"o:{path}", *chance.choice((["r"], ["s", "r"],
            ["r", "r"], ["s", "r", "r"])), *chance.choice((["c"], ["c"], []))]  # fmt: skip


def put_away(chance: Chance) -> Drawn:
    """Return steps that carry off what was read."""
    place = f"/tmp/.{chance.choice(NAMES)}"
    return chance.choice((
        ["W"], ["W", "W"], [f"O:{place}", "w", "c"], [f"T:/var/tmp/{chance.choice(NAMES)}", "w", "w", "c"],
        [f"N:{chance.randint(2000, 9000)}", "x", "x", "c"], ["P", "w"],
    ))  # fmt: skip


# --- attacks -----------------------------------------------------------------------------------------------------


def credentials(chance: Chance) -> Drawn:
    """Read what others prove themselves with, and keep it."""
    found: Drawn = []
    for path in some(chance, KEYS, 1, 5):
        if chance.random() < 0.3:
            found += [f"l:{path.rpartition('/')[0]}"]
        found += fetched(chance, path)
        if chance.random() < 0.5:
            found += put_away(chance)
        if chance.random() < 0.2:
            found += [f"z:{chance.randint(50, 900)}"]
        if chance.random() < 0.15:
            found += ["g"] * chance.randint(2, 12)
    return found + put_away(chance)


def credentials_apart(chance: Chance) -> Drawn:
    """The same, with a child for each."""
    found: Drawn = ["P"]
    for path in some(chance, (*KEYS, "/etc/passwd", "/etc/group"), 2, 5):
        found += ["(", *fetched(chance, path), "b", "w", ")", *chance.choice((["q"], []))]
    return found + put_away(chance)


def credentials_by_links(chance: Chance) -> Drawn:
    """The same by names that say nothing."""
    found: Drawn = []
    for number, path in enumerate(some(chance, KEYS, 1, 3)):
        alias = f"/tmp/{chance.choice(NAMES)}{number}"
        if chance.random() < 0.5:
            found += [f"n:{path},{alias}", *fetched(chance, alias)]
        elif chance.random() < 0.5:
            found += [f"h:{path},{alias}", *fetched(chance, alias), f"u:{alias}"]
        else:
            found += [f"m:{path},{alias}", *fetched(chance, alias)]
    return found + put_away(chance)


def credentials_in_a_shell(chance: Chance) -> Drawn:
    """The same by the board's own programs."""
    lines = ["sh"]
    for path in some(chance, KEYS, 1, 4):
        how = chance.choice((
            "cat {0}", "cp {0} /tmp/{1}", "head {0} > /tmp/{1}", "grep a {0} > /tmp/{1}", "hexdump {0}", "wc {0}",
            "tail -n 3 {0}", "tar cf /tmp/{1} {0}", "mv {0} /tmp/{1}", "sh -c 'cat {0} > /tmp/{1}'",
            "ln -s {0} /tmp/l{1}; cat /tmp/l{1}",
        ))  # fmt: skip
        lines.append(how.format(path, chance.choice(NAMES)))
    return lines


def sweep(chance: Chance) -> Drawn:
    """Look into all that lies in folders of settings and of users."""
    found: Drawn = []
    for folder in some(chance, ("/etc", "/etc/ssh", "/root", "/home/alice", "/home/bob", "/home/alice/.ssh",
                                "/var/log", "/etc/cron.d", "/etc/sudoers.d", "/root/.ssh"), 3, 7):  # fmt: skip
        found += [chance.choice((f"R:{folder}", f"R:{folder}", f"L:{folder}"))]
        if chance.random() < 0.4:
            found += fetched(chance, chance.choice((*KEYS, *SETTINGS)))
    for path in some(chance, SETTINGS, 2, 8):
        found += fetched(chance, path)
    return found + put_away(chance)


def kernel_settings(chance: Chance) -> Drawn:
    """Explore the kernel, and other processes."""
    found: Drawn = []
    for path in some(chance, KERNEL, 3, 9):
        found += fetched(chance, path)
    for process in range(1, chance.randint(1, 5)):
        found += [f"o:/proc/{process}/{chance.choice(('mem', 'maps', 'environ', 'fd', 'root'))}", "r"]
    chance.shuffle(found)
    return found + chance.choice(([], put_away(chance)))


def kernel_written(chance: Chance) -> Drawn:
    """Change the kernel's settings."""
    found: Drawn = []
    for path in some(chance, KERNEL, 2, 6):
        found += [*chance.choice(([], [f"o:{path}", "r", "c"])), f"O:{path}", "w", "c"]
    return found


def destruction(chance: Chance) -> Drawn:
    """Remove what is others', folder by folder."""
    found: Drawn = []
    folders = some(chance, ("/etc/ssh", "/var/www", "/var/log", "/home/bob", "/home/alice", "/root", "/etc",
                            "/home/alice/.ssh"), 3, 6)  # fmt: skip
    for folder in folders:
        found += [chance.choice((f"D:{folder}", f"l:{folder}")), f"D:{folder}", f"U:{folder}"]
    for path in some(chance, SETTINGS, 2, 6):
        found += chance.choice(([f"u:{path}"], [f"T:{path}", "c", f"u:{path}"], [f"O:{path}", "f", "c"]))
    return found


def destruction_in_a_shell(chance: Chance) -> Drawn:
    """The same by the board's own programs."""
    lines = ["sh"]
    for path in some(chance, ("/etc/ssh", "/etc", "/var/www", "/home/bob", "/home", "/root", "/var/log",
                              "/etc/passwd", "/etc/group", "/etc/fstab"), 2, 5):  # fmt: skip
        lines.append(chance.choice((f"rm -r {path}", f"rm -r {path}", f"rm {path}", f"cd {path}; rm -r .",
                                    f"mv {path} /tmp/gone")))  # fmt: skip
    return lines


def scrambling(chance: Chance) -> Drawn:
    """Take files for ransom: read, scrambled beside, the original gone."""
    found: Drawn = []
    ending = chance.choice(("locked", "enc", "x"))
    way = chance.randint(0, 2)
    for home in chance.sample(HOMES, 3):
        found += [f"{chance.choice('lL')}:{home}"]
        for name in some(chance, ("todo.txt", "notes.txt", "p1", "p2", "p3", "p4"), 3, 6):
            path = f"{home}/{name}"
            if way == 0:
                found += [f"o:{path}", "r", f"T:{path}.{ending}", "w", "c", f"u:{path}"]
            elif way == 1:
                found += [f"o:{path}", "r", "c", f"T:{path}", "w", "w", "c", f"m:{path},{path}.{ending}"]
            else:
                found += [f"i:{path}", f"o:{path}", "r", "j", f"O:{path}", "f", "w", "c"]
    return [*found, f"T:/home/{chance.choice(('HELP', 'PAY', 'NOTE'))}", "w"]


def left_behind(chance: Chance) -> Drawn:
    """See to it that it is begun again."""
    found: Drawn = []
    for place in some(chance, JOBS, 1, 5):
        path = place.format(chance.choice(NAMES))
        if chance.random() < 0.4:
            found += [f"k:{path.rpartition('/')[0]}"]
        found += [f"{chance.choice('OT')}:{path}", *(["w"] * chance.randint(1, 2)), "c"]
        if chance.random() < 0.4:
            found += [f"p:{path},{chance.choice((493, 511))}"]
    return found


def left_behind_in_a_shell(chance: Chance) -> Drawn:
    """The same by the shell."""
    lines = ["sh"]
    for place in some(chance, JOBS, 1, 4):
        path = place.format(chance.choice(NAMES))
        folder = path.rpartition("/")[0]
        made = f"mkdir {folder}; " if chance.random() < 0.5 else ""
        lines.append(f"{made}echo run me {chance.choice(('>', '>>'))} {path}")
    return lines


def accounts(chance: Chance) -> Drawn:
    """Make an account, or give one more than it had."""
    found: Drawn = []
    for path in some(chance, ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/sudoers",
                              "/etc/pam.d/su", "/root/.ssh/authorized_keys",
                              "/home/alice/.ssh/authorized_keys"), 1, 4):  # fmt: skip
        if chance.random() < 0.5:
            found += [f"o:{path}", "r", "c"]
        found += chance.choice(([f"O:{path}", "w", "c"], [f"T:{path}.n", "w", "c", f"m:{path}.n,{path}"],
                                [f"T:{path}", "w", "w", "c"], [f"O:{path}", "w", "w"]))  # fmt: skip
    return found


def traces_removed(chance: Chance) -> Drawn:
    """Remove traces from logs and histories, and give files another time."""
    found: Drawn = []
    paths = some(chance, ("/var/log/messages", "/var/log/auth.log", "/var/log/wtmp", "/root/.bash_history",
                          "/var/log/btmp", "/var/log/syslog", "/home/bob/.bash_history"), 3, 6)  # fmt: skip
    for path in paths:
        found += chance.choice(([f"O:{path}", "f", "c"], [f"T:{path}", "c", f"u:{path}"], [f"u:{path}"],
                                [f"T:{path}", "w", "w", "w", "c"], [f"t:{path}"]))  # fmt: skip
    for path in some(chance, (*SETTINGS, "/bin/sh", "/bin/ls", "/bin/ps", "/bin/su"), 2, 8):
        found += [f"t:{path}"] * chance.randint(0, 2)
    return found


def ports_tried(chance: Chance) -> Drawn:
    """Look for who listens."""
    first, step = chance.randint(1, 5000), chance.randint(1, 9)
    count = chance.randint(20, 80)
    return [part for n in range(count) for part in (f"N:{first + n * step}", *chance.choice((["c"], ["c"], ["c", "z:3"])))]


def shells_given(chance: Chance) -> Drawn:
    """Give somebody on the network a shell."""
    port = chance.randint(1500, 9000)
    onto = [f"2:{number}" for number in chance.choice(((0, 1, 2), (1, 2), (2, 1, 0)))]
    shell = chance.choice(("e:sh", "e:sh,/tmp/orders", "e:sh"))
    if chance.random() < 0.5:
        return [f"B:{port}", "(&", f"N:{port}", *onto, shell, ")", "a", "x", "y", "y", "x"]
    return ["(&", f"B:{port}", "a", *onto, shell, ")", "z:20", f"N:{port}", "x", "y", "x", "y"]


def rights_tried(chance: Chance) -> Drawn:
    """Try for more rights, and calls that nobody needs."""
    found = [f"#:{number}" for number in chance.choices(CALLS, k=chance.randint(6, 25))]
    found += ["v:0", "V:0"] * chance.randint(1, 3)
    chance.shuffle(found)
    return found


def code_made(chance: Chance) -> Drawn:
    """Make memory that can be written and run."""
    found = []
    for _turn in range(chance.randint(3, 10)):
        found += chance.choice((["X:7"], ["X:6"], ["X:3", "Y:7"], ["Y:5"], ["Y:7", "Y:3"], ["X:4", "#:279", "#:281"]))
    return found


def others_ended(chance: Chance) -> Drawn:
    """End processes of others."""
    found = [f"K:{process},{chance.choice((9, 15))}" for process in range(2, chance.randint(5, 30))]
    chance.shuffle(found)
    return [*chance.choice(([], ["l:/proc"])), *found]


def copies_made(chance: Chance) -> Drawn:
    """Make more and more processes."""
    inner = ["(&", "(&", "z:90", ")", "(&", "z:90", ")", "z:90", ")"]
    return inner * chance.randint(4, 9) + ["z:100"]


def carried_off(chance: Chance) -> Drawn:
    """Pack settings and homes, and send that away."""
    archive = f"/tmp/.{chance.choice(NAMES)}"
    found: Drawn = []
    for folder in some(chance, ("/etc", "/root", "/home", "/home/alice", "/etc/ssh", "/var/log"), 1, 3):
        if chance.random() < 0.5:
            found += [f"L:{folder}", f"R:{folder}", f"O:{archive}", "w", "w", "w", "c"]
        else:
            found += [f"l:{folder}", *(part for path in some(chance, (*KEYS, *SETTINGS), 2, 6)
                                       for part in fetched(chance, path)), f"T:{archive}", "w", "w", "c"]  # fmt: skip
    port = chance.randint(2000, 9000)
    return ["(&", f"B:{port}", "a", *["y"] * 6, ")", *found, "z:5", f"N:{port}", f"o:{archive}",
            *["r", "b", "x", "r", "b", "x"] * chance.randint(1, 3), "c"]  # fmt: skip


# --- honest work -------------------------------------------------------------------------------------------------


def editing(chance: Chance) -> Drawn:
    """Files of one's own, written, replaced, read again."""
    found: Drawn = []
    home = chance.choice((*HOMES, "/tmp"))
    for _turn in range(chance.randint(1, 6)):
        path = f"{home}/{chance.choice(NAMES)}"
        found += chance.choice((
            [f"T:{path}", "w", "w", "c"], [f"o:{path}", "r", "c", f"T:{path}.new", "w", "c", f"m:{path}.new,{path}"],
            [f"O:{path}", "w", "c", f"o:{path}", "r", "r", "c"], [f"i:{path}", f"T:{path}", "w", "c"],
            [f"k:{home}/d", f"T:{home}/d/a", "w", "c", f"u:{home}/d/a", f"U:{home}/d"],
            [f"T:{path}", "w", "j", "r", "c", f"u:{path}"],
        ))  # fmt: skip
        if chance.random() < 0.3:
            found += ["W"]
    return found


def serving(chance: Chance) -> Drawn:
    """A server on the loopback and a client or more."""
    port, turns = chance.randint(1500, 9000), chance.randint(1, 4)
    page = chance.choice(("/var/www/index.html", "/var/www/about.html", "/tmp/page", "/etc/motd"))
    answer = chance.choice((["y", f"o:{page}", "r", "c", "x"], ["y", "x"], ["y", f"i:{page}", f"o:{page}", "r", "c",
                            "x", "x"], ["x", "y"]))  # fmt: skip
    server = [f"B:{port}", *(part for _turn in range(turns) for part in ("a", *answer, "c"))]
    ask = [f"N:{port}", *chance.choice((["x", "y"], ["x", "y", "y"], ["x", "x", "y"])), *chance.choice((["W"], [])), "c"]
    return ["(&", *server, ")", "z:10", *ask * turns, "z:10"]


def working(chance: Chance) -> Drawn:
    """Workers that are given work by pipes."""
    found: Drawn = ["P"]
    for _turn in range(chance.randint(1, 5)):
        found += [chance.choice(("(", "(&")), *chance.choice((["g", "w"], ["w"], ["z:5", "w"], ["T:/tmp/w", "w", "c", "b",
                  "w"])), ")"]  # fmt: skip
        found += chance.choice((["q"], ["q", "W"]))
    return found + ["z:8"]


def copying(chance: Chance) -> Drawn:
    """Files copied, those that differ."""
    found: Drawn = [f"k:/tmp/{chance.choice(NAMES)}"]
    source = chance.choice(("/home/alice", "/home/bob", "/var/www", "/bin", "/etc/ssh"))
    found += [f"{chance.choice('lL')}:{source}"]
    for name in some(chance, ("todo.txt", "index.html", "sshd_config", "cat", "p1", "p2"), 2, 6):
        path = f"{source}/{name}"
        found += [*chance.choice(([f"i:{path}"], [f"i:{path}", f"i:/tmp/{name}"], [])), f"o:{path}",
                  *chance.choice((["r"], ["r", "r"], ["s", "r"])), f"T:/tmp/{name}", "w", "c"]  # fmt: skip
    return found


def watching(chance: Chance) -> Drawn:
    """Look at processes, time and memory again and again."""
    found: Drawn = []
    for _turn in range(chance.randint(1, 4)):
        found += [chance.choice(("l:/proc", "L:/proc", "i:/proc"))]
        for process in range(1, chance.randint(2, 6)):
            found += [f"o:/proc/{process}/{chance.choice(('status', 'comm', 'status'))}", "r", "c"]
        found += ["o:/proc/meminfo", "r", "c", *chance.choice(([], ["o:/proc/uptime", "r", "c"])), "W",
                  f"z:{chance.randint(10, 500)}"]  # fmt: skip
    return found


def logging(chance: Chance) -> Drawn:
    """Write a log, and give it another name when it is long."""
    log = chance.choice(("/var/log/app", "/var/log/messages", "/tmp/app.log", "/home/bob/app.log"))
    found: Drawn = []
    for _turn in range(chance.randint(2, 8)):
        found += [f"O:{log}", *["w"] * chance.randint(1, 3), "c", *chance.choice(([], [f"z:{chance.randint(20, 900)}"]))]
    if chance.random() < 0.6:
        found += [f"i:{log}", f"m:{log},{log}.1", f"T:{log}", "w", "c"]
    return found


def asking(chance: Chance) -> Drawn:
    """Look up what is set: names, hosts, one's own settings."""
    found: Drawn = []
    for path in some(chance, ("/etc/hosts", "/etc/passwd", "/etc/group", "/etc/hostname", "/etc/motd",
                              "/home/alice/.config/app", "/etc/fstab", "/etc/resolv.conf"), 1, 4):  # fmt: skip
        found += fetched(chance, path)
    return [*found, "W"]


def installing(chance: Chance) -> Drawn:
    """Put a program where it belongs."""
    place = chance.choice(("/tmp/opt", "/opt", "/usr", "/var/tmp/app"))
    found = [f"k:{place}", f"k:{place}/bin", f"k:{place}/share"]
    for name in some(chance, NAMES, 2, 5):
        found += [f"T:{place}/bin/{name}", "w", "w", "c", f"p:{place}/bin/{name},493",
                  *chance.choice(([], [f"n:{place}/bin/{name},{place}/{name}"], [f"t:{place}/bin/{name}"]))]  # fmt: skip
    return [*found, f"l:{place}/bin", *chance.choice(([], [f"m:{place}/share,{place}/doc"]))]


def running(chance: Chance) -> Drawn:
    """Programs begun one after the other, and waited for."""
    found: Drawn = []
    for _turn in range(chance.randint(1, 6)):
        what = chance.choice(("id", "uptime", "uname", "ls,/tmp", "ls,/bin", "ps", "cat,/etc/motd", "du,/var", "true",
                              "find,/home/bob", "wc,/etc/passwd", "echo,hello"))  # fmt: skip
        onto = chance.choice(([], ["O:/tmp/out", "2:1"], ["T:/tmp/out", "2:1"]))
        found += ["(", *onto, f"e:{what}", ")", *chance.choice(([], [f"z:{chance.randint(10, 999)}"]))]
    return found


def checking(chance: Chance) -> Drawn:
    """Read programs or files through, to compare sums."""
    found: Drawn = [f"l:{chance.choice(('/bin', '/var/www', '/home/bob'))}"]
    for name in some(chance, ("cat", "ls", "ps", "tar", "su", "rm", "mv", "sh", "find", "grep"), 2, 8):
        found += [*chance.choice(([], [f"i:/bin/{name}"])), f"o:/bin/{name}", *chance.choice(([], ["s"])),
                  *["r"] * chance.randint(2, 6), "c"]  # fmt: skip
    return [*found, "W"]


def talking(chance: Chance) -> Drawn:
    """Words by fifos, and locks by links."""
    fifo, box = f"/tmp/f{chance.choice(NAMES)}", f"/tmp/m{chance.choice(NAMES)}"
    turns = chance.randint(1, 4)
    words = [f"M:{fifo}", "(&", f"T:{fifo}", *["w", "z:2"] * turns, "c", ")", f"o:{fifo}", *["r", "W"] * turns, "c"]
    post = [f"k:{box}"]
    for _turn in range(chance.randint(1, 3)):
        post += [f"T:{box}/own", "c", f"h:{box}/own,{box}/lock", f"O:{box}/box", "w", "w", "c", f"u:{box}/lock",
                 f"u:{box}/own"]  # fmt: skip
    return chance.choice((words, post, [*post, *words]))


def keeping_safe(chance: Chance) -> Drawn:
    """A backup: all of a folder, into one file in /tmp."""
    folder = chance.choice(("/etc", "/etc/ssh", "/home/alice", "/home/bob", "/var", "/root"))
    found = [f"T:/tmp/{chance.choice(NAMES)}.bak", f"L:{folder}"]
    for path in some(chance, SETTINGS if folder.startswith("/etc") else [f"{folder}/{name}" for name in NAMES], 3, 8):
        found += [f"i:{path}", f"o:{path}", "r", "c", "w", "w"]
    return [*found, "c"]


def own_things(chance: Chance) -> Drawn:
    """A tree of one's own, made and removed."""
    home = chance.choice(("/home/alice", "/home/bob", "/tmp", "/var/tmp"))
    tree = f"{home}/{chance.choice(NAMES)}.d"
    found = [f"k:{tree}", f"k:{tree}/a", f"k:{tree}/b"]
    for name in some(chance, NAMES, 2, 6):
        found += [f"T:{tree}/{chance.choice('ab')}/{name}", "w", "c"]
    return [*found, f"L:{tree}", f"D:{tree}/a", f"D:{tree}/b", f"U:{tree}/a", f"U:{tree}/b", f"U:{tree}"]


def as_another(chance: Chance) -> Drawn:
    """Work done as somebody who may do less."""
    user = chance.choice((1000, 1001, 33))
    work = chance.choice((["e:id"], ["T:/tmp/mine", "w", "c"], ["o:/etc/motd", "r", "W"], ["e:ls,/tmp"]))
    return ["o:/etc/passwd", "r", "c", "(", f"V:{user}", f"v:{user}", *work, ")"] * chance.randint(1, 2)


def queueing(chance: Chance) -> Drawn:
    """Several workers begun at once, that take from one pipe; the answers are gathered."""
    inner = ["(&", *["q", *chance.choice(([], ["g"], ["z:1"])), "w"] * chance.randint(1, 4), "c", ")"]
    found = ["P", *inner * chance.randint(2, 5)]
    found += ["w"] * chance.randint(3, 20)
    return [*found, *chance.choice((["q"], ["q", "z:2"], ["z:1", "q"])) * chance.randint(3, 12), "z:5"]


def tidying_in_a_shell(chance: Chance) -> Drawn:
    """Trees of one's own made by shell lines, filled, and removed with all that is in them."""
    place = chance.choice(("/tmp", "/tmp", "/var/tmp", "/home/bob", "/home/alice"))
    lines, tree = ["sh"], f"{place}/{chance.choice(NAMES)}.t"
    folders = [tree, *(f"{tree}/{name}" for name in some(chance, NAMES, 1, 4))]
    lines += [f"mkdir {folder}" for folder in folders]
    for _turn in range(chance.randint(2, 7)):
        path = f"{chance.choice(folders)}/{chance.choice(NAMES)}{chance.randint(0, 9)}"
        lines.append(chance.choice((f"echo words > {path}", f"cp /etc/hosts {path}", f"uname > {path}",
                                    f"echo a > {path}; mv {path} {path}.b", f"echo a > {path}; rm {path}")))  # fmt: skip
    if chance.random() < 0.5:
        lines.append(chance.choice((f"find {tree}", f"ls -l {tree}", f"du {tree}", f"tar cf /tmp/t.t {tree}")))
    return [*lines, f"rm -r {chance.choice(folders)}", f"rm -r {tree}", *some(chance, ("id", "ls -l /tmp", "pwd"), 0, 2)]


def household_in_a_shell(chance: Chance) -> Drawn:
    """What administrators do by the shell: look, copy aside, rotate, note, do something as somebody else."""
    lines = ["sh"]
    for _turn in range(chance.randint(4, 9)):
        name, setting = chance.choice(NAMES), chance.choice(SETTINGS)
        lines.append(chance.choice((
            f"cp {setting} /tmp/{name}; rm /tmp/{name}", f"grep o {setting} | wc", "tail -n 2 /var/log/messages",
            "cp /var/log/messages /tmp/m; wc /tmp/m", f"echo {name} >> /var/log/messages", "ls -l /etc /etc/ssh",
            f"mv /var/log/{name} /var/log/{name}.1", f"echo x > /var/log/{name}", "find /etc -name s*",
            f"su alice -c 'ls /home/alice; echo {name} > /tmp/{name}'", f"su bob -c 'cat todo.txt; rm /tmp/{name}'",
            f"tar cf /tmp/{name}.tar /etc", f"tar cf /tmp/{name}.tar /var /home/bob", "ps | wc", "cat /proc/meminfo",
            f"echo {name} >> /root/notes.txt; cat /root/notes.txt", "du /etc /var", f"ls /home/alice/{name}",
            f"mkdir /tmp/{name}; cd /tmp/{name}; tar xf /tmp/{name}.tar", "sleep 1; uptime",
        )))  # fmt: skip
    return lines


Theme = Callable[[Chance], Drawn]
ATTACKS: dict[Theme, str] = {
    credentials: "T1552.001", credentials_apart: "T1552.001", credentials_by_links: "T1552.004",
    credentials_in_a_shell: "T1552.001", sweep: "T1083", kernel_settings: "T1082", kernel_written: "T1562.001",
    destruction: "T1485", destruction_in_a_shell: "T1485", scrambling: "T1486", left_behind: "T1543.002",
    left_behind_in_a_shell: "T1053.003", accounts: "T1098", traces_removed: "T1070", ports_tried: "T1046",
    shells_given: "T1059", rights_tried: "T1068", code_made: "T1055", others_ended: "T1489",
    copies_made: "T1499.001", carried_off: "T1560",
}  # fmt: skip
"""Attacks, each with MITRE's number."""
BENIGN: tuple[Theme, ...] = (
    editing, serving, working, copying, watching, logging, asking, installing, running, checking, talking, keeping_safe,
    own_things, as_another, queueing, tidying_in_a_shell, household_in_a_shell,
)  # fmt: skip


def prepared(board: Board) -> None:
    """Put files there that a lived-in board would have."""
    for folder in ("/root/.ssh", "/root/.aws", "/home/bob/.ssh"):
        board.files.make_folder(folder, 0o700)
    for path in (*KEYS[:2], "/root/.aws/credentials", "/etc/gshadow", "/root/.bash_history", "/home/bob/.ssh/id_rsa",
                 "/home/bob/p1", "/home/bob/p2", "/home/alice/p1", "/home/alice/p2"):  # fmt: skip
        board.files.write(path, b"a few words of text\n" * 3, 0o600)


def performed(board: ProgramBoard, link: Board, program: bytes, drawn: Drawn, user: int) -> None:
    """Run what was drawn on the board; what its pipeline is given meanwhile is in `board.taken`."""
    if drawn[0] == "sh":
        link.files.write("/tmp/.s", "".join(f"{line}\n" for line in drawn[1:]).encode())
        board.taken = []
        run = link.processes.run("/bin/sh", ["/tmp/.s"], user, user)
    else:
        board.taken = []
        run = link.processes.run("/tmp/a", [" ".join(drawn)], user, user, content=program)
    end = board.seconds + SECONDS_MOST
    while run.code is None and board.seconds < end:
        link.listen(0.1)
        run.so_far()
    run.kill()  # who waits for what does not come
    link.wait(0.3)  # for whom nobody waits


def of_the_tree(taken: Sequence[Taken]) -> list[Taken]:
    """Return the events of the program and its children alone, not those of others, whom it may have ended."""
    lives: dict[int, int] = {}
    kept = []
    for event, paths, record in taken:
        kind, slot = Kind(event[0] >> _KIND & 15), event[0] >> _SLOT & 63
        if kind is Kind.CLEAR:
            lives[slot] = event[1]
        elif lives.get(slot) != event[1]:
            continue
        elif kind is Kind.FORK and event[2] < SLOTS:
            lives[event[2]] = event[3]
        elif kind is Kind.EXIT:
            del lives[slot]
            if lives.get(event[2]) != event[3]:
                event = [*event[:2], SLOTS, *event[3:]]  # an heir that is none of them
        kept.append((event, paths, record))
    return kept


def until_it_counts(taken: Sequence[Taken], chance: Chance) -> list[Taken]:
    """Return the events of an attack up to the call that must not be made any more.

    That is the first one whose object is secret or the kernel's, or one of the first few that change what is not
    the program's own; all, if there is none of these.
    """
    changes = chance.randint(1, 3)
    for number, (event, _paths, words) in enumerate(taken):
        record = RECORD.unpack(sum(int(word) << 32 * place for place, word in enumerate(words)))
        if record["kind"] != Kind.CALL:
            continue
        kind, name = PathClass(record["path_class"]), CALL_NAMES[record["id"]] if record["id"] < len(CALL_NAMES) else ""
        written = name == "openat" and event[4] & 3 or name in CHANGING
        changes -= bool(written and kind not in (PathClass.NONE, PathClass.TEMPORARY))
        if kind >= SECRET_FROM or not changes:
            return list(taken[: number + 1])
    return list(taken)


def practice(flash: bytes, count: int, seed: int = 0) -> Iterator[tuple[Recording, dict[str, Any]]]:
    """Yield `count` programs of each theme with their labels, the same ones for the same seed."""
    with tempfile.TemporaryDirectory(prefix="practice-") as folder:
        own_program([STEPS], Path(folder) / "steps")
        program = (Path(folder) / "steps").read_bytes()
    for theme in (*ATTACKS, *BENIGN):
        kind = theme.__name__
        for number in range(count):
            chance = random.Random(f"{seed} {kind} {number}")
            drawn = theme(chance)
            user = 1000 if kind == "rights_tried" else chance.choice((0, 0, 0, 1000)) if theme in BENIGN else 0
            while len(" ".join(drawn)) > 900:
                drawn = drawn[: len(drawn) * 9 // 10]
            board = ProgramBoard(bytearray(flash))
            with Board(CountedLine(board, patience=30.0)) as link:
                link.wait(0.05)
                prepared(link)
                assert board.processes is not None
                board.processes.enforce(0)
                performed(board, link, program, drawn, user)
            name = f"practice-{kind}-{number:02}"
            taken = of_the_tree(board.taken or [])
            whole = recorded(taken, name, f"practice-{kind}")
            label = {
                "file": name, "class": "attack" if theme in ATTACKS else "benign", "kind": kind,
                "technique": ATTACKS.get(theme, ""), "implementation": "kernel", "scenario": f"practice-{kind}",
                "run": number, "user": str(user),
            }  # fmt: skip
            yield whole, label
            begun = until_it_counts(taken, chance)
            if theme in ATTACKS and len(begun) < len(taken):
                yield recorded(begun, f"{name}-begun", whole.group), {**label, "file": f"{name}-begun"}


@click.command()
@click.option("--count", default=16, show_default=True, help="Programs of each theme.")
@click.option("--out", type=click.Path(path_type=Path), default=PRACTICE, show_default=True, help="File to write.")
def main(count: int, out: Path) -> None:
    """Record the programs anew: the same ones, as long as kernel, programs and path trie are."""
    package = read_package(SHIPPED)
    recordings, labels = zip(*practice(screened_flash(package), count), strict=True)
    out.write_bytes(condense(recordings, labels, package.image))
    click.echo(f"{out}: {len(recordings)} programs, {sum(map(len, recordings))} events, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
