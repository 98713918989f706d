/* Opening: files by their paths, pipes. */
#include "files.h"

enum { DEVICE_NULL = 1, DEVICE_ZERO, DEVICE_TERMINAL };

/* Return the kind of file that a node opens as; FILE_FREE: none. */
static enum file_kind kind_of(uint32_t node)
{
    switch (nodes_mode(node) & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
        return FILE_NODE;
    case S_IFIFO:
        return FILE_PIPE;
    case S_IFCHR:
        return nodes[node].where == DEVICE_NULL       ? FILE_NULL
               : nodes[node].where == DEVICE_ZERO     ? FILE_ZERO
               : nodes[node].where == DEVICE_TERMINAL ? FILE_TERMINAL
                                                      : FILE_FREE;
    default:
        return FILE_FREE;
    }
}

/* Find what is to be opened, or make it. */
static int32_t opened_node(struct process *process, uint32_t flags)
{
    struct place place;
    bool new = flags & O_CREAT && flags & O_EXCL, follow = !new && !(flags & O_NOFOLLOW);
    int32_t failed = paths_at(process, ARGUMENT(process, 0), 0, follow, &place);
    if (failed)
        return failed;
    if (place.node < 0 && flags & O_CREAT)
        return place.as_folder ? -EISDIR
                               : nodes_make(process, place.folder, place.last,
                                            S_IFREG | (ARGUMENT(process, 3) & 0777 & ~022u), NULL);
    if (place.node < 0)
        return place.node;
    uint32_t node = (uint32_t)place.node, type = nodes_mode(node) & S_IFMT, access = flags & O_ACCMODE;
    if (new)
        return -EEXIST;
    if (type == S_IFLNK)
        return -ELOOP;
    if (flags & O_DIRECTORY && type != S_IFDIR)
        return -ENOTDIR;
    if (type == S_IFDIR && access != O_RDONLY)
        return -EISDIR;
    if (!nodes_may(process, node, access == O_RDONLY ? 4 : access == O_WRONLY ? 2 : 6) ||
        (node >= PROC_NODE && access != O_RDONLY))
        return -EACCES;
    return place.node;
}

/* Open the ends of a fifo that the flags say.  Nobody waits here for the other one: the first read or write does. */
static int32_t open_fifo(struct process *process, uint32_t node, uint32_t flags)
{
    int32_t pipe = pipes_of(node);
    if (pipe < 0)
        return pipe;
    uint8_t in = (flags & O_ACCMODE) == O_WRONLY ? NO_PIPE : (uint8_t)pipe;
    uint8_t out = (flags & O_ACCMODE) == O_RDONLY ? NO_PIPE : (uint8_t)pipe;
    return files_carry(process, (struct file){FILE_PIPE, 0, in, out, (uint16_t)node, flags, 0});
}

int32_t call_openat(struct process *process)
{
    uint32_t flags = ARGUMENT(process, 2);
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    int32_t node = opened_node(process, flags);
    if (node < 0)
        return node;
    if (nodes_lasting((uint32_t)node) && !aside_here())
        return ASIDE; /* it might be going just now */
    enum file_kind kind = kind_of((uint32_t)node);
    if (kind == FILE_FREE)
        return -EACCES;
    if (kind == FILE_PIPE)
        return open_fifo(process, (uint32_t)node, flags);
    struct file *file = files_new(kind, (uint32_t)node, flags);
    if (!file)
        return -ENFILE;
    bool cut = kind == FILE_NODE && flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY;
    int32_t failed = cut ? nodes_truncate((uint32_t)node, 0) : 0;
    if (failed) {
        file->kind = FILE_FREE;
        return failed;
    }
    if (kind == FILE_NODE)
        nodes_open((uint32_t)node);
    return files_describe(process, file, 0, flags & O_CLOEXEC);
}

int32_t call_pipe2(struct process *process)
{
    uint32_t flags = ARGUMENT(process, 1) & (O_CLOEXEC | O_NONBLOCK);
    int32_t ends[2];
    if (!user_bytes(process, ARGUMENT(process, 0), sizeof ends, true))
        return -EFAULT;
    int32_t pipe = pipes_of(0);
    if (pipe < 0)
        return pipe;
    ends[0] = files_carry(process, (struct file){FILE_PIPE, 0, (uint8_t)pipe, NO_PIPE, 0, flags | O_RDONLY, 0});
    if (ends[0] < 0)
        return ends[0];
    ends[1] = files_carry(process, (struct file){FILE_PIPE, 0, NO_PIPE, (uint8_t)pipe, 0, flags | O_WRONLY, 0});
    if (ends[1] < 0) {
        files_close(process, (uint32_t)ends[0]);
        return ends[1];
    }
    return user_put(process, ARGUMENT(process, 0), ends, sizeof ends);
}
