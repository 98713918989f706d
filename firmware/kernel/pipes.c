/* Pipes: a ring of bytes each, with counted ends.  Fifos are pipes of a node, connected sockets two of them.
 *
 * The ring is a granule of the pool while anybody has the pipe open. */
#include "process.h"

#define PIPES 8
#define PIPE_BYTES VG_GRANULE_BYTES /* a write of no more is not mixed with others' */
_Static_assert(!(PIPE_BYTES & (PIPE_BYTES - 1)), "places begin anew at 2^32");

static struct pipe {
    uint16_t node;         /* a fifo's, or 0 */
    uint8_t readers, writers;
    uint8_t region;        /* where its bytes are */
    bool was_read, was_written; /* such an end has been there: before that, the other one waits for it */
    uint32_t begin, end;   /* places, counted from the first byte on */
} pipes[PIPES];

ONCE void pipes_start(void)
{
    memset(pipes, 0, sizeof pipes);
}

int32_t pipes_of(uint32_t node)
{
    struct pipe *unused = NULL;
    for (struct pipe *pipe = pipes; pipe < pipes + PIPES; pipe++) {
        bool open = pipe->readers || pipe->writers;
        if (open && node && pipe->node == node)
            return (int32_t)(pipe - pipes);
        if (!open)
            unused = pipe;
    }
    if (!unused)
        return -ENFILE;
    uint32_t region = unused->region ? unused->region : pool_take(1); /* one may be left that was never opened */
    if (region == NO_REGION)
        return -ENOMEM;
    *unused = (struct pipe){.node = (uint16_t)node, .region = (uint8_t)region};
    return (int32_t)(unused - pipes);
}

void pipes_open(uint32_t number, bool writes)
{
    struct pipe *pipe = &pipes[number];
    pipe->readers += !writes;
    pipe->writers += writes;
    pipe->was_read |= !writes;
    pipe->was_written |= writes;
    process_wake(pipe);
}

void pipes_close(uint32_t number, bool writes)
{
    struct pipe *pipe = &pipes[number];
    if (writes)
        pipe->writers--;
    else
        pipe->readers--;
    if (!pipe->writers && !pipe->readers) {
        pool_free(pipe->region);
        pipe->region = NO_REGION;
    }
    process_wake(pipe);
}

/* Copy what stands in the ring from a place on, or what is to stand there: to `into`, or if that is NULL from `from`. */
static void copy(const struct pipe *pipe, uint32_t place, uint8_t *into, const uint8_t *from, uint32_t count)
{
    for (uint32_t done = 0, piece; done < count; done += piece) {
        uint32_t at = (place + done) % PIPE_BYTES;
        uint8_t *there = pool_bytes(pipe->region) + at;
        piece = count - done < PIPE_BYTES - at ? count - done : PIPE_BYTES - at;
        memcpy(into ? into + done : there, into ? there : from + done, piece);
    }
}

int32_t pipes_read(struct process *process, uint32_t number, uint8_t *into, uint32_t size)
{
    struct pipe *pipe = &pipes[number];
    uint32_t count = pipe->end - pipe->begin;
    if (!count && size && (pipe->writers || !pipe->was_written))
        return process_wait(process, pipe, NEVER);
    if (count > size)
        count = size;
    copy(pipe, pipe->begin, into, NULL, count);
    pipe->begin += count;
    if (count)
        process_wake(pipe);
    return (int32_t)count;
}

int32_t pipes_peek(uint32_t number, uint32_t behind, uint8_t *into, uint32_t size)
{
    const struct pipe *pipe = &pipes[number];
    uint32_t count = pipe->end - pipe->begin > behind ? pipe->end - pipe->begin - behind : 0;
    if (!count && size && (pipe->writers || !pipe->was_written))
        return -EAGAIN;
    if (count > size)
        count = size;
    copy(pipe, pipe->begin + behind, into, NULL, count);
    return (int32_t)count;
}

int32_t pipes_write(struct process *process, uint32_t number, const uint8_t *from, uint32_t size, bool quiet)
{
    struct pipe *pipe = &pipes[number];
    uint32_t room = PIPE_BYTES - (pipe->end - pipe->begin);
    if (!pipe->readers && pipe->was_read) {
        if (!quiet)
            process_signal(process, SIGPIPE);
        return process->state == PROCESS_READY ? -EPIPE : REPLACED;
    }
    if (!size)
        return 0;
    if (!pipe->readers || room < (size < PIPE_BYTES ? size : 1))
        return process_wait(process, pipe, NEVER);
    uint32_t count = size < room ? size : room;
    copy(pipe, pipe->end, NULL, from, count);
    pipe->end += count;
    process_wake(pipe);
    return (int32_t)count;
}

uint32_t pipes_poll(uint32_t number, bool writes)
{
    const struct pipe *pipe = &pipes[number];
    if (writes)
        return !pipe->readers && pipe->was_read               ? POLLERR
               : pipe->readers && pipe->end - pipe->begin < PIPE_BYTES ? POLLOUT
                                                              : 0;
    return (pipe->end != pipe->begin ? POLLIN : 0) | (!pipe->writers && pipe->was_written ? POLLHUP : 0);
}
