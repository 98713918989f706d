/* The process table: birth, calls, waiting, end. */
#include "operator.h"

#define FIRST_PROGRAM "/bin/init"
#define ECALL_BYTES 4
#define ENDED(code) ((uint32_t)(code) << 8) /* as wait4 tells it */

struct process processes[PROCESSES];

static struct {
    uint32_t next_id;
    uint64_t again; /* when the first process may be begun once more */
} table;

ONCE void process_start(void)
{
    memset(processes, 0, sizeof processes);
    memset(&table, 0, sizeof table);
    table.next_id = 1;
    schedule_start();
    aside_start();
    pool_start();
    strings_start();
    exec_start();
    nodes_start();
    lasting_start();
    decoys_start();
    baits_start();
    files_start();
    pipes_start();
    sockets_start();
    terminal_start();
}

uint32_t process_index(const struct process *process)
{
    return (uint32_t)(process - processes);
}

bool process_lives(const struct process *process)
{
    return process->state == PROCESS_READY || process->state == PROCESS_WAITING;
}

void process_stands(const struct process *process)
{
    board_freeze(process_index(process), process->frozen || process->rehearsed || process->trial == TRIAL_IMAGE);
}

/* Return a blank entry with a new id, still free; NULL: the table is full. */
static struct process *new_entry(void)
{
    for (struct process *entry = processes; entry < processes + PROCESSES; entry++) {
        if (entry->state != PROCESS_FREE)
            continue;
        memset(entry, 0, sizeof *entry);
        entry->id = table.next_id;
        entry->parent = NOBODY;
        return entry;
    }
    return NULL;
}

static void keep_entry(struct process *entry)
{
    table.next_id = table.next_id == INT32_MAX ? 1 : table.next_id + 1;
    entry->state = PROCESS_READY;
}

/* Return a tree that no process is of. */
static uint32_t free_tree(void)
{
    uint32_t used = 0, tree = 0;
    for (const struct process *entry = processes; entry < processes + PROCESSES; entry++)
        used |= entry->state == PROCESS_FREE ? 0 : 1u << entry->tree;
    while (used >> tree & 1)
        tree++;
    return tree;
}

/* Nothing is known yet of a tree that begins with this process, a child or nobody's. */
static void first_of_tree(struct process *entry, const struct process *parent)
{
    decoys_forget(entry->tree);
    service_forget(entry->tree);
    quarantine_born(entry, parent);
    vaccines_begin(entry);
    vaccines_program(entry);
    keep_entry(entry);
}

/* Give a new entry the program in `node`, or at arguments[0], as the first of a tree; an error leaves it free. */
static int32_t begin_tree(struct process *entry, uint32_t node, const char *const *arguments, bool console)
{
    int32_t failed = -ENFILE;
    entry->tree = free_tree();
    entry->state = PROCESS_ENDED; /* nobody else takes it meanwhile */
    if (files_standard(entry, console))
        failed = node < NODES ? exec_node(entry, node, arguments) : exec_program(entry, arguments[0], arguments);
    if (!failed) {
        if (events_begin(process_index(entry), entry->id, entry->tree)) {
            entry->group = entry->id;
            first_of_tree(entry, NULL);
            return 0;
        }
        failed = -EAGAIN;
    }
    files_close_all(entry);
    exec_drop(entry->text);
    pool_free(entry->data);
    entry->state = PROCESS_FREE;
    return failed;
}

int32_t process_run(uint32_t node, const char *const *arguments, uint32_t user, uint32_t group)
{
    struct process *entry = new_entry();
    if (!entry || entry == processes) /* that place is the first process's */
        return -EAGAIN;
    entry->user = user;
    entry->own_group = group;
    int32_t failed = begin_tree(entry, node, arguments, false);
    return failed ? failed : (int32_t)entry->id;
}

