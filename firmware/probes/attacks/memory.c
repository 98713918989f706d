/* Attacks by mappings, and by what they are allowed. */
#include "attacks.h"

#define PLAIN (MAP_PRIVATE | MAP_ANONYMOUS)
#define MAP_FIXED 0x10
#define USUAL (PROT_READ | PROT_WRITE)

static int32_t map_of(uint32_t length, uint32_t protection, uint32_t flags)
{
    return call_by_number((uint32_t)abi_number(VG_SYS_MMAP), target, length, protection, flags, (uint32_t)-1);
}

static int32_t map_nothing(void)
{
    return map_of(0, USUAL, PLAIN);
}

static int32_t map_too_much(void)
{
    return map_of(target, USUAL, PLAIN);
}

static int32_t map_code(void)
{
    return map_of(1024, PROT_READ | PROT_EXEC, PLAIN);
}

static int32_t map_there(void)
{
    return map_of(1024, USUAL, PLAIN | MAP_FIXED);
}

static int32_t map_a_file(void)
{
    return map_of(1024, USUAL, MAP_PRIVATE);
}

static int32_t run_mapped(void)
{
    uint32_t *code = (uint32_t *)(uintptr_t)map_of(1024, USUAL, PLAIN);
    code[0] = 0x00008067; /* ret */
    ((void (*)(void))code)();
    return 0;
}

static int32_t unmap(void)
{
    return CALL(MUNMAP, target, 1024);
}

static int32_t unmap_all(void)
{
    return CALL(MUNMAP, VG_USER_DATA_BASE, 0xFFFFFFFF);
}

/* What is mapped, written, given back and mapped again holds zeros. */
static int32_t mapped_before(void)
{
    uint32_t *words = (uint32_t *)(uintptr_t)map_of(2048, USUAL, PLAIN);
    int32_t above = map_of(1024, USUAL, PLAIN); /* so that the window keeps its length */
    for (uint32_t word = 0; word < 512; word++)
        words[word] = 0x12345678;
    if (above < 0 || CALL(MUNMAP, words, 2048) || map_of(2048, USUAL, PLAIN) != (int32_t)AS_WORD(words))
        return 2;
    for (uint32_t word = 0; word < 512; word++)
        if (words[word])
            return 1;
    return 0;
}

static int32_t beyond_what_is_mapped(void)
{
    uint32_t place = (uint32_t)map_of(1024, USUAL, PLAIN);
    return *(volatile int32_t *)(uintptr_t)(place + 1024);
}

static int32_t write_text(void)
{
    return CALL(MPROTECT, VG_USER_TEXT_BASE, 1024, USUAL);
}

static int32_t run_stack_page(void)
{
    return CALL(MPROTECT, VG_USER_DATA_BASE, 1024, PROT_READ | PROT_EXEC);
}

static int32_t run_and_write(void)
{
    return CALL(MPROTECT, VG_USER_DATA_BASE, 1024, USUAL | PROT_EXEC);
}

static int32_t protect_other(void)
{
    return CALL(MPROTECT, target, 1024, USUAL);
}

static int32_t sysinfo_into(void)
{
    return CALL(SYSINFO, target);
}

static int32_t name_from(void)
{
    return CALL(PRCTL, PR_SET_NAME, target);
}

static int32_t list_at(void)
{
    return CALL(READV, STANDARD_INPUT, target, 1);
}

const struct attack memory_attacks[] = {
    {"map nothing", map_nothing, 0, -EINVAL},
    {"map more than there is", map_too_much, VG_USER_DATA_SIZE + 1, -ENOMEM},
    {"map what wraps", map_too_much, 0xFFFFFFFF, -ENOMEM},
    {"map code", map_code, 0, -EACCES},
    {"map over the kernel", map_there, VG_RAM_BASE, -EINVAL},
    {"map over text", map_there, VG_USER_TEXT_BASE, -EINVAL},
    {"map a file", map_a_file, 0, -ENODEV},
    {"run what is mapped", run_mapped, 0, FAULT(SIGSEGV)},
    {"unmap the stack", unmap, VG_USER_DATA_BASE, -EINVAL},
    {"unmap text", unmap, VG_USER_TEXT_BASE, -EINVAL},
    {"unmap the kernel", unmap, VG_RAM_BASE, -EINVAL},
    {"unmap all", unmap_all, 0, -EINVAL},
    {"what was mapped before", mapped_before, 0, 0},
    {"load beyond a mapping", beyond_what_is_mapped, 0, FAULT(SIGSEGV)},
    {"make text writable", write_text, 0, -EACCES},
    {"make the stack code", run_stack_page, 0, -EACCES},
    {"make data code", run_and_write, 0, -EACCES},
    {"protect the kernel", protect_other, VG_RAM_BASE, -ENOMEM},
    {"protect mmio", protect_other, VG_COPROCESSOR_BASE, -ENOMEM},
    {"sysinfo into kernel", sysinfo_into, VG_RAM_BASE, -EFAULT},
    {"name from kernel", name_from, VG_RAM_BASE, -EFAULT},
    {"vectors in kernel", list_at, VG_RAM_BASE, -EFAULT},
    {0},
};
