/* Work that waits for the flash in the middle, on a stack of its own.
 *
 * littlefs wants its flash at once; an erase takes 45 ms.  So whatever uses it runs here: it begins in the call or
 * frame that asks for it, pauses where the flash is busy or it has had its share, and the kernel goes on meanwhile.
 * One piece of work at a time: that is also what keeps the files that last consistent.  The tree's functions say ASIDE
 * where they are called elsewhere, before they have had an effect, and are called once more, from here.
 *
 * What pauses must not hold a pointer into the pool or into a frame: both may have been moved when it goes on. */
#include "operator.h"

#define SHARE_CYCLES 10000 /* until a pause */
#define STACK_BYTES 2896
#define GUARD 0x5AFE57ACu /* in its last word */

enum { IDLE, RUNS, DONE };

static struct {
    uint32_t state;
    bool here;              /* it is running at the moment */
    bool ran;               /* it has had a share since somebody asked */
    const void *owner;      /* a process, or whatever else has it done */
    aside_work *work;
    void *what;
    int32_t result;
    uint32_t since;         /* its share began */
} aside;

static _Alignas(16) NOT_CLEARED uint32_t stack[STACK_BYTES / 4];

ONCE void aside_start(void)
{
    memset(&aside, 0, sizeof aside);
    stack[0] = GUARD;
}

bool aside_here(void)
{
    return aside.here;
}

bool aside_holds(const void *owner)
{
    return aside.state != IDLE && aside.owner == owner;
}

bool aside_idle(void)
{
    return aside.state == IDLE;
}

bool aside_ran(void)
{
    bool ran = aside.ran;
    aside.ran = false;
    return ran;
}

bool aside_awaited(const struct process *process)
{
    return process->awaits == &aside || process->awaits == &aside.result;
}

/* Where the other stack begins. */
static void begin(void)
{
    aside.result = aside.work(aside.what);
    aside.state = DONE;
    board_aside_leave();
}

static void run(void)
{
    aside.here = true;
    aside.since = board_cycles();
    board_aside_enter();
    aside.here = false;
    aside.ran = true;
    if (stack[0] != GUARD) /* whatever lies below it is not what it was */
        board_reset();
}

bool aside_begin(const void *owner, aside_work *work, void *what)
{
    if (aside.state != IDLE)
        return false;
    aside.state = RUNS;
    aside.owner = owner;
    aside.work = work;
    aside.what = what;
    board_aside_begin(stack, sizeof stack, begin);
    run();
    kernel_stir();
    return true;
}

bool aside_take(const void *owner, int32_t *result)
{
    if (!aside_holds(owner) || aside.state != DONE)
        return false;
    *result = aside.result;
    aside.state = IDLE;
    process_wake(&aside);
    kernel_stir(); /* the files themselves may have waited for it */
    return true;
}

void aside_pause(void)
{
    board_aside_leave();
}

void aside_breathe(void)
{
    if (board_cycles() - aside.since >= SHARE_CYCLES)
        aside_pause();
}

bool aside_flash(void)
{
    while (aside.here && !flash_ready())
        aside_pause();
    return flash_ready();
}

bool aside_step(void)
{
    if (aside.state != RUNS || !flash_ready())
        return false;
    run();
    if (aside.state == DONE)
        process_wake(&aside.result);
    return true;
}

uint64_t aside_alarm(void)
{
    if (aside.state != RUNS)
        return NEVER;
    uint64_t alarm = flash_alarm();
    return alarm == NEVER ? clock_soon() : alarm;
}

/* --- calls --------------------------------------------------------------------------------------------------- */

static int32_t do_call(void *what)
{
    struct process *process = what;
    return process->calling(process);
}

int32_t aside_call(struct process *process, call_function *call)
{
    int32_t result;
    process->calling = call;
    if (!aside_holds(process)) {
        if (!strings_keep(process))
            return -ENOMEM;
        if (!aside_begin(process, do_call, process))
            return process_until(process, &aside);
    }
    return aside_take(process, &result) ? result : process_until(process, &aside.result);
}
