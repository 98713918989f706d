/* Programs that go through a folder with all below it: find, du. */
#include "lib.h"

static struct {
    const char *name; /* what it is called: `*` stands for anything at either end */
    char type;        /* f, d, l; 0: any */
} wanted;

static bool matches(const char *name)
{
    const char *pattern = wanted.name;
    if (!pattern)
        return true;
    uint32_t length = length_of(pattern), whole = length_of(name);
    bool open_end = length && pattern[length - 1] == '*';
    if (pattern[0] != '*')
        return open_end ? length - 1 <= whole && begins_with(name, pattern, length - 1) : same(name, pattern);
    for (; *name; name++)
        if (open_end ? begins_with(name, pattern + 1, length > 1 ? length - 2 : 0) : same(name, pattern + 1))
            return true;
    return length == 1;
}

static int32_t show_found(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    uint32_t type = stat->mode & S_IFMT;
    char letter = type == S_IFDIR ? 'd' : type == S_IFLNK ? 'l' : type == S_IFREG ? 'f' : '?';
    (void)with;
    if (behind || (wanted.type && wanted.type != letter) || !matches(last_part(path)))
        return 0;
    print(path);
    print("\n");
    return 0;
}

int run_find(int count, char **arguments)
{
    int first = count > 1 && arguments[1][0] != '-' ? 2 : 1;
    const char *path = first == 2 ? arguments[1] : ".";
    for (int place = first; place < count; place += 2) {
        if (place + 1 < count && same(arguments[place], "-name"))
            wanted.name = arguments[place + 1];
        else if (place + 1 < count && same(arguments[place], "-type"))
            wanted.type = arguments[place + 1][0];
        else
            return complain("find", arguments[place], -EINVAL);
    }
    int32_t failed = each_below(path, show_found, NULL);
    return failed ? complain("find", path, failed) : 0;
}

struct sum {
    bool brief;
    uint32_t total;                  /* kilobytes so far */
    uint16_t before[PATH_BYTES / 2]; /* by depth: so far, ahead of a folder there */
};

static uint32_t depth_of(const char *path)
{
    uint32_t depth = 0;
    for (; *path; path++)
        depth += *path == '/' && path[1];
    return depth;
}

static int32_t add_up(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    struct sum *sum = with;
    uint32_t depth = depth_of(path);
    if ((stat->mode & S_IFMT) != S_IFDIR) {
        sum->total += (uint32_t)(stat->size + 1023) / 1024;
    } else if (!behind) {
        sum->before[depth] = (uint16_t)sum->total;
    } else if (!sum->brief) {
        print_number(sum->total - sum->before[depth], 7);
        print(" ");
        print(path);
        print("\n");
    }
    return 0;
}

int run_du(int count, char **arguments)
{
    struct sum sum = {.brief = count > 1 && same(arguments[1], "-s")};
    int place = sum.brief ? 2 : 1, worst = 0;
    do {
        const char *path = place < count ? arguments[place] : ".";
        sum.total = 0;
        int32_t failed = each_below(path, add_up, &sum);
        if (failed)
            worst = complain("du", path, failed);
        if (sum.brief && !failed) {
            print_number(sum.total, 7);
            print(" ");
            print(path);
            print("\n");
        }
    } while (++place < count);
    return worst;
}
