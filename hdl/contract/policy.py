"""The policy: what each call is, what each profile allows, and what the judge answers.

Policy is data that is loaded, not logic: the tables here are the default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hdl.contract.layout import Field, Layout
from hdl.contract.syscalls import ID_COUNT, NAMES
from hdl.contract.verdict import CallClass, Tier, Verdict

PROFILES = 16

ATTRIBUTES = Layout(
    "attributes",
    "What the classifier knows of a canonical id.",
    (
        Field("call_class", 3, "class of the call", tuple(c.name for c in CallClass)),
        Field("field0", 2, "what the vaccine key's first field is: the low half of a0, a1, a2 or a4"),
        Field("field1", 3, "half word that is its second: argument * 2 + (1: upper half), of a0..a3"),
        Field("allow", PROFILES, "bit p: profile p allows this call"),
    ),
)

FIELD0_HALVES = (0, 2, 4, 8)
"""The half words (argument * 2 + upper) that `field0` chooses from."""

FIELD1_HALVES = (0, 1, 2, 3, 4, 5, 6, 7)
"""Those that `field1` chooses from."""

_CLASSES: dict[CallClass, str] = {
    CallClass.NEUTRAL: """
        getpid getppid gettid getuid geteuid getgid getegid getuid32 geteuid32 getgid32 getegid32 getpgrp getpgid
        getsid sched_yield gettimeofday time times clock_gettime clock_gettime64 clock_getres clock_getres_time64
        getcpu getrusage nanosleep clock_nanosleep clock_nanosleep_time64 pause restart_syscall""",
    CallClass.IRREVERSIBLE: """
        execve execveat unlink unlinkat rmdir rename renameat renameat2 kill tkill tgkill truncate truncate64
        ftruncate ftruncate64 mount umount umount2 reboot pivot_root swapon swapoff""",
    CallClass.PRIVILEGE: """
        setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups setuid32 setgid32
        setreuid32 setregid32 setresuid32 setresgid32 setgroups32 capset ptrace process_vm_readv process_vm_writev
        init_module finit_module delete_module bpf perf_event_open kexec_load kexec_file_load unshare setns chroot
        keyctl add_key request_key seccomp prctl personality iopl ioperm userfaultfd pidfd_getfd""",
    CallClass.NETWORK: """
        socket socketpair bind connect listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
        shutdown setsockopt getsockopt getsockname getpeername socketcall""",
    CallClass.MEMORY: """
        mmap mmap2 munmap mprotect mremap brk madvise mlock mlockall munlock munlockall msync pkey_mprotect
        memfd_create memfd_secret remap_file_pages shmat shmdt shmget shmctl""",
    CallClass.PROCESS: """
        clone clone3 fork vfork exit exit_group wait4 waitpid waitid sched_setscheduler sched_setparam setpriority
        setpgid setsid rt_sigaction rt_sigprocmask sigaction sigprocmask prlimit64 setrlimit futex""",
    CallClass.WRITE: """
        write writev pwrite64 pwritev pwritev2 creat mkdir mkdirat mknod mknodat link linkat symlink symlinkat
        chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32 utime utimes
        utimensat utimensat_time64 futimesat setxattr lsetxattr fsetxattr removexattr sendfile sendfile64 splice
        copy_file_range fallocate sync fsync fdatasync""",
}

# Half words of the arguments worth a place in a vaccine's key; everything else keeps the low halves of a0, a1.
_FIELDS: dict[str, tuple[int, int]] = {
    "open": (2, 4), "creat": (2, 4), "openat": (4, 6), "openat2": (4, 6),
    "mmap": (4, 6), "mmap2": (4, 6), "mprotect": (4, 2), "pkey_mprotect": (4, 6),
    "unlinkat": (4, 0), "mkdirat": (4, 0), "fchmodat": (4, 0), "fchmodat2": (4, 6), "chmod": (2, 0),
    "fchownat": (4, 6), "mknodat": (4, 6), "faccessat": (4, 6), "renameat2": (8, 0), "linkat": (8, 0),
    "ioctl": (2, 3), "fcntl": (2, 4), "fcntl64": (2, 4), "clone": (0, 1), "lseek": (8, 2),
    "setsockopt": (2, 4), "getsockopt": (2, 4), "kill": (2, 0), "tgkill": (4, 0), "memfd_create": (2, 0),
    "execveat": (8, 0), "mount": (4, 6), "unshare": (0, 1), "setns": (2, 0),
}  # fmt: skip


def call_class(name: str) -> CallClass:
    """Return the class of a call by name; what is not listed reads."""
    return _CLASS_OF.get(name, CallClass.READ)


_CLASS_OF = {name: kind for kind, names in _CLASSES.items() for name in names.split()}

ALLOW_ALL = (1 << PROFILES) - 1

NARROW_PROFILE = PROFILES - 1
"""The profile that a process gets in addition when it comes out of quarantine."""

_NARROW_CLASSES = (CallClass.NEUTRAL, CallClass.READ, CallClass.MEMORY)
_NARROW_MORE = """
    write writev exit exit_group wait4 waitid rt_sigaction rt_sigprocmask"""
NARROW_CALLS = frozenset([*(name for name in NAMES if call_class(name) in _NARROW_CLASSES), *_NARROW_MORE.split()])
"""What that allows: to look, to read, to write to what is open, to end.  Nothing is begun, removed, changed by
name, or sent; but a file can still be opened, for writing too."""


def attribute_rows(
    allow: Mapping[int, frozenset[str]] | None = None, classes: Mapping[str, CallClass] | None = None
) -> list[int]:
    """Return the packed ATTRIBUTES of every canonical id.

    allow: names that a profile allows, by profile; a profile not named allows every call, unknown ones too.
    classes: of calls whose class is to be another one.
    """
    rows = []
    for ident in range(ID_COUNT):
        name = NAMES[ident] if ident < len(NAMES) else ""
        field0, field1 = _FIELDS.get(name, (0, 2))
        allowed = ALLOW_ALL
        for profile, names in (allow or {}).items():
            if name not in names:
                allowed &= ~(1 << profile)
        rows.append(
            ATTRIBUTES.pack(
                {
                    "call_class": (classes or {}).get(name, call_class(name)),
                    "field0": FIELD0_HALVES.index(field0),
                    "field1": FIELD1_HALVES.index(field1),
                    "allow": allowed,
                }
            )
        )
    return rows


JUDGE_ROWS = PROFILES * 16
"""Judge rows: one per profile, call class and whether the object is secret."""

JUDGE_CELLS = 16
"""Cells of a row: verdicts by tier, vaccine hit and allow-list violation."""

VERDICT_BITS = 3


def judge_row(profile: int, call_class: int, secret: int) -> int:
    """Return the number of the judge's row."""
    return profile << 4 | call_class << 1 | secret


