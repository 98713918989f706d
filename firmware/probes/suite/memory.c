/* The heap, mappings, the stack. */
#include "suite.h"

static int32_t map_of(uint32_t length)
{
    return call_by_number((uint32_t)abi_number(VG_SYS_MMAP), 0, length, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, (uint32_t)-1);
}

static bool blank(int32_t place, uint32_t size)
{
    for (const uint8_t *byte = (const uint8_t *)(uintptr_t)place; size--; byte++)
        if (*byte)
            return false;
    return true;
}

static int32_t heap(void)
{
    int32_t begun = CALL(BRK, 0);
    MUST(begun > 0 && CALL(BRK, begun + 3000) == begun + 3000 && blank(begun, 3000));
    memset((void *)(uintptr_t)begun, 1, 3000);
    MUST(CALL(BRK, begun + 1) == begun + 1 && CALL(BRK, begun + 3000) == begun + 3000 && blank(begun + 1, 2999));
    MUST(*(char *)(uintptr_t)begun == 1 && CALL(BRK, 1) == begun + 3000 && CALL(BRK, begun) == begun);
    return 0;
}

static int32_t mappings(void)
{
    int32_t one = map_of(1000), two = map_of(2048), heap_end = CALL(BRK, 0);
    MUST(one > heap_end && two == one + 1024 && blank(two, 2048));
    memset((void *)(uintptr_t)two, 1, 2048);
    MUST(CALL(BRK, one + 1) == heap_end && CALL(BRK, one) == one); /* up to the mapping, not into it */
    MUST(CALL(BRK, heap_end) == heap_end && CALL(MUNMAP, one, 1024) == 0 && CALL(MUNMAP, one, 1024) == -EINVAL);
    MUST(map_of(1) == one && blank(one, 1024) && CALL(MUNMAP, one + 1, 1) == -EINVAL);
    MUST(CALL(MUNMAP, one, 3 * 1024) == 0 && CALL(BRK, one + 4096) == one + 4096 && blank(one, 4096));
    MUST(CALL(MPROTECT, VG_USER_DATA_BASE, 1024, PROT_READ | PROT_WRITE) == 0);
    MUST(CALL(MPROTECT, VG_USER_TEXT_BASE, 1024, PROT_READ | PROT_EXEC) == 0);
    MUST(CALL(MPROTECT, VG_USER_DATA_BASE + 1, 1, PROT_READ | PROT_WRITE) == -EINVAL);
    return 0;
}

/* Mappings until there is no more: whichever ends first, the window or the board's memory. */
static int32_t all_of_it(void)
{
    struct abi_sysinfo before, after;
    uint32_t got = 0;
    int32_t first = 0, place;
    CALL(SYSINFO, &before);
    for (; (place = map_of(1024)) > 0; got++)
        first = first ? first : place;
    MUST(place == -ENOMEM && got > 8 && got <= before.memory_free && blank(first, got * 1024));
    MUST(CALL(MUNMAP, first, got * 1024) == 0 && CALL(SYSINFO, &after) == 0);
    MUST(after.memory_free == before.memory_free);
    return 0;
}

static int32_t forked(void)
{
    int32_t place = map_of(1024);
    *(char *)(uintptr_t)place = 5;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        char found = *(char *)(uintptr_t)place;
        *(char *)(uintptr_t)place = 6;
        CALL(EXIT, found);
    }
    MUST(ended(child) == 5 && *(char *)(uintptr_t)place == 5);
    return 0;
}

const struct test memory_tests[] = {
    {"heap", heap, false}, {"mappings", mappings, false}, {"all of the memory", all_of_it, false},
    {"a fork's mappings", forked, false}, {0},
};
