/* T1055: puts code into memory that can be written, tries in every way to have it run, also in another process. */
#include "lib.h"

#define PAGE 1024

int main(void)
{
    static const uint32_t code[] = {0x00100513, 0x00008067}; /* li a0, 1; ret */
    bool runs = false;
    for (uint32_t turn = 0; turn < 8; turn++) {
        int32_t place = CALL(MMAP, 0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
        if (place >= 0)
            runs = true;
        place = CALL(MMAP, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
        if (place < 0 && place > -4096)
            continue;
        memcpy((void *)(uintptr_t)place, code, sizeof code);
        runs |= CALL(MPROTECT, place, PAGE, PROT_READ | PROT_EXEC) == 0;
        runs |= CALL(MPROTECT, VG_USER_TEXT_BASE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0;
        CALL(MUNMAP, place, PAGE);
        int32_t file = CALL(MEMFD_CREATE, "x", 1);
        CALL(EXECVEAT, file, "", 0, 0, 0x1000);
        CALL(PROCESS_VM_WRITEV, 1, code, 1, code, 1);
    }
    print(runs ? "done\n" : "no\n");
    return !runs;
}
