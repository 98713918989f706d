/* A process's memory, as its own addresses name it: checked against its windows' limits before it is touched. */
#include "process.h"

typedef uint32_t __attribute__((may_alias)) text_word;

/* Return where an address lies, and in `*left` how many bytes there are to the end of its window; NULL: in none. */
static uint8_t *at(const struct process *process, uint32_t address, bool write, uint32_t *left)
{
    uint32_t region = process->data, offset = address - VG_USER_DATA_BASE;
    if (address < VG_USER_DATA_BASE) {
        region = write ? NO_REGION : exec_text_region(process->text);
        offset = address - VG_USER_TEXT_BASE;
    }
    bool clone = region == process->data && address >= VG_USER_DATA_BASE && rehearsal_acts(process);
    uint32_t bytes = (clone ? rehearsal_granules() : pool_size(region)) * VG_GRANULE_BYTES;
    if (offset > bytes || !bytes)
        return NULL;
    *left = bytes - offset;
    return (clone ? board_cell_memory() : pool_bytes(region)) + offset;
}

uint8_t *user_bytes(const struct process *process, uint32_t address, uint32_t size, bool write)
{
    uint32_t left;
    uint8_t *found = at(process, address, write, &left);
    return found && size <= left ? found : NULL;
}

int32_t user_string(const struct process *process, uint32_t address, char *into, uint32_t room)
{
    uint32_t left, length = 0;
    const uint8_t *from = at(process, address, false, &left);
    if (!from)
        return -EFAULT;
    uint32_t most = left < room ? left : room;
    bool together = !(((uintptr_t)from ^ (uintptr_t)into) & 3); /* whole words, until one has a zero */
    for (; length < most; length++) {
        if (together && !((uintptr_t)(from + length) & 3))
            for (; length + 4 <= most; length += 4) {
                uint32_t word = *(const text_word *)(const void *)(from + length);
                if ((word - 0x01010101u) & ~word & 0x80808080u)
                    break;
                *(text_word *)(void *)(into + length) = word;
            }
        if (length == most)
            break;
        into[length] = (char)from[length];
        if (!from[length])
            return (int32_t)length;
    }
    return most == room ? -ENAMETOOLONG : -EFAULT;
}

int32_t user_put(const struct process *process, uint32_t address, const void *from, uint32_t size)
{
    uint8_t *into = user_bytes(process, address, size, true);
    if (!into)
        return -EFAULT;
    memcpy(into, from, size);
    return 0;
}

int32_t user_get(const struct process *process, uint32_t address, void *into, uint32_t size)
{
    const uint8_t *from = user_bytes(process, address, size, false);
    if (!from)
        return -EFAULT;
    memcpy(into, from, size);
    return 0;
}
