/* Probes that leave the file as it is. */
#include "views.h"

static void status(void)
{
    note_stat(FILE);
}

static void status_of_descriptor(void)
{
    struct abi_stat here = stat_of(FILE), open;
    int32_t file = open_file(FILE, O_RDONLY);
    memset(&open, 0, sizeof open);
    note(CALL(FSTAT, file, &open));
    note(here.inode == open.inode && here.mode == open.mode && here.size == open.size && here.links == open.links);
    note(here.modified == open.modified && here.changed == open.changed && here.accessed == open.accessed);
    CALL(CLOSE, file);
}

static void status_again(void)
{
    struct abi_stat first = stat_of(FILE);
    sum_at(FILE);
    struct abi_stat second = stat_of(FILE);
    note(first.inode == second.inode && first.size == second.size && first.modified == second.modified);
    note(second.modified >= 0 && second.modified == second.changed);
}

static void in_the_listing(void)
{
    int32_t place;
    uint32_t number = 0;
    note(listed(FOLDER, NAME, &place, &number));
    note(place);
    note((int32_t)number);
    note(number == stat_of(FILE).inode);
}

static void listing_in_pieces(void)
{
    int32_t folder = open_file(FOLDER, O_RDONLY | O_DIRECTORY), count;
    while ((count = CALL(GETDENTS64, folder, bytes, 40)) > 0)
        note(count);
    note(count);
    CALL(CLOSE, folder);
}

static void neighbours(void)
{
    note_stat("/etc/passwd");
    note_stat("/etc/group");
    note((int32_t)sum_at("/etc/passwd"));
}

static void size_is_what_is_read(void)
{
    uint32_t length;
    int32_t file = open_file(FILE, O_RDONLY);
    sum_of(file, &length);
    note((int32_t)length);
    note(length == stat_of(FILE).size);
    CALL(CLOSE, file);
}

static void the_end(void)
{
    int32_t file = open_file(FILE, O_RDONLY);
    note(CALL(LSEEK, file, 0, SEEK_END));
    note(CALL(READ, file, bytes, 10));
    note(CALL(LSEEK, file, -1, SEEK_END));
    note(CALL(READ, file, bytes, 10));
    note(CALL(LSEEK, file, 100000, SEEK_SET));
    note(CALL(READ, file, bytes, 10));
    note(CALL(LSEEK, file, -1, SEEK_SET));
    note(CALL(LSEEK, file, 0, 9));
    CALL(CLOSE, file);
}

static void from_the_middle(void)
{
    char piece[16];
    int32_t file = open_file(FILE, O_RDONLY);
    note(CALL(READ, file, bytes, 64));
    note(CALL(LSEEK, file, 20, SEEK_SET));
    note(CALL(READ, file, piece, sizeof piece));
    bool alike = true;
    for (uint32_t place = 0; place < sizeof piece; place++)
        alike &= piece[place] == bytes[20 + place];
    note(alike);
    CALL(CLOSE, file);
}

static void in_vectors(void)
{
    char first[7], second[9];
    const uint32_t list[4] = {AS_WORD(first), sizeof first, AS_WORD(second), sizeof second};
    int32_t file = open_file(FILE, O_RDONLY);
    note(CALL(READV, file, list, 2));
    note(CALL(LSEEK, file, 0, SEEK_SET));
    note(CALL(READ, file, bytes, 16));
    note(bytes[6] == first[6] && bytes[7] == second[0] && bytes[15] == second[8]);
    CALL(CLOSE, file);
}

static void twice_open(void)
{
    uint32_t length;
    int32_t first = open_file(FILE, O_RDONLY), second = open_file(FILE, O_RDONLY);
    note(first);
    note(second);
    note(sum_of(first, &length) == sum_of(second, &length));
    CALL(CLOSE, first);
    CALL(CLOSE, second);
    note(sum_at(FILE) == sum_at(FILE));
}

static void one_place_of_two(void)
{
    int32_t first = open_file(FILE, O_RDONLY), second = CALL(DUP, first);
    note(CALL(READ, first, bytes, 30));
    note(CALL(LSEEK, second, 0, SEEK_CUR));
    note(CALL(FCNTL, second, F_GETFL));
    CALL(CLOSE, first);
    note(CALL(READ, second, bytes, sizeof bytes));
    CALL(CLOSE, second);
}

static int32_t sum_here(void)
{
    return (int32_t)sum_at(FILE);
}

static void a_child(void)
{
    note(in_child(sum_here) == sum_here());
}

static int32_t inherited;

static int32_t read_inherited(void)
{
    uint32_t length;
    sum_of(inherited, &length);
    return (int32_t)length;
}

static void a_child_with_the_descriptor(void)
{
    inherited = open_file(FILE, O_RDONLY);
    CALL(READ, inherited, bytes, 10);
    note(in_child(read_inherited));
    note(CALL(READ, inherited, bytes, 10));
    CALL(CLOSE, inherited);
}

static int32_t sum_of_another(void)
{
    char *words[] = {(char *)"views", (char *)"sum", NULL};
    int32_t status = -1, child = CALL(CLONE, CLONE_FORK);
    if (child == 0)
        CALL(EXIT, CALL(EXECVE, "/bin/views", words, 0));
    CALL(WAIT4, child, &status);
    return status >> 8;
}

static void another_program(void)
{
    note(sum_of_another() == (int32_t)(sum_at(FILE) & 0x7F));
}

