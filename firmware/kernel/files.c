/* Open files: descriptors of processes, what they stand for, and the calls that take one. */
#include "operator.h"

#define FILES 40
#define VECTORS_MAX 16
#define PROC_TEXT 256

enum file_kind { FILE_FREE, FILE_NODE, FILE_PIPE_READ, FILE_PIPE_WRITE, FILE_NULL, FILE_ZERO, FILE_TERMINAL, FILE_RUN };
enum { DEVICE_NULL = 1, DEVICE_ZERO, DEVICE_TERMINAL };

static struct file {
    enum file_kind kind;
    uint32_t users, flags;
    uint32_t what;   /* node or pipe; or of which run it is */
    uint32_t offset; /* of the next byte; in a folder: of the next entry */
} files[FILES + 1]; /* the first one is NO_FILE */

void files_start(void)
{
    memset(files, 0, sizeof files);
}

static struct file *new_file(enum file_kind kind, uint32_t what, uint32_t flags)
{
    for (struct file *file = files + 1; file <= files + FILES; file++) {
        if (file->kind != FILE_FREE)
            continue;
        *file = (struct file){kind, 0, flags, what, 0};
        return file;
    }
    return NULL;
}

static void let_go(uint32_t number)
{
    struct file *file = &files[number];
    if (number == NO_FILE || --file->users)
        return;
    if (file->kind == FILE_PIPE_READ || file->kind == FILE_PIPE_WRITE)
        pipes_close(file->what, file->kind == FILE_PIPE_WRITE);
    else if (file->kind == FILE_NODE)
        nodes_close(file->what);
    file->kind = FILE_FREE;
}

/* Return the open file that a descriptor stands for, or NULL. */
static struct file *file_of(const struct process *process, uint32_t descriptor)
{
    if (descriptor >= DESCRIPTORS || process->descriptors[descriptor] == NO_FILE)
        return NULL;
    return &files[process->descriptors[descriptor]];
}

/* Give a file the first free descriptor from `least` on; return that, or an error. */
static int32_t describe(struct process *process, const struct file *file, uint32_t least, bool closing)
{
    for (uint32_t descriptor = least; descriptor < DESCRIPTORS; descriptor++) {
        if (process->descriptors[descriptor] != NO_FILE)
            continue;
        process->descriptors[descriptor] = (uint8_t)(file - files);
        files[file - files].users++;
        process->closing = (process->closing & ~(1u << descriptor)) | (uint32_t)closing << descriptor;
        return (int32_t)descriptor;
    }
    return -EMFILE;
}

void files_share(struct process *process)
{
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        files[process->descriptors[descriptor]].users += process->descriptors[descriptor] != NO_FILE;
}

static void close_one(struct process *process, uint32_t descriptor)
{
    uint32_t number = process->descriptors[descriptor];
    process->descriptors[descriptor] = NO_FILE;
    let_go(number);
}

void files_close_all(struct process *process)
{
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        close_one(process, descriptor);
}

void files_exec(struct process *process)
{
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        if (process->closing >> descriptor & 1)
            close_one(process, descriptor);
    process->closing = 0;
}

bool files_standard(struct process *process, bool console)
{
    struct file *file = new_file(console ? FILE_TERMINAL : FILE_RUN, process->id, O_RDWR);
    for (uint32_t descriptor = 0; file && descriptor < 3; descriptor++)
        describe(process, file, descriptor, false);
    return file != NULL;
}

int32_t files_folder(const struct process *process, int32_t descriptor)
{
    const struct file *file = file_of(process, (uint32_t)descriptor);
    if (!file)
        return -EBADF;
    if (file->kind != FILE_NODE || (nodes_mode(file->what) & S_IFMT) != S_IFDIR)
        return -ENOTDIR;
    return (int32_t)file->what;
}

/* --- reading and writing ------------------------------------------------------------------------------------- */

static int32_t read_node(struct process *process, struct file *file, uint8_t *into, uint32_t size)
{
    char text[PROC_TEXT];
    int32_t count;
    if ((nodes_mode(file->what) & S_IFMT) == S_IFDIR)
        return -EISDIR;
    if (file->what >= PROC_NODE) {
        uint32_t length = proc_text(file->what, text, sizeof text);
        uint32_t offset = file->offset < length ? file->offset : length;
        count = (int32_t)(size < length - offset ? size : length - offset);
        memcpy(into, text + offset, (uint32_t)count);
    } else if (nodes[file->what].region == NO_REGION && !flash_ready()) {
        return process_wait(process, NULL, clock_soon());
    } else {
        count = nodes_read(file->what, file->offset, into, size);
    }
    file->offset += (uint32_t)count;
    return count;
}

