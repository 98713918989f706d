/* Rehearsals: a call that cannot be taken back is tried in the cell first (docs/cell.md).
 *
 * The process stands, as it is, at its call; a clone of it goes on in the cell as if the call had succeeded, and is
 * served little: reads look at what is there and leave it there, writes go nowhere, memory is its own.  What it does
 * next decides.  It ends, waits, or its time is over: the call is made.  It wants something else of the world: it is
 * not known what that leads to, so the call is denied.  It does what no program does: its original's family ends.
 *
 * One clone at a time; others wait in turn.  What the clone has of the kernel is `actor`, a copy of its original's
 * entry, and copies of its open files' offsets: nothing of them goes back. */
#include "files.h"

#define READ_BYTES 64 /* by way of a buffer, from where reading may move memory */
#define STATUS(FIELD) VG_FIELD(board_cell_read(VG_CELL_STATUS), VG_CELL_STATUS_##FIELD)
#define CAUSE_FETCH 1

static struct {
    struct process *original; /* whose clone is in the cell; NULL: it is empty */
    struct process actor;
    struct file seen[DESCRIPTORS]; /* its open files, as they were */
    uint32_t behind[DESCRIPTORS];  /* bytes of a pipe that it has looked at */
    uint32_t granules, budget, written, calls;
    uint32_t turn; /* of the entry that is looked at next */
    bool held;
    bool asked; /* somebody may wait */
} rehearsal;

ONCE void rehearsal_start(void)
{
    memset(&rehearsal, 0, sizeof rehearsal);
}

/* --- the clone's memory -------------------------------------------------------------------------------------- */

bool rehearsal_acts(const struct process *process)
{
    return process == &rehearsal.actor;
}

uint32_t rehearsal_granules(void)
{
    return rehearsal.granules;
}

RARE bool rehearsal_grow(uint32_t granules)
{
    if (granules > VG_CELL_BYTES / VG_GRANULE_BYTES)
        return false;
    /* It never has less than its original, and what it gives back stays, as zeros. */
    if (granules > rehearsal.granules)
        board_cell_write(VG_CELL_GROWN, rehearsal.granules = granules);
    return true;
}

static uint32_t window_of(uint32_t region)
{
    return VG_VALUE(VG_CELL_DATA_WINDOW_BASE, pool_place(region)) |
           VG_VALUE(VG_CELL_DATA_WINDOW_LIMIT, pool_size(region));
}

void rehearsal_hold(void)
{
    if (!rehearsal.original || rehearsal.held)
        return;
    board_cell_write(VG_CELL_PAUSE, rehearsal.held = true);
    while (!STATUS(QUIET))
        ;
}

void rehearsal_moved(void)
{
    if (!rehearsal.original)
        return;
    board_cell_write(VG_CELL_TEXT_WINDOW, window_of(exec_text_region(rehearsal.actor.text)));
    board_cell_write(VG_CELL_DATA_WINDOW, window_of(rehearsal.actor.data));
    board_cell_write(VG_CELL_PAUSE, rehearsal.held = false);
}

/* --- its begin and its end ----------------------------------------------------------------------------------- */

static RARE void begin(struct process *process)
{
    rehearsal.original = process;
    rehearsal.actor = *process;
    if (process->trial == TRIAL_IMAGE)
        exec_wear(&rehearsal.actor);
    rehearsal.granules = pool_size(rehearsal.actor.data);
    rehearsal.budget = VG_CELL_BUDGET_CYCLES;
    rehearsal.written = rehearsal.calls = 0;
    memset(rehearsal.behind, 0, sizeof rehearsal.behind);
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        if (files_of(&rehearsal.actor, descriptor))
            rehearsal.seen[descriptor] = *files_of(&rehearsal.actor, descriptor);
    rehearsal_moved();
    board_cell_write(VG_CELL_GROWN, rehearsal.granules);
    board_cell_write(VG_CELL_REGISTERS, (uint32_t)(uintptr_t)&rehearsal.actor.registers);
    board_cell_write(VG_CELL_BUDGET, rehearsal.budget);
    board_cell_write(VG_CELL_ORIGINAL, process_index(process));
    board_cell_write(VG_CELL_RESULT, 0); /* the call has succeeded, as far as it knows */
    board_cell_write(VG_CELL_CONTROL, VG_CELL_CONTROL_START_MASK);
}

