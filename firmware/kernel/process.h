/* What the kernel's files know of processes: the table, and what each file does for it.
 *
 * There is one kernel stack.  A call that cannot go on yet leaves nothing on it: it says BLOCKED, having said what
 * it waits for, and is begun again when that has come.  So between calls every process is its entry in the table.
 * A process's memory may be moved by whatever asks the pool for room: pointers into it hold until then. */
#ifndef PROCESS_H
#define PROCESS_H

#include "abi.h"
#include "kernel.h"

#define PROCESSES 16     /* each has the hardware slot of its number */
#define DESCRIPTORS 12   /* of a process */
#define NAME_BYTES 16
#define NOBODY PROCESSES /* no process */
#define CALL_NUMBER 17   /* the register with it */
#define BLOCKED (-512)   /* a call's result: it waits */
#define REPLACED (-513)  /* a call's result: the process runs something else, or nothing, now */
#define INTERRUPTED (-514) /* a call's result: a signal came first; it is EINTR, or made once more */
#define REHEARSED (-516) /* a call's result, before it has had an effect: it is to be rehearsed (rehearsal.c) */
#define ASIDE (-515) /* a call's result, before it has had an effect: it is to be made aside (aside.c) */

/* Registers x1..x31 as a trap found them; in place of x0 the address at which to go on. */
struct registers {
    uint32_t x[32];
};
enum { PC = 0, RA = 1, SP = 2, A0 = 10 };

struct process;
struct place;
typedef int32_t call_function(struct process *process);

enum process_state {
    PROCESS_FREE,
    PROCESS_READY = VG_PROCESS_STATE_READY,
    PROCESS_WAITING = VG_PROCESS_STATE_WAITING,
    PROCESS_ENDED = VG_PROCESS_STATE_ENDED,
};

/* What is to become of a call that is rehearsed. */
enum trial {
    TRIAL_NONE,
    TRIAL_IMAGE,  /* an exec: the new program is loaded beside the old one, and the clone runs that */
    TRIAL_PASSED, /* it has been rehearsed, and is made */
};

/* What quarantine knows of a process. */
struct suspect {
    uint64_t since, cool;  /* it is frozen; and until when a verdict only denies */
    uint32_t family;       /* the process that began it */
    uint16_t noted, found; /* evidence: of what it and its parents did; of all, once weighed */
    uint8_t score, times, by;
    bool session;          /* the first process has begun it: what it begins is a family of its own */
    bool due;              /* by its call, its family is to be looked at */
    bool owed;             /* that call is still to be answered */
    bool held, weighed;
};

struct process {
    struct registers registers; /* first: trap.S counts on it */
    enum process_state state;
    uint32_t id;                /* and the slot's generation: a life has its own */
    uint32_t parent, group;     /* an entry of the table; an id */
    uint32_t tree;              /* process tree, as the pipeline counts them */
    uint32_t text, data;        /* in texts (exec.c), and a region of the pool */
    uint32_t heap, stop;        /* addresses: where the heap begins, and where it ends now */
    uint32_t mapped;            /* bit g: granule g of its data window is a mapping's */
    uint32_t user, own_group, folder;
    uint8_t descriptors[DESCRIPTORS]; /* open files, or NO_FILE */
    uint32_t closing;           /* bit d: descriptor d is closed by an exec */
    uint32_t pending, blocked, restarts; /* bit s: signal s has come, may not come, restarts a call */
    uint16_t handlers[SIGNALS]; /* offsets in its text, or SIG_DEFAULT, SIG_IGNORE */
    uint32_t restorer;          /* where handlers return to */
    uint32_t status;            /* once it has ended: as wait4 tells it */
    call_function *again;       /* the call that waits */
    call_function *calling;     /* the one that is being made */
    uint32_t strings;           /* a region of the pool with its strings, or NO_REGION */
    uint32_t seed, seed_model, seed_folder; /* where its relative paths start in the trie; of which model and folder */
    bool seeded;                /* that is known */
    bool diverted;              /* what the call that is being made makes or changes is its tree's own (decoys.c) */
    const void *awaits;         /* what for */
    uint64_t until;             /* or until then */
    uint64_t ran;               /* cycles */
    bool known;                 /* the scheduler has been told of it */
    bool frozen;                /* in quarantine: whatever its state, nothing of it is to run */
    bool rehearsed;             /* its call is, or waits to be: the same */
    uint8_t canaries;           /* a bit each: it, or who began it, has sent them (baits.c) */
    enum trial trial;
    struct suspect suspect;
    char name[NAME_BYTES];
};

