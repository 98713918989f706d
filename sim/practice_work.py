"""Honest work for the board's model to learn from, drawn: what is done, in which order, and to what."""

from __future__ import annotations

from sim.practice_draws import HOMES, NAMES, SETTINGS, Chance, Drawn, Theme, fetched, some


def editing(chance: Chance) -> Drawn:
    """Files of one's own, written, replaced, read again."""
    found: Drawn = []
    home = chance.choice((*HOMES, "/tmp", "/home/alice/.config", "/home/bob/.config"))
    if home.endswith(".config") or chance.random() < 0.2:
        found += [f"k:{home}"]
    for _turn in range(chance.randint(1, 6)):
        path = f"{home}/{chance.choice(NAMES)}"
        found += chance.choice((
            [f"T:{path}", "w", "w", "c"],
            [f"o:{path}", "r", "c", f"T:{path}.new", "w", "c", f"m:{path}.new,{path}"],
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
    answer = chance.choice((
        ["y", f"o:{page}", "r", "c", "x"], ["y", "x"], ["y", f"i:{page}", f"o:{page}", "r", "c", "x", "x"],
        ["x", "y"],
    ))  # fmt: skip
    server = [f"B:{port}", *(part for _turn in range(turns) for part in ("a", *answer, "c"))]
    ask = [
        f"N:{port}",
        *chance.choice((["x", "y"], ["x", "y", "y"], ["x", "x", "y"])),
        *chance.choice((["W"], [])),
        "c",
    ]
    return ["(&", *server, ")", "z:10", *ask * turns, "z:10"]


def working(chance: Chance) -> Drawn:
    """Workers that are given work by pipes."""
    found: Drawn = ["P"]
    for _turn in range(chance.randint(1, 5)):
        found += [chance.choice(("(", "(&")), *chance.choice((["g", "w"], ["w"], ["z:5", "w"],
                  ["T:/tmp/w", "w", "c", "b", "w"])), ")"]  # fmt: skip
        found += chance.choice((["q"], ["q", "W"]))
    return [*found, "z:8"]


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
        found += [
            f"O:{log}",
            *["w"] * chance.randint(1, 3),
            "c",
            *chance.choice(([], [f"z:{chance.randint(20, 900)}"])),
        ]
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
        path = f"{place}/bin/{name}"
        found += [f"T:{path}", "w", "w", "c", f"p:{path},493",
                  *chance.choice(([], [f"n:{path},{place}/{name}"], [f"t:{path}"]))]  # fmt: skip
    return [*found, f"l:{place}/bin", *chance.choice(([], [f"m:{place}/share,{place}/doc"]))]


def running(chance: Chance) -> Drawn:
    """Programs begun one after the other, and waited for."""
    found: Drawn = []
    for _turn in range(chance.randint(1, 6)):
        what = chance.choice(("id", "uptime", "uname", "ls,/tmp", "ls,/bin", "ps", "cat,/etc/motd", "du,/var",
                              "true", "find,/home/bob", "wc,/etc/passwd", "echo,hello",
                              "tar,cf,/tmp/w,/var/www", "tar,cf,/tmp/w,/var/log", "tar,cf,/tmp/w,/tmp/opt",
                              "cp,/etc/hosts,/tmp/h", "mkdir,/tmp/m", "rm,/tmp/h"))  # fmt: skip
        onto = chance.choice(([], ["O:/tmp/out", "2:1"], ["T:/tmp/out", "2:1"]))
        log = chance.choice(([], [], ["O:/tmp/log"], ["O:/var/log/app"], ["O:/tmp/log", "w"]))
        found += [*log, "(", *(["2:1"] if log and chance.random() < 0.7 else onto), f"e:{what}", ")", *log[1:],
                  *chance.choice(([], ["w"], ["c"], [f"z:{chance.randint(10, 999)}"]))]  # fmt: skip
    return found


def following(chance: Chance) -> Drawn:
    """One who writes to a file, and one who reads what comes."""
    path = f"/tmp/{chance.choice(NAMES)}"
    begun = chance.choice(([f"T:{path}"], [f"T:{path}", "w"], [f"O:{path}", "w", "c"], []))
    written = [f"O:{path}", *["w", f"z:{chance.randint(1, 90)}"] * chance.randint(1, 8)]
    read = [
        *chance.choice(([f"o:{path}"], ["j"], [])),
        *["r", "W", "r", f"z:{chance.randint(1, 50)}"] * chance.randint(1, 9),
    ]
    return [*begun, "(&", *written, ")", *read]


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
    words = [
        f"M:{fifo}",
        "(&",
        f"T:{fifo}",
        *["w", "z:2"] * turns,
        "c",
        ")",
        f"o:{fifo}",
        *["r", "W"] * turns,
        "c",
    ]
    post = [f"k:{box}"]
    for _turn in range(chance.randint(1, 3)):
        post += [f"T:{box}/own", "c", f"h:{box}/own,{box}/lock", f"O:{box}/box", "w", "w", "c", f"u:{box}/lock",
                 f"u:{box}/own"]  # fmt: skip
    return chance.choice((words, post, [*post, *words]))


def keeping_safe(chance: Chance) -> Drawn:
    """A backup: all of a folder, into one file in /tmp."""
    folder = chance.choice(("/etc", "/etc/ssh", "/home/alice", "/home/bob", "/var", "/root"))
    found = [f"T:/tmp/{chance.choice(NAMES)}.bak", f"L:{folder}"]
    for path in some(
        chance, SETTINGS if folder.startswith("/etc") else [f"{folder}/{name}" for name in NAMES], 3, 8
    ):
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
    found = ["P", *chance.choice(([], ["P"])), *inner * chance.randint(2, 5)]
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
                                    f"echo a > {path}; mv {path} {path}.b",
                                    f"ln -s {path} {path}.l", f"ln -s {tree} {path}.d; ls -l {path}.d",
                                    f"echo a > {path}; rm {path}")))  # fmt: skip
    if chance.random() < 0.5:
        lines.append(chance.choice((f"find {tree}", f"ls -l {tree}", f"du {tree}", f"tar cf /tmp/t.t {tree}")))
    return [
        *lines,
        f"rm -r {chance.choice(folders)}",
        f"rm -r {tree}",
        *some(chance, ("id", "ls -l /tmp", "pwd"), 0, 2),
    ]


