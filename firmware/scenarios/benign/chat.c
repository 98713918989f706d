/* Two who talk by fifos, word for word. */
#include "loopback.h"

static void answer(void)
{
    char text[64];
    int32_t heard = CALL(OPENAT, AT_FDCWD, "/tmp/there", O_RDONLY), count;
    int32_t said = CALL(OPENAT, AT_FDCWD, "/tmp/back", O_WRONLY);
    while ((count = CALL(READ, heard, text, sizeof text)) > 0) {
        for (int32_t place = 0; place < count; place++)
            if (text[place] >= 'a' && text[place] <= 'z')
                text[place] = (char)(text[place] - 'a' + 'A');
        CALL(WRITE, said, text, count);
    }
    leave(0);
}

int main(void)
{
    static const char *const words[] = {"hello", "how are you", "it rains", "bye"};
    char text[64];
    bool well = CALL(MKNODAT, AT_FDCWD, "/tmp/there", S_IFIFO | 0600) == 0 &&
                CALL(MKNODAT, AT_FDCWD, "/tmp/back", S_IFIFO | 0600) == 0;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0)
        answer();
    int32_t said = CALL(OPENAT, AT_FDCWD, "/tmp/there", O_WRONLY);
    int32_t heard = CALL(OPENAT, AT_FDCWD, "/tmp/back", O_RDONLY);
    for (uint32_t turn = 0; well && turn < 4; turn++) {
        uint32_t length = length_of(words[turn]);
        well = write_all(said, words[turn], length) && CALL(READ, heard, text, sizeof text) == (int32_t)length;
        print_bytes(text, length);
        print("\n");
    }
    CALL(CLOSE, said);
    well = ended(child) == 0 && well;
    print(well ? "fine\n" : "no\n");
    return !well;
}