/* --- process.c ----------------------------------------------------------------------------------------------- */

extern struct process processes[PROCESSES];

void process_start(void);
/* Begin the first process, unless it lives or no model is in force. */
void process_begin(void);
uint32_t process_index(const struct process *process);
/* Begin the program in `node`, or if that is NODES the one at the path that is the first argument, as nobody's child,
 * in a process tree of its own, for the operator; return its id, or an error. */
int32_t process_run(uint32_t node, const char *const *arguments, uint32_t user, uint32_t group);
/* Do a call of `process`; return how to leave it. */
enum leave { LEAVE_RETURN, LEAVE_SWITCH, LEAVE_REPLACED };
uint32_t process_call(struct process *process, call_function *call);
/* Wait for what process_wake is told, or until `until`; the call begins again then.  Returns BLOCKED; INTERRUPTED if
 * a signal is to be handled first. */
int32_t process_wait(struct process *process, const void *what, uint64_t until);
/* Wait until `until` for what comes in any case: no signal interrupts it.  Returns BLOCKED. */
int32_t process_later(struct process *process, uint64_t until);
/* The same, until process_wake is told of `what`. */
int32_t process_until(struct process *process, const void *what);
void process_wake(const void *what);
/* To wait for: whatever anybody is woken by.  No address that anybody else waits for: the first process waits for its
 * children at that of `processes`. */
#define ANYTHING ((const void *)((const char *)processes + 1))
/* The result of a call that a signal interrupts for good. */
static inline int32_t no_restart(int32_t result)
{
    return result == INTERRUPTED ? -EINTR : result;
}
bool process_lives(const struct process *process);
/* Tell gateware whether a process stands: until it is told, whom a verdict froze does. */
void process_stands(const struct process *process);
/* End a process; `status` as wait4 tells it. */
void process_end(struct process *process, uint32_t status);
/* A trap that is no call: it ends the process. */
void process_fault(struct process *process, uint32_t cause, uint32_t value);
/* The verdict on its call is KILL. */
void process_condemned(struct process *process);
call_function call_clone, call_exit, call_wait4;

/* --- identity.c ---------------------------------------------------------------------------------------------- */

call_function call_getppid, call_getpgid, call_setpgid, call_getuid, call_getgid, call_setuid, call_setgid;

/* --- signals.c ----------------------------------------------------------------------------------------------- */

/* Send a signal to a process, to all of a group. */
void process_signal(struct process *process, uint32_t signal);
bool process_signal_group(uint32_t group, uint32_t signal);
bool signals_waiting(const struct process *process);
bool signals_restart(const struct process *process); /* the one that waits wants the call made once more */
/* Let a process that is to run begin the handler of a signal that waits. */
void signals_deliver(struct process *process);
call_function call_kill, call_rt_sigaction, call_rt_sigprocmask, call_rt_sigreturn;

/* --- events.c: the pipeline's slots follow the processes ----------------------------------------------------- */

bool events_begin(uint32_t slot, uint32_t id, uint32_t tree);
bool events_fork(uint32_t slot, uint32_t id, uint32_t child, uint32_t child_id);
void events_exec(uint32_t slot, uint32_t id);
/* Have what a call's path has led to judged once more, as `path`, before the call has an effect.  Return 0,
 * DIVERTED, or what the call is to return. */
