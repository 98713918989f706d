/* A decoy service: whoever is suspect, or sees decoys, finds an ssh server at port 22 of the loopback.
 *
 * There is none: the connection is a file of a kind of its own.  It greets, takes what is written and tells the log of
 * it, and gives nothing but what any such server says before it knows who is there.  Others find what is there. */
#include "files.h"
#include "operator.h"

#define PORT 22
#define TOLD_MOST 8   /* writes of one connection that the log is told of */
#define TEXT_BYTES 41 /* of each, and a zero */

/* In place of what the file stands for. */
#define TOLD 0x00FFu
#define HEARD 0x0100u   /* it has said who it is */
#define REFUSED 0x0200u /* not as a client does: the server has said so, and gone */

static const char greeting[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\n";
static const char refusal[] = "Invalid SSH identification string.\r\n";
#define GREETING (sizeof greeting - 1)
#define REFUSAL (sizeof refusal - 1)

static uint32_t served; /* bit t: tree t has met it, and does from then on */

RARE void service_forget(uint32_t tree)
{
    served &= ~(1u << tree);
}

RARE bool service_suspects(const struct process *process)
{
    struct score score;
    return decoys_shown(process) || served >> process->tree & 1 ||
           (scores_of(process_index(process), process->id, &score) &&
            PART(score.last, VG_SCORE_TIER) != VG_TIER_CALM);
}

RARE bool service_meets(const struct process *process, uint32_t port)
{
    return port == PORT && service_suspects(process);
}

RARE void service_begin(const struct process *process, struct file *file)
{
    served |= 1u << process->tree;
    file->kind = FILE_SERVICE;
    file->what = 0;
    file->offset = 0;
    log_line("decoy service: process %u (%s) of tree %u connects to port %u", (unsigned)process->id, process->name,
             (unsigned)process->tree, (unsigned)PORT);
}

static uint32_t unread(const struct file *file)
{
    return GREETING + (file->what & REFUSED ? REFUSAL : 0) - file->offset;
}

RARE int32_t service_read(struct process *process, struct file *file, uint8_t *into, uint32_t size)
{
    uint32_t count = unread(file) < size ? unread(file) : size;
    if (!count && size && !(file->what & REFUSED))
        return process_wait(process, file, NEVER);
    for (uint32_t byte = 0; byte < count; byte++, file->offset++)
        into[byte] = (uint8_t)(file->offset < GREETING ? greeting[file->offset] : refusal[file->offset - GREETING]);
    return (int32_t)count;
}

RARE int32_t service_write(struct process *process, struct file *file, const uint8_t *from, uint32_t size, bool quiet)
{
    char text[TEXT_BYTES];
    if (size > VG_GRANULE_BYTES) /* as much as a connection takes at once */
        size = VG_GRANULE_BYTES;
    uint32_t length = size < TEXT_BYTES ? size : TEXT_BYTES - 1;
    if (file->what & REFUSED) {
        if (!quiet)
            process_signal(process, SIGPIPE);
        return process->state == PROCESS_READY ? -EPIPE : REPLACED;
    }
    for (uint32_t byte = 0; byte < length; byte++)
        text[byte] = from[byte] >= ' ' && from[byte] <= '~' ? (char)from[byte] : '.';
    text[length] = 0;
    if ((file->what & TOLD) < TOLD_MOST) {
        file->what++;
        log_line("decoy service: process %u of tree %u sends %u bytes: %s", (unsigned)process->id,
                 (unsigned)process->tree, (unsigned)size, text);
    }
    if (size && !(file->what & HEARD)) {
        bool client = size >= 4 && !memcmp(from, "SSH-", 4);
        file->what |= client ? HEARD : HEARD | REFUSED;
        process_wake(file);
    }
    return (int32_t)size;
}

RARE uint32_t service_poll(const struct file *file)
{
    return POLLOUT | (unread(file) || file->what & REFUSED ? POLLIN : 0) | (file->what & REFUSED ? POLLHUP : 0);
}
