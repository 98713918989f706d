/* Probes that change the file, and what is kept of it. */
#include "views.h"

#define OTHER "/tmp/views-other"
#define MOST 144 /* files to be made, more than there can be */

static void at_its_end(void)
{
    int32_t file = open_file(FILE, O_RDWR | O_APPEND);
    note(CALL(WRITE, file, "more\n", 5));
    note(CALL(LSEEK, file, 0, SEEK_CUR));
    note(CALL(LSEEK, file, -5, SEEK_END));
    note(CALL(READ, file, bytes, 10));
    note(bytes[0]);
    note(CALL(LSEEK, file, 0, SEEK_SET));
    note(CALL(WRITE, file, "!", 1));
    CALL(CLOSE, file);
    note_stat(FILE);
}

static void in_its_middle(void)
{
    int32_t file = open_file(FILE, O_RDWR);
    note(CALL(LSEEK, file, 10, SEEK_SET));
    note(CALL(WRITE, file, "0123456789", 10));
    note(CALL(LSEEK, file, 12, SEEK_SET));
    note(CALL(READ, file, bytes, 4));
    note(bytes[0]);
    note(bytes[3]);
    CALL(CLOSE, file);
    note_stat(FILE);
}

static void after_it_was_closed(void)
{
    int32_t file = open_file(FILE, O_RDONLY);
    note(CALL(LSEEK, file, 10, SEEK_SET));
    note(CALL(READ, file, bytes, 10));
    note(bytes[9]);
    CALL(CLOSE, file);
}

static void beyond_its_end(void)
{
    int32_t file = open_file(FILE, O_RDWR);
    note(CALL(LSEEK, file, 1000, SEEK_SET));
    note(CALL(WRITE, file, "x", 1));
    note(CALL(LSEEK, file, 990, SEEK_SET));
    note(CALL(READ, file, bytes, 20));
    note(bytes[0]);
    note(bytes[10]);
    CALL(CLOSE, file);
    note_stat(FILE);
}

static void two_that_write(void)
{
    int32_t first = open_file(FILE, O_RDWR), second = open_file(FILE, O_RDWR);
    note(CALL(WRITE, first, "abc", 3));
    note(CALL(READ, second, bytes, 3));
    note(bytes[1]);
    CALL(CLOSE, first);
    CALL(CLOSE, second);
}

static int32_t write_here(void)
{
    int32_t file = open_file(FILE, O_WRONLY);
    int32_t count = CALL(WRITE, file, "child", 5);
    CALL(CLOSE, file);
    return count;
}

static void a_child_writes(void)
{
    int32_t file = open_file(FILE, O_RDONLY);
    note(in_child(write_here));
    note(CALL(READ, file, bytes, 5));
    note(bytes[4]);
    CALL(CLOSE, file);
}

static void cut(void)
{
    int32_t file = open_file(FILE, O_RDWR);
    note(CALL(FTRUNCATE, file, 50));
    note_stat(FILE);
    note(CALL(FTRUNCATE, file, 200));
    note(CALL(LSEEK, file, 60, SEEK_SET));
    note(CALL(READ, file, bytes, 10));
    note(bytes[0]);
    note(CALL(FTRUNCATE, file, 70000));
    CALL(CLOSE, file);
    note_stat(FILE);
}

static void emptied(void)
{
    int32_t file = open_file(FILE, O_RDONLY);
    CALL(CLOSE, open_file(FILE, O_WRONLY | O_TRUNC));
    note(CALL(READ, file, bytes, 10));
    CALL(CLOSE, file);
    note_stat(FILE);
}

static void long_ones(void)
{
    int32_t file = open_file(FILE, O_RDWR);
    for (uint32_t place = 0; place < sizeof bytes; place++)
        bytes[place] = (char)place;
    for (uint32_t piece = 0; piece < 6; piece++)
        note(CALL(WRITE, file, bytes, sizeof bytes));
    note(CALL(LSEEK, file, 0, SEEK_SET));
    uint32_t length;
    note((int32_t)sum_of(file, &length));
    note((int32_t)length);
    note(CALL(FTRUNCATE, file, 100));
    CALL(CLOSE, file);
}

static void times(void)
{
    struct abi_timespec set[2] = {{1234567, 0}, {1234567, 0}};
    struct abi_stat before = stat_of(FILE);
    note(before.modified >= 0 && before.modified < 1000000);
    note(CALL(UTIMENSAT, AT_FDCWD, FILE, set, 0));
    note((int32_t)stat_of(FILE).modified);
    sum_at(FILE);
    note((int32_t)stat_of(FILE).modified);
    write_here();
    note(stat_of(FILE).modified >= before.modified && stat_of(FILE).modified < 1000000);
    note(CALL(UTIMENSAT, AT_FDCWD, FILE, 0, 0));
    note(stat_of(FILE).modified >= before.modified);
}

