/* The console: what is typed at the host, line by line or byte by byte, and what is written there.
 *
 * Frames of type TERMINAL carry it.  What is written while nobody listens is dropped; what is typed beyond the room
 * for it, too. */
#include "process.h"

#define LINE_BYTES 256
#define READY_BYTES 512   /* powers of two */
#define WRITTEN_BYTES 1024
#define FRAME_BYTES 512   /* of text in a frame */
enum { KEY_INTERRUPT = 3, KEY_END = 4, KEY_ERASE = 8, KEY_KILL = 21, KEY_DELETE = 127 };

struct ring {
    uint32_t begin, end; /* places, counted from the first byte on */
};

static struct {
    uint32_t modes;          /* of ISIG, ICANON and ECHO */
    uint32_t group;          /* in the foreground; 0: anybody */
    bool attached;
    uint32_t epoch;          /* of the session that listens */
    bool ended;              /* an end of file waits */
    uint32_t length;
    char line[LINE_BYTES];
    struct ring ready, written;
    uint8_t ready_bytes[READY_BYTES], written_bytes[WRITTEN_BYTES];
} terminal;

ONCE void terminal_start(void)
{
    memset(&terminal, 0, sizeof terminal);
    terminal.modes = ISIG | ICANON | ECHO;
}

static bool listens(void)
{
    if (terminal.epoch != link_epoch() || !link_session())
        terminal.attached = false;
    return terminal.attached;
}

static uint32_t room(void)
{
    return WRITTEN_BYTES - (terminal.written.end - terminal.written.begin);
}

/* Put a byte where it is sent from; false if there is no room. */
static bool put(uint8_t byte)
{
    if (room() < 2)
        return false;
    kernel_stir();
    if (byte == '\n')
        terminal.written_bytes[terminal.written.end++ % WRITTEN_BYTES] = '\r';
    terminal.written_bytes[terminal.written.end++ % WRITTEN_BYTES] = byte;
    return true;
}

void terminal_print(const char *text)
{
    while (*text && put((uint8_t)*text))
        text++;
}

static void echo(const char *text)
{
    if (terminal.modes & ECHO)
        terminal_print(text);
}

static void make_ready(uint8_t byte)
{
    if (terminal.ready.end - terminal.ready.begin < READY_BYTES)
        terminal.ready_bytes[terminal.ready.end++ % READY_BYTES] = byte;
}

static void finish_line(void)
{
    for (uint32_t place = 0; place < terminal.length; place++)
        make_ready((uint8_t)terminal.line[place]);
    terminal.length = 0;
    process_wake(&terminal);
}

static void edit_line(uint8_t byte)
{
    const char said[2] = {(char)byte, 0};
    switch (byte) {
    case KEY_END:
        terminal.ended |= terminal.length == 0;
        finish_line();
        return;
    case KEY_ERASE:
    case KEY_DELETE:
        if (terminal.length && terminal.length--)
            echo("\b \b");
        return;
    case KEY_KILL:
        while (terminal.length && terminal.length--)
            echo("\b \b");
        return;
    default:
        if (terminal.length + 1 < LINE_BYTES || byte == '\n') {
            terminal.line[terminal.length++] = (char)byte;
            echo(said);
        }
        if (byte == '\n')
            finish_line();
    }
}

static void type(uint8_t byte)
{
    if (byte == '\r')
        byte = '\n';
    if (byte == KEY_INTERRUPT && terminal.modes & ISIG) {
        echo("^C\n");
        terminal.length = 0;
        terminal.ready.begin = terminal.ready.end;
        if (terminal.group)
            process_signal_group(terminal.group, SIGINT);
    } else if (terminal.modes & ICANON) {
        edit_line(byte);
    } else {
        make_ready(byte);
        process_wake(&terminal);
    }
}

enum outcome terminal_typed(const struct frame *frame)
{
    const uint8_t *bytes = (const uint8_t *)(frame->payload + VG_FRAME_TERMINAL_WORDS);
    terminal.attached = true;
    terminal.epoch = link_epoch();
    for (uint32_t place = VG_FRAME_TERMINAL_BYTES; place < frame->bytes; place++)
        type(*bytes++);
    return OUTCOME_DONE;
}

bool terminal_step(void)
{
    uint32_t count = terminal.written.end - terminal.written.begin;
    if (!count)
        return false;
    if (!listens()) {
        terminal.written.begin = terminal.written.end;
        process_wake(&terminal.written);
        return true;
    }
    if (count > FRAME_BYTES)
        count = FRAME_BYTES;
    screen_close();
    uint32_t *payload = send_open(VG_FRAME_TYPE_TERMINAL, VG_FRAME_TERMINAL_BYTES + count);
    if (!payload)
        return false;
    uint8_t *into = (uint8_t *)(payload + VG_FRAME_TERMINAL_WORDS);
    payload[0] = 0; /* the console, not a program of the operator's */
    for (uint32_t byte = 0; byte < count; byte++)
        into[byte] = terminal.written_bytes[terminal.written.begin++ % WRITTEN_BYTES];
    send_close(VG_FRAME_TERMINAL_BYTES + count);
    process_wake(&terminal.written);
    return true;
}

int32_t terminal_read(struct process *process, uint8_t *into, uint32_t size)
{
    uint32_t count = 0;
    if (!size)
        return 0;
    if (terminal.group && process->group != terminal.group)
        return process_wait(process, &terminal.group, NEVER);
    if (terminal.ready.begin == terminal.ready.end) {
        if (!terminal.ended)
            return process_wait(process, &terminal, NEVER);
        terminal.ended = false;
        return 0;
    }
    while (count < size && terminal.ready.begin != terminal.ready.end) {
        into[count] = terminal.ready_bytes[terminal.ready.begin++ % READY_BYTES];
        if (into[count++] == '\n' && terminal.modes & ICANON)
            break;
    }
    return (int32_t)count;
}

int32_t terminal_write(struct process *process, const uint8_t *from, uint32_t size)
{
    uint32_t count = 0;
    if (!listens() || !size)
        return (int32_t)size;
    while (count < size && put(from[count]))
        count++;
    return count ? (int32_t)count : process_wait(process, &terminal.written, NEVER);
}

uint32_t terminal_poll(void)
{
    bool ready = terminal.ready.begin != terminal.ready.end || terminal.ended;
    return (ready ? POLLIN : 0) | (!listens() || room() >= 2 ? POLLOUT : 0);
}

int32_t terminal_ioctl(struct process *process, uint32_t request, uint32_t address)
{
    struct abi_termios modes;
    static const uint16_t window[4] = {24, 80, 0, 0};
    uint32_t group;
    switch (request) {
    case TCGETS:
        memset(&modes, 0, sizeof modes);
        modes.lflag = terminal.modes;
        return user_put(process, address, &modes, sizeof modes);
    case TCSETS:
        if (user_get(process, address, &modes, sizeof modes) < 0)
            return -EFAULT;
        if (terminal.group && process->group != terminal.group)
            return -EPERM;
        terminal.modes = modes.lflag & (ISIG | ICANON | ECHO);
        if (!(terminal.modes & ICANON))
            finish_line();
        return 0;
    case TIOCGWINSZ:
        return user_put(process, address, window, sizeof window);
    case TIOCGPGRP:
        return user_put(process, address, &terminal.group, 4);
    case TIOCSPGRP:
        if (user_get(process, address, &group, 4) < 0)
            return -EFAULT;
        if (group > INT32_MAX)
            return -EINVAL;
        terminal.group = group;
        process_wake(&terminal.group);
        return 0;
    default:
        return -EINVAL;
    }
}
