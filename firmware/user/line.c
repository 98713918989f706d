/* The shell: reading a line, with history. */
#include "shell.h"

enum { KEY_END = 4, KEY_ERASE = 8, KEY_ESCAPE = 27, KEY_DELETE = 127 };

static void remember(const char *line)
{
    uint32_t length = length_of(line) + 1;
    if (length == 1 || length > HISTORY_BYTES)
        return;
    while (shell->used + length > HISTORY_BYTES) {
        uint32_t oldest = length_of(shell->history) + 1;
        shell->used -= oldest;
        memmove(shell->history, shell->history + oldest, shell->used);
    }
    memcpy(shell->history + shell->used, line, length);
    shell->used += length;
}

/* Return the line so many before the next one; NULL: there is none. */
static const char *remembered(uint32_t back)
{
    uint32_t place = shell->used;
    while (back-- && place) {
        place--;
        while (place && shell->history[place - 1])
            place--;
        if (!back)
            return shell->history + place;
    }
    return NULL;
}

void line_raw(bool raw)
{
    struct abi_termios modes;
    if (CALL(IOCTL, STANDARD_INPUT, TCGETS, &modes) < 0)
        return;
    modes.lflag = raw ? ISIG : ISIG | ICANON | ECHO;
    CALL(IOCTL, STANDARD_INPUT, TCSETS, &modes);
}

/* Show another line in place of the one there. */
static uint32_t replace_line(char *line, uint32_t length, const char *with)
{
    while (length--)
        print("\b \b");
    uint32_t count = length_of(with);
    memcpy(line, with, count);
    print_bytes(line, count);
    return count;
}

/* Read a line with history; false at the end of input. */
bool line_edit(char line[LINE_BYTES])
{
    uint32_t length = 0, back = 0, escape = 0;
    for (;;) {
        char key;
        flush();
        int32_t count = CALL(READ, STANDARD_INPUT, &key, 1);
        if (count == -EINTR) { /* by Ctrl-C: this line is given up */
            line[0] = 0;
            return true;
        }
        if (count <= 0 || (key == KEY_END && length == 0))
            return false;
        if (escape || key == KEY_ESCAPE) {
            escape = key == KEY_ESCAPE ? 1 : escape == 1 && key == '[' ? 2 : 0;
            if (!escape && (key == 'A' || key == 'B')) {
                uint32_t wanted = key == 'A' ? back + 1 : back ? back - 1 : 0;
                const char *found = wanted ? remembered(wanted) : "";
                if (found) {
                    back = wanted;
                    length = replace_line(line, length, found);
                }
            }
        } else if (key == '\n') {
            print("\n");
            line[length] = 0;
            remember(line);
            return true;
        } else if (key == KEY_ERASE || key == KEY_DELETE) {
            if (length && length--)
                print("\b \b");
        } else if (key >= ' ' && length + 1 < LINE_BYTES) {
            line[length++] = key;
            print_bytes(&key, 1);
        }
    }
}

/* Read a line of a script. */
bool line_plain(char line[LINE_BYTES])
{
    uint32_t length = 0;
    int32_t count;
    char byte;
    while ((count = CALL(READ, STANDARD_INPUT, &byte, 1)) == 1 && byte != '\n')
        if (length + 1 < LINE_BYTES)
            line[length++] = byte;
    line[length] = 0;
    return count == 1 || length;
}

int line_history(void)
{
    uint32_t number = 1;
    for (uint32_t place = 0; place < shell->used; place += length_of(shell->history + place) + 1) {
        print_number(number++, 4);
        print("  ");
        print(shell->history + place);
        print("\n");
    }
    flush();
    return 0;
}
