/* Attacks by paths, on what is another's. */
#include "attacks.h"

AS_USER(read_shadow, CALL(OPENAT, AT_FDCWD, "/etc/shadow", O_RDONLY))
AS_USER(read_shadow_twice, CALL(OPENAT, AT_FDCWD, "//etc//shadow", O_RDONLY))
AS_USER(read_shadow_dots, CALL(OPENAT, AT_FDCWD, "/etc/../home/./../etc/shadow", O_RDONLY))
AS_USER(read_shadow_proc, CALL(OPENAT, AT_FDCWD, "/proc/1/../../etc/shadow", O_RDONLY))
AS_USER(read_shadow_folder, CALL(OPENAT, CALL(OPENAT, AT_FDCWD, "/etc", O_RDONLY), "shadow", O_RDONLY))
AS_USER(read_shadow_relative, CALL(CHDIR, "/etc") ? 1 : CALL(OPENAT, AT_FDCWD, "./shadow", O_RDONLY))
AS_USER(enter_root, CALL(CHDIR, "/root"))
AS_USER(list_other, CALL(OPENAT, AT_FDCWD, "/home/bob", O_RDONLY))
AS_USER(write_passwd, CALL(OPENAT, AT_FDCWD, "/etc/passwd", O_WRONLY))
AS_USER(replace_shadow, CALL(RENAMEAT2, AT_FDCWD, "/home/alice/todo.txt", AT_FDCWD, "/etc/shadow", 0))
AS_USER(remove_passwd, CALL(UNLINKAT, AT_FDCWD, "/etc/passwd", 0))
AS_USER(open_up, CALL(FCHMODAT, AT_FDCWD, "/etc/shadow", 0666))
AS_USER(take_over, CALL(FCHOWNAT, AT_FDCWD, "/etc/shadow", USER, USER, 0))
AS_USER(make_in_etc, CALL(OPENAT, AT_FDCWD, "/etc/new", O_WRONLY | O_CREAT, 0666))
AS_USER(become_root, CALL(SETUID, 0))
AS_USER(end_init, CALL(KILL, 1, SIGKILL))

static int32_t remove_proc(void)
{
    return CALL(UNLINKAT, AT_FDCWD, "/proc/1", AT_REMOVEDIR);
}

static int32_t below_itself(void)
{
    return CALL(RENAMEAT2, AT_FDCWD, "/home", AT_FDCWD, "/home/alice/home", 0);
}

const struct attack file_attacks[] = {
    {"read shadow", read_shadow, 0, -EACCES},
    {"read shadow by slashes", read_shadow_twice, 0, -EACCES},
    {"read shadow by dots", read_shadow_dots, 0, -EACCES},
    {"read shadow by /proc", read_shadow_proc, 0, -EACCES},
    {"read shadow by a folder", read_shadow_folder, 0, -EACCES},
    {"read shadow by chdir", read_shadow_relative, 0, -EACCES},
    {"enter /root", enter_root, 0, -EACCES},
    {"list another's home", list_other, 0, -EACCES},
    {"write passwd", write_passwd, 0, -EACCES},
    {"rename onto shadow", replace_shadow, 0, -EACCES},
    {"remove passwd", remove_passwd, 0, -EACCES},
    {"chmod shadow", open_up, 0, -EPERM},
    {"chown shadow", take_over, 0, -EPERM},
    {"make in /etc", make_in_etc, 0, -EACCES},
    {"become root", become_root, 0, -EPERM},
    {"end init", end_init, 0, -EPERM},
    {"remove /proc/1", remove_proc, 0, -EPERM},
    {"move below itself", below_itself, 0, -EINVAL},
    {0},
};
