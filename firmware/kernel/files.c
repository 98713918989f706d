/* Open files, descriptors of processes that stand for them, and the calls about descriptors alone. */
#include "files.h"

#define FILES 40
#define SETTABLE (O_APPEND | O_NONBLOCK) /* flags of open that fcntl may change */
#define KEPT (O_ACCMODE | SETTABLE)

static struct file files[FILES + 1]; /* the first one is NO_FILE */

ONCE void files_start(void)
{
    memset(files, 0, sizeof files);
}

struct file *files_new(enum file_kind kind, uint32_t what, uint32_t flags)
{
    for (struct file *file = files + 1; file <= files + FILES; file++) {
        if (file->kind != FILE_FREE)
            continue;
        *file = (struct file){(uint8_t)kind, 0, NO_PIPE, NO_PIPE, (uint16_t)what, flags & KEPT, 0};
        return file;
    }
    return NULL;
}

static void let_go(struct file *file)
{
    if (file->in != NO_PIPE)
        pipes_close(file->in, false);
    if (file->out != NO_PIPE)
        pipes_close(file->out, true);
    if (file->kind == FILE_SOCKET)
        sockets_close(file->what);
    else if (file->kind == FILE_NODE || (file->kind == FILE_PIPE && file->what))
        nodes_close(file->what);
    file->kind = FILE_FREE;
}

struct file *files_of(const struct process *process, uint32_t descriptor)
{
    if (descriptor >= DESCRIPTORS || process->descriptors[descriptor] == NO_FILE)
        return NULL;
    return &files[process->descriptors[descriptor]];
}

int32_t files_describe(struct process *process, struct file *file, uint32_t least, bool closing)
{
    for (uint32_t descriptor = least; descriptor < DESCRIPTORS; descriptor++) {
        if (process->descriptors[descriptor] != NO_FILE)
            continue;
        process->descriptors[descriptor] = (uint8_t)(file - files);
        file->users++;
        process->closing = (process->closing & ~(1u << descriptor)) | (uint32_t)closing << descriptor;
        return (int32_t)descriptor;
    }
    if (!file->users)
        let_go(file);
    return -EMFILE;
}

int32_t files_carry(struct process *process, struct file ends)
{
    struct file *file = files_new(ends.kind, ends.what, ends.flags);
    if (!file)
        return -ENFILE;
    file->in = ends.in;
    file->out = ends.out;
    if (ends.in != NO_PIPE)
        pipes_open(ends.in, false);
    if (ends.out != NO_PIPE)
        pipes_open(ends.out, true);
    if (ends.kind == FILE_PIPE && ends.what)
        nodes_open(ends.what);
    return files_describe(process, file, 0, ends.flags & O_CLOEXEC);
}

void files_share(struct process *process)
{
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        if (files_of(process, descriptor))
            files_of(process, descriptor)->users++;
}

void files_close(struct process *process, uint32_t descriptor)
{
    struct file *file = files_of(process, descriptor);
    if (!file)
        return;
    process->descriptors[descriptor] = NO_FILE;
    if (!--file->users)
        let_go(file);
}

void files_close_all(struct process *process)
{
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        files_close(process, descriptor);
}

void files_exec(struct process *process)
{
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        if (process->closing >> descriptor & 1)
            files_close(process, descriptor);
    process->closing = 0;
}

bool files_standard(struct process *process, bool console)
{
    struct file *file = files_new(console ? FILE_TERMINAL : FILE_RUN, 0, O_RDWR);
    if (file)
        file->offset = process->id;
    for (uint32_t descriptor = 0; file && descriptor < 3; descriptor++)
        files_describe(process, file, descriptor, false);
    return file != NULL;
}

int32_t files_folder(const struct process *process, int32_t descriptor)
{
    if (descriptor == AT_FDCWD)
        return (int32_t)process->folder;
    const struct file *file = files_of(process, (uint32_t)descriptor);
    if (!file)
        return -EBADF;
    return file_is_folder(file) ? (int32_t)file->what : -ENOTDIR;
}

/* --- calls --------------------------------------------------------------------------------------------------- */

int32_t call_close(struct process *process)
{
    const struct file *file = files_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    int32_t failed = file->kind == FILE_NODE && file->users == 1 ? nodes_sync(file->what) : 0;
    if (failed != ASIDE)
        files_close(process, ARGUMENT(process, 0));
    return failed;
}

int32_t call_dup(struct process *process)
{
    struct file *file = files_of(process, ARGUMENT(process, 0));
    return file ? files_describe(process, file, 0, false) : -EBADF;
}

int32_t call_dup3(struct process *process)
{
    uint32_t from = ARGUMENT(process, 0), into = ARGUMENT(process, 1);
    struct file *file = files_of(process, from);
    if (!file || into >= DESCRIPTORS)
        return -EBADF;
    if (from == into)
        return -EINVAL;
    files_close(process, into);
    return files_describe(process, file, into, ARGUMENT(process, 2) & O_CLOEXEC);
}

int32_t call_fcntl(struct process *process)
{
    uint32_t descriptor = ARGUMENT(process, 0), value = ARGUMENT(process, 2);
    struct file *file = files_of(process, descriptor);
    if (!file)
        return -EBADF;
    switch (ARGUMENT(process, 1)) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return value < DESCRIPTORS ? files_describe(process, file, value, ARGUMENT(process, 1) != F_DUPFD) : -EINVAL;
    case F_GETFD:
        return process->closing >> descriptor & 1;
    case F_SETFD:
        process->closing = (process->closing & ~(1u << descriptor)) | (value & FD_CLOEXEC) << descriptor;
        return 0;
    case F_GETFL:
        return (int32_t)file->flags;
    case F_SETFL:
        file->flags = (file->flags & ~(uint32_t)SETTABLE) | (value & SETTABLE);
        return 0;
    default:
        return -EINVAL;
    }
}

int32_t call_ioctl(struct process *process)
{
    const struct file *file = files_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind != FILE_TERMINAL)
        return -ENOTTY;
    return terminal_ioctl(process, ARGUMENT(process, 1), ARGUMENT(process, 2));
}