void process_begin(void)
{
    static const char *const arguments[] = {FIRST_PROGRAM, NULL};
    if (process_lives(&processes[0]) || clock_now() < table.again ||
        (SCREENED && slots_in_force() == SLOTS_NONE) || !flash_ready() || !vaccines_ready())
        return;
    struct process *first = processes[0].state == PROCESS_FREE ? new_entry() : NULL;
    table.again = clock_now() + clock_cycles(1000);
    baits_look();
    if (first != processes)
        return;
    int32_t failed = begin_tree(first, NODES, arguments, true);
    if (failed)
        log_line("no first process: " FIRST_PROGRAM ", error %u", (unsigned)-failed);
}

uint32_t process_call(struct process *process, call_function *call)
{
    uint32_t moves = pool_moves();
    if (!process->again)
        process->diverted = false;
    process->calling = call;
    int32_t result = aside_holds(process) ? ASIDE : call(process);
    call = process->calling; /* call_decoyed has become another one */
    if (result == ASIDE)
        result = aside_call(process, call);
    if (result == REHEARSED) {
        process->again = NULL;
        rehearsal_called(process);
        return LEAVE_SWITCH;
    }
    bool gone = process->state == PROCESS_FREE || process->state == PROCESS_ENDED;
    if (result == BLOCKED && !gone) {
        if (process->again || strings_keep(process)) {
            process->again = call;
            return LEAVE_SWITCH;
        }
        process->state = PROCESS_READY;
        result = -ENOMEM;
    }
    strings_drop(process);
    process->again = NULL;
    if (result == REPLACED || gone)
        return LEAVE_REPLACED;
    if (process->trial != TRIAL_NONE) {
        exec_settle(process, false);
        process->trial = TRIAL_NONE;
        process_stands(process);
    }
    if (process->frozen && process->suspect.owed) /* by what the call's path has led to; it is answered when it is free */
        return LEAVE_SWITCH;
    if (result == INTERRUPTED && signals_restart(process)) {
        process->registers.x[PC] -= ECALL_BYTES; /* a0 is still what it was */
        return LEAVE_SWITCH;
    }
    process->registers.x[A0] = (uint32_t)(result == INTERRUPTED ? -EINTR : result);
    if (screen_called()) {
        kernel_stir();
        return LEAVE_SWITCH;
    }
    return moves == pool_moves() && !signals_waiting(process) ? LEAVE_RETURN : LEAVE_SWITCH;
}

int32_t process_later(struct process *process, uint64_t until)
{
    process->state = PROCESS_WAITING;
    process->awaits = NULL;
    process->until = until;
    return BLOCKED;
}

int32_t process_until(struct process *process, const void *what)
{
    process_later(process, NEVER);
    process->awaits = what;
    return BLOCKED;
}

int32_t process_wait(struct process *process, const void *what, uint64_t until)
{
    if (signals_waiting(process))
        return INTERRUPTED;
    process_later(process, until);
    process->awaits = what;
    return BLOCKED;
}

void process_wake(const void *what)
{
    for (struct process *entry = processes; entry < processes + PROCESSES; entry++)
        if (entry->state == PROCESS_WAITING && (entry->awaits == what || entry->awaits == ANYTHING))
            entry->state = PROCESS_READY;
}

/* Say if a process waits for the end of another child than this. */
static bool waits_for_another(const struct process *process, const struct process *child)
{
    int32_t wanted = (int32_t)ARGUMENT(process, 0);
    return process->again == call_wait4 && wanted > 0 && child->id != (uint32_t)wanted;
}