int32_t events_resolved(struct process *process, const char *path);
#define DIVERTED 1 /* its result, too: the tree sees decoys, so what the path leads to is to be found once more */
call_function *events_call(uint32_t number); /* of a7; or NULL */
uint32_t events_id(uint32_t number); /* its canonical id, of those that there are; or VG_ID_UNKNOWN */
void events_exit(uint32_t slot, uint32_t id, uint32_t heir, uint32_t heir_id); /* heir: or NOBODY */

/* Have one more profile's allow-list apply to a process: that of what was in quarantine. */
void events_narrow(uint32_t slot, uint32_t id);

/* --- quarantine.c: processes that are frozen ------------------------------------------------------------------ */

void quarantine_start(void);
void quarantine_born(struct process *child, const struct process *parent); /* a copy of its parent; or of none */
/* The verdict on its call is QUARANTINE: freeze it with its tree, or only deny the call; one that only is denied an
 * end ends.  Returns -EPERM, or REPLACED. */
int32_t quarantine_called(struct process *process);
/* It has done what speaks against it, and against what it will begin. */
void quarantine_noted(struct process *process, enum vg_evidence what);
/* Look at a frozen process; false if none is to be looked at. */
bool quarantine_step(void);
void quarantine_end(const struct process *process); /* it has been proven: its family ends */

/* --- rehearsal.c: calls that are tried in the cell first ------------------------------------------------------- */

void rehearsal_start(void);
/* The verdict on its call is CLONE: let a clone of it go on as if the call had been made, or deny it.  An exec is
 * begun first: it comes back here once the new program is loaded. */
void rehearsal_called(struct process *process);
int32_t rehearsal_denied(const struct process *process, const char *why); /* say so; returns -EPERM */
bool rehearsal_step(void); /* serve the clone; false if nothing was to be done */
void rehearsal_over(const struct process *process); /* it has ended */
/* The pool is to be moved: the clone stands still until it knows where its original lies then. */
void rehearsal_hold(void);
void rehearsal_moved(void);
/* The clone's own, for calls that are made for it: is this its entry; how many granules of data it has, and is to
 * have. */
bool rehearsal_acts(const struct process *process);
uint32_t rehearsal_granules(void);
bool rehearsal_grow(uint32_t granules);
/* The policy marks a call: whose clone makes it is proven. */
bool policy_marks(uint32_t id);

/* --- vaccines.c: vaccines that gateware makes ------------------------------------------------------------------ */

void vaccines_start(void);
/* Have the last call of a process made into a vaccine: a proven exploit, a canary's use, what an analysis says. */
void vaccinate_from(const struct process *process);
void vaccines_program(const struct process *process); /* it runs another program, or begins to */
void vaccines_take(const uint32_t *record); /* of a VACCINATE or a REVOKE, whoever asked for it */
/* A tree begins with this process: what binds the one of that number before waits, what waits for its program binds it. */
void vaccines_begin(const struct process *process);
bool vaccines_any(void);   /* one at least is in force */
bool vaccines_ready(void); /* those that the flash has kept are */
bool vaccines_step(void);
bool vaccines_kept(void);  /* keep all now rather than later; true once it is */
uint64_t vaccines_alarm(void);

/* --- evidence.c: what speaks against one, as bits of vg_evidence ----------------------------------------------- */

uint32_t evidence_of(const struct process *process, uint32_t *denied); /* adds its calls that were not allowed */
uint32_t evidence_whole(uint32_t found, uint32_t denied); /* with what follows from all of it */
uint32_t evidence_weight(uint32_t found);                 /* the score byte */

/* --- schedule.c ---------------------------------------------------------------------------------------------- */

/* Do what there is to do until a process is to run; return it. */
struct process *schedule(void);
void schedule_start(void);
/* Pick the next process that is ready; NULL: there is none. */
struct process *schedule_pick(void);
uint64_t schedule_alarm(void); /* when the next one that sleeps is to be woken */
/* Return in `*until` when a span from now on will be over; false: it is none. */
bool schedule_after(const struct abi_timespec *span, uint64_t *until);
call_function call_sched_yield, call_nanosleep;

