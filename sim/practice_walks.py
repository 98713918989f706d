"""Attacks for the board's model to learn from, drawn: by folders, behind honest work, in scripts."""

from __future__ import annotations

from sim.practice_draws import KEYS, NAMES, Chance, Drawn, Theme, fetched, put_away, some
from sim.practice_work import BENIGN

OF_LOGIN = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/ssh/sshd_config", "/etc/pam.d/su",
            "/root/.ssh/authorized_keys")  # fmt: skip
LATER = ("/etc/crontab", "/etc/rc.local", "/etc/cron.d/{}", "/etc/profile.d/{}", "/etc/init.d/{}",
         "/etc/sudoers.d/{}", "/etc/sudoers", "/etc/systemd/{}")  # fmt: skip
IN_SHELL = ("/etc/shadow", "/home/alice/.ssh/id_ed25519", "/etc/ssh/ssh_host_key", "/etc/gshadow",
            "/root/.ssh/id_rsa", "/root/.aws/credentials", "/home/bob/.ssh/id_rsa")  # fmt: skip
TAKING = ("cat {0}", "cat {0} > {1}", "cp {0} {1}", "head {0}", "head -n 2 {0} > {1}", "tail {0} > {1}",
          "grep : {0}", "grep a {0} > {1}", "wc {0}", "hexdump {0} > {1}", "cat {0} | grep :", "cat < {0}",
          "cat {0} | wc",
          "cp {0} {1}; cat {1}", "tar cf {1} {0}", "mv {0} {1}", "ln {0} {1}")  # fmt: skip
HARMLESS = ("id", "uname", "uptime", "ls /tmp", "ls -l /etc", "cat /etc/motd", "cat /etc/passwd | wc", "ps", "pwd",
            "echo x > /tmp/t", "mkdir /tmp/w", "rm /tmp/t", "cp /etc/hosts /tmp/h", "find /var", "du /home",
            "head -n 1 /etc/group", "tar cf /tmp/v.tar /var", "ls -l /home/alice", "wc /etc/fstab")  # fmt: skip


def _honest(chance: Chance) -> Drawn:
    """Return the begin of an honest program in C, or nothing, and the mark behind which the attack begins."""
    if chance.random() < 0.4:
        return ["!"]
    found: Drawn = ["sh"]
    while found[0] == "sh":
        found = chance.choice(BENIGN)(chance)
    kept = found[: chance.randint(0, min(len(found), 25))]
    return [*kept, *[")"] * (sum(step.startswith("(") for step in kept) - kept.count(")")), "!"]


def _lines(chance: Chance) -> list[str]:
    """Return honest lines for a shell, or none."""
    return [chance.choice(HARMLESS) for _turn in range(chance.choice((0, 0, 1, 1, 2, 3, 5)))]


def _as_child(chance: Chance, steps: Drawn) -> Drawn:
    """Have a child do the steps, or not."""
    how = chance.random()
    return ["(", *steps, ")"] if how < 0.15 else ["(&", "G", *steps, ")", "z:9"] if how < 0.25 else steps


def secrets_behind_work(chance: Chance) -> Drawn:
    """Read a secret behind honest work."""
    path = chance.choice((*KEYS, *IN_SHELL))
    wait = chance.choice(([], [], ["g"] * chance.randint(1, 20), [f"z:{chance.randint(1, 999)}"]))
    return [*_honest(chance), *wait, *_as_child(chance, [*fetched(chance, path), *put_away(chance)])]


def secrets_changed(chance: Chance) -> Drawn:
    """Write to a secret, move it, or give it away."""
    path = chance.choice((*KEYS, *IN_SHELL))
    act = chance.choice(([f"O:{path}", "w"], [f"S:{path}", "w"], [f"I:{path}", "r", "j", "w"], [f"u:{path}"],
                         [f"m:{path},/tmp/m"], [f"h:{path},/tmp/n"], [f"p:{path},511"], [f"t:{path}"],
                         [f"T:{path}", "w"], ["T:/tmp/n", "w", "c", f"m:/tmp/n,{path}"]))  # fmt: skip
    return [*_honest(chance), *_as_child(chance, act), *put_away(chance)]


def secrets_by_walking(chance: Chance) -> Drawn:
    """Read all that lies below a folder, secrets among it."""
    acts = chance.choice(("r", "rW", "rg", "gr", "rgW", "grg", "rr"))
    folders = some(chance, ("/etc", "/home", "/root", "/home/alice", "/etc/ssh", "/home/bob", "/root/.ssh"), 1, 2)
    return [*_honest(chance), *(f"E:{folder},{acts}" for folder in folders), *put_away(chance)]


def changed_by_walking(chance: Chance) -> Drawn:
    """Change all that lies below a folder of the system, or of others."""
    acts = chance.choice(("t", "p", "w", "a", "f", "u", "wf", "wfu", "fu", "rm", "rw", "rwf", "m", "rmt", "wt"))
    places = ("/var/log", "/var/log", "/etc", "/bin", "/etc/ssh", "/root", "/home")
    folder = chance.choice(places if acts in ("t", "p", "wt") else (*places, "/var", "/home/bob"))
    before = chance.choice(
        (_honest(chance), ["!", f"l:{folder}"], ["!", f"S:{chance.choice(OF_LOGIN)}", "w", "c"])
    )
    return [*before, f"E:{folder},{acts}"]


def logs_wiped(chance: Chance) -> Drawn:
    """Take from every log below a folder what is in it."""
    acts = chance.choice(("w", "f", "wf", "wfu", "fu", "ww", "rw", "rwf", "gw", "wu", "af", "a"))
    before = chance.choice((_honest(chance), ["!"], ["!", "i:/var/log"], ["!", "l:/var"]))
    return [*before, f"E:{chance.choice(('/var/log', '/var/log', '/var'))},{acts}", *chance.choice(([], ["W"]))]