static int32_t as_another_user(void)
{
    struct abi_stat stat;
    CALL(SETGID, 1000);
    CALL(SETUID, 1000);
    int32_t found = open_file(FILE, O_RDONLY) + 100 * open_file(FILE, O_WRONLY);
    found += 10000 * CALL(FACCESSAT, AT_FDCWD, FILE, 4);
    return found + CALL(NEWFSTATAT, AT_FDCWD, FILE, &stat, 0) + (int32_t)stat.size;
}

static int32_t changed_by_another(void)
{
    CALL(SETGID, 1000);
    CALL(SETUID, 1000);
    int32_t found = CALL(FCHMODAT, AT_FDCWD, FILE, 0777) + 100 * CALL(FCHOWNAT, AT_FDCWD, FILE, 1000, 1000, 0);
    return found + 10000 * CALL(UNLINKAT, AT_FDCWD, FILE, 0) +
           1000000 * CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, "/tmp/mine", 0);
}

static void another_user(void)
{
    note(in_child(as_another_user));
    note(in_child(changed_by_another));
    note_stat(FILE);
}

static void access(void)
{
    for (uint32_t want = 0; want < 9; want++)
        note(CALL(FACCESSAT, AT_FDCWD, FILE, want));
}

static void what_it_is_not(void)
{
    char *words[] = {(char *)"x", NULL};
    note(open_file(FILE, O_RDONLY | O_DIRECTORY));
    note(open_file(FILE, O_RDWR | O_CREAT | O_EXCL));
    note(open_file(FILE "/", O_RDONLY));
    note(open_file(FILE "/x", O_RDONLY));
    note(CALL(CHDIR, FILE));
    note(CALL(READLINKAT, AT_FDCWD, FILE, bytes, sizeof bytes));
    note(CALL(EXECVE, FILE, words, 0));
    note(open_file(FILE, O_ACCMODE));
}

static void names_that_are_taken(void)
{
    note(CALL(MKDIRAT, AT_FDCWD, FILE, 0755));
    note(CALL(MKNODAT, AT_FDCWD, FILE, S_IFREG | 0644));
    note(CALL(SYMLINKAT, "x", AT_FDCWD, FILE));
    note(CALL(LINKAT, AT_FDCWD, "/etc/motd", AT_FDCWD, FILE, 0));
    note(CALL(LINKAT, AT_FDCWD, FILE, AT_FDCWD, "/etc/motd", 0));
}

static void names_that_are_not_there(void)
{
    note(open_file(FILE ".bak", O_RDONLY));
    note(CALL(UNLINKAT, AT_FDCWD, FILE "x", 0));
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, "/nix/x", 0));
    note(CALL(UNLINKAT, AT_FDCWD, FILE, AT_REMOVEDIR));
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 1));
}

static void descriptors_of_one_kind(void)
{
    int32_t reads = open_file(FILE, O_RDONLY), writes = open_file(FILE, O_WRONLY);
    note(CALL(WRITE, reads, "x", 1));
    note(CALL(READ, writes, bytes, 1));
    note(CALL(FTRUNCATE, reads, 0));
    note(CALL(GETDENTS64, reads, bytes, sizeof bytes));
    note(CALL(IOCTL, reads, TCGETS, bytes));
    note(CALL(READ, reads, VG_RAM_BASE, 4));
    CALL(CLOSE, reads);
    CALL(CLOSE, writes);
    note(CALL(CLOSE, writes));
}

static int32_t found_in(const char *path, const char *name)
{
    uint32_t number = 0;
    for (read_file(path, bytes, sizeof bytes); !begins(bytes + number, name); number++)
        if (!bytes[number])
            return -1;
    int32_t value = 0;
    for (const char *digit = bytes + number + length_of(name); *digit && *digit != '\n'; digit++)
        value = *digit >= '0' && *digit <= '9' ? value * 10 + *digit - '0' : value;
    return value;
}

static int32_t memory_of_a_child(void)
{
    int32_t before = found_in("/proc/meminfo", "MemFree:");
    sum_at(FILE);
    return before - found_in("/proc/meminfo", "MemFree:");
}

static void what_is_told_of_the_kernel(void)
{
    char name[32] = "/proc/";
    int32_t place;
    uint32_t number;
    uint32_t id = (uint32_t)CALL(GETPID), digits = 1;
    for (uint32_t rest = id; rest >= 10; rest /= 10)
        digits++;
    name[6 + digits] = 0;
    for (uint32_t rest = id; digits; rest /= 10)
        name[5 + digits--] = (char)('0' + rest % 10);
    note(listed("/proc", "version", &place, &number));
    note(listed(name, "status", &place, &number));
    note(found_in("/proc/self/status", "Uid:"));
    note(in_child(memory_of_a_child));
}

const struct probe reading_probes[] = {
    {"status", status},
    {"status of a descriptor", status_of_descriptor},
    {"status again", status_again},
    {"in the listing", in_the_listing},
    {"listing in pieces", listing_in_pieces},
    {"neighbours", neighbours},
    {"size is what is read", size_is_what_is_read},
    {"the end", the_end},
    {"from the middle", from_the_middle},
    {"in vectors", in_vectors},
    {"twice open", twice_open},
    {"one place of two", one_place_of_two},
    {"a child", a_child},
    {"a child with the descriptor", a_child_with_the_descriptor},
    {"another program", another_program},
    {"another user", another_user},
    {"access", access},
    {"what it is not", what_it_is_not},
    {"names that are taken", names_that_are_taken},
    {"names that are not there", names_that_are_not_there},
    {"descriptors of one kind", descriptors_of_one_kind},
    {"what is told of the kernel", what_is_told_of_the_kernel},
    {NULL, NULL},
};