/* --- system.c ------------------------------------------------------------------------------------------------ */

call_function call_clock_gettime, call_uname, call_sysinfo, call_prctl;

/* --- exec.c -------------------------------------------------------------------------------------------------- */

/* Replace a process's program by the one at `path`; `arguments` ends with NULL. */
int32_t exec_program(struct process *process, const char *path, const char *const *arguments);
int32_t exec_node(struct process *process, uint32_t node, const char *const *arguments); /* whoever may */
void exec_start(void);
void exec_share(uint32_t text);
void exec_drop(uint32_t text);
uint32_t exec_text_region(uint32_t text);
bool exec_text_whole(uint32_t text);     /* it is as it was loaded */
uint32_t exec_stack_end(uint32_t text);  /* the address behind its processes' stacks */
call_function call_execve;
/* The program that an exec on trial has loaded: give a clone its entry's memory, registers and descriptors; have the
 * process run it, or let go of it, if it has any. */
void exec_wear(struct process *clone);
void exec_settle(struct process *process, bool takes);

/* --- mapping.c ----------------------------------------------------------------------------------------------- */

call_function call_brk, call_mmap, call_munmap, call_mprotect;

/* --- pool.c: regions of memory, in granules ------------------------------------------------------------------ */

#define NO_REGION 0
void pool_start(void);
/* Return a new region of so many granules, zeros; NO_REGION if fewer are free.  Others may be moved. */
uint32_t pool_get(uint32_t granules);
uint32_t pool_take(uint32_t granules); /* the same with whatever is in it */
uint32_t pool_copy(uint32_t region); /* a new one with the same bytes, or NO_REGION */
/* Make a region longer, by zeros, or shorter; false if there is no room.  Any may be moved. */
bool pool_resize(uint32_t region, uint32_t granules);
void pool_free(uint32_t region);
uint8_t *pool_bytes(uint32_t region);
uint32_t pool_size(uint32_t region);  /* granules; 0 for NO_REGION */
uint32_t pool_place(uint32_t region); /* the first granule of main RAM */
uint32_t pool_left(void);             /* granules that are free */
uint32_t pool_moves(void);            /* counts: a change tells that regions were moved, or are longer or shorter */

/* --- user.c: a process's memory ------------------------------------------------------------------------------ */

/* Return where `size` bytes of a process begin, or NULL if not all of them are its own. */
uint8_t *user_bytes(const struct process *process, uint32_t address, uint32_t size, bool write);
/* Copy a string that no path is; return its length, or an error. */
int32_t user_string(const struct process *process, uint32_t address, char *into, uint32_t room);
int32_t user_put(const struct process *process, uint32_t address, const void *from, uint32_t size);
int32_t user_get(const struct process *process, uint32_t address, void *into, uint32_t size);
#define ARGUMENT(process, number) ((process)->registers.x[A0 + (number)])

/* --- strings.c: the path arguments of a call ------------------------------------------------------------------ */

#define STRING_STATE_BITS 4 /* of the register `strings`, for each */
struct string_room {
    uint32_t words[PATH_BYTES / 4 + 1];
};
/* Return a string of the call in progress, the first (0) or the second (1), where it lies: until the pool moves, or in
 * `room`.  `*failed`: an error, or 0. */
const char *strings_at(const struct process *process, uint32_t which, struct string_room *room, int32_t *failed);
/* Copy one; return its length, or an error. */
int32_t strings_get(const struct process *process, uint32_t which, char text[PATH_BYTES]);
/* Take them along, as the register has them; false: there is no room. */
bool strings_put_aside(struct process *process, uint32_t states);
static inline bool strings_keep(struct process *process) /* for a call that waits; false if there is no room */
{
    const uint32_t any = VG_COPROCESSOR_STRINGS_STATE0_MASK | VG_COPROCESSOR_STRINGS_STATE1_MASK;
    uint32_t states = SCREENED && process->strings == NO_REGION ? board_strings() : 0;
    return !(states & any) || strings_put_aside(process, states);
}
void strings_start(void);
void strings_forget(struct process *process);
static inline void strings_drop(struct process *process)
{
    if (process->strings != NO_REGION)
        strings_forget(process);
}

