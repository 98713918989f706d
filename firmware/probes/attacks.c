/* Attacks from user mode on what isolates processes: none may succeed.  Says a line for each, and how many did.
 *
 * Each runs in a child: what is to end it must end that one alone, by the right signal; what a call is to refuse must
 * be refused by the right error. */
#include "lib.h"

#define USER 1000
#define NO_SIGNAL 0
#define FAULT(signal) (-1000 - (signal)) /* expected: the child is ended by it */

static uint32_t target; /* what some of the attacks are about */
static char scratch[256];

static int32_t load(void)
{
    return (int32_t)*(volatile uint32_t *)(uintptr_t)target;
}

static int32_t store(void)
{
    *(volatile uint32_t *)(uintptr_t)target = 0;
    return 0;
}

static int32_t jump(void)
{
    ((void (*)(void))(uintptr_t)target)();
    return 0;
}

static int32_t run_data(void)
{
    static uint32_t code[] = {0x00008067}; /* ret */
    target = AS_WORD(code);
    return jump();
}

static int32_t run_stack(void)
{
    volatile uint32_t code[] = {0x00008067};
    target = AS_WORD(code);
    return jump();
}

static int32_t overflow(void)
{
    volatile char frame[128];
    frame[0] = (char)target++;
    return target == 100000 ? 0 : frame[0] + overflow() + frame[0];
}

#define INSTRUCTION(name, text) \
    static int32_t name(void) \
    { \
        __asm__ volatile(text : : : "t0", "memory"); \
        return 0; \
    }
INSTRUCTION(read_mstatus, "csrr t0, mstatus")
INSTRUCTION(read_mscratch, "csrr t0, mscratch")
INSTRUCTION(write_mtvec, "csrw mtvec, zero")
INSTRUCTION(write_mepc, "csrw mepc, zero")
INSTRUCTION(write_protection, "csrw pmpcfg0, zero")
INSTRUCTION(write_protection_address, "csrw pmpaddr0, zero")
INSTRUCTION(read_cycle, "csrr t0, mcycle")
INSTRUCTION(return_from_trap, "mret")
INSTRUCTION(breakpoint, "ebreak")
INSTRUCTION(no_instruction, ".word 0")

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

