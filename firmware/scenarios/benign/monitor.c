/* A monitor of processes: reads what the kernel tells of each, and of its memory, some times. */
#include "loopback.h"

static bool well = true;

static int32_t show(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES], file[PATH_BYTES], text[256];
    uint32_t number;
    (void)with;
    if (!number_of(name, &number) || !join(path, folder, name) || !join(file, path, "status"))
        return 0;
    int32_t size = read_file(file, text, sizeof text);
    well &= size > 0 || size == -ENOENT;
    if (size > 0 && find(text, "State"))
        print_padded(name, 6);
    return 0;
}

int main(void)
{
    char text[64];
    for (uint32_t turn = 0; turn < 4; turn++) {
        well &= each_entry("/proc", show, NULL) == 0;
        well &= read_file("/proc/meminfo", text, sizeof text) > 0 && read_file("/proc/uptime", text, sizeof text) > 0;
        print(text);
        flush();
        wait_ms(250);
    }
    print(well ? "fine\n" : "no\n");
    return !well;
}
