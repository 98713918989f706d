/* T1068: a user tries every call that might make him more than he is, and numbers that nobody knows.
 * user: alice */
#include "lib.h"

int main(void)
{
    char module[64] = {0};
    for (uint32_t turn = 0; turn < 3; turn++) {
        CALL(SETUID, 0);
        CALL(SETGID, 0);
        CALL(SETRESUID, 0, 0, 0);
        CALL(SETGROUPS, 0, 0);
        CALL(CAPSET, module, module);
        CALL(PTRACE, 16, 1, 0, 0);
        CALL(INIT_MODULE, module, sizeof module, "");
        CALL(BPF, 5, module, sizeof module);
        CALL(UNSHARE, 0x10000000);
        CALL(CHROOT, "/tmp");
        CALL(MOUNT, "none", "/tmp", "proc", 0);
        CALL(PERF_EVENT_OPEN, module, 0, 0);
        CALL(KEYCTL, 0, 0);
        for (uint32_t number = 440; number < 470; number++)
            call_by_number(number, 0, 0, 0, 0, 0);
    }
    bool higher = CALL(GETUID) == 0;
    print(higher ? "done\n" : "no\n");
    return !higher;
}