void process_end(struct process *process, uint32_t status)
{
    struct process *parent = process->parent == NOBODY ? NULL : &processes[process->parent];
    rehearsal_over(process);
    exec_settle(process, false);
    files_close_all(process);
    exec_drop(process->text);
    pool_free(process->data);
    strings_drop(process);
    process->text = process->data = 0;
    process->status = status;
    runs_ended(process);
    process->again = NULL;
    if (process == processes)
        kernel_stir(); /* for another one to begin */
    /* What ends in quarantine has paid for itself; the first process takes in whoever comes, and must go on. */
    bool heir = parent && parent != processes && !process->frozen;
    events_exit(process_index(process), process->id, heir ? process->parent : NOBODY, heir ? parent->id : 0);
    process->frozen = process->rehearsed = false;
    process->trial = TRIAL_NONE;
    process_stands(process);
    process->state = parent ? PROCESS_ENDED : PROCESS_FREE;
    if (decoys_shown(process))
        decoys_end(process);
    for (struct process *child = processes; child < processes + PROCESSES; child++) {
        if (child->state == PROCESS_FREE || child->parent != process_index(process) || child == process)
            continue;
        bool adopted = process != processes && process_lives(&processes[0]);
        child->parent = adopted ? 0 : NOBODY;
        if (child->state == PROCESS_ENDED && !adopted)
            child->state = PROCESS_FREE;
        else if (child->state == PROCESS_ENDED)
            process_wake(&processes[0]);
    }
    if (parent) {
        if (!waits_for_another(parent, process))
            process_wake(parent);
        process_signal(parent, SIGCHLD);
    }
}

void process_fault(struct process *process, uint32_t cause, uint32_t value)
{
    static const uint8_t signals[] = {SIGBUS, SIGSEGV, SIGILL, SIGILL, SIGBUS, SIGSEGV, SIGBUS, SIGSEGV};
    log_line("process %u (%s) ended by a fault: cause %u at %x, value %x", (unsigned)process->id, process->name,
             (unsigned)cause, (unsigned)process->registers.x[PC], (unsigned)value);
    process_end(process, cause < sizeof signals ? signals[cause] : SIGILL);
}

void process_condemned(struct process *process)
{
    log_line("process %u (%s) ended by a verdict", (unsigned)process->id, process->name);
    process_signal(process, SIGKILL); /* ends it at once, or once its call, which is under way in the flash, has */
}

/* --- calls --------------------------------------------------------------------------------------------------- */

/* What the first process begins is the first of a tree of its own: whatever a session does, another one can begin. */
int32_t call_clone(struct process *process)
{
    if (ARGUMENT(process, 0) != CLONE_FORK || ARGUMENT(process, 1))
        return -EINVAL;
    struct process *child = new_entry();
    if (!child)
        return -EAGAIN;
    uint32_t data = pool_copy(process->data), id = child->id, place = process_index(child);
    if (data == NO_REGION)
        return -ENOMEM;
    bool session = process == processes;
    uint32_t tree = session ? free_tree() : process->tree;
    if (!(session ? events_begin(place, id, tree) : events_fork(process_index(process), process->id, place, id))) {
        pool_free(data);
        return -EAGAIN;
    }
    *child = *process;
    child->id = id;
    child->tree = tree;
    child->parent = process_index(process);
    child->data = data;
    child->ran = 0;
    child->known = false;
    child->pending = 0;
    child->registers.x[A0] = 0;
    exec_share(child->text);
    files_share(child);
    if (session) {
        first_of_tree(child, process);
    } else {
        quarantine_born(child, process);
        vaccines_program(child);
        keep_entry(child);
    }
    return (int32_t)id;
}

int32_t call_exit(struct process *process)
{
    process_end(process, ENDED(ARGUMENT(process, 0) & 0xFF));
    return REPLACED;
}

int32_t call_wait4(struct process *process)
{
    int32_t wanted = (int32_t)ARGUMENT(process, 0);
    bool any = false;
    for (struct process *child = processes; child < processes + PROCESSES; child++) {
        if (child->state == PROCESS_FREE || child->parent != process_index(process) ||
            (wanted > 0 && child->id != (uint32_t)wanted))
            continue;
        any = true;
        if (child->state != PROCESS_ENDED)
            continue;
        if (ARGUMENT(process, 1) && user_put(process, ARGUMENT(process, 1), &child->status, 4) < 0)
            return -EFAULT;
        child->state = PROCESS_FREE;
        return (int32_t)child->id;
    }
    if (!any)
        return -ECHILD;
    return ARGUMENT(process, 2) & WNOHANG ? 0 : process_wait(process, process, NEVER);
}
