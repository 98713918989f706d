/* A process's memory, as its own addresses name it: checked against its windows' limits before it is touched. */
#include "process.h"

uint8_t *user_bytes(const struct process *process, uint32_t address, uint32_t size, bool write)
{
    uint32_t region = process->data, offset = address - VG_USER_DATA_BASE;
    if (address < VG_USER_DATA_BASE) {
        region = write ? NO_REGION : exec_text_region(process->text);
        offset = address - VG_USER_TEXT_BASE;
    }
    uint32_t bytes = pool_size(region) * VG_GRANULE_BYTES;
    if (offset > bytes || size > bytes - offset || !bytes)
        return NULL;
    return pool_bytes(region) + offset;
}

int32_t user_string(const struct process *process, uint32_t address, char *into, uint32_t room)
{
    for (uint32_t length = 0; length < room; length++) {
        const uint8_t *byte = user_bytes(process, address + length, 1, false);
        if (!byte)
            return -EFAULT;
        into[length] = (char)*byte;
        if (!*byte)
            return (int32_t)length;
    }
    return -ENAMETOOLONG;
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
