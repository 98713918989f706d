/* Attacks by what calls are told: addresses, sizes, numbers. */
#include "../registers.h"
#include "attacks.h"

static int32_t write_from(void)
{
    return CALL(WRITE, STANDARD_OUTPUT, target, 4);
}

static int32_t read_into(void)
{
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, "/etc/motd", O_RDONLY);
    return CALL(READ, descriptor, target, 16);
}

static int32_t stat_into(void)
{
    return CALL(NEWFSTATAT, AT_FDCWD, "/", target, 0);
}

static int32_t open_at(void)
{
    return CALL(OPENAT, AT_FDCWD, target, O_RDONLY);
}

static int32_t pipe_into(void)
{
    return CALL(PIPE2, target, 0);
}

static int32_t program_at(void)
{
    return CALL(EXECVE, target, 0, 0);
}

static int32_t arguments_at(void)
{
    return CALL(EXECVE, "/bin/true", target, 0);
}

static int32_t write_without_end(void)
{
    return CALL(WRITE, STANDARD_OUTPUT, scratch, 0x7FFFFFFF);
}

static int32_t write_negative(void)
{
    return CALL(WRITE, STANDARD_OUTPUT, scratch, -1);
}

static int32_t string_without_end(void)
{
    memset(scratch, 'a', sizeof scratch);
    return CALL(OPENAT, AT_FDCWD, scratch, O_RDONLY);
}

static int32_t deep_path(void)
{
    for (uint32_t place = 0; place + 2 < 120; place += 2)
        memcpy(scratch + place, "./", 2);
    memcpy(scratch + 118, "nix", 4);
    return CALL(OPENAT, AT_FDCWD, scratch, O_RDONLY);
}

static int32_t closed_descriptor(void)
{
    return CALL(READ, 11, scratch, 1);
}

static int32_t wild_descriptor(void)
{
    return CALL(WRITE, 0x10000000, scratch, 1);
}

static int32_t grow_into_the_kernel(void)
{
    return CALL(BRK, VG_RAM_BASE) == CALL(BRK, 0) ? 0 : 1;
}

static int32_t grow_beyond_the_region(void)
{
    uint32_t before = (uint32_t)CALL(BRK, 0);
    return CALL(BRK, VG_USER_DATA_BASE + VG_USER_DATA_SIZE + 16) == (int32_t)before ? 0 : 1;
}

static int32_t share_memory(void)
{
    return CALL(CLONE, 0x100 | SIGCHLD, 0);
}

static int32_t unknown_call(void)
{
    return call_by_number(target, 0, 0, 0, 0, 0);
}

static int32_t registers(void)
{
    return registers_changed(target) != 0;
}

/* Memory that is new holds nothing of whoever had it before. */
static int32_t old_memory(void)
{
    uint32_t before = (uint32_t)CALL(BRK, 0);
    if (CALL(BRK, before + 4096) != (int32_t)(before + 4096))
        return 2;
    for (uint32_t place = before; place < before + 4096; place++)
        if (*(volatile uint8_t *)(uintptr_t)place)
            return 1;
    return 0;
}

const struct attack call_attacks[] = {
    {"write from kernel", write_from, VG_RAM_BASE, -EFAULT},
    {"write from null", write_from, 0, -EFAULT},
    {"write across the end", write_from, VG_USER_DATA_BASE + VG_USER_DATA_SIZE - 2, -EFAULT},
    {"write from wrapping", write_from, 0xFFFFFFFE, -EFAULT},
    {"write from mmio", write_from, VG_COPROCESSOR_RECORD, -EFAULT},
    {"read into text", read_into, VG_USER_TEXT_BASE, -EFAULT},
    {"read into kernel", read_into, VG_RAM_BASE, -EFAULT},
    {"stat into kernel", stat_into, VG_RAM_BASE + 0x1000, -EFAULT},
    {"stat into coprocessor", stat_into, VG_COPROCESSOR_BASE, -EFAULT},
    {"open a kernel string", open_at, VG_RAM_BASE, -EFAULT},
    {"pipe into kernel", pipe_into, VG_RAM_BASE, -EFAULT},
    {"exec a kernel string", program_at, VG_RAM_BASE, -EFAULT},
    {"exec with kernel arguments", arguments_at, VG_RAM_BASE, -EFAULT},
    {"write without end", write_without_end, 0, -EFAULT},
    {"write a negative size", write_negative, 0, -EINVAL},
    {"string without end", string_without_end, 0, -ENAMETOOLONG},
    {"deep path", deep_path, 0, -ENOENT},
    {"closed descriptor", closed_descriptor, 0, -EBADF},
    {"wild descriptor", wild_descriptor, 0, -EBADF},
    {"grow into kernel", grow_into_the_kernel, 0, 0},
    {"grow beyond region", grow_beyond_the_region, 0, 0},
    {"share memory", share_memory, 0, -EINVAL},
    {"call 1000", unknown_call, 1000, -ENOSYS},
    {"call -1", unknown_call, 0xFFFFFFFF, -ENOSYS},
    {"call 511", unknown_call, 511, -ENOSYS},
    {"registers of getpid", registers, 172, 0},
    {"registers of getuid", registers, 174, 0},
    {"registers of sched_yield", registers, 124, 0},
    {"registers of openat", registers, 56, 0},
    {"registers of no call", registers, 9999, 0},
    {"old memory", old_memory, 0, 0},
    {0},
};