def household_in_a_shell(chance: Chance) -> Drawn:
    """What administrators do by the shell: look, copy aside, rotate, note, do something as somebody else."""
    lines = ["sh"]
    for _turn in range(chance.randint(4, 9)):
        name, setting = chance.choice(NAMES), chance.choice(SETTINGS)
        lines.append(chance.choice((
            f"cp {setting} /tmp/{name}; rm /tmp/{name}", f"grep o {setting} | wc", "tail -n 2 /var/log/messages",
            "cp /var/log/messages /tmp/m; wc /tmp/m", f"echo {name} >> /var/log/messages", "ls -l /etc /etc/ssh",
            f"mv /var/log/{name} /var/log/{name}.1", f"echo x > /var/log/{name}", "find /etc -name s*",
            f"su alice -c 'ls /home/alice; echo {name} > /tmp/{name}'",
            f"su bob -c 'cat todo.txt; rm /tmp/{name}'",
            f"tar cf /tmp/{name}.tar /etc", f"tar cf /tmp/{name}.tar /var /home/bob", "ps | wc",
            "cat /proc/meminfo",
            f"echo {name} >> /root/notes.txt; cat /root/notes.txt", "du /etc /var", f"ls /home/alice/{name}",
            f"mkdir /tmp/{name}; cd /tmp/{name}; tar xf /tmp/{name}.tar", "sleep 1; uptime",
            f"ln -s /etc/hosts /tmp/{name}.l; cat /tmp/{name}.l", f"ln -s /var/www /tmp/{name}.w",
            f"cat {setting}", f"head {setting} > /tmp/{name}", f"cat < {setting}",
        )))  # fmt: skip
    return lines


def walking(chance: Chance) -> Drawn:
    """Read or change all that lies below a folder that is one's own, or anybody's."""
    if chance.random() < 0.5:
        return [
            f"E:{chance.choice(('/var/www', '/var', '/var/log', '/tmp'))},{chance.choice(('r', 'rW', 'gr'))}",
            "W",
        ]
    tree = f"{chance.choice(('/tmp', '/var/tmp'))}/{chance.choice(NAMES)}.w"
    found = [f"k:{tree}"]
    for name in some(chance, NAMES, 1, 5):
        found += [f"T:{tree}/{name}", "w", "c"]
    return [
        *found,
        f"E:{tree},{chance.choice(('r', 'rm', 't', 'p', 'm', 'rW', 'mt'))}",
        f"E:{tree},u",
        f"U:{tree}",
    ]


def packing_in_a_shell(chance: Chance) -> Drawn:
    """Folders packed by the shell's tar, listed, unpacked elsewhere."""
    lines, archive = ["sh"], f"/tmp/{chance.choice(NAMES)}.tar"
    folders = ("/etc", "/etc", "/home/alice", "/home", "/root", "/etc/ssh", "/home/bob", "/var", "/var/log",
               "/etc /root")  # fmt: skip
    below = ("etc", "home/alice", "root", "home")
    for _turn in range(chance.randint(1, 3)):
        lines += some(chance, ("cd /tmp", "mkdir /tmp/b", "ls -l /etc", "id", "du /etc", "cat /etc/motd",
                               "ls -l .ssh", "ls -l /home/alice/.ssh", "cd /home/alice; ls -l .ssh",
                               "find /home"), 0, 3)  # fmt: skip
        lines.append(chance.choice((f"tar cf {archive} {chance.choice(folders)}",
                                    f"tar cf {archive} {chance.choice(folders)}",
                                    f"cd {chance.choice(folders).split()[0]}; tar cf {archive} .",
                                    f"cd /; tar cf {archive} {chance.choice(below)}")))  # fmt: skip
        lines += some(chance, (f"tar tf {archive}", f"tar tf {archive} | wc",
                               f"tar tf {archive} > /tmp/l; grep s /tmp/l", f"ls -l {archive}",
                               f"wc {archive}", f"mkdir /tmp/u; cd /tmp/u; tar xf {archive}",
                               "rm -r /tmp/u", f"rm {archive}"), 0, 4)  # fmt: skip
    return lines


BENIGN: tuple[Theme, ...] = (
    editing, serving, working, copying, watching, logging, asking, installing, running, checking, talking,
    keeping_safe, own_things, as_another, queueing, tidying_in_a_shell, household_in_a_shell,
    walking, packing_in_a_shell, following,
)  # fmt: skip
