/* Signals: sent, kept until they may come, and handed to a program's handler or to what is usual.
 *
 * A handler runs on the program's own stack, where the registers that it interrupts are put; rt_sigreturn takes back
 * whatever stands there then.  Nothing in it needs to be believed: only registers of user mode are in it.  While a
 * handler runs all signals but SIGKILL wait, so handlers do not nest. */
#include "process.h"

#define BIT(signal) (1u << (signal))
#define ALL (BIT(SIGNALS) - 1)

bool signals_waiting(const struct process *process)
{
    return process->pending & ~(process->blocked & ~BIT(SIGKILL));
}

bool signals_restart(const struct process *process)
{
    uint32_t waiting = process->pending & ~process->blocked;
    return process->restarts & waiting & (0 - waiting); /* the one that comes first */
}

void process_signal(struct process *process, uint32_t signal)
{
    if (!process_lives(process) || signal == 0)
        return;
    uint32_t handler = process->handlers[signal];
    bool frozen = process->frozen; /* then every signal waits */
    if (!frozen && aside_holds(process) && (signal == SIGKILL || handler != SIG_IGNORE)) {
        process->pending |= BIT(signal); /* its call goes on to the end */
    } else if (signal == SIGKILL && !frozen) {
        process_end(process, signal);
    } else if (handler == SIG_IGNORE || (handler == SIG_DEFAULT && (signal == SIGCHLD || process == processes))) {
        return; /* nothing that it does not ask for but SIGKILL ends the first process */
    } else if (handler == SIG_DEFAULT && !(process->blocked & BIT(signal)) && !frozen) {
        process_end(process, signal);
    } else {
        process->pending |= BIT(signal);
        if (signals_waiting(process))
            process->state = PROCESS_READY; /* the call that waits finds out */
    }
}

bool process_signal_group(uint32_t group, uint32_t signal)
{
    bool any = false;
    for (struct process *entry = processes; entry < processes + PROCESSES; entry++) {
        if (!process_lives(entry) || entry->group != group)
            continue;
        any = true;
        process_signal(entry, signal);
    }
    return any;
}

void signals_deliver(struct process *process)
{
    struct abi_signal_frame frame;
    uint32_t waiting = process->pending & ~(process->blocked & ~BIT(SIGKILL)), signal = 0;
    if (!waiting)
        return;
    while (!(waiting & BIT(signal)))
        signal++;
    process->pending &= ~BIT(signal);
    uint32_t handler = process->handlers[signal];
    if (handler <= SIG_IGNORE) { /* what is usual has changed while it waited */
        process_signal(process, signal);
        if (process_lives(process))
            signals_deliver(process);
        return;
    }
    memset(&frame, 0, sizeof frame);
    memcpy(frame.registers, process->registers.x, sizeof frame.registers);
    frame.blocked = process->blocked;
    uint32_t place = (process->registers.x[SP] - (uint32_t)sizeof frame) & ~15u;
    if (user_put(process, place, &frame, sizeof frame) < 0) {
        process_end(process, SIGSEGV);
        return;
    }
    process->blocked = ALL;
    process->registers.x[PC] = VG_USER_TEXT_BASE + handler;
    process->registers.x[RA] = process->restorer;
    process->registers.x[SP] = place;
    process->registers.x[A0] = signal;
}

/* --- calls --------------------------------------------------------------------------------------------------- */

/* Return whether kill's first argument names a process: by its id, its group, or, by -1, all but itself and the
 * first one. */
static bool named(const struct process *process, const struct process *other, int32_t target)
{
    if (target == -1)
        return other != process && other != processes;
    return target > 0 ? other->id == (uint32_t)target
                      : other->group == (target ? 0 - (uint32_t)target : process->group);
}

int32_t call_kill(struct process *process)
{
    uint32_t signal = ARGUMENT(process, 1);
    if (signal >= SIGNALS)
        return -EINVAL;
    int32_t result = -ESRCH;
    for (struct process *other = processes; other < processes + PROCESSES; other++) {
        if (!process_lives(other) || !named(process, other, (int32_t)ARGUMENT(process, 0)))
            continue;
        if (process->user != 0 && process->user != other->user) {
            result = result ? -EPERM : 0;
            continue;
        }
        result = 0;
        process_signal(other, signal);
    }
    return result;
}

int32_t call_rt_sigaction(struct process *process)
{
    struct abi_sigaction action = {0};
    uint32_t signal = ARGUMENT(process, 0), new = ARGUMENT(process, 1), old = ARGUMENT(process, 2);
    if (signal == 0 || signal >= SIGNALS || signal == SIGKILL)
        return -EINVAL;
    uint16_t *handler = &process->handlers[signal];
    if (new && user_get(process, new, &action, sizeof action) < 0)
        return -EFAULT;
    uint32_t place = action.handler - VG_USER_TEXT_BASE;
    bool caught = new && action.handler > SIG_IGNORE;
    if (caught && (place <= SIG_IGNORE || place >= VG_USER_TEXT_SIZE || !(action.flags & SA_RESTORER)))
        return -EINVAL;
    struct abi_sigaction before = {*handler <= SIG_IGNORE ? *handler : VG_USER_TEXT_BASE + *handler,
                                   process->restarts & BIT(signal) ? SA_RESTART : 0, process->restorer, {0, 0}};
    if (old && user_put(process, old, &before, sizeof before) < 0)
        return -EFAULT;
    if (!new)
        return 0;
    *handler = (uint16_t)(caught ? place : action.handler);
    process->restarts = (process->restarts & ~BIT(signal)) | (action.flags & SA_RESTART ? BIT(signal) : 0);
    if (caught)
        process->restorer = action.restorer;
    return 0;
}

int32_t call_rt_sigprocmask(struct process *process)
{
    uint32_t set[2], old[2] = {process->blocked >> 1, 0}; /* a set's bit 0 is signal 1 */
    uint32_t how = ARGUMENT(process, 0);
    if (ARGUMENT(process, 1) && user_get(process, ARGUMENT(process, 1), set, sizeof set) < 0)
        return -EFAULT;
    if (ARGUMENT(process, 1) && how > SIG_SETMASK)
        return -EINVAL;
    if (ARGUMENT(process, 2) && user_put(process, ARGUMENT(process, 2), old, sizeof old) < 0)
        return -EFAULT;
    if (!ARGUMENT(process, 1))
        return 0;
    uint32_t named = set[0] << 1 & ALL;
    process->blocked = how == SIG_BLOCK     ? process->blocked | named
                       : how == SIG_UNBLOCK ? process->blocked & ~named
                                            : named;
    return 0;
}

int32_t call_rt_sigreturn(struct process *process)
{
    struct abi_signal_frame frame;
    if (user_get(process, process->registers.x[SP], &frame, sizeof frame) < 0) {
        process_end(process, SIGSEGV);
        return REPLACED;
    }
    memcpy(process->registers.x, frame.registers, sizeof frame.registers);
    process->blocked = frame.blocked & ALL;
    return REPLACED;
}
