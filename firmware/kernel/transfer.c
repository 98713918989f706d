/* Reading and writing open files. */
#include "files.h"
#include "operator.h"

#define VECTORS_MAX 16
#define PROC_TEXT 256
#define PIECE 128

static int32_t read_proc(struct file *file, uint8_t *into, uint32_t size)
{
    char text[PROC_TEXT];
    uint32_t length = proc_text(file->what, text, sizeof text);
    uint32_t offset = file->offset < length ? file->offset : length;
    uint32_t count = size < length - offset ? size : length - offset;
    memcpy(into, text + offset, count);
    file->offset += count;
    return (int32_t)count;
}

/* Read from a node; where it lasts by way of a buffer, for what reads it may pause, and memory be moved. */
static int32_t read_node(struct process *process, struct file *file, uint32_t address, uint32_t size)
{
    uint8_t piece[PIECE];
    uint32_t done = 0;
    if (file_is_folder(file))
        return -EISDIR;
    if (file->what >= PROC_NODE)
        return read_proc(file, user_bytes(process, address, size, true), size);
    bool lasts = nodes_lasting(file->what);
    while (done < size) {
        uint32_t count = lasts && size - done > sizeof piece ? (uint32_t)sizeof piece : size - done;
        uint8_t *into = lasts ? piece : user_bytes(process, address, size, true);
        uint32_t node = file->what; /* a verdict may put another one there meanwhile */
        int32_t moved = nodes_read(node, file->offset, into, count);
        if (moved > 0)
            decoys_read(process, node);
        if (moved > 0 && lasts && user_put(process, address + done, piece, (uint32_t)moved) < 0)
            moved = -EFAULT;
        if (moved < 0)
            return done ? (int32_t)done : moved;
        file->offset += (uint32_t)moved;
        done += (uint32_t)moved;
        if (!moved || !lasts)
            break;
    }
    return (int32_t)done;
}

/* Write to a node; `from` may lie in the pool, where making room moves things: it goes by way of a buffer. */
static int32_t write_node(struct process *process, struct file *file, uint32_t address, uint32_t size)
{
    uint8_t piece[PIECE];
    uint32_t done = 0;
    if (file->what >= PROC_NODE)
        return -EACCES;
    if (file->flags & O_APPEND)
        file->offset = nodes[file->what].size;
    while (done < size) {
        uint32_t count = size - done < sizeof piece ? size - done : (uint32_t)sizeof piece;
        if (user_get(process, address + done, piece, count) < 0)
            return done ? (int32_t)done : -EFAULT;
        int32_t written = nodes_write(file->what, file->offset, piece, count);
        if (written < 0)
            return done ? (int32_t)done : written;
        file->offset += count;
        done += count;
    }
    return (int32_t)done;
}

static int32_t read_file(struct process *process, struct file *file, uint8_t *into, uint32_t address, uint32_t size)
{
    switch (file->kind) {
    case FILE_NODE:
        return read_node(process, file, address, size);
    case FILE_PIPE:
    case FILE_STREAM:
        return pipes_read(process, file->in, into, size);
    case FILE_SERVICE:
        return service_read(process, file, into, size);
    case FILE_SOCKET:
        return -ENOTCONN;
    case FILE_ZERO:
        memset(into, 0, size);
        return (int32_t)size;
    case FILE_TERMINAL:
        return terminal_read(process, into, size);
    default:
        return 0;
    }
}

static int32_t write_file(struct process *process, struct file *file, const uint8_t *from, uint32_t address,
                          uint32_t size, bool quiet)
{
    int32_t sent;
    switch (file->kind) {
    case FILE_NODE:
        return write_node(process, file, address, size);
    case FILE_PIPE:
        return pipes_write(process, file->out, from, size, quiet);
    case FILE_STREAM:
    case FILE_SERVICE:
        sent = file->kind == FILE_STREAM ? pipes_write(process, file->out, from, size, quiet)
                                         : service_write(process, file, from, size, quiet);
        if (sent > 0) { /* and one that the next bytes will end */
            uint32_t more = (uint32_t)sent + VG_CANARY_BYTES - 1;
            baits_sent(process, from, size < more ? size : more);
        }
        return sent;
    case FILE_SOCKET:
        return -ENOTCONN;
    case FILE_TERMINAL:
        return terminal_write(process, from, size);
    case FILE_RUN:
        return runs_write(process, file->offset, from, size);
    default:
        return (int32_t)size;
    }
}

int32_t transfer(struct process *process, struct file *file, uint32_t address, uint32_t size, bool write,
                 uint32_t flags)
{
    if ((file->flags & O_ACCMODE) == (write ? O_RDONLY : O_WRONLY))
        return -EBADF;
    if (size > INT32_MAX)
        return -EINVAL;
    uint8_t *bytes = user_bytes(process, address, size, !write);
    if (!bytes && size)
        return -EFAULT;
    int32_t result = write ? write_file(process, file, bytes, address, size, flags & MSG_NOSIGNAL)
                           : read_file(process, file, bytes, address, size);
    if (result == BLOCKED && flags & O_NONBLOCK && file->kind != FILE_NODE) {
        process->state = PROCESS_READY;
        return -EAGAIN;
    }
    return result;
}

/* Read or write by a list of (address, size); what is done already counts if the rest waits. */
static int32_t vectored(struct process *process, bool write)
{
    struct file *file = files_of(process, ARGUMENT(process, 0));
    uint32_t list = ARGUMENT(process, 1), count = ARGUMENT(process, 2), pair[2];
    int32_t done = 0;
    if (!file)
        return -EBADF;
    if (count > VECTORS_MAX)
        return -EINVAL;
    for (; count; count--, list += sizeof pair) {
        if (user_get(process, list, pair, sizeof pair) < 0)
            return done ? done : -EFAULT;
        int32_t moved = pair[1] ? transfer(process, file, pair[0], pair[1], write, file->flags) : 0;
        if (moved < 0 && done && moved != REPLACED) {
            process->state = PROCESS_READY;
            return done;
        }
        if (moved < 0)
            return moved;
        done += moved;
        if ((uint32_t)moved < pair[1])
            break;
    }
    return done;
}

static int32_t plain(struct process *process, bool write)
{
    struct file *file = files_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    return transfer(process, file, ARGUMENT(process, 1), ARGUMENT(process, 2), write, file->flags);
}

int32_t call_read(struct process *process)
{
    return plain(process, false);
}

int32_t call_write(struct process *process)
{
    return plain(process, true);
}

int32_t call_readv(struct process *process)
{
    return vectored(process, false);
}

int32_t call_writev(struct process *process)
{
    return vectored(process, true);
}

/* --- where, and how far -------------------------------------------------------------------------------------- */

int32_t call_lseek(struct process *process)
{
    struct file *file = files_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind != FILE_NODE)
        return -ESPIPE;
    int64_t place = (int32_t)ARGUMENT(process, 1);
    uint32_t size = file->what >= PROC_NODE ? 0 : nodes[file->what].size;
    switch (ARGUMENT(process, 2)) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        place += file->offset;
        break;
    case SEEK_END:
        place += size;
        break;
    default:
        return -EINVAL;
    }
    if (place < 0 || place > INT32_MAX)
        return -EINVAL;
    file->offset = (uint32_t)place;
    return (int32_t)place;
}

int32_t call_ftruncate(struct process *process)
{
    const struct file *file = files_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind != FILE_NODE || (file->flags & O_ACCMODE) == O_RDONLY || file->what >= PROC_NODE)
        return -EINVAL;
    return nodes_truncate(file->what, ARGUMENT(process, 1));
}
