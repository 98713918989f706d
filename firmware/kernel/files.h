/* What the files that deal with open files know of each other. */
#ifndef FILES_H
#define FILES_H

#include "process.h"

enum file_kind {
    FILE_FREE,
    FILE_NODE,     /* `what`: which */
    FILE_PIPE,     /* an end, or both, of a pipe; `what`: the fifo's node, or 0 */
    FILE_STREAM,   /* a connected socket: a pipe each way */
    FILE_SOCKET,   /* one that is not; `what`: which */
    FILE_SERVICE,  /* a socket that is connected to the decoy service (service.c) */
    FILE_NULL,
    FILE_ZERO,
    FILE_TERMINAL,
    FILE_RUN,      /* nothing to read; written to the operator, `offset`: by which run */
};

struct file {
    uint8_t kind, users; /* users: descriptors that stand for it */
    uint8_t in, out;     /* pipes that are read and written, or NO_PIPE */
    uint16_t what;
    uint32_t flags;  /* of open */
    uint32_t offset; /* of the next byte; in a folder: of the next entry */
};

/* --- files.c: the table, and descriptors --------------------------------------------------------------------- */

/* Return the open file that a descriptor stands for, or NULL. */
struct file *files_of(const struct process *process, uint32_t descriptor);
/* Open a file that is none of pipes; NULL: there are too many. */
struct file *files_new(enum file_kind kind, uint32_t what, uint32_t flags);
/* Give a file the first free descriptor from `least` on; return that.  An error: it is let go of if it had none. */
int32_t files_describe(struct process *process, struct file *file, uint32_t least, bool closing);
/* Open ends of pipes and describe them, closing them by an exec if O_CLOEXEC is in `flags`; or an error. */
int32_t files_carry(struct process *process, struct file ends);
void files_close(struct process *process, uint32_t descriptor);

/* --- transfer.c: bytes ---------------------------------------------------------------------------------------- */

/* Read or write `size` bytes, waiting unless `flags` say O_NONBLOCK; return how many, or an error. */
int32_t transfer(struct process *process, struct file *file, uint32_t address, uint32_t size, bool write,
                 uint32_t flags);

/* --- service.c: a decoy of an ssh server ----------------------------------------------------------------------- */

bool service_meets(const struct process *process, uint32_t port); /* who connects there finds it */
void service_begin(const struct process *process, struct file *file);
int32_t service_read(struct process *process, struct file *file, uint8_t *into, uint32_t size);
int32_t service_write(struct process *process, struct file *file, const uint8_t *from, uint32_t size, bool quiet);
uint32_t service_poll(const struct file *file);

/* --- stat.c --------------------------------------------------------------------------------------------------- */

bool file_is_folder(const struct file *file);

#endif