/* Every register but a0 comes back as it was. */
static int32_t registers(void)
{
    uint32_t wrong;
    __asm__ volatile("li a1, 0x11111111\n li a2, 0x22222222\n li a3, 0x33333333\n li a5, 0x55555555\n"
                     "li t0, 0x66666666\n li t1, 0x77777777\n li t6, 0x88888888\n mv t5, ra\n"
                     "li a7, 124\n ecall\n" /* sched_yield: others run meanwhile */
                     "mv %0, a0\n xor t5, t5, ra\n or %0, %0, t5\n"
                     "li t5, 0x11111111\n xor a1, a1, t5\n or %0, %0, a1\n"
                     "li t5, 0x22222222\n xor a2, a2, t5\n or %0, %0, a2\n"
                     "li t5, 0x33333333\n xor a3, a3, t5\n or %0, %0, a3\n"
                     "li t5, 0x55555555\n xor a5, a5, t5\n or %0, %0, a5\n"
                     "li t5, 0x66666666\n xor t0, t0, t5\n or %0, %0, t0\n"
                     "li t5, 0x77777777\n xor t1, t1, t5\n or %0, %0, t1\n"
                     "li t5, 0x88888888\n xor t6, t6, t5\n or %0, %0, t6\n"
                     "xor t5, a7, 124\n or %0, %0, t5\n"
                     : "=&r"(wrong)
                     :
                     : "a0", "a1", "a2", "a3", "a5", "a7", "t0", "t1", "t5", "t6", "memory");
    return wrong != 0;
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

static int32_t other_user(void)
{
    int32_t failed = CALL(SETGID, USER);
    return failed ? failed : CALL(SETUID, USER);
}

#define AS_USER(name, call) \
    static int32_t name(void) \
    { \
        int32_t failed = other_user(); \
        return failed ? failed : (call); \
    }
AS_USER(read_shadow, CALL(OPENAT, AT_FDCWD, "/etc/shadow", O_RDONLY))
AS_USER(read_shadow_twice, CALL(OPENAT, AT_FDCWD, "//etc//shadow", O_RDONLY))
AS_USER(read_shadow_dots, CALL(OPENAT, AT_FDCWD, "/etc/../home/./../etc/shadow", O_RDONLY))
AS_USER(read_shadow_proc, CALL(OPENAT, AT_FDCWD, "/proc/1/../../etc/shadow", O_RDONLY))
AS_USER(read_shadow_folder, CALL(OPENAT, CALL(OPENAT, AT_FDCWD, "/etc", O_RDONLY), "shadow", O_RDONLY))
AS_USER(read_shadow_relative, CALL(CHDIR, "/etc") ? 1 : CALL(OPENAT, AT_FDCWD, "./shadow", O_RDONLY))
AS_USER(enter_root, CALL(CHDIR, "/root"))
AS_USER(list_other, CALL(OPENAT, AT_FDCWD, "/home/bob", O_RDONLY))
AS_USER(write_passwd, CALL(OPENAT, AT_FDCWD, "/etc/passwd", O_WRONLY))
AS_USER(replace_shadow, CALL(RENAMEAT2, AT_FDCWD, "/home/alice/todo.txt", AT_FDCWD, "/etc/shadow", 0))
AS_USER(remove_passwd, CALL(UNLINKAT, AT_FDCWD, "/etc/passwd", 0))
AS_USER(open_up, CALL(FCHMODAT, AT_FDCWD, "/etc/shadow", 0666))
AS_USER(take_over, CALL(FCHOWNAT, AT_FDCWD, "/etc/shadow", USER, USER, 0))
AS_USER(make_in_etc, CALL(OPENAT, AT_FDCWD, "/etc/new", O_WRONLY | O_CREAT, 0666))
AS_USER(become_root, CALL(SETUID, 0))
AS_USER(end_init, CALL(KILL, 1, SIGKILL))

static int32_t remove_proc(void)
{
    return CALL(UNLINKAT, AT_FDCWD, "/proc/1", AT_REMOVEDIR);
}

static int32_t below_itself(void)
{
    return CALL(RENAMEAT2, AT_FDCWD, "/home", AT_FDCWD, "/home/alice/home", 0);
}

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

static const struct attack {
    const char *name;
    int32_t (*run)(void);
    uint32_t target;
    int32_t expected;
} attacks[] = {
    {"load system", load, VG_SYSTEM_BASE, FAULT(SIGSEGV)},
    {"store reset", store, VG_SYSTEM_RESET, FAULT(SIGSEGV)},
    {"load irq", load, VG_IRQ_BASE, FAULT(SIGSEGV)},
    {"store irq", store, VG_IRQ_ENABLE, FAULT(SIGSEGV)},
    {"load timer", load, VG_TIMER_BASE, FAULT(SIGSEGV)},
    {"store alarm", store, VG_TIMER_ALARM_LOW, FAULT(SIGSEGV)},
    {"store uart", store, VG_UART_CONTROL, FAULT(SIGSEGV)},
    {"store flash", store, VG_FLASH_CONTROL, FAULT(SIGSEGV)},
    {"store sha256", store, VG_SHA256_BLOCK, FAULT(SIGSEGV)},
    {"load link", load, VG_LINK_BASE, FAULT(SIGSEGV)},
    {"store link", store, VG_LINK_SEND, FAULT(SIGSEGV)},
    {"load dispatch", load, VG_COPROCESSOR_DISPATCH, FAULT(SIGSEGV)},
    {"store slot", store, VG_COPROCESSOR_SLOT, FAULT(SIGSEGV)},
    {"store text window", store, VG_COPROCESSOR_TEXT_WINDOW, FAULT(SIGSEGV)},
    {"store data window", store, VG_COPROCESSOR_DATA_WINDOW, FAULT(SIGSEGV)},
    {"store handler", store, VG_COPROCESSOR_VERDICT_HANDLER, FAULT(SIGSEGV)},
    {"load record", load, VG_COPROCESSOR_RECORD, FAULT(SIGSEGV)},
    {"load rom", load, 0x80, FAULT(SIGSEGV)},
    {"load null", load, 0, FAULT(SIGSEGV)},
    {"load kernel", load, VG_RAM_BASE, FAULT(SIGSEGV)},
    {"store kernel", store, VG_RAM_BASE + 0x100, FAULT(SIGSEGV)},
    {"store kernel stack", store, VG_RAM_BASE + VG_RAM_SIZE - 64, FAULT(SIGSEGV)},
    {"load flash", load, VG_FLASH_WINDOW_BASE, FAULT(SIGSEGV)},
    {"load received", load, VG_LINK_RECEIVE_BASE, FAULT(SIGSEGV)},
    {"store to send", store, VG_LINK_SEND_BASE, FAULT(SIGSEGV)},
    {"load cell", load, VG_CELL_RAM_BASE, FAULT(SIGSEGV)},
    {"load nowhere", load, 0x60000000, FAULT(SIGSEGV)},
    {"store text", store, VG_USER_TEXT_BASE, FAULT(SIGSEGV)},
    {"load beyond text", load, VG_USER_TEXT_BASE + VG_USER_TEXT_SIZE - 4, FAULT(SIGSEGV)},
    {"load beyond data", load, VG_USER_DATA_BASE + VG_USER_DATA_SIZE - 4, FAULT(SIGSEGV)},
    {"store beyond data", store, VG_USER_DATA_BASE + VG_USER_DATA_SIZE - 4, FAULT(SIGSEGV)},
    {"load behind region", load, VG_USER_DATA_BASE + VG_USER_DATA_SIZE, FAULT(SIGSEGV)},
    {"store below stack", store, VG_USER_DATA_BASE - 4, FAULT(SIGSEGV)},
    {"overflow stack", overflow, 0, FAULT(SIGSEGV)},
    {"jump to kernel", jump, VG_RAM_BASE, FAULT(SIGSEGV)},
    {"jump to rom", jump, 0x80, FAULT(SIGSEGV)},
    {"jump to coprocessor", jump, VG_COPROCESSOR_BASE, FAULT(SIGSEGV)},
    {"jump beyond text", jump, VG_USER_TEXT_BASE + VG_USER_TEXT_SIZE - 4, FAULT(SIGSEGV)},
    {"run data", run_data, 0, FAULT(SIGSEGV)},
    {"run stack", run_stack, 0, FAULT(SIGSEGV)},
    {"read mstatus", read_mstatus, 0, FAULT(SIGILL)},
    {"read mscratch", read_mscratch, 0, FAULT(SIGILL)},
    {"read mcycle", read_cycle, 0, FAULT(SIGILL)},
    {"write mtvec", write_mtvec, 0, FAULT(SIGILL)},
    {"write mepc", write_mepc, 0, FAULT(SIGILL)},
    {"write pmpcfg0", write_protection, 0, FAULT(SIGILL)},
    {"write pmpaddr0", write_protection_address, 0, FAULT(SIGILL)},
    {"mret", return_from_trap, 0, FAULT(SIGILL)},
    {"ebreak", breakpoint, 0, FAULT(SIGILL)},
    {"no instruction", no_instruction, 0, FAULT(SIGILL)},
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
    {"registers", registers, 0, 0},
    {"old memory", old_memory, 0, 0},
    {"read shadow", read_shadow, 0, -EACCES},
    {"read shadow by slashes", read_shadow_twice, 0, -EACCES},
    {"read shadow by dots", read_shadow_dots, 0, -EACCES},
    {"read shadow by /proc", read_shadow_proc, 0, -EACCES},
    {"read shadow by a folder", read_shadow_folder, 0, -EACCES},
    {"read shadow by chdir", read_shadow_relative, 0, -EACCES},
    {"enter /root", enter_root, 0, -EACCES},
    {"list another's home", list_other, 0, -EACCES},
    {"write passwd", write_passwd, 0, -EACCES},
    {"rename onto shadow", replace_shadow, 0, -EACCES},
    {"remove passwd", remove_passwd, 0, -EACCES},
    {"chmod shadow", open_up, 0, -EPERM},
    {"chown shadow", take_over, 0, -EPERM},
    {"make in /etc", make_in_etc, 0, -EACCES},
    {"become root", become_root, 0, -EPERM},
    {"end init", end_init, 0, -EPERM},
    {"remove /proc/1", remove_proc, 0, -EPERM},
    {"move below itself", below_itself, 0, -EINVAL},
    {"run nonsense", run_nonsense, 0, -ENOEXEC},
    {"text in the kernel", text_in_the_kernel, 0, -ENOEXEC},
    {"text beyond its region", text_beyond_the_region, 0, -ENOEXEC},
    {"text that wraps", text_that_wraps, 0, -ENOEXEC},
    {"more than the file", more_than_the_file, 0, -ENOEXEC},
    {"entry in the kernel", entry_in_the_kernel, 0, -ENOEXEC},
    {"fork bomb", fork_bomb, 0, 0},
};
#define ATTACKS (sizeof attacks / sizeof attacks[0])

/* Run an attack in a child; return whether it came out as it should. */
static bool withstood(const struct attack *attack)
{
    int32_t ends[2], result = 0, status = 0;
    if (CALL(PIPE2, ends, 0))
        return false;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        target = attack->target;
        result = attack->run();
        CALL(WRITE, ends[1], &result, sizeof result);
        CALL(EXIT, 0);
    }
    CALL(CLOSE, ends[1]);
    int32_t told = CALL(READ, ends[0], &result, sizeof result);
    CALL(CLOSE, ends[0]);
    if (child < 0 || CALL(WAIT4, child, &status) != child)
        return false;
    if (attack->expected <= FAULT(NO_SIGNAL))
        return told == 0 && FAULT(status & 0x7F) == attack->expected;
    return told == sizeof result && status == 0 && result == attack->expected;
}

int main(int count, char **arguments)
{
    uint32_t succeeded = 0;
    for (uint32_t number = 0; number < ATTACKS; number++) {
        if (count > 1 && !same(arguments[1], attacks[number].name))
            continue;
        bool held = withstood(&attacks[number]);
        succeeded += !held;
        print(held ? "held: " : "SUCCEEDED: ");
        print(attacks[number].name);
        print("\n");
    }
    print_number(count > 1 ? 1 : ATTACKS, 0);
    print(" attacks, ");
    print_number(succeeded, 0);
    print(" succeeded\n");
    return succeeded != 0;
}
