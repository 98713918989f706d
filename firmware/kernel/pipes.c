/* Pipes: a ring of bytes each, with counted ends. */
#include "process.h"

#define PIPES 8
#define PIPE_BYTES 512 /* a power of two; a write of no more is not mixed with others' */

static struct pipe {
    uint32_t readers, writers, begin, end; /* places, counted from the first byte on */
    uint8_t bytes[PIPE_BYTES];
} pipes[PIPES];

void pipes_start(void)
{
    memset(pipes, 0, sizeof pipes);
}

int32_t pipes_make(void)
{
    for (uint32_t number = 0; number < PIPES; number++) {
        struct pipe *pipe = &pipes[number];
        if (pipe->readers || pipe->writers)
            continue;
        pipe->readers = pipe->writers = 1;
        pipe->begin = pipe->end = 0;
        return (int32_t)number;
    }
    return -ENFILE;
}

void pipes_close(uint32_t number, bool writes)
{
    struct pipe *pipe = &pipes[number];
    if (writes)
        pipe->writers--;
    else
        pipe->readers--;
    process_wake(pipe);
}

int32_t pipes_read(struct process *process, uint32_t number, uint8_t *into, uint32_t size)
{
    struct pipe *pipe = &pipes[number];
    uint32_t count = pipe->end - pipe->begin;
    if (!count && pipe->writers && size)
        return process_wait(process, pipe, NEVER);
    if (count > size)
        count = size;
    for (uint32_t byte = 0; byte < count; byte++)
        into[byte] = pipe->bytes[pipe->begin++ % PIPE_BYTES];
    if (count)
        process_wake(pipe);
    return (int32_t)count;
}

int32_t pipes_write(struct process *process, uint32_t number, const uint8_t *from, uint32_t size)
{
    struct pipe *pipe = &pipes[number];
    uint32_t room = PIPE_BYTES - (pipe->end - pipe->begin);
    if (!pipe->readers) {
        process_signal(process, SIGPIPE);
        return process->state == PROCESS_READY ? -EPIPE : REPLACED;
    }
    if (!size)
        return 0;
    if (room < (size < PIPE_BYTES ? size : 1))
        return process_wait(process, pipe, NEVER);
    uint32_t count = size < room ? size : room;
    for (uint32_t byte = 0; byte < count; byte++)
        pipe->bytes[pipe->end++ % PIPE_BYTES] = from[byte];
    process_wake(pipe);
    return (int32_t)count;
}