/* --- seeds.c: where relative paths start in the path trie ----------------------------------------------------- */

/* Return where a path leads that begins at the root, by a model's image: node | excess << 8. */
uint32_t seeds_walk(const uint8_t *image, const char *path);
/* Return the same of the folder that a process is in, VG_NODE_UNKNOWN where it is not `seeded`. */
uint32_t seeds_of(struct process *process);
static inline bool seeds_known(const struct process *process) /* and it is `seed` */
{
    return process->seeded && process->seed_model == store_changes && process->seed_folder == process->folder;
}
uint32_t seeds_class(const uint8_t *image, const char *path); /* the path's class */

/* --- aside.c: work that waits for the flash in the middle ----------------------------------------------------- */

typedef int32_t aside_work(void *what);
void aside_start(void);
bool aside_here(void); /* what asks is such work */
bool aside_idle(void);
bool aside_ran(void); /* it has had a share since this was last asked: others are to have theirs */
bool aside_awaited(const struct process *process); /* it waits for its own work, or for another one's end */
/* Begin a piece of work for `owner`; false: another one is under way. */
bool aside_begin(const void *owner, aside_work *work, void *what);
bool aside_holds(const void *owner);                  /* a piece of work is its own, and not taken yet */
bool aside_take(const void *owner, int32_t *result); /* once it is done */
/* Make a process's call aside, or go on with it; return its result, or BLOCKED. */
int32_t aside_call(struct process *process, call_function *call);
bool aside_step(void);
uint64_t aside_alarm(void);
/* Say if the flash is ready; aside: wait until it is. */
bool aside_flash(void);
/* For work aside alone: let the others go on; the same if it has had its share. */
void aside_pause(void);
void aside_breathe(void);

/* --- nodes.c: the tree of files ------------------------------------------------------------------------------ */

#define NODES 144
#define ROOT_NODE 0
#define PROC_NODE 0x100 /* and up: what proc.c makes up */

struct node {
    char name[VG_NODE_NAME_BYTES];
    uint16_t mode, user, group;
    uint16_t parent;
    bool used : 1;
    bool gone : 1;    /* its own name is; it is open, or has others */
    bool alias : 1;   /* another name, of the node `where`; nothing but name and parent counts */
    bool lasting : 1; /* kept by lasting.c, else by passing.c */
    bool secret : 1, judged : 1; /* for decoys.c */
    uint8_t links;    /* aliases of it */
    uint8_t opens;
    uint8_t region;   /* its content in memory; NO_REGION: in flash */
    uint32_t size;
    uint32_t where;   /* content's offset in the image; of a device: which */
    uint32_t modified;
};
#define LAYERED 16 /* nodes behind those of the tree: decoys.c has them */
extern struct node nodes[NODES + LAYERED];

/* What keeps the nodes' contents, and of those that last all else too.  The table is changed by nodes.c, mostly
 * after the function has returned 0.  Each may say ASIDE. */
struct filesystem {
    int32_t (*make)(uint32_t node, const char *link);  /* what has just been filled in; of a link what it holds */
    int32_t (*remove)(uint32_t node);                  /* what is open stays until it is closed */
    int32_t (*rename)(uint32_t node, uint32_t folder, const char *name); /* in place of what has the name */
    int32_t (*note)(uint32_t node);                    /* mode, owner or time are others */
    int32_t (*read)(uint32_t node, uint32_t offset, uint8_t *into, uint32_t size); /* within the content */
    int32_t (*write)(uint32_t node, uint32_t offset, const uint8_t *from, uint32_t size); /* all, or an error */
    int32_t (*truncate)(uint32_t node, uint32_t size);
    int32_t (*sync)(uint32_t node);                    /* have kept what was written */
    void (*drop)(uint32_t node);                       /* nobody can name it any more: forget it */
};
extern const struct filesystem passing, lasting; /* passing.c, lasting.c */
void passing_forget(uint32_t node); /* what is in memory of its content */

