/* Waiting for several files at once. */
#include "files.h"

#define POLL_MAX 16

/* Return what of a file's events there are now. */
static uint32_t found_in(const struct file *file)
{
    switch (file->kind) {
    case FILE_PIPE:
    case FILE_STREAM:
        return (file->in == NO_PIPE ? 0 : pipes_poll(file->in, false)) |
               (file->out == NO_PIPE ? 0 : pipes_poll(file->out, true));
    case FILE_SOCKET:
        return sockets_poll(file->what);
    case FILE_SERVICE:
        return service_poll(file);
    case FILE_TERMINAL:
        return terminal_poll();
    default:
        return POLLIN | POLLOUT;
    }
}

int32_t call_ppoll(struct process *process)
{
    struct abi_pollfd polled;
    struct abi_timespec span = {0, 0};
    uint32_t list = ARGUMENT(process, 0), count = ARGUMENT(process, 1), timeout = ARGUMENT(process, 2);
    int32_t ready = 0;
    if (count > POLL_MAX || ARGUMENT(process, 3))
        return -EINVAL;
    for (uint32_t row = 0; row < count; row++) {
        uint32_t place = list + row * (uint32_t)sizeof polled;
        if (user_get(process, place, &polled, sizeof polled) < 0)
            return -EFAULT;
        const struct file *file = files_of(process, (uint32_t)polled.descriptor);
        uint32_t found = file ? found_in(file) & (polled.events | POLLERR | POLLHUP) : POLLNVAL;
        polled.found = (uint16_t)(polled.descriptor < 0 ? 0 : found);
        ready += polled.found != 0;
        if (user_put(process, place, &polled, sizeof polled) < 0)
            return -EFAULT;
    }
    if (ready || (process->again && process->until <= board_now()))
        return ready;
    if (timeout && !process->again && user_get(process, timeout, &span, sizeof span) < 0)
        return -EFAULT;
    uint64_t until = process->again ? process->until : NEVER;
    if (timeout && !process->again && !schedule_after(&span, &until))
        return -EINVAL;
    return no_restart(process_wait(process, ANYTHING, until));
}
