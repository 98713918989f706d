"""Programs as they are on the board, on a core of this computer's: the target suite, attacks, the userland."""

from __future__ import annotations

import re

import pytest

from sim.native_processes import Processes


def shell(processes: Processes, line: str, user: int = 0) -> list[str]:
    """Return the lines that a shell's line prints."""
    return processes.run("sh", "-c", line, user=user)[1].splitlines()


def test_the_suite(processes: Processes) -> None:
    """Every call does what docs/calls.md says; what is full says so, and is to be had again."""
    left = processes.left
    status, said = processes.run("suite")
    lines = said.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("ok: ")] == []
    found = re.fullmatch(r"(\d+) tests, 0 failed", lines[-1])
    assert status == 0 and found and int(found[1]) == len(lines) - 1 >= 50
    processes.call(0, "unlinkat", -100, processes.text(0, "/tmp/said"), 0)
    assert processes.left == left


def test_a_test_that_fails_is_told(processes: Processes) -> None:
    """The suite as a user who may not make its folder: not one test is said to hold."""
    processes.call(0, "fchmodat", -100, processes.text(0, "/tmp"), 0o755)
    status, said = processes.run("suite", "short", user=1000)
    assert status == 1 << 8 and "ok: " not in said and re.search(r"(\d+) tests, \1 failed\n$", said)


def test_attacks(processes: Processes) -> None:
    status, said = processes.run("attacks")
    lines = said.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("held: ")] == []
    assert status == 0 and re.fullmatch(r"\d+ attacks, 0 succeeded", lines[-1]) and len(lines) > 150


# --- the userland --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ls -l /etc | grep shadow", ["-rw------- root         145 shadow"]),
        ("false && echo no || echo yes; true || echo no", ["yes"]),
        ("echo 'a  b' \"c|d\" # e", ["a  b c|d"]),
        ("echo one > /tmp/x; echo two >> /tmp/x; wc < /tmp/x", ["      2       2       8"]),
        ("tail -n 1 /etc/passwd | wc", ["      1       1      36"]),
        ("find /home -name todo*", ["/home/alice/todo.txt", "/home/bob/todo.txt"]),
        ("find /etc -type d", ["/etc", "/etc/ssh"]),
        ("hexdump /etc/hostname",
         ["00000000  76 69 67 69 6c 61 6e 74  65 0a                    |vigilante.|"]),
        ("du /etc/ssh; du -s /etc/ssh", ["      2 /etc/ssh", "      2 /etc/ssh"]),
        ("cd /tmp; ln -s /etc/motd l; ls -l l; cat l", ["lrwxrwxrwx root           9 l -> /etc/motd",
                                                        "Vigilante: every call is screened.  Ctrl-] leaves."]),
        ("cd /tmp; echo x > a; ln a b; rm a; cat b; mv b c; cp c d; cat c d", ["x", "x", "x"]),
        ("mkdir /tmp/a; mkdir /tmp/a/b; echo x > /tmp/a/b/c; rm -r /tmp/a; find /tmp -name c", []),
        ("sleep 1 & jobs; fg; jobs", ["[3]", "[3] sleep 1"]),
        ("sleep 100 & kill 3; wait; jobs", ["[3]"]),
        ("echo echo script > /tmp/s; sh /tmp/s", ["script"]),
        ("uname", ["Vigilante"]),
        ("su alice -c 'id; cat /etc/shadow'", ["uid=1000 alice gid=1000",
                                              "cat: /etc/shadow: permission denied (13)"]),
        ("nosuch", ["sh: nosuch: there is no such file (2)"]),
        ("echo >", ["sh: a file's name belongs behind < and >: that cannot be (22)"]),
        ("true | | true", ["sh: |: that cannot be (22)"]),
    ],
)  # fmt: skip
def test_a_line_of_the_shell(processes: Processes, line: str, said: list[str]) -> None:
    assert shell(processes, line) == said


def test_twelve_processes_at_once(processes: Processes) -> None:
    """The first process, a shell, nine that sleep in the background, and one that lists them."""
    left = processes.left
    jobs = (
        "sleep 9|sleep 9& sleep 1; " * 4 + "sleep 9& sleep 1; "
    )  # a job at a time: forks are copies of the shell
    said = shell(processes, jobs + "ps; wait")
    rows = [line.split() for line in said if line.split()[0].isdigit()]
    assert [row[-1] for row in rows] == ["init", "sh", *["sleep"] * 9, "ps"]
    processes.call(0, "unlinkat", -100, processes.text(0, "/tmp/said"), 0)
    assert processes.left == left, "what they had is to be had again"


def test_an_archive_comes_back_as_it_was(processes: Processes) -> None:
    made = "cd /tmp; mkdir a; ln -s ../x a/l; cp /etc/passwd a/p; mkdir a/d; tar cf t a; rm -r a"
    assert shell(processes, made) == []
    assert shell(processes, "cd /tmp; tar tf t") == ["a", "a/l", "a/p", "a/d"]
    assert shell(processes, "cd /tmp; tar xf t; ls -l a") == [
        "lrwxrwxrwx root           4 l -> ../x",
        "-rw-r--r-- root         148 p",
        "drwxr-xr-x root           0 d",
    ]
    assert processes.contents("/tmp/a/p") == processes.contents("/etc/passwd")


def test_an_archive_that_leads_out_or_is_damaged_is_refused(processes: Processes) -> None:
    shell(processes, "cd /tmp; echo x > aa; tar cf t aa")
    whole = bytearray(processes.contents("/tmp/t"))
    whole[0:2], whole[2:4] = b"..", b"/b"
    whole[148:156] = b"%06o\0 " % (sum(whole[:148]) + 8 * 32 + sum(whole[156:512]))
    file = processes.call(0, "openat", -100, processes.text(0, "/tmp/t"), 1)
    processes.call(0, "write", file, processes.put(0, bytes(whole[:512])), 512)
    assert shell(processes, "cd /tmp; tar xf t; ls /") == [
        "tar: ../b: not permitted (1)", "bin", "dev", "proc", "tmp", "etc", "home", "root", "var",
    ]  # fmt: skip
    processes.call(0, "lseek", file, 20, 0)
    processes.call(0, "write", file, processes.put(0, b"!"), 1)
    assert shell(processes, "cd /tmp; tar xf t") == ["tar: t: that cannot be (22)"]
