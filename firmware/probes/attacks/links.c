/* Attacks by links, fifos, and folders that anybody may write to. */
#include "attacks.h"

#define TRAP "/tmp/trap"
#define MINE "/home/alice/mine"

/* What a link of a user's in /tmp leads another one to. */
static int32_t follow_a_trap(void)
{
    CALL(SYMLINKAT, "/etc/shadow", AT_FDCWD, TRAP);
    CALL(FCHOWNAT, AT_FDCWD, TRAP, USER, USER, AT_SYMLINK_NOFOLLOW);
    int32_t result = CALL(OPENAT, AT_FDCWD, TRAP, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CALL(UNLINKAT, AT_FDCWD, TRAP, 0);
    return result;
}

/* Make a link as a user, see what comes of a path by it, take it away. */
static int32_t by_link(const char *held, const char *path, uint32_t flags)
{
    int32_t failed = other_user();
    if (!failed)
        failed = CALL(SYMLINKAT, held, AT_FDCWD, MINE);
    int32_t result = failed ? failed : CALL(OPENAT, AT_FDCWD, path, flags, 0644);
    CALL(UNLINKAT, AT_FDCWD, MINE, 0);
    return result;
}

static int32_t shadow_by_link(void)
{
    return by_link("/etc/shadow", MINE, O_RDONLY);
}

static int32_t shadow_by_relative_link(void)
{
    return by_link("../../etc/./shadow", MINE, O_RDONLY);
}

static int32_t shadow_by_folder_link(void)
{
    return by_link("/etc", MINE "//shadow", O_RDONLY);
}

static int32_t shadow_behind_a_link(void)
{
    return by_link("/etc/ssh", MINE "/../shadow", O_RDONLY);
}

static int32_t root_by_link(void)
{
    return by_link("/root", MINE "/notes.txt", O_RDONLY);
}

static int32_t passwd_by_link(void)
{
    return by_link("/etc/passwd", MINE, O_WRONLY | O_TRUNC);
}

static int32_t new_by_link(void)
{
    return by_link("/etc/new", MINE, O_WRONLY | O_CREAT);
}

static int32_t link_not_followed(void)
{
    return by_link("/etc/motd", MINE, O_RDONLY | O_NOFOLLOW);
}

static int32_t link_in_the_way(void)
{
    return by_link("/tmp/nix", MINE, O_WRONLY | O_CREAT | O_EXCL);
}

static int32_t loop_of_links(void)
{
    return by_link(MINE, MINE, O_RDONLY);
}

static int32_t growing_link(void)
{
    memset(scratch, 'x', 120);
    memcpy(scratch, MINE "/", sizeof MINE);
    scratch[120] = 0;
    return by_link(scratch, MINE "/and/more/of/it", O_RDONLY);
}

AS_USER(link_to_shadow, CALL(LINKAT, AT_FDCWD, "/etc/shadow", AT_FDCWD, MINE, 0))
AS_USER(link_to_passwd, CALL(LINKAT, AT_FDCWD, "/etc/passwd", AT_FDCWD, MINE, 0))
AS_USER(link_to_folder, CALL(LINKAT, AT_FDCWD, "/home/alice", AT_FDCWD, "/tmp/alice", 0))
AS_USER(link_in_etc, CALL(LINKAT, AT_FDCWD, "/home/alice/todo.txt", AT_FDCWD, "/etc/todo", 0))
AS_USER(symlink_in_etc, CALL(SYMLINKAT, "/tmp", AT_FDCWD, "/etc/tmp"))
AS_USER(rename_by_dots, CALL(RENAMEAT2, AT_FDCWD, "/home/alice/todo.txt", AT_FDCWD,
                             "/home/alice/.././/../etc/shadow", 0))
AS_USER(make_a_device, CALL(MKNODAT, AT_FDCWD, "/home/alice/memory", S_IFCHR | 0666, 1))
AS_USER(fifo_in_etc, CALL(MKNODAT, AT_FDCWD, "/etc/fifo", S_IFIFO | 0666, 0))
AS_USER(date_shadow, CALL(UTIMENSAT, AT_FDCWD, "/etc/shadow", 0, 0))
AS_USER(chmod_by_link, CALL(SYMLINKAT, "/etc/shadow", AT_FDCWD, MINE) + CALL(FCHMODAT, AT_FDCWD, MINE, 0666) +
                           CALL(UNLINKAT, AT_FDCWD, MINE, 0))

static int32_t rename_by_a_link(void)
{
    int32_t failed = other_user();
    if (!failed)
        failed = CALL(SYMLINKAT, "/etc", AT_FDCWD, MINE);
    int32_t result = failed ? failed : CALL(RENAMEAT2, AT_FDCWD, "/home/alice/todo.txt", AT_FDCWD, MINE "/shadow", 0);
    CALL(UNLINKAT, AT_FDCWD, MINE, 0);
    return result;
}

/* A file of the first user's in /tmp, for whom may write there but not take it away. */
static int32_t in_tmp(int32_t (*attack)(void))
{
    CALL(CLOSE, CALL(OPENAT, AT_FDCWD, TRAP, O_WRONLY | O_CREAT, 0644));
    int32_t ends[2], result = 1;
    if (CALL(PIPE2, ends, 0))
        return 1;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        result = other_user();
        result = result ? result : attack();
        CALL(WRITE, ends[1], &result, sizeof result);
        CALL(EXIT, 0);
    }
    CALL(READ, ends[0], &result, sizeof result);
    CALL(WAIT4, child);
    CALL(UNLINKAT, AT_FDCWD, TRAP, 0);
    return result;
}

