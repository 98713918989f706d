/* Who a process is: its parent, its group, its user. */
#include "process.h"

int32_t call_getppid(struct process *process)
{
    return process->parent == NOBODY ? 0 : (int32_t)processes[process->parent].id;
}

/* Return the process that an argument names: itself for 0, else one of its children; NULL: neither. */
static struct process *own(struct process *process, uint32_t id)
{
    if (id == 0 || id == process->id)
        return process;
    for (struct process *child = processes; child < processes + PROCESSES; child++)
        if (process_lives(child) && child->id == id && child->parent == process_index(process))
            return child;
    return NULL;
}

int32_t call_getpgid(struct process *process)
{
    const struct process *named = own(process, ARGUMENT(process, 0));
    return named ? (int32_t)named->group : -ESRCH;
}

int32_t call_setpgid(struct process *process)
{
    struct process *named = own(process, ARGUMENT(process, 0));
    uint32_t group = ARGUMENT(process, 1);
    if (!named)
        return -ESRCH;
    if (group > INT32_MAX)
        return -EINVAL;
    named->group = group ? group : named->id;
    return 0;
}

int32_t call_getuid(struct process *process)
{
    return (int32_t)process->user;
}

int32_t call_getgid(struct process *process)
{
    return (int32_t)process->own_group;
}

int32_t call_setuid(struct process *process)
{
    uint32_t user = ARGUMENT(process, 0);
    if (user > UINT16_MAX)
        return -EINVAL;
    if (process->user != 0 && process->user != user)
        return -EPERM;
    process->user = user;
    return 0;
}

int32_t call_setgid(struct process *process)
{
    uint32_t group = ARGUMENT(process, 0);
    if (group > UINT16_MAX)
        return -EINVAL;
    if (process->user != 0 && process->own_group != group)
        return -EPERM;
    process->own_group = group;
    return 0;
}