void nodes_start(void);
int32_t nodes_child(uint32_t folder, const char *name); /* the entry of that name, or -ENOENT */
uint32_t nodes_target(uint32_t entry); /* the node that an entry is a name of: mostly itself */
/* Make a file, folder, fifo or link, which holds `link`; return its number. */
int32_t nodes_make(const struct process *process, uint32_t folder, const char *name, uint32_t mode, const char *link);
int32_t nodes_link(const struct process *process, uint32_t folder, const char *name, uint32_t node);
/* Take an entry out of its folder; the node goes with its last name, once nobody has it open. */
int32_t nodes_remove(uint32_t entry);
/* Give an entry another name, in place of the entry `old` if that is not negative. */
int32_t nodes_move(uint32_t entry, uint32_t folder, const char *name, int32_t old);
/* Make a file in memory that is open and has no name yet; give it the one it was made for, in place of `old`. */
int32_t nodes_unnamed(const struct process *process, uint32_t folder, const char *name, uint32_t mode);
int32_t nodes_appear(uint32_t node, int32_t old);
/* Change what is kept of a node. */
int32_t nodes_note(uint32_t node, uint32_t mode, uint32_t user, uint32_t group, uint32_t modified);
/* May it? `want`: 4 read, 2 write, 1 execute or search. */
bool nodes_may(const struct process *process, uint32_t node, uint32_t want);
uint32_t nodes_mode(uint32_t node);
bool nodes_lasting(uint32_t node);
bool nodes_mount(uint32_t node); /* where files that last begin: it cannot be removed, nor get another name */
/* Count one more that has it open: of a lasting one only aside. */
void nodes_open(uint32_t node);
bool nodes_done(uint32_t node); /* nobody can name it any more */
void nodes_let_go(uint32_t node); /* if it is, it goes */
void nodes_close(uint32_t node);
int32_t nodes_read(uint32_t node, uint32_t offset, uint8_t *into, uint32_t size);
int32_t nodes_write(uint32_t node, uint32_t offset, const uint8_t *from, uint32_t size);
int32_t nodes_truncate(uint32_t node, uint32_t size);
int32_t nodes_sync(uint32_t node);
int32_t nodes_path(uint32_t node, char *into, uint32_t room); /* with its zero; return the length */

/* --- lasting.c: the files that outlive a reset ---------------------------------------------------------------- */

/* Bring them into the tree; what the image has of them is there already. */
void lasting_start(void);
bool lasting_ready(void); /* they are there, or it is known that they cannot be had */
bool lasting_step(void);
uint64_t lasting_alarm(void);
bool lasting_kept(void); /* keep all now rather than later; true once it is */
int32_t lasting_adopt(uint32_t node); /* keep the content of a node of the memory from now on */

/* --- decoys.c: what a suspect's process tree sees in place of secrets ---------------------------------------- */

#define NO_TREE PROCESSES /* of who sees all as it is */
void decoys_start(void);
bool decoys_step(void); /* find out what is a secret, a node at a time */
/* The verdict on the call that is being made is DECOY: its process's tree sees decoys from now on.  Only aside. */
void decoys_divert(struct process *process);
call_function call_decoyed; /* the call itself, then */
bool decoys_based(uint32_t node); /* a tree has something in its place */
extern uint32_t decoys_trees; /* bit t: tree t sees decoys */
static inline bool decoys_shown(const struct process *process)
{
    return decoys_trees >> process->tree & 1;
}
/* The last process of such a tree may have ended; nothing of a tree is to be known any more. */
void decoys_end(const struct process *process);
void decoys_forget(uint32_t tree);
/* For paths.c, in a tree that sees decoys: whether its layer has something in that folder, or in place of that entry;
 * the entry of that name, given the real one or an error; and what a walk has found.  That one returns 0, ASIDE or an
 * error: no secret is ever left there. */