static int32_t take_away(void)
{
    return CALL(UNLINKAT, AT_FDCWD, TRAP, 0);
}

static int32_t move_away(void)
{
    return CALL(RENAMEAT2, AT_FDCWD, TRAP, AT_FDCWD, "/tmp/other", 0);
}

static int32_t put_in_its_place(void)
{
    CALL(CLOSE, CALL(OPENAT, AT_FDCWD, MINE, O_WRONLY | O_CREAT, 0644));
    int32_t result = CALL(RENAMEAT2, AT_FDCWD, MINE, AT_FDCWD, TRAP, 0);
    CALL(UNLINKAT, AT_FDCWD, MINE, 0);
    return result;
}

static int32_t remove_anothers(void)
{
    return in_tmp(take_away);
}

static int32_t rename_anothers(void)
{
    return in_tmp(move_away);
}

static int32_t replace_anothers(void)
{
    return in_tmp(put_in_its_place);
}

static int32_t link_proc(void)
{
    return CALL(LINKAT, AT_FDCWD, "/proc/1/status", AT_FDCWD, "/tmp/status", 0);
}

static int32_t symlink_from(void)
{
    return CALL(SYMLINKAT, target, AT_FDCWD, "/tmp/held");
}

static int32_t readlink_into(void)
{
    CALL(SYMLINKAT, "/etc", AT_FDCWD, TRAP);
    int32_t result = CALL(READLINKAT, AT_FDCWD, TRAP, target, 64);
    CALL(UNLINKAT, AT_FDCWD, TRAP, 0);
    return result;
}

const struct attack link_attacks[] = {
    {"follow a trap in /tmp", follow_a_trap, 0, -EACCES},
    {"read shadow by a link", shadow_by_link, 0, -EACCES},
    {"read shadow by a relative link", shadow_by_relative_link, 0, -EACCES},
    {"read shadow by a folder's link", shadow_by_folder_link, 0, -EACCES},
    {"read shadow behind a link", shadow_behind_a_link, 0, -EACCES},
    {"read /root by a link", root_by_link, 0, -EACCES},
    {"write passwd by a link", passwd_by_link, 0, -EACCES},
    {"make in /etc by a link", new_by_link, 0, -EACCES},
    {"link that is not followed", link_not_followed, 0, -ELOOP},
    {"link in the way of a new file", link_in_the_way, 0, -EEXIST},
    {"loop of links", loop_of_links, 0, -ELOOP},
    {"link that grows", growing_link, 0, -ENAMETOOLONG},
    {"hard link to shadow", link_to_shadow, 0, -EPERM},
    {"hard link to passwd", link_to_passwd, 0, -EPERM},
    {"hard link to a folder", link_to_folder, 0, -EPERM},
    {"hard link in /etc", link_in_etc, 0, -EACCES},
    {"hard link to /proc", link_proc, 0, -EXDEV},
    {"link in /etc", symlink_in_etc, 0, -EACCES},
    {"rename onto shadow by dots", rename_by_dots, 0, -EACCES},
    {"rename onto shadow by a link", rename_by_a_link, 0, -EACCES},
    {"make a device", make_a_device, 0, -EPERM},
    {"fifo in /etc", fifo_in_etc, 0, -EACCES},
    {"date shadow", date_shadow, 0, -EACCES},
    {"chmod shadow by a link", chmod_by_link, 0, -EPERM},
    {"remove another's in /tmp", remove_anothers, 0, -EPERM},
    {"rename another's in /tmp", rename_anothers, 0, -EPERM},
    {"replace another's in /tmp", replace_anothers, 0, -EPERM},
    {"link to kernel text", symlink_from, VG_RAM_BASE, -EFAULT},
    {"read a link into kernel", readlink_into, VG_RAM_BASE, -EFAULT},
    {0},
};