static void permissions(void)
{
    note(CALL(FCHMODAT, AT_FDCWD, FILE, 0644));
    note_stat(FILE);
    note(CALL(FCHOWNAT, AT_FDCWD, FILE, 1000, 1001, 0));
    note_stat(FILE);
    note(CALL(FCHOWNAT, AT_FDCWD, FILE, 0, 0, 0));
    note(CALL(FCHMODAT, AT_FDCWD, FILE, 0600));
    note_stat(FILE);
}

static void replaced(void)
{
    put_file(OTHER, "new content\n");
    note_stat(OTHER);
    note(CALL(RENAMEAT2, AT_FDCWD, OTHER, AT_FDCWD, FILE, 0));
    note_stat(FILE);
    note_stat(OTHER);
    note((int32_t)sum_at(FILE));
}

static void removed_while_open(void)
{
    int32_t place;
    uint32_t number, length;
    struct abi_stat stat;
    int32_t file = open_file(FILE, O_RDWR);
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 0));
    note_stat(FILE);
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 0));
    note(listed(FOLDER, NAME, &place, &number));
    note(place);
    note(CALL(FSTAT, file, &stat));
    note((int32_t)stat.links);
    note((int32_t)stat.inode);
    note(CALL(WRITE, file, "12", 2));
    note(CALL(LSEEK, file, 0, SEEK_SET));
    sum_of(file, &length);
    note((int32_t)length);
    CALL(CLOSE, file);
}

static void made_anew(void)
{
    int32_t place;
    uint32_t number = 0;
    int32_t file = open_file(FILE, O_RDWR | O_CREAT | O_EXCL);
    note(file);
    note_stat(FILE);
    note(CALL(WRITE, file, "anew", 4));
    CALL(CLOSE, file);
    note(listed(FOLDER, NAME, &place, &number));
    note(place);
    note((int32_t)number);
    note((int32_t)sum_at(FILE));
    note(open_file(FILE, O_RDWR | O_CREAT | O_EXCL));
    note(in_child(write_here));
    note((int32_t)sum_at(FILE));
}

static void removed_and_made_again(void)
{
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 0));
    put_file(FILE, "again");
    note_stat(FILE);
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 0));
    note(CALL(SYMLINKAT, "passwd", AT_FDCWD, FILE));
    note_stat(FILE);
    note(sum_at(FILE) == sum_at("/etc/passwd"));
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 0));
    note(CALL(MKDIRAT, AT_FDCWD, FILE, 0700));
    note_stat(FILE);
    put_file(FILE "/x", "below");
    note((int32_t)sum_at(FILE "/x"));
    note(CALL(UNLINKAT, AT_FDCWD, FILE, AT_REMOVEDIR));
    note(CALL(UNLINKAT, AT_FDCWD, FILE "/x", 0));
    note(CALL(UNLINKAT, AT_FDCWD, FILE, AT_REMOVEDIR));
    put_file(FILE, "a file");
    note_stat(FILE);
}

static void name_of(char name[16], uint32_t number)
{
    memcpy(name, "/tmp/v-000", 11);
    name[7] = (char)('0' + number / 100);
    name[8] = (char)('0' + number / 10 % 10);
    name[9] = (char)('0' + number % 10);
}

static void as_many_files_as_there_can_be(void)
{
    char name[16];
    int32_t made = 0, result = 0;
    for (; made < MOST && result >= 0; made++) {
        name_of(name, (uint32_t)made);
        result = CALL(MKNODAT, AT_FDCWD, name, S_IFREG | 0600);
    }
    note(made);
    note(result);
    note(open_file(FILE, O_RDONLY) >= 0);
    note(CALL(UNLINKAT, AT_FDCWD, FILE, 0));
    note(open_file(FILE, O_RDONLY | O_CREAT));
    while (made--) {
        name_of(name, (uint32_t)made);
        CALL(UNLINKAT, AT_FDCWD, name, 0);
    }
}

const struct probe changing_probes[] = {
    {"at its end", at_its_end},
    {"in its middle", in_its_middle},
    {"after it was closed", after_it_was_closed},
    {"beyond its end", beyond_its_end},
    {"two that write", two_that_write},
    {"a child writes", a_child_writes},
    {"cut", cut},
    {"emptied", emptied},
    {"long ones", long_ones},
    {"times", times},
    {"permissions", permissions},
    {"replaced", replaced},
    {"removed while open", removed_while_open},
    {"made anew", made_anew},
    {"removed and made again", removed_and_made_again},
    {"as many files as there can be", as_many_files_as_there_can_be},
    {NULL, NULL},
};
