/* Pipes, fifos, and waiting for several files. */
#include "suite.h"

static int32_t ends[2];

static int32_t write_much(void)
{
    CALL(CLOSE, ends[0]);
    for (uint32_t piece = 0; piece < 20; piece++) {
        memset(bytes, 'a' + (int)piece, 100);
        MUST(write_all(ends[1], bytes, 100));
    }
    return 0;
}

static int32_t in_order(void)
{
    uint32_t total = 0;
    int32_t count;
    MUST(CALL(PIPE2, ends, 0) == 0);
    int32_t child = begin(write_much);
    CALL(CLOSE, ends[1]);
    while ((count = CALL(READ, ends[0], bytes, 77)) > 0)
        for (int32_t place = 0; place < count; place++, total++)
            MUST(bytes[place] == 'a' + (char)(total / 100));
    MUST(total == 2000 && count == 0 && ended(child) == 0);
    return 0;
}

static int32_t write_piece(void)
{
    memset(bytes, 'A' + CALL(GETPID) % 26, 512);
    for (uint32_t piece = 0; piece < 3; piece++)
        MUST(CALL(WRITE, ends[1], bytes, 512) == 512);
    return 0;
}

/* What is no longer than a pipe is not mixed with what others write. */
static int32_t not_mixed(void)
{
    uint32_t total = 0;
    MUST(CALL(PIPE2, ends, 0) == 0);
    for (uint32_t child = 0; child < 3; child++)
        MUST(begin(write_piece) > 0);
    CALL(CLOSE, ends[1]);
    for (; CALL(READ, ends[0], bytes, 512) == 512; total++)
        for (uint32_t place = 1; place < 512; place++)
            MUST(bytes[place] == bytes[0]);
    MUST(total == 9);
    for (uint32_t child = 0; child < 3; child++)
        MUST(ended(-1) == 0);
    return 0;
}

static int32_t write_to_nobody(void)
{
    return CALL(WRITE, ends[1], "x", 1) == -EPIPE ? 7 : 8;
}

static int32_t write_ignoring(void)
{
    ignore_signal(SIGPIPE);
    return write_to_nobody();
}

static int32_t nobody_reads(void)
{
    MUST(CALL(PIPE2, ends, 0) == 0 && CALL(CLOSE, ends[0]) == 0);
    int32_t one = begin(write_to_nobody), two = begin(write_ignoring);
    MUST(ended(one) == 1000 + SIGPIPE && ended(two) == 7);
    return 0;
}

static int32_t without_waiting(void)
{
    MUST(CALL(PIPE2, ends, O_NONBLOCK) == 0 && CALL(READ, ends[0], bytes, 1) == -EAGAIN);
    for (uint32_t half = 0; half < 2; half++) /* of what a pipe holds */
        MUST(CALL(WRITE, ends[1], bytes, 512) == 512);
    MUST(CALL(WRITE, ends[1], bytes, 1) == -EAGAIN && CALL(READ, ends[0], bytes, 512) == 512);
    MUST(CALL(READ, ends[0], bytes, 512) == 512 && CALL(FCNTL, ends[0], F_GETFL) == (O_RDONLY | O_NONBLOCK));
    MUST(CALL(CLOSE, ends[1]) == 0 && CALL(READ, ends[0], bytes, 1) == 0);
    return 0;
}

static int32_t write_fifo(void)
{
    sleep_ms(2);
    return make_file("fifo", "by name");
}

static int32_t fifos(void)
{
    struct abi_stat stat;
    MUST(CALL(MKNODAT, AT_FDCWD, "fifo", S_IFIFO | 0600, 0) == 0);
    MUST(CALL(MKNODAT, AT_FDCWD, "fifo", S_IFIFO | 0600, 0) == -EEXIST);
    int32_t child = begin(write_fifo), file = CALL(OPENAT, AT_FDCWD, "fifo", O_RDONLY);
    MUST(file >= 0 && CALL(FSTAT, file, &stat) == 0 && stat.mode == (S_IFIFO | 0600));
    MUST(CALL(READ, file, bytes, 99) == 7 && bytes[0] == 'b' && CALL(READ, file, bytes, 99) == 0);
    MUST(ended(child) == 0 && CALL(CLOSE, file) == 0);
    file = CALL(OPENAT, AT_FDCWD, "fifo", O_RDWR); /* a new one: what was in it is gone */
    MUST(CALL(WRITE, file, "own", 3) == 3 && CALL(READ, file, bytes, 9) == 3);
    MUST(CALL(UNLINKAT, AT_FDCWD, "fifo", 0) == 0 && CALL(WRITE, file, "own", 3) == 3);
    MUST(CALL(MKNODAT, AT_FDCWD, "plain", 0600, 0) == 0 && holds("plain", ""));
    return 0;
}

static int32_t write_late(void)
{
    CALL(CLOSE, ends[0]);
    sleep_ms(3);
    return CALL(WRITE, ends[1], "x", 1) == 1 ? 0 : 1;
}

static int32_t polling(void)
{
    MUST(CALL(PIPE2, ends, 0) == 0);
    struct abi_pollfd polled[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {-1, POLLIN, 9}};
    struct abi_timespec at_once = {0, 0}, soon = {0, 2000000}, never = {0, -1};
    MUST(CALL(PPOLL, polled, 3, &at_once) == 1 && polled[0].found == 0 && polled[1].found == POLLOUT);
    MUST(polled[2].found == 0 && CALL(PPOLL, polled, 1, &soon) == 0 && CALL(PPOLL, polled, 1, &never) == -EINVAL);
    int32_t child = begin(write_late);
    MUST(CALL(PPOLL, polled, 1, 0) == 1 && polled[0].found == POLLIN);
    MUST(ended(child) == 0 && CALL(CLOSE, ends[1]) == 0 && CALL(PPOLL, polled, 1, 0) == 1);
    MUST(polled[0].found == (POLLIN | POLLHUP) && CALL(READ, ends[0], bytes, 9) == 1);
    polled[0].descriptor = 9;
    MUST(CALL(PPOLL, polled, 1, 0) == 1 && polled[0].found == POLLNVAL);
    return 0;
}

const struct test pipe_tests[] = {
    {"in order", in_order, false}, {"not mixed", not_mixed, true}, {"nobody reads", nobody_reads, false},
    {"without waiting", without_waiting, false}, {"fifos", fifos, false}, {"polling", polling, false}, {0},
};
