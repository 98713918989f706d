"""Which arguments of which calls are paths, and where a relative one starts.

By name, for all ABIs: a trace's reader takes its paths from here, and the gateware that copies a call's strings.
"""

from __future__ import annotations

from enum import IntEnum

# Each line: a shape, then the calls that have it.  A shape lists path arguments by index, "path@dirfd" where
# a descriptor says where a relative path starts.
_PATH_SHAPES = """\
0 open creat stat lstat stat64 lstat64 oldstat oldlstat access readlink chdir chroot mkdir rmdir mknod unlink
0 execve truncate truncate64 chmod chown lchown chown32 lchown32 utime utimes statfs statfs64 swapon swapoff
0 acct uselib umount umount2 setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr
0 lremovexattr
1 inotify_add_watch quotactl
0,1 rename link symlink mount pivot_root
1@0 openat openat2 newfstatat fstatat64 statx faccessat faccessat2 readlinkat mkdirat mknodat unlinkat
1@0 fchmodat fchmodat2 fchownat utimensat utimensat_time64 futimesat execveat name_to_handle_at
1@0 open_tree fspick mount_setattr
1@0,3@2 renameat renameat2 linkat move_mount
0,2@1 symlinkat
4@3 fanotify_mark
"""


def _path_table() -> dict[str, tuple[tuple[int, int | None], ...]]:
    table: dict[str, tuple[tuple[int, int | None], ...]] = {}
    for line in _PATH_SHAPES.splitlines():
        shape, *names = line.split()
        arguments: list[tuple[int, int | None]] = []
        for item in shape.split(","):
            path, _, dirfd = item.partition("@")
            arguments.append((int(path), int(dirfd) if dirfd else None))
        table |= dict.fromkeys(names, tuple(arguments))
    return table


PATHS: dict[str, tuple[tuple[int, int | None], ...]] = _path_table()
"""Path arguments by call: index, and the index of the descriptor it starts from (None: the cwd)."""


def packed(name: str) -> int:
    """Return the path arguments of a call as a number: 4 bits each, 1 + index, the first lowest; 0: none."""
    return sum(1 + path << 4 * place for place, (path, _base) in enumerate(PATHS.get(name, ())))


CWD_DESCRIPTOR = -100
"""The descriptor that stands for the cwd (AT_FDCWD)."""

STRING_BYTES = 128
"""Of a string of the core's calls at most, with the zero behind it."""

STRINGS_MAX = 2
"""Path arguments of a call of the core: no call of its ABI has more."""


class StringState(IntEnum):
    """What became of a string."""

    NONE = 0  # the call has none there
    WHOLE = 1  # it stands there with its zero
    LONG = 2  # of STRING_BYTES bytes none is zero
    WILD = 3  # it goes on where nothing answers
