/* What calls do, tried by a program: says a line for each test, and how many failed.  `suite short` leaves out those
 * that take long on a board, `suite NAME` runs one. */
#include "suite.h"

#define FOLDER "/tmp/suite"

_Alignas(4) char bytes[512];

static const struct test *const lists[] = {
    file_tests, link_tests, pipe_tests, process_tests, signal_tests, memory_tests, socket_tests, full_tests,
};

int32_t make_file(const char *path, const char *text)
{
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (descriptor < 0)
        return descriptor;
    bool whole = write_all(descriptor, text, length_of(text));
    CALL(CLOSE, descriptor);
    return whole ? 0 : -ENOSPC;
}

bool holds(const char *path, const char *text)
{
    return read_file(path, bytes, sizeof bytes) >= 0 && same(bytes, text);
}

void sleep_ms(uint32_t milliseconds)
{
    struct abi_timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    CALL(NANOSLEEP, &span);
}

int32_t ended(int32_t child)
{
    int32_t status = 0, result;
    while ((result = CALL(WAIT4, child, &status)) == -EINTR)
        ;
    return result < 0 ? result : status & 0x7F ? 1000 + (status & 0x7F) : status >> 8;
}

int32_t begin(int32_t (*child)(void))
{
    int32_t id = CALL(CLONE, CLONE_FORK);
    if (id == 0)
        CALL(EXIT, child());
    return id;
}

/* Run a test in a child; return the line that did not hold, or 0. */
static int32_t tried(const struct test *test)
{
    int32_t ends[2], line = -1;
    if (CALL(MKDIRAT, AT_FDCWD, FOLDER, 0777) || CALL(PIPE2, ends, 0))
        return -1;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(CLOSE, ends[0]);
        CALL(DUP3, ends[1], 11, O_CLOEXEC); /* out of the way */
        CALL(CLOSE, ends[1]);
        line = CALL(CHDIR, FOLDER) ? -2 : test->run();
        CALL(WRITE, 11, &line, sizeof line);
        CALL(EXIT, 0);
    }
    CALL(CLOSE, ends[1]);
    if (CALL(READ, ends[0], &line, sizeof line) != sizeof line)
        line = -3;
    CALL(CLOSE, ends[0]);
    ended(child);
    int32_t failed = remove_all(FOLDER);
    for (uint32_t turn = 0; failed == -EBUSY && turn < 50; turn++) { /* a grandchild stands in it still */
        sleep_ms(2);
        failed = remove_all(FOLDER);
    }
    return line ? line : failed;
}

int main(int count, char **arguments)
{
    bool brief = count > 1 && same(arguments[1], "short");
    uint32_t run = 0, failed = 0;
    for (uint32_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
        for (const struct test *test = lists[list]; test->name; test++) {
            if (count > 1 && (brief ? test->long_one : !same(arguments[1], test->name)))
                continue;
            int32_t line = tried(test);
            run++;
            failed += line != 0;
            print(line ? "FAILED: " : "ok: ");
            print(test->name);
            if (line) {
                print(line < 0 ? " -" : " at line ");
                print_number((uint32_t)(line < 0 ? -line : line), 0);
            }
            print("\n");
        }
    }
    print_number(run, 0);
    print(" tests, ");
    print_number(failed, 0);
    print(" failed\n");
    return failed != 0;
}
