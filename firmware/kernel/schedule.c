/* Who runs next: the kernel's own security task, and between its turns one process after another. */
#include "process.h"

#define SLICE_MS 10
#define BUSY_SLICE_MS 2    /* a slice while the security task has more to do */
#define TICK_SHIFT 12      /* a tick is 4096 cycles: 164 us */
#define TICKS_MAX 255
#define SECURITY_STEPS 64  /* pieces of the security task's work that a ready process waits for at most; of work aside it
                            * is one */

static struct {
    struct process *running;
    uint64_t since;
    uint32_t ready; /* bit e: entry e is, as gateware knows it */
    bool calm, frames; /* the security task had nothing to do, but at `alarm`, or when a frame comes */
    uint64_t alarm;
} scheduler;

ONCE void schedule_start(void)
{
    memset(&scheduler, 0, sizeof scheduler);
}

/* Wake those whose time has come, tell gateware who is ready, and ask it who is to run; NULL: nobody. */
struct process *schedule_pick(void)
{
    uint64_t now = board_now();
    uint32_t ready = 0;
    for (uint32_t index = 0; index < PROCESSES; index++) {
        struct process *entry = &processes[index];
        if (entry->rehearsed)
            continue;
        if (entry->frozen && !(entry->again && aside_holds(entry))) /* that call ends first: others wait for it */
            continue;
        if (entry->state == PROCESS_WAITING && entry->until <= now)
            entry->state = PROCESS_READY;
        if (entry->state != PROCESS_READY)
            continue;
        ready |= 1u << index;
        if (scheduler.ready >> index & entry->known)
            continue;
        board_woken(index, !entry->known);
        entry->known = true;
    }
    if (ready != scheduler.ready)
        board_ready(scheduler.ready = ready);
    uint32_t chosen = board_pick();
    return chosen == NOBODY ? NULL : &processes[chosen];
}

/* Charge a process for what it has run. */
static void charge(struct process *process, uint64_t cycles)
{
    uint32_t ticks = (uint32_t)(cycles >> TICK_SHIFT) + 1;
    process->ran += cycles;
    board_ran(process_index(process), ticks < TICKS_MAX ? ticks : TICKS_MAX);
}

uint64_t schedule_alarm(void)
{
    uint64_t alarm = NEVER;
    for (struct process *entry = processes; entry < processes + PROCESSES; entry++)
        if (entry->state == PROCESS_WAITING && !entry->frozen && !entry->rehearsed)
            alarm = earlier(alarm, entry->until);
    return alarm;
}

static void enter(struct process *process, uint64_t alarm)
{
    uint32_t text = exec_text_region(process->text);
    scheduler.running = process;
    scheduler.since = board_now();
    board_process(process_index(process), process->id);
    board_windows(pool_place(text), pool_size(text), pool_place(process->data), pool_size(process->data));
    if (SCREENED)
        board_cwd(seeds_known(process) ? process->seed : seeds_of(process));
    board_interrupt(alarm, scheduler.frames);
}

/* Make a call again that has waited.  Whoever does so in vain gives way: it might wait for what another one is to do. */
static void try_again(struct process *process)
{
    process_call(process, process->again);
    if (process->again)
        board_ran(process_index(process), 1);
}

/* Do what there is for the security task; return whether it may have more to do.  While it had nothing, and nothing
 * has come since, it is not asked. */
static bool secure(void)
{
    if (scheduler.calm && !kernel_stirred() && !board_interrupted() && !screen_untimed())
        return false;
    scheduler.alarm = kernel_step(&scheduler.frames);
    scheduler.calm = scheduler.alarm != 0;
    process_begin();
    return !scheduler.calm;
}

/* Return whether a process is to go on in user mode. */
static bool may_go(const struct process *process)
{
    return process->state == PROCESS_READY && !process->again && !process->frozen && !process->rehearsed;
}

struct process *schedule(void)
{
    if (scheduler.running)
        charge(scheduler.running, board_now() - scheduler.since);
    scheduler.running = NULL;
    for (;;) {
        uint32_t steps = 0;
        while (secure() && !aside_ran() && ++steps < SECURITY_STEPS)
            ;
        bool may = screen_settled() && !model_on_trial();
        struct process *chosen = may ? schedule_pick() : NULL;
        if (chosen && chosen->again)
            try_again(chosen);
        if (chosen && may_go(chosen))
            signals_deliver(chosen);
        if (chosen && may_go(chosen)) {
            uint64_t slice = board_now() + clock_cycles(scheduler.calm ? SLICE_MS : BUSY_SLICE_MS);
            if (scheduler.calm)
                slice = earlier(slice, scheduler.alarm);
            enter(chosen, earlier(slice, schedule_alarm()));
            return chosen;
        }
        if (!chosen && scheduler.calm) {
            if (!screen_waits())
                board_sleep(may ? earlier(scheduler.alarm, schedule_alarm()) : scheduler.alarm, scheduler.frames);
            scheduler.calm = false; /* whatever ended the sleep */
        }
    }
}

/* --- calls --------------------------------------------------------------------------------------------------- */

int32_t call_sched_yield(struct process *process)
{
    if (process->again)
        return 0;
    board_ran(process_index(process), 1u << VG_SCHEDULE_EQUAL_BITS);
    return process_later(process, 0); /* it is ready again at once, behind its equals */
}

bool schedule_after(const struct abi_timespec *span, uint64_t *until)
{
    if (span->seconds < 0 || span->nanoseconds < 0 || span->nanoseconds >= 1000000000)
        return false;
    uint64_t cycles = (uint64_t)(span->seconds > UINT32_MAX ? UINT32_MAX : span->seconds) * board_clock();
    *until = board_now() + cycles + (uint32_t)span->nanoseconds / clock_nanoseconds();
    return true;
}

int32_t call_nanosleep(struct process *process)
{
    struct abi_timespec span;
    uint64_t until = process->until;
    if (process->again && until <= board_now())
        return 0;
    if (!process->again && user_get(process, ARGUMENT(process, 0), &span, sizeof span) < 0)
        return -EFAULT;
    if (!process->again && !schedule_after(&span, &until))
        return -EINVAL;
    return no_restart(process_wait(process, NULL, until));
}