/* The process goes on: with its call, or denied. */
static RARE void release(struct process *process, bool makes)
{
    bool image = process->trial == TRIAL_IMAGE;
    process->rehearsed = false;
    process->trial = makes && !image ? TRIAL_PASSED : TRIAL_NONE;
    process_stands(process);
    if (makes && !image) {
        process->again = events_call(process->registers.x[CALL_NUMBER]);
        return;
    }
    strings_drop(process);
    exec_settle(process, makes);
    if (!makes)
        ARGUMENT(process, 0) = (uint32_t)-EPERM;
}

void rehearsal_over(const struct process *process)
{
    if (rehearsal.original != process)
        return;
    board_cell_write(VG_CELL_CONTROL, VG_CELL_CONTROL_DISCARD_MASK);
    rehearsal.original = NULL;
    kernel_stir(); /* for the next one */
}

static RARE void end(enum vg_rehearsal how, const char *why, uint32_t what)
{
    static const char *const said[] = {"clean", "inconclusive", "exploit"};
    struct process *process = rehearsal.original;
    log_line("cell: process %u (%s): %s, %s %x; began in %u cycles, %u calls, %u instructions",
             (unsigned)process->id, rehearsal.actor.name, said[how], why, (unsigned)what,
             (unsigned)board_cell_read(VG_CELL_STARTED), (unsigned)rehearsal.calls,
             (unsigned)board_cell_read(VG_CELL_INSTRUCTIONS));
    rehearsal_over(process);
    if (how == VG_REHEARSAL_EXPLOIT) {
        vaccinate_from(process);
        process->rehearsed = false;
        quarantine_end(process);
        return;
    }
    release(process, how == VG_REHEARSAL_CLEAN);
    if (how == VG_REHEARSAL_CLEAN)
        return;
    quarantine_noted(process, VG_EVIDENCE_CELL);
    if (!process->suspect.session)
        events_narrow(process_index(process), process->id);
}

RARE int32_t rehearsal_denied(const struct process *process, const char *why)
{
    log_line("cell: process %u (%s): call %u is denied: %s", (unsigned)process->id, process->name,
             (unsigned)process->registers.x[CALL_NUMBER], why);
    return -EPERM;
}

/* Return why a call cannot be rehearsed; NULL: it can, and has its strings with it. */
static RARE const char *refusal(struct process *process, uint32_t id)
{
    bool room = id == VG_SYS_EXECVE || pool_size(process->data) <= VG_CELL_BYTES / VG_GRANULE_BYTES;
    uint32_t waiting = 0;
    for (const struct process *other = processes; other < processes + PROCESSES; other++)
        waiting += (other->rehearsed || other->trial == TRIAL_IMAGE) && other != rehearsal.original;
    return !VG_FIELD(board_features(), VG_SYSTEM_FEATURES_CELL)          ? "there is no cell"
           : process == processes                                       ? "it is the first process"
           : !events_call(process->registers.x[CALL_NUMBER])            ? "it is none"
           : id == VG_SYS_CLONE                                         ? "no clone shows what a child does"
           : !room                                                      ? "it has too much memory"
           : waiting >= VG_CELL_WAITING_MOST                            ? "too many wait"
           : !strings_keep(process)                                     ? "there is no memory"
                                                                        : NULL;
}

void rehearsal_called(struct process *process)
{
    uint32_t id = events_id(process->registers.x[CALL_NUMBER]);
    if (id == VG_SYS_EXIT || id == VG_SYS_EXIT_GROUP) {
        call_exit(process); /* whatever is thought of it */
        return;
    }
    bool loaded = process->trial == TRIAL_IMAGE;
    const char *why = loaded ? NULL : refusal(process, id);
    process->diverted = false;
    if (why) {
        strings_drop(process);
        ARGUMENT(process, 0) = (uint32_t)rehearsal_denied(process, why);
    } else if (id == VG_SYS_EXECVE && !loaded) {
        process->trial = TRIAL_IMAGE;
        process->again = call_execve;
    } else {
        process->rehearsed = rehearsal.asked = true;
        kernel_stir();
    }
    process_stands(process);
}

