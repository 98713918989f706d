/* What a process is told of the whole: time, names, memory; and its own name. */
#include "process.h"

int32_t call_clock_gettime(struct process *process)
{
    if (ARGUMENT(process, 0) > 1)
        return -EINVAL;
    clock_step();
    struct abi_timespec time = {clock_seconds(), clock_within() * clock_nanoseconds()};
    return user_put(process, ARGUMENT(process, 1), &time, sizeof time);
}

int32_t call_uname(struct process *process)
{
    static const char *const said[] = {"Vigilante", "board", "0.2.0", FIRMWARE_NAME, "riscv32", ""};
    char text[UTSNAME_BYTES];
    int32_t failed = 0;
    for (uint32_t part = 0; part < 6 && !failed; part++) {
        text_copy(text, said[part], sizeof text);
        failed = user_put(process, ARGUMENT(process, 0) + part * UTSNAME_BYTES, text, sizeof text);
    }
    return failed;
}

int32_t call_sysinfo(struct process *process)
{
    struct abi_sysinfo info;
    uint32_t granules;
    memset(&info, 0, sizeof info);
    board_pool(&granules);
    clock_step();
    info.uptime = clock_seconds();
    info.memory = granules;
    info.memory_free = pool_left();
    info.unit = VG_GRANULE_BYTES;
    for (const struct process *entry = processes; entry < processes + PROCESSES; entry++)
        info.processes += entry->state != PROCESS_FREE;
    return user_put(process, ARGUMENT(process, 0), &info, sizeof info);
}

int32_t call_prctl(struct process *process)
{
    char name[NAME_BYTES];
    switch (ARGUMENT(process, 0)) {
    case PR_SET_NAME:
        /* A longer name is cut, as by Linux. */
        for (uint32_t place = 0; place < sizeof name; place++) {
            if (user_get(process, ARGUMENT(process, 1) + place, &name[place], 1) < 0)
                return -EFAULT;
            if (!name[place])
                break;
        }
        name[sizeof name - 1] = 0;
        text_copy(process->name, name, sizeof process->name);
        return 0;
    case PR_GET_NAME:
        return user_put(process, ARGUMENT(process, 1), process->name, sizeof process->name);
    default:
        return -EINVAL;
    }
}