def logins_changed(chance: Chance) -> Drawn:
    """Change who may log in, and how."""
    found = _honest(chance)
    for path in some(chance, OF_LOGIN, 1, 3):
        found += chance.choice(([], fetched(chance, path), fetched(chance, "/etc/passwd")))
        found += chance.choice(([f"S:{path}", "w", "c"], [f"S:{path}", "w", "w", "c"], [f"O:{path}", "w", "c"],
                                [f"I:{path}", "r", "j", "w", "c"], [f"T:{path}", "w", "c"],
                                ["T:/tmp/p", "w", "c", f"m:/tmp/p,{path}"],
                                [f"T:{path}-", "w", "w", "c", f"m:{path}-,{path}"],
                                [f"p:{path},511"]))  # fmt: skip
    return found


def begun_later(chance: Chance) -> Drawn:
    """See to it that something is begun later: at boot, by the table of jobs, at a login."""
    found = _honest(chance)
    for place in some(chance, LATER, 1, 3):
        path = place.format(chance.choice(NAMES))
        act = chance.choice(([f"O:{path}", "w", "c"], [f"T:{path}", "w", "c"], [f"S:{path}", "w", "c"],
                             ["T:/tmp/j", "w", "c", f"m:/tmp/j,{path}"], [f"n:/tmp/j,{path}"],
                             [f"o:{path}", "r", "c", f"O:{path}", "w", "c"], [f"p:{path},511"]))  # fmt: skip
        folder = [f"k:{path.rpartition('/')[0]}"] if path.count("/") > 2 else []
        found += [*chance.choice(([], [], folder)), *act]
    return found


def _dotted(chance: Chance, path: str) -> str:
    """Return another way to write a path."""
    parts = path.split("/")[1:]
    place = chance.randint(0, len(parts) - 1)
    inserted = chance.choice(([".", "."], [chance.choice(("tmp", "var", "bin")), ".."], ["."]))
    if place:
        inserted = chance.choice((["."], ["..", parts[place - 1]], [".", "."]))
    return "/" + "/".join([*parts[:place], *inserted, *parts[place:]])


def secrets_in_scripts(chance: Chance) -> Drawn:
    """Read secrets by the board's own programs, by one way or another."""
    lines = ["sh", *_lines(chance)]
    for number, path in enumerate(some(chance, IN_SHELL, 1, 3)):
        how, into, before = chance.choice(TAKING), f"/tmp/{chance.choice(NAMES)}{number}", ""
        named = path
        if (way := chance.randint(0, 5)) == 0:
            named = _dotted(chance, path)
        elif way == 1:
            folder, _, name = path.rpartition("/")
            up, _, last = folder.rpartition("/")
            before, named = chance.choice(((f"cd {folder}", name), (f"cd {up or '/'}", f"{last}/{name}")))
        elif way == 2:
            before = f"cd {chance.choice(('/var/www', '/home/bob', '/tmp'))}"
            named = "../" * before.count("/") + path[1:]
        elif way == 3:
            before, named = f"ln -s {path} /tmp/q{number}", f"/tmp/q{number}"
        elif way == 4:
            folder, _, name = path.rpartition("/")
            before, named = (
                f"ln -s {folder} /tmp/f{number}; ln -s f{number} /tmp/g{number}",
                f"/tmp/g{number}/{name}",
            )
        line = how.format(named, into)
        if chance.random() < 0.25 and "'" not in line:
            line = f"sh -c '{line}'"
        lines += [*before.split("; "), line] if before else [line]
        lines += _lines(chance)[:1]
    return lines


def system_changed_in_scripts(chance: Chance) -> Drawn:
    """Change logins, and what is begun later, by the board's own programs."""
    lines = ["sh", *_lines(chance)]
    for place in some(chance, (*LATER, *OF_LOGIN), 1, 3):
        path = place.format(chance.choice(NAMES))
        lines.append(chance.choice((f"echo x >> {path}", f"echo x > {path}", f"cp /tmp/.s {path}",
                                    f"echo x > /tmp/n; mv /tmp/n {path}", f"mkdir {path.rpartition('/')[0]}",
                                    f"rm {path}", f"mv {path} /tmp/o")))  # fmt: skip
    return lines


def packed_by_a_program(chance: Chance) -> Drawn:
    """Have tar pack the system's settings, or homes, from a program that is no shell."""
    found = _honest(chance)
    for number, folder in enumerate(some(chance, ("/etc", "/root", "/home", "/home/alice", "/etc/ssh"), 1, 3)):
        onto = chance.choice(([], [], ["O:/tmp/said", "2:2"], ["O:/tmp/said", "2:1"]))
        found += ["(", *onto, f"e:tar,cf,/tmp/.{chance.choice(NAMES)}{number},{folder}", ")"]
    port = chance.randint(2000, 9000)
    return [*found, *chance.choice(([], [f"N:{port}", "x", "c"], ["o:/tmp/.a0", "r", "W"]))]


WALKS: dict[Theme, str] = {
    secrets_behind_work: "T1552.001", secrets_changed: "T1098", secrets_by_walking: "T1083",
    changed_by_walking: "T1485", logs_wiped: "T1070.002", logins_changed: "T1098",
    begun_later: "T1543.002", secrets_in_scripts: "T1003.008",
    system_changed_in_scripts: "T1098", packed_by_a_program: "T1560.001",
}  # fmt: skip
"""These attacks, each with MITRE's number."""

BY_FOLDERS = (packed_by_a_program,)
"""Those that must be known when they look into the first folder."""