/* --- calls that the clone makes ------------------------------------------------------------------------------ */

/* The next bytes of a file that the clone has open, which stay there; -EAGAIN: it would wait.  BLOCKED: the flash is at
 * work; ASIDE: they are not to be had without more. */
static RARE int32_t look(const struct file *file, uint32_t descriptor, uint8_t *into, uint32_t size)
{
    switch (file->kind) {
    case FILE_NODE:
        if (file_is_folder(file))
            return -EISDIR;
        if (file->what >= PROC_NODE || nodes_lasting(file->what))
            return ASIDE;
        return flash_ready() ? nodes_read(file->what, file->offset, into, size) : BLOCKED;
    case FILE_PIPE:
    case FILE_STREAM:
        return pipes_peek(file->in, rehearsal.behind[descriptor], into, size);
    case FILE_ZERO:
        memset(into, 0, size);
        return (int32_t)size;
    case FILE_NULL:
        return 0;
    default:
        return -EAGAIN;
    }
}

/* Look at what a read would find.  Returns what the call does; -EAGAIN: it would wait. */
static RARE int32_t peek(struct process *actor)
{
    uint32_t descriptor = ARGUMENT(actor, 0), address = ARGUMENT(actor, 1), size = ARGUMENT(actor, 2);
    struct file *file = files_of(actor, descriptor) ? &rehearsal.seen[descriptor] : NULL;
    uint8_t piece[READ_BYTES];
    int32_t done = 0, count = READ_BYTES;
    if (!file || (file->flags & O_ACCMODE) == O_WRONLY)
        return -EBADF;
    if (size > INT32_MAX)
        return -EINVAL;
    if (!user_bytes(actor, address, size, true))
        return -EFAULT;
    for (; size && count == READ_BYTES; size -= (uint32_t)count, done += count) {
        uint32_t wanted = size < READ_BYTES ? size : READ_BYTES;
        count = look(file, descriptor, piece, wanted);
        if (count < 0)
            return done ? done : count;
        user_put(actor, address + (uint32_t)done, piece, (uint32_t)count);
        file->offset += (uint32_t)count;
        rehearsal.behind[descriptor] += (uint32_t)count;
    }
    return done;
}

