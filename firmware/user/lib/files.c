/* Files and folders, and memory. */
#include "lib.h"

int32_t each_entry(const char *folder, int32_t (*each)(const char *folder, const char *name, void *with),
                   void *with)
{
    _Alignas(8) char entries[128];
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY), count, result = 0;
    if (descriptor < 0)
        return descriptor;
    while (!result && (count = CALL(GETDENTS64, descriptor, entries, sizeof entries)) > 0) {
        for (int32_t place = 0; !result && place < count;) {
            const struct abi_dirent *entry = (const void *)(entries + place);
            const char *name = entries + place + ABI_DIRENT_BYTES;
            if (!same(name, ".") && !same(name, ".."))
                result = each(folder, name, with);
            place += entry->length;
        }
    }
    CALL(CLOSE, descriptor);
    return result ? result : count;
}

int32_t read_file(const char *path, char *into, uint32_t room)
{
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, path, O_RDONLY);
    if (descriptor < 0)
        return descriptor;
    int32_t count = CALL(READ, descriptor, into, room - 1);
    CALL(CLOSE, descriptor);
    if (count >= 0)
        into[count] = 0;
    return count;
}

uint32_t more_memory(uint32_t bytes)
{
    uint32_t begin = (uint32_t)CALL(BRK, 0);
    return CALL(BRK, begin + bytes) == (int32_t)(begin + bytes) ? begin : 0;
}

/* --- a folder with all below it ------------------------------------------------------------------------------ */

#define DEPTH_MAX (PATH_BYTES / 2)

/* Add the next entry from `*place` on to a folder's path; return 1, 0 behind the last one, or an error. */
static int32_t next_below(char path[PATH_BYTES], uint16_t *place)
{
    _Alignas(8) char entry[64]; /* room for one */
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), count;
    if (descriptor < 0)
        return descriptor;
    const struct abi_dirent *found = (const void *)entry;
    const char *name = entry + ABI_DIRENT_BYTES;
    CALL(LSEEK, descriptor, *place, SEEK_SET);
    do {
        count = CALL(GETDENTS64, descriptor, entry, sizeof entry);
        *place = (uint16_t)found->next;
        CALL(LSEEK, descriptor, *place, SEEK_SET);
    } while (count > 0 && (same(name, ".") || same(name, "..")));
    CALL(CLOSE, descriptor);
    if (count <= 0)
        return count;
    return join(path, path, name) ? 1 : -ENAMETOOLONG;
}

/* One path and a place for each folder on it: depth takes neither stack nor descriptors. */
int32_t each_below(const char *path, visit *each, void *with)
{
    char at[PATH_BYTES];
    uint16_t places[DEPTH_MAX], lengths[DEPTH_MAX];
    struct abi_stat stat;
    uint32_t depth = 0;
    if (!join(at, "", path))
        return -ENAMETOOLONG;
    for (int32_t found = 1;;) {
        if (found == 1) {
            int32_t failed = CALL(NEWFSTATAT, AT_FDCWD, at, &stat, AT_SYMLINK_NOFOLLOW);
            failed = failed ? failed : each(at, &stat, false, with);
            if (failed)
                return failed;
            if ((stat.mode & S_IFMT) == S_IFDIR) {
                if (depth == DEPTH_MAX)
                    return -ENAMETOOLONG;
                places[depth] = 0;
                lengths[depth++] = (uint16_t)length_of(at);
            }
        }
        if (!depth)
            return 0;
        at[lengths[depth - 1]] = 0;
        found = next_below(at, &places[depth - 1]);
        if (found == 1)
            continue;
        if (found == 0) {
            found = CALL(NEWFSTATAT, AT_FDCWD, at, &stat, AT_SYMLINK_NOFOLLOW);
            found = found ? found : each(at, &stat, true, with);
        }
        if (found)
            return found;
        depth--;
    }
}

static int32_t remove_one(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    bool folder = (stat->mode & S_IFMT) == S_IFDIR;
    (void)with;
    return folder && !behind ? 0 : CALL(UNLINKAT, AT_FDCWD, path, folder ? AT_REMOVEDIR : 0);
}

int32_t remove_all(const char *path)
{
    return each_below(path, remove_one, NULL);
}
