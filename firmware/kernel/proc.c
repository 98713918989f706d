/* /proc: what the kernel tells of processes and of itself, made up when it is read.  Of scores it tells nothing.
 *
 * /proc itself is a folder of the image, empty there.  Numbers from PROC_NODE on: files of the kernel, then for each
 * entry of the process table a folder and its files. */
#include "process.h"

enum { FILE_UPTIME, FILE_MEMINFO, FILE_VERSION, KERNEL_FILES, PER_PROCESS = 4 };
enum { FOLDER_OF_PROCESS, FILE_STATUS, FILE_COMM, PROCESS_FILES };

static const char *const kernel_files[] = {"uptime", "meminfo", "version"};
static const char *const process_files[] = {"", "status", "comm"};

uint32_t proc_root(void)
{
    for (uint32_t number = 1; number < NODES; number++)
        if (nodes[number].used && nodes[number].parent == ROOT_NODE && text_same(nodes[number].name, "proc"))
            return number;
    return NODES;
}

static uint32_t number_of(uint32_t entry, uint32_t file)
{
    return PROC_NODE + KERNEL_FILES + entry * PER_PROCESS + file;
}

/* Return the process that a node belongs to, or NULL; `*file` is which one of its nodes. */
static const struct process *process_of(uint32_t node, uint32_t *file)
{
    uint32_t number = node - PROC_NODE - KERNEL_FILES;
    if (node < PROC_NODE + KERNEL_FILES || number / PER_PROCESS >= PROCESSES)
        return NULL;
    const struct process *process = &processes[number / PER_PROCESS];
    *file = number % PER_PROCESS;
    return process->state == PROCESS_FREE || *file >= PROCESS_FILES ? NULL : process;
}

bool proc_entry(uint32_t folder, uint32_t index, char name[VG_NODE_NAME_BYTES], uint32_t *node)
{
    uint32_t file;
    if (folder == proc_root()) {
        if (index < KERNEL_FILES) {
            text_copy(name, kernel_files[index], VG_NODE_NAME_BYTES);
            *node = PROC_NODE + index;
            return true;
        }
        index -= KERNEL_FILES;
        for (uint32_t entry = 0; entry < PROCESSES; entry++) {
            if (processes[entry].state == PROCESS_FREE || index--)
                continue;
            text_number(name, 0, VG_NODE_NAME_BYTES, processes[entry].id);
            *node = number_of(entry, FOLDER_OF_PROCESS);
            return true;
        }
        return false;
    }
    const struct process *process = process_of(folder, &file);
    if (!process || file != FOLDER_OF_PROCESS || index + 1 >= PROCESS_FILES)
        return false;
    text_copy(name, process_files[index + 1], VG_NODE_NAME_BYTES);
    *node = number_of(process_index(process), index + 1);
    return true;
}

int32_t proc_child(uint32_t folder, const char *name)
{
    char found[VG_NODE_NAME_BYTES];
    uint32_t node;
    for (uint32_t index = 0; proc_entry(folder, index, found, &node); index++)
        if (text_same(found, name))
            return (int32_t)node;
    return -ENOENT;
}

uint32_t proc_mode(uint32_t node)
{
    uint32_t file;
    const struct process *process = process_of(node, &file);
    return process && file == FOLDER_OF_PROCESS ? S_IFDIR | 0555 : S_IFREG | 0444;
}

static uint32_t add_pair(char *into, uint32_t length, uint32_t room, const char *name, uint32_t number)
{
    length = text_add(into, length, room, name);
    length = text_number(into, length, room, number);
    return text_add(into, length, room, "\n");
}

static uint32_t status_text(const struct process *process, char *into, uint32_t room)
{
    static const char *const states[] = {"free", "R", "S", "Z"};
    uint32_t memory = (pool_size(process->data) + pool_size(exec_text_region(process->text))) *
                      (VG_GRANULE_BYTES / 1024);
    uint32_t length = text_add(into, 0, room, "Name:\t");
    length = text_add(into, length, room, process->name);
    length = text_add(into, length, room, "\nState:\t");
    length = text_add(into, length, room, states[process->state]);
    length = add_pair(into, length, room, "\nPid:\t", process->id);
    length = add_pair(into, length, room, "PPid:\t",
                      process->parent == NOBODY ? 0 : processes[process->parent].id);
    length = add_pair(into, length, room, "Uid:\t", process->user);
    length = add_pair(into, length, room, "VmSize:\t", memory);
    return add_pair(into, length, room, "Ticks:\t", (uint32_t)(process->ran >> 8) / (board_clock() / 25600));
}

uint32_t proc_text(uint32_t node, char *into, uint32_t room)
{
    uint32_t file, length = 0;
    const struct process *process = process_of(node, &file);
    into[0] = 0;
    if (process && file == FILE_STATUS)
        return status_text(process, into, room);
    if (process && file == FILE_COMM)
        return text_add(into, text_add(into, 0, room, process->name), room, "\n");
    switch (node - PROC_NODE) {
    case FILE_UPTIME:
        return add_pair(into, 0, room, "", clock_seconds());
    case FILE_MEMINFO:
        return add_pair(into, 0, room, "MemFree:\t", pool_left() * (VG_GRANULE_BYTES / 1024));
    case FILE_VERSION:
        length = text_add(into, length, room, FIRMWARE_NAME);
        return text_add(into, length, room, "\n");
    default:
        return 0;
    }
}