/* Take what is written, and forget it. */
static RARE int32_t sink(struct process *actor, uint32_t descriptor, uint32_t address, uint32_t size)
{
    struct file *file = files_of(actor, descriptor) ? &rehearsal.seen[descriptor] : NULL;
    if (!file || (file->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if (size > INT32_MAX)
        return -EINVAL;
    if (!user_bytes(actor, address, size, false))
        return -EFAULT;
    file->offset += size;
    rehearsal.written += size;
    return (int32_t)size;
}

static RARE int32_t sink_list(struct process *actor)
{
    uint32_t list = ARGUMENT(actor, 1), count = ARGUMENT(actor, 2), pair[2];
    int32_t done = 0;
    for (; count; count--, list += sizeof pair) {
        int32_t taken = -EFAULT;
        if (user_get(actor, list, pair, sizeof pair) == 0)
            taken = sink(actor, ARGUMENT(actor, 0), pair[0], pair[1]);
        if (taken < 0)
            return done ? done : taken;
        done += taken;
    }
    return done;
}

/* Serve the call that the clone stands at.  Returns false if it ends here, or is to be served later: `*result` is
 * BLOCKED; else a0. */
static RARE bool serve(struct process *actor, int32_t *result)
{
    uint32_t number = actor->registers.x[CALL_NUMBER], id = events_id(number);
    switch (id) {
    case VG_SYS_EXIT:
    case VG_SYS_EXIT_GROUP:
        end(VG_REHEARSAL_CLEAN, "it ends with", ARGUMENT(actor, 0));
        return false;
    case VG_SYS_READ:
        *result = peek(actor);
        break;
    case VG_SYS_WRITE:
        *result = sink(actor, ARGUMENT(actor, 0), ARGUMENT(actor, 1), ARGUMENT(actor, 2));
        break;
    case VG_SYS_WRITEV:
        *result = sink_list(actor);
        break;
    case VG_SYS_BRK:
    case VG_SYS_MMAP:
    case VG_SYS_MUNMAP:
    case VG_SYS_MPROTECT:
    case VG_SYS_GETPPID:
    case VG_SYS_GETPGID:
    case VG_SYS_GETUID:
    case VG_SYS_GETEUID:
    case VG_SYS_GETGID:
    case VG_SYS_GETEGID:
    case VG_SYS_CLOCK_GETTIME:
    case VG_SYS_UNAME:
    case VG_SYS_SYSINFO:
        actor->calling = events_call(number);
        *result = actor->calling(actor);
        break;
    case VG_SYS_SCHED_YIELD:
        *result = 0;
        break;
    default:
        if (number == (uint32_t)abi_number(VG_SYS_GETPID) || number == (uint32_t)abi_number(VG_SYS_GETTID)) {
            *result = (int32_t)actor->id;
            break;
        }
        end(policy_marks(id) ? VG_REHEARSAL_EXPLOIT : VG_REHEARSAL_INCONCLUSIVE, "for its call", number);
        return false;
    }
    if (id == VG_SYS_READ && *result == -EAGAIN) {
        end(VG_REHEARSAL_CLEAN, "it waits at", ARGUMENT(actor, 0));
        return false;
    }
    if (*result == ASIDE) {
        end(VG_REHEARSAL_INCONCLUSIVE, "for its call", number);
        return false;
    }
    return *result != BLOCKED;
}

/* The clone has made a call: serve it, and let it go on; false: not yet. */
static RARE bool called(void)
{
    struct process *actor = &rehearsal.actor;
    uint32_t pc = board_cell_read(VG_CELL_PC);
    int32_t result = 0;
    for (uint32_t number = 1; number < 32; number++)
        actor->registers.x[number] = board_cell_read(VG_CELL_X + 4 * number);
    if (!serve(actor, &result))
        return result != BLOCKED;
    rehearsal.calls++;
    rehearsal.budget -= rehearsal.budget < VG_CELL_CALL_CYCLES ? rehearsal.budget : VG_CELL_CALL_CYCLES;
    board_cell_write(VG_CELL_BUDGET, rehearsal.budget);
    board_cell_write(VG_CELL_RESULT, (uint32_t)result);
    board_cell_write(VG_CELL_NEXT, pc + 4);
    board_cell_write(VG_CELL_CONTROL, VG_CELL_CONTROL_RESUME_MASK);
    return true;
}

static RARE bool stopped(void)
{
    uint32_t pc = board_cell_read(VG_CELL_PC), cause = STATUS(CAUSE);
    switch (STATUS(STOP)) {
    case VG_CELL_STOP_CALL:
        return called();
    case VG_CELL_STOP_TRAP:
        log_line("cell: cause %u at %x, for %x", (unsigned)cause, (unsigned)pc,
                 (unsigned)board_cell_read(VG_CELL_ADDRESS));
        end(VG_REHEARSAL_EXPLOIT,
            cause == CAUSE_FETCH && pc - VG_USER_DATA_BASE < VG_USER_DATA_SIZE ? "it runs what it has written"
                                                                               : "it does what it may not, by cause",
            cause == CAUSE_FETCH ? pc : cause);
        break;
    case VG_CELL_STOP_BUDGET:
        end(rehearsal.written >= VG_CELL_WRITTEN_MANY ? VG_REHEARSAL_EXPLOIT : VG_REHEARSAL_CLEAN,
            "its time is over, bytes written", rehearsal.written);
        break;
    default:
        end(VG_REHEARSAL_INCONCLUSIVE, "no room for a store at", board_cell_read(VG_CELL_ADDRESS));
        break;
    }
    return true;
}

bool rehearsal_step(void)
{
    if (rehearsal.original) {
        return STATUS(STATE) == VG_CELL_STATE_STOPPED && stopped();
    }
    for (uint32_t looked = 0; rehearsal.asked && looked < PROCESSES; looked++) {
        struct process *process = &processes[rehearsal.turn++ % PROCESSES];
        if (process->rehearsed && process_lives(process)) {
            begin(process);
            return true;
        }
    }
    rehearsal.asked = false;
    return false;
}
