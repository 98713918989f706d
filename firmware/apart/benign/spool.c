/* A spool: jobs are put into one folder, taken from there one by one, and put into another when they are done. */
#include "lib.h"

static uint32_t done;

static int32_t take(const char *folder, const char *name, void *with)
{
    char from[PATH_BYTES], into[PATH_BYTES], text[64];
    (void)with;
    if (!join(from, folder, name) || !join(into, "/var/spool/done", name))
        return -ENAMETOOLONG;
    if (read_file(from, text, sizeof text) == 4 && CALL(RENAMEAT2, AT_FDCWD, from, AT_FDCWD, into, 0) == 0)
        done++;
    return 0;
}

int main(void)
{
    bool well = true;
    CALL(MKDIRAT, AT_FDCWD, "/var/spool", 0755);
    CALL(MKDIRAT, AT_FDCWD, "/var/spool/new", 0755);
    CALL(MKDIRAT, AT_FDCWD, "/var/spool/done", 0755);
    for (char name[] = "/var/spool/new/1"; name[15] <= '4'; name[15]++) {
        int32_t file = CALL(OPENAT, AT_FDCWD, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
        well = file >= 0 && write_all(file, "job\n", 4) && CALL(CLOSE, file) == 0 && well;
    }
    well = each_entry("/var/spool/new", take, NULL) == 0 && well;
    well = well && done >= 2 && remove_all("/var/spool/done") == 0;
    print(well ? "fine\n" : "no\n");
    return !well;
}
