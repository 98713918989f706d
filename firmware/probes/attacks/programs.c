/* Attacks by programs that lie, and by many of them. */
#include "attacks.h"

/* Run a file with so many words of header. */
static int32_t run_words(const uint32_t *words, uint32_t bytes)
{
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, "/tmp/lie", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    CALL(FCHMODAT, AT_FDCWD, "/tmp/lie", 0755);
    write_all(descriptor, (const char *)words, bytes);
    CALL(CLOSE, descriptor);
    int32_t result = CALL(EXECVE, "/tmp/lie", 0, 0);
    CALL(UNLINKAT, AT_FDCWD, "/tmp/lie", 0);
    return result;
}

/* An ELF file that is right but for what `address`, `file_size`, `size` and `entry` say. */
static int32_t lie(uint32_t address, uint32_t file_size, uint32_t size, uint32_t entry)
{
    const uint32_t words[21] = {0x464C457F, 0x00010101, 0, 0, 0x00F30002, 1, entry, 52, 0, 0, 0x00200034, 0x00280001,
                                0, 1, 0, address, address, file_size, size, 5, 4};
    return run_words(words, sizeof words);
}

static int32_t run_nonsense(void)
{
    const uint32_t words[4] = {0x464C457F, 0, 0, 0};
    return run_words(words, sizeof words);
}

static int32_t text_in_the_kernel(void)
{
    return lie(VG_RAM_BASE, 84, 84, VG_RAM_BASE);
}

static int32_t text_beyond_the_region(void)
{
    return lie(VG_USER_TEXT_BASE + VG_USER_TEXT_SIZE - 16, 84, 84, VG_USER_TEXT_BASE);
}

static int32_t text_that_wraps(void)
{
    return lie(VG_USER_TEXT_BASE, 84, 0xFFFFFFF0, VG_USER_TEXT_BASE);
}

static int32_t more_than_the_file(void)
{
    return lie(VG_USER_TEXT_BASE, 0x4000, 0x4000, VG_USER_TEXT_BASE);
}

static int32_t entry_in_the_kernel(void)
{
    return lie(VG_USER_TEXT_BASE, 84, 84, VG_RAM_BASE);
}

/* Fork until it fails; every child is to be had back. */
static int32_t fork_bomb(void)
{
    uint32_t born = 0, ended = 0;
    int32_t child;
    while ((child = CALL(CLONE, CLONE_FORK)) > 0)
        born++;
    if (child == 0) {
        struct abi_timespec span = {0, 20000000};
        CALL(NANOSLEEP, &span);
        CALL(EXIT, 0);
    }
    while (CALL(WAIT4, -1) > 0)
        ended++;
    return born && born == ended && (child == -EAGAIN || child == -ENOMEM) ? 0 : 1;
}

const struct attack program_attacks[] = {
    {"run nonsense", run_nonsense, 0, -ENOEXEC},
    {"text in the kernel", text_in_the_kernel, 0, -ENOEXEC},
    {"text beyond its region", text_beyond_the_region, 0, -ENOEXEC},
    {"text that wraps", text_that_wraps, 0, -ENOEXEC},
    {"more than the file", more_than_the_file, 0, -ENOEXEC},
    {"entry in the kernel", entry_in_the_kernel, 0, -ENOEXEC},
    {"fork bomb", fork_bomb, 0, 0},
    {0},
};
