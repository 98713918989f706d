"""Attacks for the board's model to learn from, drawn: what is done, in which order, and to what."""

from __future__ import annotations

from sim.practice_draws import HOMES, KEYS, NAMES, SETTINGS, Chance, Drawn, Theme, fetched, put_away, some

KERNEL = ("/proc/sys/kernel/hostname", "/proc/sys/kernel/version", "/proc/sys/kernel/panic", "/proc/kallsyms",
          "/proc/sys/kernel/perf_event_paranoid", "/proc/sys/kernel/sysrq", "/sys/kernel/notes", "/dev/mem",
          "/proc/sys/kernel/cap_last_cap", "/proc/kcore", "/proc/modules", "/boot/config", "/dev/kmsg",
          "/sys/kernel/debug/tracing", "/proc/sys/kernel/kexec_load_disabled")  # fmt: skip
JOBS = ("/etc/cron.d/{}", "/etc/systemd/{}.service", "/etc/init.d/{}", "/etc/sudoers.d/{}", "/etc/ld.so.preload",
        "/etc/profile.d/{}.sh", "/var/spool/cron/{}", "/etc/rc.local", "/etc/crontab")  # fmt: skip
CALLS = (90, 91, 97, 105, 106, 117, 130, 135, 147, 149, 155, 161, 217, 218, 219, 241, 265, 268, 270, 271, 273, 280,
         294, 410, 425, 444, 460)  # fmt: skip
"""Numbers of calls that honest programs of the board have no use for."""


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
        if chance.random() < 0.4 and path.count("/") > 2:
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
        made = f"mkdir {folder}; " if chance.random() < 0.5 and folder != "/etc" else ""
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
    return [
        part
        for n in range(count)
        for part in (f"N:{first + n * step}", *chance.choice((["c"], ["c"], ["c", "z:3"])))
    ]


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
        found += chance.choice(
            (["X:7"], ["X:6"], ["X:3", "Y:7"], ["Y:5"], ["Y:7", "Y:3"], ["X:4", "#:279", "#:281"])
        )
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
                                       for part in fetched(chance, path)),
                      f"T:{archive}", "w", "w", "c"]  # fmt: skip
    port = chance.randint(2000, 9000)
    return ["(&", f"B:{port}", "a", *["y"] * 6, ")", *found, "z:5", f"N:{port}", f"o:{archive}",
            *["r", "b", "x", "r", "b", "x"] * chance.randint(1, 3), "c"]  # fmt: skip


ATTACKS: dict[Theme, str] = {
    credentials: "T1552.001", credentials_apart: "T1552.001", credentials_by_links: "T1552.004",
    credentials_in_a_shell: "T1552.001", sweep: "T1083", kernel_settings: "T1082", kernel_written: "T1562.001",
    destruction: "T1485", destruction_in_a_shell: "T1485", scrambling: "T1486", left_behind: "T1543.002",
    left_behind_in_a_shell: "T1053.003", accounts: "T1098", traces_removed: "T1070", ports_tried: "T1046",
    shells_given: "T1059", rights_tried: "T1068", code_made: "T1055", others_ended: "T1489",
    copies_made: "T1499.001", carried_off: "T1560",
}  # fmt: skip
"""Attacks, each with MITRE's number."""