bool decoys_touch(const struct process *process, uint32_t folder, int32_t entry);
int32_t decoys_entry(const struct process *process, uint32_t folder, const char *name, int32_t entry);
int32_t decoys_found(struct process *process, struct place *place);
/* A secret was found, or what stands in for it: let both take equally long. */
void decoys_even(const struct process *process, const struct place *place);
/* For calls that change the tree of files, once all is found: may this not be changed, for it is real and not its own;
 * have a name be its own; remove an empty folder, 1: it is to be removed as any. */
int32_t decoys_own(struct process *process, struct place *place);
int32_t decoys_remove_folder(struct process *process, uint32_t folder);
/* For nodes.c: a node is to be made in a folder, the first free number is this or NODES; return which it is to be, or
 * 0: there is no room.  One behind NODES is free again. */
uint32_t decoys_made(const struct process *process, uint32_t folder, uint32_t number);
void decoys_gone(uint32_t number);
void decoys_read(struct process *process, uint32_t node); /* it was */
void decoys_named(uint32_t node); /* it has a new name */
void decoys_judge_anew(void);     /* a folder has */
uint32_t decoys_listed(const struct process *process, uint32_t place); /* the node that stands there in a listing */
uint32_t decoys_face(uint32_t node); /* its number for programs */

static inline bool decoys_withheld(const struct process *process, int32_t node)
{
    return process->diverted && node < NODES;
}

/* --- baits.c: what decoys hold, in flash ---------------------------------------------------------------------- */

void baits_start(void);
bool baits_look(void); /* there are some, and they are whole */
/* Give a node the content of the decoy that stands for `origin`; false: there is none. */
bool baits_put(uint32_t node, uint32_t origin);
enum outcome baits_write(const struct frame *frame);
bool baits_step(void); /* have the flash know what was given out */
/* Bytes have gone to a connection, or some of them: is a canary among them that was given out? */
void baits_sent(struct process *process, const uint8_t *from, uint32_t size);
uint32_t baits_used(void); /* how many were, since reset */

/* --- proc.c: files that tell of the kernel ------------------------------------------------------------------- */

int32_t proc_child(uint32_t node, const char *name); /* in /proc or below; or -ENOENT */
uint32_t proc_mode(uint32_t node);
/* Write the text of a file; return its length. */
uint32_t proc_text(uint32_t node, char *into, uint32_t room);
/* Name the `index`-th entry that is made up; false: there is none. */
bool proc_entry(uint32_t folder, uint32_t index, char name[VG_NODE_NAME_BYTES], uint32_t *node);
uint32_t proc_root(void); /* the node of /proc */

/* --- paths.c: from a path to a node -------------------------------------------------------------------------- */

/* What a path names: `last`, its last part, in `folder`. */
struct place {
    uint32_t folder;
    int32_t entry;  /* that name; or -ENOENT: there is none */
    int32_t node;   /* what it is the name of */
    uint32_t links; /* symbolic links that were followed */
    bool as_folder; /* a slash stands behind it */
    char last[VG_NODE_NAME_BYTES]; /* empty, "." or "..": of a folder, without a name to be changed */
};

/* Find what `path` names from `folder` on, as `process` may see it; `text` is for what links make of it, and may be
 * the same.  `follow`: a symbolic link at its end, too.  Return 0, with `place->node` -ENOENT where only the last name is missing; or an error. */
int32_t paths_walk(struct process *process, uint32_t folder, const char *path, char text[PATH_BYTES], bool follow,
                   struct place *place);
