/* More memory for a process: its heap, and mappings above it.
 *
 * All of it is the one data window: a mapping is a run of granules beyond the heap, and what lies between the
 * window's begin and its limit can always be reached, holes included.  So nothing is shared, nothing of it can be
 * run, and none of it can be taken write permission. */
#include "process.h"

_Static_assert(VG_USER_DATA_SIZE / VG_GRANULE_BYTES == 32, "a granule is a bit of `mapped`");

static uint32_t granules_of(uint32_t bytes)
{
    return (bytes + VG_GRANULE_BYTES - 1) / VG_GRANULE_BYTES;
}

static uint32_t heap_granules(const struct process *process)
{
    return granules_of(process->stop - VG_USER_DATA_BASE);
}

/* Return the bits of `count` granules from `first` on. */
static uint32_t run_of(uint32_t first, uint32_t count)
{
    return (count == 32 ? UINT32_MAX : (1u << count) - 1) << first;
}

/* Make the window as long as a heap of so many granules and mappings need; false if there is no room. */
static bool fit(struct process *process, uint32_t heap, uint32_t mapped)
{
    uint32_t needed = heap;
    for (uint32_t granule = heap; granule < 32; granule++)
        if (mapped >> granule & 1)
            needed = granule + 1;
    if (rehearsal_acts(process))
        return rehearsal_grow(needed);
    return needed == pool_size(process->data) || pool_resize(process->data, needed);
}

int32_t call_brk(struct process *process)
{
    uint32_t wanted = ARGUMENT(process, 0), offset = wanted - VG_USER_DATA_BASE;
    if (wanted < process->heap || offset > VG_USER_DATA_SIZE)
        return (int32_t)process->stop;
    uint32_t heap = granules_of(offset), end = process->stop - VG_USER_DATA_BASE;
    if (heap && process->mapped & run_of(0, heap))
        return (int32_t)process->stop;
    if (offset < end)
        memset(user_bytes(process, wanted, end - offset, true), 0, end - offset);
    if (!fit(process, heap, process->mapped))
        return (int32_t)process->stop;
    process->stop = wanted;
    return (int32_t)wanted;
}

int32_t call_mmap(struct process *process)
{
    uint32_t length = ARGUMENT(process, 1), count = granules_of(length);
    if (ARGUMENT(process, 3) != (MAP_PRIVATE | MAP_ANONYMOUS))
        return ARGUMENT(process, 3) & MAP_ANONYMOUS ? -EINVAL : -ENODEV;
    if (ARGUMENT(process, 2) & PROT_EXEC)
        quarantine_noted(process, VG_EVIDENCE_WRITE_EXECUTE);
    if (ARGUMENT(process, 2) & ~(uint32_t)(PROT_READ | PROT_WRITE))
        return -EACCES;
    if (!length)
        return -EINVAL;
    uint32_t heap = heap_granules(process), first = heap;
    if (length > VG_USER_DATA_SIZE)
        return -ENOMEM;
    while (first + count <= 32 && process->mapped & run_of(first, count))
        first++;
    if (first + count > 32 || !fit(process, heap, process->mapped | run_of(first, count)))
        return -ENOMEM;
    process->mapped |= run_of(first, count);
    return (int32_t)(VG_USER_DATA_BASE + first * VG_GRANULE_BYTES);
}

int32_t call_munmap(struct process *process)
{
    uint32_t offset = ARGUMENT(process, 0) - VG_USER_DATA_BASE, length = ARGUMENT(process, 1);
    if (offset % VG_GRANULE_BYTES || offset >= VG_USER_DATA_SIZE || !length || length > VG_USER_DATA_SIZE - offset)
        return -EINVAL;
    uint32_t first = offset / VG_GRANULE_BYTES, bits = run_of(first, granules_of(length));
    if ((process->mapped & bits) != bits)
        return -EINVAL;
    length = granules_of(length) * VG_GRANULE_BYTES;
    memset(user_bytes(process, VG_USER_DATA_BASE + offset, length, true), 0, length);
    process->mapped &= ~bits;
    fit(process, heap_granules(process), process->mapped);
    return 0;
}

/* Protection is that of the windows, and constant: what asks for just that is done, all else cannot be had. */
int32_t call_mprotect(struct process *process)
{
    uint32_t address = ARGUMENT(process, 0), length = ARGUMENT(process, 1), wanted = ARGUMENT(process, 2);
    bool text = address < VG_USER_DATA_BASE;
    if (address % VG_GRANULE_BYTES)
        return -EINVAL;
    if (length && !user_bytes(process, address, length, !text))
        return -ENOMEM;
    if (wanted & (text ? PROT_WRITE : PROT_EXEC))
        quarantine_noted(process, VG_EVIDENCE_WRITE_EXECUTE);
    return wanted == (text ? PROT_READ | PROT_EXEC : PROT_READ | PROT_WRITE) ? 0 : -EACCES;
}
