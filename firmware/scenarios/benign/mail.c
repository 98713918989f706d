/* Mail put into a box: a lock by a link, the message behind those that are there, the lock taken away.
 * user: alice */
#include "lib.h"

static bool deliver(const char *message)
{
    int32_t lock = CALL(OPENAT, AT_FDCWD, "/tmp/mail/bob.own", O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (lock < 0 || CALL(CLOSE, lock) < 0 ||
        CALL(LINKAT, AT_FDCWD, "/tmp/mail/bob.own", AT_FDCWD, "/tmp/mail/bob.lock", 0) < 0)
        return false;
    int32_t box = CALL(OPENAT, AT_FDCWD, "/tmp/mail/bob", O_WRONLY | O_CREAT | O_APPEND, 0660);
    bool put = box >= 0 && write_all(box, "From alice\n\n", 12) && write_all(box, message, length_of(message));
    CALL(CLOSE, box);
    return CALL(UNLINKAT, AT_FDCWD, "/tmp/mail/bob.lock", 0) == 0 &&
           CALL(UNLINKAT, AT_FDCWD, "/tmp/mail/bob.own", 0) == 0 && put;
}

int main(void)
{
    char text[256];
    bool well = CALL(MKDIRAT, AT_FDCWD, "/tmp/mail", 0755) == 0;
    well = well && deliver("are you there?\n\n") && deliver("lunch?\n\n") && deliver("bring milk\n\n");
    well = well && read_file("/tmp/mail/bob", text, sizeof text) > 60 && find(text, "milk");
    print(well ? "fine\n" : "no\n");
    return !well;
}
