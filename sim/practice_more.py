"""More honest work for the board's model to learn from: what anybody may do with his own, in any order."""

from __future__ import annotations

from sim.practice_draws import NAMES, Chance, Drawn, Theme, some

PLACES = ("/var/www", "/var/www", "/var/spool", "/var/lib", "/opt", "/home/bob", "/home/alice", "/root", "/tmp",
          "/var/tmp")  # fmt: skip


def _file(chance: Chance, folder: str) -> Drawn:
    """Return one thing that is done with a file."""
    path, other = (f"{folder}/{name}" if folder else name for name in chance.sample(NAMES, 2))
    put = [f"{chance.choice('TTO')}:{path}", *["w"] * chance.randint(1, 3)]
    seen = [f"o:{path}", *chance.choice((["r"], ["s", "r"], ["r", "r"])), "c"]
    return chance.choice((
        [*put, "c"], [*put, "c", *seen], [*put, "j", "r", "c"], seen, [f"i:{path}", *seen],
        [*seen, f"T:{path}.new", "w", "c", f"m:{path}.new,{path}"],
        [f"T:{path}.new", "w", "w", "c", f"m:{path}.new,{path}"],
        [f"T:{path}.new", "w", "c", f"o:{path}.new", "r", "c", f"m:{path}.new,{path}"],
        [*seen, f"T:{other}", "w", "c"], [*put, "c", f"m:{path},{other}"], [*put, "c", f"u:{path}"],
        [f"I:{path}", "r", "j", "w", "c"], [f"S:{path}", "w", "c"], [*put, "c", f"p:{path},420"],
        [f"n:{path},{other}", f"u:{other}"], [f"h:{path},{other}", *seen, f"u:{other}"],
        [f"{chance.choice('lL')}:{folder or '.'}"],
        [f"k:{path}.d", f"T:{path}.d/a", "w", "c", f"m:{path}.d/a,{other}"],
        [f"i:{path}", f"u:{path}"], [f"k:{path}.d", f"U:{path}.d"], [*put, "f", "w", "c"],
    ))  # fmt: skip


def own_files(chance: Chance) -> Drawn:
    """Files of one's own: looked at, written, replaced, moved, removed."""
    folder = chance.choice(PLACES)
    found: Drawn = [f"k:{folder}"] if folder in ("/var/spool", "/var/lib", "/opt", "/var/tmp") else []
    if chance.random() < 0.3:
        found, folder = [*found, f"d:{folder}"], ""
    for _turn in range(chance.randint(1, 9)):
        found += _file(chance, folder)
        found += chance.choice(([], [], ["W"], ["g"], [f"z:{chance.randint(1, 200)}"]))
    return found


def own_files_in_a_shell(chance: Chance) -> Drawn:
    """The same, by lines of a shell."""
    folder = chance.choice(("/home/bob", "/home/alice", "/root", "/var/www", "/tmp"))
    lines = ["sh", *chance.choice(([f"cd {folder}"], []))]
    begin = "" if len(lines) > 1 else f"{folder}/"
    for _turn in range(chance.randint(2, 8)):
        one, other = (f"{begin}{name}" for name in chance.sample(NAMES, 2))
        lines += [chance.choice((
            f"echo some words > {one}", f"echo more >> {one}", f"cp {one} {other}; wc {one} {other}", f"cat {one}",
            f"mv {one} {other}", f"rm {one}", f"grep o {one} > {other}", f"head -n 1 {one} | wc",
            f"ls -l {folder}",
            f"find {folder} -type f", f"du {folder}", f"hexdump {one}", f"ln -s {one} {other}; rm {other}",
            f"mkdir {one}.d; cp {other} {one}.d/x; rm -r {one}.d", f"cat {one} {other} > {begin}both", "uptime",
            f"echo a > {one}; mv {one} {other}; cat {other}", f"wc {one} >> {other}", f"tail -n 1 {one}",
        ))]  # fmt: skip
        lines += some(chance, ("id", "ps", "pwd", "cat /etc/motd", "cat notes.txt", "cat todo.txt"), 0, 1)
    return lines


MORE: tuple[Theme, ...] = (own_files, own_files_in_a_shell)
"""These themes.  No attack is drawn with one of them before it."""
