/* tar: files to an archive and back, as ustar has it: 512 bytes ahead of each file, its bytes in blocks of 512. */
#include "lib.h"

#define BLOCK 512

struct header {
    char name[100], mode[8], user[8], group[8], size[12], modified[12], check[8], type, held[100], magic[8];
    char names[64], devices[16], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a block");

static void put_octal(char *field, uint32_t width, uint32_t number)
{
    field[--width] = 0;
    while (width--) {
        field[width] = (char)('0' + number % 8);
        number /= 8;
    }
}

static uint32_t octal_of(const char *field, uint32_t width)
{
    uint32_t number = 0;
    for (; width-- && *field >= '0' && *field <= '7'; field++)
        number = number * 8 + (uint32_t)(*field - '0');
    return number;
}

/* Return the sum of a header's bytes, with spaces for the sum itself. */
static uint32_t sum_of(const struct header *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    uint32_t sum = 8 * ' ';
    for (uint32_t place = 0; place < BLOCK; place++)
        if (place < offsetof(struct header, check) || place >= offsetof(struct header, type))
            sum += bytes[place];
    return sum;
}

/* --- into an archive ------------------------------------------------------------------------------------------ */

static int32_t add_content(int32_t archive, const char *path, uint32_t size)
{
    char block[BLOCK];
    int32_t file = CALL(OPENAT, AT_FDCWD, path, O_RDONLY), count;
    if (file < 0)
        return file;
    for (uint32_t done = 0; done < size; done += BLOCK) {
        memset(block, 0, BLOCK);
        if ((count = CALL(READ, file, block, BLOCK)) < 0 || !write_all(archive, block, BLOCK)) {
            CALL(CLOSE, file);
            return count < 0 ? count : -ENOSPC;
        }
    }
    CALL(CLOSE, file);
    return 0;
}

static int32_t add(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    int32_t archive = *(const int32_t *)with;
    struct header header = {0};
    uint32_t type = stat->mode & S_IFMT, size = type == S_IFREG ? (uint32_t)stat->size : 0;
    const char *name = path;
    while (*name == '/')
        name++;
    if (behind || !*name || (type != S_IFREG && type != S_IFDIR && type != S_IFLNK))
        return 0;
    if (length_of(name) + 1 >= sizeof header.name)
        return -ENAMETOOLONG;
    memcpy(header.name, name, length_of(name));
    memcpy(header.magic, "ustar\00000", sizeof header.magic);
    put_octal(header.mode, sizeof header.mode, stat->mode & 07777);
    put_octal(header.user, sizeof header.user, stat->user);
    put_octal(header.group, sizeof header.group, stat->group);
    put_octal(header.size, sizeof header.size, size);
    put_octal(header.modified, sizeof header.modified, (uint32_t)stat->modified);
    header.type = type == S_IFDIR ? '5' : type == S_IFLNK ? '2' : '0';
    if (type == S_IFLNK && CALL(READLINKAT, AT_FDCWD, path, header.held, sizeof header.held - 1) < 0)
        return -EINVAL;
    put_octal(header.check, 7, sum_of(&header));
    header.check[7] = ' ';
    return write_all(archive, (const char *)&header, BLOCK) ? size ? add_content(archive, path, size) : 0 : -ENOSPC;
}

static int create(const char *archive, int count, char **paths)
{
    static const char end[BLOCK]; /* two blank blocks */
    int worst = 0;
    int32_t file = CALL(OPENAT, AT_FDCWD, archive, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0)
        return complain("tar", archive, file);
    for (int place = 0; place < count; place++) {
        int32_t failed = each_below(paths[place], add, &file);
        if (failed)
            worst = complain("tar", paths[place], failed);
    }
    if (!write_all(file, end, BLOCK) || !write_all(file, end, BLOCK))
        worst = complain("tar", archive, -ENOSPC);
    return worst;
}

/* --- and back ------------------------------------------------------------------------------------------------- */

/* A name that leads out of the folder is not to be made. */
static bool stays_inside(const char *name)
{
    if (!*name || *name == '/')
        return false;
    for (const char *part = name; part; part = find(part, "/") ? find(part, "/") + 1 : NULL)
        if (begins(part, "..") && (!part[2] || part[2] == '/'))
            return false;
    return true;
}

static int32_t copy_content(int32_t archive, int32_t into, uint32_t size)
{
    char block[BLOCK];
    for (; size; size -= size < BLOCK ? size : BLOCK) {
        uint32_t held = 0, wanted = size < BLOCK ? size : BLOCK;
        while (held < BLOCK) {
            int32_t count = CALL(READ, archive, block + held, BLOCK - held);
            if (count <= 0)
                return count ? count : -EIO;
            held += (uint32_t)count;
        }
        if (into >= 0 && !write_all(into, block, wanted))
            return -ENOSPC;
    }
    return 0;
}

static int32_t extract(int32_t archive, const struct header *header, const char *name, uint32_t size)
{
    uint32_t mode = octal_of(header->mode, sizeof header->mode) & 0777;
    int32_t into = -1, failed = 0;
    if (header->type == '5') {
        failed = CALL(MKDIRAT, AT_FDCWD, name, mode);
        failed = failed == -EEXIST ? 0 : failed;
    } else if (header->type == '2') {
        CALL(UNLINKAT, AT_FDCWD, name, 0);
        failed = CALL(SYMLINKAT, header->held, AT_FDCWD, name);
    } else {
        CALL(UNLINKAT, AT_FDCWD, name, 0);
        into = CALL(OPENAT, AT_FDCWD, name, O_WRONLY | O_CREAT | O_EXCL, mode);
        failed = into < 0 ? into : 0;
    }
    int32_t copied = copy_content(archive, into, size);
    if (into >= 0)
        CALL(CLOSE, into);
    if (!failed && CALL(GETUID) == 0)
        CALL(FCHOWNAT, AT_FDCWD, name, octal_of(header->user, 8), octal_of(header->group, 8), AT_SYMLINK_NOFOLLOW);
    return failed ? failed : copied;
}

static int go_through(const char *path, bool list)
{
    struct header header;
    char name[sizeof header.name + 1];
    int worst = 0;
    int32_t archive = CALL(OPENAT, AT_FDCWD, path, O_RDONLY), count;
    if (archive < 0)
        return complain("tar", path, archive);
    while ((count = CALL(READ, archive, &header, BLOCK)) == BLOCK && header.name[0]) {
        uint32_t size = header.type == '0' || !header.type ? octal_of(header.size, sizeof header.size) : 0;
        if (octal_of(header.check, sizeof header.check) != sum_of(&header) || size > INT32_MAX)
            return complain("tar", path, -EINVAL);
        memcpy(name, header.name, sizeof header.name);
        name[sizeof header.name] = header.held[sizeof header.held - 1] = 0;
        int32_t failed = stays_inside(name) ? 0 : -EPERM;
        if (list) {
            print(name);
            print("\n");
        }
        failed = list || failed ? copy_content(archive, -1, size) + (list ? 0 : failed)
                                : extract(archive, &header, name, size);
        if (failed)
            worst = complain("tar", name, failed);
    }
    return count < 0 ? complain("tar", path, count) : worst;
}

int run_tar(int count, char **arguments)
{
    const char *how = count > 2 ? arguments[1] : "";
    if (begins(how, "-"))
        how++;
    if (same(how, "cf"))
        return create(arguments[2], count - 3, arguments + 3);
    if (same(how, "tf") || same(how, "xf"))
        return go_through(arguments[2], how[0] == 't');
    return complain("tar", "say cf, tf or xf, and the archive", -EINVAL);
}