/* Write to a node; `from` may lie in the pool, where making room moves things: it goes by way of a buffer. */
static int32_t write_node(struct process *process, struct file *file, uint32_t address, uint32_t size)
{
    uint8_t piece[128];
    uint32_t done = 0;
    if (file->what >= PROC_NODE)
        return -EACCES;
    if (nodes[file->what].region == NO_REGION && nodes[file->what].size && !flash_ready())
        return process_wait(process, NULL, clock_soon());
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

static int32_t read_file(struct process *process, struct file *file, uint32_t address, uint32_t size)
{
    uint8_t *into = user_bytes(process, address, size, true);
    if ((file->flags & O_ACCMODE) == O_WRONLY)
        return -EBADF;
    if (!into && size)
        return -EFAULT;
    switch (file->kind) {
    case FILE_NODE:
        return read_node(process, file, into, size);
    case FILE_PIPE_READ:
        return pipes_read(process, file->what, into, size);
    case FILE_ZERO:
        memset(into, 0, size);
        return (int32_t)size;
    case FILE_TERMINAL:
        return terminal_read(process, into, size);
    default:
        return 0;
    }
}

static int32_t write_file(struct process *process, struct file *file, uint32_t address, uint32_t size)
{
    const uint8_t *from = user_bytes(process, address, size, false);
    if ((file->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if (!from && size)
        return -EFAULT;
    switch (file->kind) {
    case FILE_NODE:
        return write_node(process, file, address, size);
    case FILE_PIPE_WRITE:
        return pipes_write(process, file->what, from, size);
    case FILE_TERMINAL:
        return terminal_write(process, from, size);
    case FILE_RUN:
        return runs_write(process, file->what, from, size);
    default:
        return (int32_t)size;
    }
}

typedef int32_t transfer(struct process *process, struct file *file, uint32_t address, uint32_t size);

/* Read or write by a list of (address, size); what is done already counts if the rest waits. */
static int32_t vectored(struct process *process, transfer *move)
{
    struct file *file = file_of(process, ARGUMENT(process, 0));
    uint32_t list = ARGUMENT(process, 1), count = ARGUMENT(process, 2), pair[2];
    int32_t done = 0;
    if (!file)
        return -EBADF;
    if (count > VECTORS_MAX)
        return -EINVAL;
    for (; count; count--, list += sizeof pair) {
        if (user_get(process, list, pair, sizeof pair) < 0)
            return done ? done : -EFAULT;
        if (pair[1] > INT32_MAX)
            return done ? done : -EINVAL;
        int32_t moved = pair[1] ? move(process, file, pair[0], pair[1]) : 0;
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

static int32_t plain(struct process *process, transfer *move)
{
    struct file *file = file_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (ARGUMENT(process, 2) > INT32_MAX)
        return -EINVAL;
    return move(process, file, ARGUMENT(process, 1), ARGUMENT(process, 2));
}

int32_t call_read(struct process *process)
{
    return plain(process, read_file);
}

int32_t call_write(struct process *process)
{
    return plain(process, write_file);
}

int32_t call_readv(struct process *process)
{
    return vectored(process, read_file);
}

int32_t call_writev(struct process *process)
{
    return vectored(process, write_file);
}

/* --- opening and closing ------------------------------------------------------------------------------------- */

/* Return the kind of file that a node opens as; FILE_FREE: none. */
static enum file_kind kind_of(uint32_t node)
{
    uint32_t type = nodes_mode(node) & S_IFMT;
    if (type == S_IFREG || type == S_IFDIR)
        return FILE_NODE;
    switch (type == S_IFCHR ? nodes[node].where : 0) {
    case DEVICE_NULL:
        return FILE_NULL;
    case DEVICE_ZERO:
        return FILE_ZERO;
    case DEVICE_TERMINAL:
        return FILE_TERMINAL;
    default:
        return FILE_FREE;
    }
}

/* Find what is to be opened, or make it. */
static int32_t opened_node(struct process *process, uint32_t folder, const char *path, uint32_t flags)
{
    char last[VG_NODE_NAME_BYTES];
    int32_t node = nodes_find(process, folder, path);
    if (node == -ENOENT && flags & O_CREAT) {
        int32_t parent = nodes_parent(process, folder, path, last);
        if (parent < 0)
            return parent;
        if (!last[0])
            return -EISDIR;
        return nodes_make(process, (uint32_t)parent, last, S_IFREG | (ARGUMENT(process, 3) & 0777 & ~022u));
    }
    if (node < 0)
        return node;
    uint32_t access = flags & O_ACCMODE;
    uint32_t want = access == O_RDONLY ? 4 : access == O_WRONLY ? 2 : 6;
    bool is_folder = (nodes_mode((uint32_t)node) & S_IFMT) == S_IFDIR;
    if (flags & O_CREAT && flags & O_EXCL)
        return -EEXIST;
    if (flags & O_DIRECTORY && !is_folder)
        return -ENOTDIR;
    if (is_folder && access != O_RDONLY)
        return -EISDIR;
    if (!nodes_may(process, (uint32_t)node, want) || (node >= PROC_NODE && access != O_RDONLY))
        return -EACCES;
    return node;
}

int32_t call_openat(struct process *process)
{
    char path[PATH_BYTES];
    uint32_t flags = ARGUMENT(process, 2);
    int32_t failed = user_string(process, ARGUMENT(process, 1), path, sizeof path);
    if (failed < 0)
        return failed;
    int32_t folder = path[0] == '/' ? ROOT_NODE : folder_of(process, (int32_t)ARGUMENT(process, 0));
    if (folder < 0)
        return folder;
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    int32_t node = opened_node(process, (uint32_t)folder, path, flags);
    if (node < 0)
        return node;
    enum file_kind kind = kind_of((uint32_t)node);
    struct file *file = kind == FILE_FREE ? NULL : new_file(kind, (uint32_t)node, flags);
    if (!file)
        return kind == FILE_FREE ? -EACCES : -ENFILE;
    if (kind == FILE_NODE && node < PROC_NODE)
        nodes[node].opens++;
    int32_t descriptor = describe(process, file, 0, flags & O_CLOEXEC);
    if (descriptor < 0) {
        file->users = 1;
        let_go((uint32_t)(file - files));
    } else if (kind == FILE_NODE && flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY) {
        nodes_truncate((uint32_t)node, 0);
    }
    return descriptor;
}

int32_t call_close(struct process *process)
{
    if (!file_of(process, ARGUMENT(process, 0)))
        return -EBADF;
    close_one(process, ARGUMENT(process, 0));
    return 0;
}

int32_t call_dup(struct process *process)
{
    const struct file *file = file_of(process, ARGUMENT(process, 0));
    return file ? describe(process, file, 0, false) : -EBADF;
}

int32_t call_dup3(struct process *process)
{
    uint32_t from = ARGUMENT(process, 0), into = ARGUMENT(process, 1);
    const struct file *file = file_of(process, from);
    if (!file || into >= DESCRIPTORS)
        return -EBADF;
    if (from == into)
        return -EINVAL;
    close_one(process, into);
    return describe(process, file, into, ARGUMENT(process, 2) & O_CLOEXEC);
}

int32_t call_pipe2(struct process *process)
{
    int32_t ends[2] = {-1, -1}, pipe;
    bool closing = ARGUMENT(process, 1) & O_CLOEXEC;
    if (!user_bytes(process, ARGUMENT(process, 0), sizeof ends, true))
        return -EFAULT;
    struct file *reader = new_file(FILE_PIPE_READ, 0, O_RDONLY);
    struct file *writer = reader ? new_file(FILE_PIPE_WRITE, 0, O_WRONLY) : NULL;
    if (!writer || (pipe = pipes_make()) < 0) {
        if (reader)
            reader->kind = FILE_FREE;
        if (writer)
            writer->kind = FILE_FREE;
        return -ENFILE;
    }
    reader->what = writer->what = (uint32_t)pipe;
    ends[0] = describe(process, reader, 0, closing);
    ends[1] = describe(process, writer, 0, closing);
    if (ends[1] < 0) {
        if (ends[0] >= 0)
            close_one(process, (uint32_t)ends[0]);
        else
            pipes_close((uint32_t)pipe, false), reader->kind = FILE_FREE;
        pipes_close((uint32_t)pipe, true);
        writer->kind = FILE_FREE;
        return -EMFILE;
    }
    return user_put(process, ARGUMENT(process, 0), ends, sizeof ends);
}

/* --- about files --------------------------------------------------------------------------------------------- */

int32_t call_lseek(struct process *process)
{
    struct file *file = file_of(process, ARGUMENT(process, 0));
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

static void describe_node(uint32_t number, struct abi_stat *stat)
{
    memset(stat, 0, sizeof *stat);
    stat->inode = number + 1;
    stat->mode = nodes_mode(number);
    stat->links = 1;
    stat->block_size = VG_GRANULE_BYTES;
    if (number >= PROC_NODE)
        return;
    const struct node *node = &nodes[number];
    stat->user = node->user;
    stat->group = node->group;
    stat->size = (node->mode & S_IFMT) == S_IFREG ? (int64_t)node->size : 0;
    stat->blocks = (stat->size + 511) / 512;
    stat->modified = stat->changed = stat->accessed = node->modified;
    if ((node->mode & S_IFMT) == S_IFCHR)
        stat->special = node->where;
}

int32_t call_fstat(struct process *process)
{
    struct abi_stat stat;
    const struct file *file = file_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind == FILE_NODE) {
        describe_node(file->what, &stat);
    } else {
        memset(&stat, 0, sizeof stat);
        stat.mode = (file->kind >= FILE_NULL ? S_IFCHR : S_IFIFO) | 0600;
        stat.links = 1;
    }
    return user_put(process, ARGUMENT(process, 1), &stat, sizeof stat);
}

/* Find what a call's descriptor and path name. */
static int32_t named(struct process *process)
{
    char path[PATH_BYTES];
    int32_t failed = user_string(process, ARGUMENT(process, 1), path, sizeof path);
    if (failed < 0)
        return failed;
    int32_t folder = path[0] == '/' ? ROOT_NODE : folder_of(process, (int32_t)ARGUMENT(process, 0));
    return folder < 0 ? folder : nodes_find(process, (uint32_t)folder, path);
}

int32_t call_newfstatat(struct process *process)
{
    struct abi_stat stat;
    int32_t node = named(process);
    if (node < 0)
        return node;
    describe_node((uint32_t)node, &stat);
    return user_put(process, ARGUMENT(process, 2), &stat, sizeof stat);
}

int32_t call_faccessat(struct process *process)
{
    int32_t node = named(process);
    if (node < 0)
        return node;
    if (ARGUMENT(process, 2) > 7)
        return -EINVAL;
    return nodes_may(process, (uint32_t)node, ARGUMENT(process, 2)) ? 0 : -EACCES;
}

/* Name the entry at a place in a folder: "." and "..", files by number, then what /proc makes up. */
static bool entry_at(uint32_t folder, uint32_t place, char name[VG_NODE_NAME_BYTES], uint32_t *node)
{
    *node = folder;
    if (place < 2) {
        text_copy(name, place ? ".." : ".", VG_NODE_NAME_BYTES);
        return true;
    }
    place -= 2;
    if (place >= NODES)
        return proc_entry(folder, place - NODES, name, node);
    name[0] = 0;
    *node = place;
    if (place && nodes[place].used && !nodes[place].gone && nodes[place].parent == folder)
        text_copy(name, nodes[place].name, VG_NODE_NAME_BYTES);
    return true;
}

int32_t call_getdents64(struct process *process)
{
    struct file *file = file_of(process, ARGUMENT(process, 0));
    uint32_t address = ARGUMENT(process, 1), room = ARGUMENT(process, 2), used = 0, node;
    char name[VG_NODE_NAME_BYTES];
    if (!file)
        return -EBADF;
    if (file->kind != FILE_NODE || (nodes_mode(file->what) & S_IFMT) != S_IFDIR)
        return -ENOTDIR;
    if (!user_bytes(process, address, room, true))
        return -EFAULT;
    for (; entry_at(file->what, file->offset, name, &node); file->offset++) {
        if (!name[0])
            continue;
        uint32_t type = nodes_mode(node) & S_IFMT;
        uint32_t length = (ABI_DIRENT_BYTES + text_length(name) + 1 + 7) & ~7u;
        if (length > room - used)
            return used ? (int32_t)used : -EINVAL;
        struct abi_dirent entry = {node + 1, (int64_t)file->offset + 1, (uint16_t)length,
                                   type == S_IFDIR ? DT_DIR : type == S_IFCHR ? DT_CHR : DT_REG};
        uint8_t *into = user_bytes(process, address + used, length, true);
        memset(into, 0, length);
        memcpy(into, &entry, ABI_DIRENT_BYTES);
        memcpy(into + ABI_DIRENT_BYTES, name, text_length(name));
        used += length;
    }
    return (int32_t)used;
}

int32_t call_ioctl(struct process *process)
{
    const struct file *file = file_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind != FILE_TERMINAL)
        return -ENOTTY;
    return terminal_ioctl(process, ARGUMENT(process, 1), ARGUMENT(process, 2));
}

int32_t call_ftruncate(struct process *process)
{
    const struct file *file = file_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind != FILE_NODE || (file->flags & O_ACCMODE) == O_RDONLY || file->what >= PROC_NODE)
        return -EINVAL;
    if (!flash_ready())
        return process_wait(process, NULL, clock_soon());
    return nodes_truncate(file->what, ARGUMENT(process, 1));
}
