/* Whether a file is a decoy: all that a program can ask of a secret, as numbers, a line a probe.  Run where the
 * verdict is to let it, and where it is DECOY, both print the same. */
#include "views.h"

char bytes[512];

static const struct probe *const lists[] = {reading_probes, name_probes, changing_probes};

void note(int32_t value)
{
    print(value < 0 ? " -" : " ");
    print_number((uint32_t)(value < 0 ? -value : value), 0);
}

int32_t open_file(const char *path, uint32_t flags)
{
    return CALL(OPENAT, AT_FDCWD, path, flags, 0600);
}

struct abi_stat stat_of(const char *path)
{
    struct abi_stat stat;
    memset(&stat, 0, sizeof stat);
    CALL(NEWFSTATAT, AT_FDCWD, path, &stat, AT_SYMLINK_NOFOLLOW);
    return stat;
}

void note_stat(const char *path)
{
    struct abi_stat stat;
    memset(&stat, 0, sizeof stat);
    note(CALL(NEWFSTATAT, AT_FDCWD, path, &stat, AT_SYMLINK_NOFOLLOW));
    note((int32_t)stat.mode);
    note((int32_t)stat.user);
    note((int32_t)stat.group);
    note((int32_t)stat.links);
    note((int32_t)stat.size);
    note((int32_t)stat.blocks);
    note((int32_t)stat.inode);
}

uint32_t sum_of(int32_t file, uint32_t *length)
{
    uint32_t sum = 1;
    int32_t count;
    for (*length = 0; (count = CALL(READ, file, bytes, sizeof bytes)) > 0; *length += (uint32_t)count)
        for (int32_t place = 0; place < count; place++)
            sum = sum * 31 + (uint8_t)bytes[place];
    return count < 0 ? (uint32_t)count : sum;
}

uint32_t sum_at(const char *path)
{
    uint32_t length;
    int32_t file = open_file(path, O_RDONLY);
    uint32_t sum = file < 0 ? (uint32_t)file : sum_of(file, &length);
    CALL(CLOSE, file);
    return sum;
}

int32_t listed(const char *folder, const char *name, int32_t *place, uint32_t *number)
{
    int32_t file = open_file(folder, O_RDONLY | O_DIRECTORY), count, names = 0;
    *place = -1;
    while ((count = CALL(GETDENTS64, file, bytes, sizeof bytes)) > 0) {
        for (int32_t at = 0; at < count; names++) {
            struct abi_dirent entry;
            memcpy(&entry, bytes + at, sizeof entry);
            if (same(bytes + at + ABI_DIRENT_BYTES, name)) {
                *place = names;
                *number = (uint32_t)entry.inode;
            }
            at += entry.length;
        }
    }
    CALL(CLOSE, file);
    return count < 0 ? count : names;
}

int32_t in_child(int32_t (*what)(void))
{
    int32_t ends[2], result = -1, status;
    CALL(PIPE2, ends, 0);
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        result = what();
        CALL(WRITE, ends[1], &result, sizeof result);
        CALL(EXIT, 0);
    }
    CALL(CLOSE, ends[1]);
    CALL(READ, ends[0], &result, sizeof result);
    CALL(CLOSE, ends[0]);
    CALL(WAIT4, child, &status);
    return result;
}

void put_file(const char *path, const char *text)
{
    int32_t file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file, text, length_of(text));
    CALL(CLOSE, file);
}

int main(int count, char **arguments)
{
    uint32_t run = 0;
    if (count > 1 && same(arguments[1], "sum")) /* a program that a probe has begun */
        return (int)(sum_at(FILE) & 0x7F);
    for (uint32_t list = 0; list < sizeof lists / sizeof lists[0]; list++)
        for (const struct probe *probe = lists[list]; probe->name; probe++, run++) {
            if (count > 1 && !same(arguments[1], probe->name))
                continue;
            print(probe->name);
            print(":");
            probe->run();
            print("\n");
            flush();
        }
    print_number(run, 0);
    print(" probes\n");
    return 0;
}
