/* Probes by the ways that lead to the file. */
#include "views.h"

#define LINK "/tmp/views-link"
#define OTHER "/tmp/views-other"

static void from_its_folder(void)
{
    uint32_t sum = sum_at(FILE);
    note(CALL(CHDIR, FOLDER));
    note(sum_at(NAME) == sum);
    note_stat("./" NAME);
    note(CALL(GETCWD, bytes, sizeof bytes));
    CALL(CHDIR, "/");
}

static void by_detours(void)
{
    uint32_t sum = sum_at(FILE);
    note(sum_at("/etc/../etc//./" NAME) == sum);
    note(sum_at("/tmp/../" FILE) == sum);
    note(sum_at("/nix/.." FILE) == sum);
    note_stat("/etc/ssh/../" NAME);
}

static void from_a_descriptor(void)
{
    uint32_t length;
    int32_t folder = open_file(FOLDER, O_RDONLY | O_DIRECTORY), file = CALL(OPENAT, folder, NAME, O_RDONLY);
    uint32_t sum = sum_of(file, &length);
    note(folder);
    note(file);
    note((int32_t)length);
    note(sum == sum_at(FILE));
    CALL(CLOSE, file);
    CALL(CLOSE, folder);
}

static void by_a_link(void)
{
    note(CALL(SYMLINKAT, FILE, AT_FDCWD, LINK));
    note_stat(LINK);
    note(CALL(READLINKAT, AT_FDCWD, LINK, bytes, sizeof bytes));
    struct abi_stat stat;
    note(CALL(NEWFSTATAT, AT_FDCWD, LINK, &stat, 0));
    note(stat.inode == stat_of(FILE).inode);
    note(sum_at(LINK) == sum_at(FILE));
    note(open_file(LINK, O_RDONLY | O_NOFOLLOW));
    note(CALL(FACCESSAT, AT_FDCWD, LINK, 4));
    note(CALL(UNLINKAT, AT_FDCWD, LINK, 0));
    note_stat(FILE);
}

static void by_a_link_to_its_folder(void)
{
    note(CALL(SYMLINKAT, "../etc", AT_FDCWD, LINK));
    note(sum_at(LINK "/" NAME) == sum_at(FILE));
    note_stat(LINK "/" NAME);
    note(CALL(UNLINKAT, AT_FDCWD, LINK, 0));
}

static void by_another_name(void)
{
    int32_t place;
    uint32_t number = 0;
    note(CALL(LINKAT, AT_FDCWD, FILE, AT_FDCWD, LINK, 0));
    note_stat(FILE);
    note_stat(LINK);
    note(sum_at(LINK) == sum_at(FILE));
    note(listed("/tmp", "views-link", &place, &number));
    note(number == stat_of(FILE).inode);
    note(CALL(LINKAT, AT_FDCWD, LINK, AT_FDCWD, FILE, 0));
    note(CALL(UNLINKAT, AT_FDCWD, LINK, 0));
    note_stat(FILE);
    note_stat(LINK);
}

static void away_and_back(void)
{
    int32_t place;
    uint32_t number = 0, sum = sum_at(FILE);
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, OTHER, 0));
    note_stat(FILE);
    note_stat(OTHER);
    note(sum_at(OTHER) == sum);
    note(listed(FOLDER, NAME, &place, &number));
    note(listed("/tmp", "views-other", &place, &number));
    note((int32_t)number);
    note(CALL(RENAMEAT2, AT_FDCWD, OTHER, AT_FDCWD, FILE, 0));
    note_stat(OTHER);
    note_stat(FILE);
    note(listed(FOLDER, NAME, &place, &number));
    note(place);
    note(sum_at(FILE) == sum);
}

static void to_another_name_there(void)
{
    uint32_t sum = sum_at(FILE);
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, FOLDER "/other", 0));
    note(open_file(FILE, O_RDONLY));
    note(sum_at(FOLDER "/other") == sum);
    note(CALL(RENAMEAT2, AT_FDCWD, FOLDER "/other", AT_FDCWD, FILE, 0));
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, FILE, 0));
    note_stat(FILE);
}

static void while_it_is_open(void)
{
    uint32_t length;
    int32_t file = open_file(FILE, O_RDONLY);
    note(CALL(READ, file, bytes, 20));
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, OTHER, 0));
    sum_of(file, &length);
    note((int32_t)length);
    note(CALL(RENAMEAT2, AT_FDCWD, OTHER, AT_FDCWD, FILE, 0));
    CALL(CLOSE, file);
    note_stat(FILE);
}

static void onto_another(void)
{
    uint32_t sum = sum_at(FILE);
    put_file(OTHER, "another");
    note_stat(OTHER);
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, OTHER, 0));
    note_stat(OTHER);
    note(sum_at(OTHER) == sum);
    note(CALL(RENAMEAT2, AT_FDCWD, OTHER, AT_FDCWD, FILE, 0));
    note_stat(FILE);
    note(CALL(RENAMEAT2, AT_FDCWD, FILE, AT_FDCWD, "/tmp", 0));
}

const struct probe name_probes[] = {
    {"from its folder", from_its_folder},
    {"by detours", by_detours},
    {"from a descriptor", from_a_descriptor},
    {"by a link", by_a_link},
    {"by a link to its folder", by_a_link_to_its_folder},
    {"by another name", by_another_name},
    {"away and back", away_and_back},
    {"to another name there", to_another_name_there},
    {"while it is open", while_it_is_open},
    {"onto another", onto_another},
    {NULL, NULL},
};
