/* Attacks by signals: handlers that are none, frames that lie, others' processes. */
#include "attacks.h"

static struct abi_signal_frame forged; /* the stack pointer is put here */

static void nothing(int32_t signal)
{
    (void)signal;
}

static int32_t handler_at(void)
{
    struct abi_sigaction action = {target, SA_RESTORER, AS_WORD(nothing), {0, 0}};
    return CALL(RT_SIGACTION, SIGUSR1, &action, 0, 8);
}

static int32_t handler_without_return(void)
{
    struct abi_sigaction action = {AS_WORD(nothing), 0, 0, {0, 0}};
    return CALL(RT_SIGACTION, SIGUSR1, &action, 0, 8);
}

static int32_t catch(void)
{
    return on_signal((uint32_t)target, nothing, 0);
}

static int32_t ignore_kill(void)
{
    return ignore_signal(SIGKILL);
}

static int32_t action_in_kernel(void)
{
    return CALL(RT_SIGACTION, SIGUSR1, target, 0, 8);
}

static int32_t action_into_kernel(void)
{
    return CALL(RT_SIGACTION, SIGUSR1, 0, target, 8);
}

/* Return from a signal that never came, with the stack pointer at `place`. */
static int32_t return_at(uint32_t place)
{
    __asm__ volatile("mv sp, %0\n li a7, 139\n ecall" : : "r"(place) : "a7", "memory");
    return 0;
}

static int32_t return_from_kernel(void)
{
    return return_at(target);
}

static int32_t return_to(void)
{
    forged.registers[0] = target;
    return return_at(AS_WORD(&forged));
}

static int32_t after_lies(void)
{
    return *(volatile int32_t *)(uintptr_t)VG_RAM_BASE; /* whatever a frame says, this is user mode */
}

static int32_t return_with_all_ones(void)
{
    memset(&forged, 0xFF, sizeof forged);
    forged.registers[0] = AS_WORD(after_lies);
    return return_at(AS_WORD(&forged));
}

/* A frame may block every signal; not this one. */
static int32_t killed_although_blocked(void)
{
    uint32_t all[2] = {0xFFFFFFFF, 0xFFFFFFFF};
    CALL(RT_SIGPROCMASK, SIG_SETMASK, all, 0, 8);
    CALL(KILL, CALL(GETPID), SIGKILL);
    return 0;
}

/* The frame would go where the stack pointer says. */
static int32_t stack_at(void)
{
    on_signal(SIGUSR1, nothing, 0);
    int32_t own = CALL(GETPID);
    __asm__ volatile("mv sp, %0\n mv a0, %1\n li a1, 10\n li a7, 129\n ecall"
                     :
                     : "r"(target), "r"(own)
                     : "a0", "a1", "a7", "memory");
    return 0;
}

AS_USER(wake_init, CALL(KILL, 1, SIGCHLD))
AS_USER(end_all_others, CALL(KILL, -1, SIGKILL))

static int32_t signal_beyond(void)
{
    return CALL(KILL, CALL(GETPID), target);
}

const struct attack signal_attacks[] = {
    {"handler in the kernel", handler_at, VG_RAM_BASE, -EINVAL},
    {"handler in data", handler_at, VG_USER_DATA_BASE + 64, -EINVAL},
    {"handler behind text", handler_at, VG_USER_TEXT_BASE + VG_USER_TEXT_SIZE, -EINVAL},
    {"handler that cannot return", handler_without_return, 0, -EINVAL},
    {"catch SIGKILL", catch, SIGKILL, -EINVAL},
    {"ignore SIGKILL", ignore_kill, 0, -EINVAL},
    {"catch signal 18", catch, SIGNALS, -EINVAL},
    {"catch signal -1", catch, 0xFFFFFFFF, -EINVAL},
    {"action in the kernel", action_in_kernel, VG_RAM_BASE, -EFAULT},
    {"action into the kernel", action_into_kernel, VG_RAM_BASE, -EFAULT},
    {"return from a frame in the kernel", return_from_kernel, VG_RAM_BASE, FAULT(SIGSEGV)},
    {"return from a frame at the end", return_from_kernel, VG_USER_DATA_BASE + VG_USER_DATA_SIZE - 16,
     FAULT(SIGSEGV)},
    {"return from a frame that wraps", return_from_kernel, 0xFFFFFFF0, FAULT(SIGSEGV)},
    {"return into the kernel", return_to, VG_RAM_BASE, FAULT(SIGSEGV)},
    {"return into the rom", return_to, 0x80, FAULT(SIGSEGV)},
    {"return into data", return_to, VG_USER_DATA_BASE + 128, FAULT(SIGSEGV)},
    {"return with all ones", return_with_all_ones, 0, FAULT(SIGSEGV)},
    {"block SIGKILL", killed_although_blocked, 0, FAULT(SIGKILL)},
    {"stack in the kernel", stack_at, VG_RAM_BASE + 0x1000, FAULT(SIGSEGV)},
    {"stack in text", stack_at, VG_USER_TEXT_BASE + 0x400, FAULT(SIGSEGV)},
    {"stack at its end", stack_at, VG_USER_DATA_BASE + 16, FAULT(SIGSEGV)},
    {"wake init", wake_init, 0, -EPERM},
    {"end all others", end_all_others, 0, -EPERM},
    {"signal 99", signal_beyond, 99, -EINVAL},
    {0},
};