def judge_cell(tier: int, vaccinated: int, violation: int) -> int:
    """Return the number of the cell within a row."""
    return violation << 3 | vaccinated << 2 | tier


@dataclass(frozen=True)
class Rule:
    """An answer, and the calls that it is for: all that is named must hold, and None names nothing.

    tier: that or a higher one.  classes: one of them.  secret: the object's path class is SECRET_FROM or above.
    vaccinated: a vaccine matches.  violation: an allow-list does not hold the call.
    """

    answer: Verdict
    tier: Tier = Tier.CALM
    classes: frozenset[CallClass] | None = None
    secret: bool | None = None
    vaccinated: bool | None = None
    violation: bool | None = None

    def fits(self, kind: CallClass, secret: int, tier: int, vaccinated: int, violation: int) -> bool:
        """Say whether a call is one of those that the rule is for."""
        wanted = ((self.secret, secret), (self.vaccinated, vaccinated), (self.violation, violation))
        return (
            tier >= self.tier
            and (self.classes is None or kind in self.classes)
            and all(want is None or want == bool(found) for want, found in wanted)
        )


DEFAULT_RULES = (
    Rule(Verdict.DENY, vaccinated=True),
    Rule(Verdict.DENY, violation=True),
    Rule(Verdict.DENY, Tier.CERTAIN),
    Rule(Verdict.QUARANTINE, Tier.HOSTILE),
    Rule(Verdict.DECOY, Tier.SUSPECT, secret=True),
    Rule(Verdict.CLONE, Tier.SUSPECT, frozenset((CallClass.IRREVERSIBLE, CallClass.PRIVILEGE))),
)
"""The default policy's rules: vaccines and allow-lists deny, tiers escalate."""


def answer(
    rules: Sequence[Rule], kind: CallClass, secret: int, tier: int, vaccinated: int, violation: int
) -> Verdict:
    """Return what the first rule that fits says; ALLOW if none does."""
    fitting = (rule.answer for rule in rules if rule.fits(kind, secret, tier, vaccinated, violation))
    return next(fitting, Verdict.ALLOW)


def judge_rows(rules: Sequence[Rule]) -> list[int]:
    """Return the 16 rows of one profile: by class, and whether the object is secret."""
    rows = []
    for row in range(16):
        kind, secret = CallClass(row >> 1), row & 1
        packed = 0
        for cell in range(JUDGE_CELLS):
            packed |= answer(rules, kind, secret, cell & 3, cell >> 2 & 1, cell >> 3) << VERDICT_BITS * cell
        rows.append(packed)
    return rows


@dataclass(frozen=True)
class Policy:
    """A policy as it is loaded.

    attributes: 512 packed ATTRIBUTES; rows: 256 judge rows of 16 cells of 3 bits, cell 0 lowest;
    enforce: bit p set, profile p is in enforce mode, else in monitor mode.
    templates: 512 packed births.TEMPLATE, for who makes vaccines; (): what those are is left as it is.
    """

    attributes: tuple[int, ...]
    rows: tuple[int, ...]
    enforce: int = ALLOW_ALL
    templates: tuple[int, ...] = ()


def default_policy(enforce: int = ALLOW_ALL, allow: Mapping[int, frozenset[str]] | None = None) -> Policy:
    """Return the default policy for every profile.

    allow: as `attribute_rows` takes it; without it, NARROW_PROFILE alone has a list.
    """
    allow = {NARROW_PROFILE: NARROW_CALLS} if allow is None else allow
    return Policy(tuple(attribute_rows(allow)), tuple(judge_rows(DEFAULT_RULES) * PROFILES), enforce)