/* The same for a call's descriptor and its string `which`. */
int32_t paths_at(struct process *process, uint32_t descriptor, uint32_t which, bool follow, struct place *place);
int32_t paths_node(struct process *process, uint32_t descriptor, uint32_t which, bool follow); /* its node */
bool paths_proper(const struct place *place); /* its last part is a name */

/* --- files.c, opening.c, transfer.c, stat.c, poll.c: open files, see files.h ---------------------------------- */

#define NO_FILE 0
void files_start(void);
void files_share(struct process *process); /* its descriptors are a copy of another's */
void files_close_all(struct process *process);
void files_exec(struct process *process);
/* Open 0, 1 and 2: on the console, or nothing to read, and the operator to write to. */
bool files_standard(struct process *process, bool console);
/* Return the folder that a path argument begins from, or an error. */
int32_t files_folder(const struct process *process, int32_t descriptor);
call_function call_close, call_dup, call_dup3, call_fcntl, call_ioctl, call_openat, call_pipe2;
call_function call_read, call_write, call_readv, call_writev, call_lseek, call_ftruncate;
call_function call_fstat, call_newfstatat, call_faccessat, call_readlinkat, call_getdents64, call_ppoll;

/* --- folders.c: calls that change the tree ------------------------------------------------------------------- */

call_function call_mkdirat, call_mknodat, call_symlinkat, call_linkat, call_unlinkat, call_renameat2;
call_function call_fchmodat, call_fchownat, call_utimensat, call_chdir, call_getcwd;

/* --- pipes.c ------------------------------------------------------------------------------------------------- */

void pipes_start(void);
#define NO_PIPE 0xFF
/* Return the pipe of a fifo that is open, else one that nobody has open yet, for it (or for none: 0); or an error. */
int32_t pipes_of(uint32_t node);
void pipes_open(uint32_t pipe, bool writes);
void pipes_close(uint32_t pipe, bool writes);
int32_t pipes_read(struct process *process, uint32_t pipe, uint8_t *into, uint32_t size);
/* `quiet`: where nobody reads there is no signal, only the error. */
int32_t pipes_write(struct process *process, uint32_t pipe, const uint8_t *from, uint32_t size, bool quiet);
/* What stands in it behind so many bytes, and stays there; -EAGAIN: nothing does yet. */
int32_t pipes_peek(uint32_t pipe, uint32_t behind, uint8_t *into, uint32_t size);
uint32_t pipes_poll(uint32_t pipe, bool writes); /* the events of ppoll that there are at an end */

/* --- sockets.c ----------------------------------------------------------------------------------------------- */

void sockets_start(void);
void sockets_close(uint32_t socket);
uint32_t sockets_poll(uint32_t socket);
void service_forget(uint32_t tree); /* service.c: a tree of this number begins, that has not met the decoy service */
bool service_suspects(const struct process *process); /* who meets it at its port */
call_function call_socket, call_bind, call_listen, call_connect, call_accept, call_sendto, call_recvfrom;

/* --- terminal.c: the console, and its frames ----------------------------------------------------------------- */

void terminal_start(void);
enum outcome terminal_typed(const struct frame *frame);
bool terminal_step(void);
int32_t terminal_read(struct process *process, uint8_t *into, uint32_t size);
int32_t terminal_write(struct process *process, const uint8_t *from, uint32_t size);
uint32_t terminal_poll(void);
int32_t terminal_ioctl(struct process *process, uint32_t request, uint32_t address);
void terminal_print(const char *text); /* for the kernel; what does not fit is dropped */

/* --- text.c -------------------------------------------------------------------------------------------------- */

uint32_t text_length(const char *text);
bool text_same(const char *left, const char *right);
void text_copy(char *into, const char *from, uint32_t room); /* cut, and always with its zero */
/* Add to text of `length` in `room` bytes; return the new length.  What does not fit is cut. */
uint32_t text_add(char *text, uint32_t length, uint32_t room, const char *more);
uint32_t text_number(char *text, uint32_t length, uint32_t room, uint32_t number);

#endif
