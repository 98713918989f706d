/* What decoys hold: an area of the flash, which is read where it lies.
 *
 * Its header goes first and comes last, as that of a model: what was cut short has none, and then no secret can be
 * stood in for.  Whoever asks has seen that the flash is ready.
 *
 * What was given out is remembered, over a reset too, by its canary: who sends that has it from here. */
#include "operator.h"

#define BEGIN (VG_FLASH_DECOYS_BASE + VG_FLASH_SECTOR_BYTES)
#define ROOM (VG_FLASH_DECOYS_SIZE - VG_FLASH_SECTOR_BYTES)
#define GIVEN (VG_FLASH_DECOYS_BASE + VG_FLASH_GIVEN_PAGE * VG_FLASH_PAGE_BYTES)
#define GIVEN_MOST 32 /* decoys, from the first one on, that it is known of */
#define KNOWN 8       /* canaries: more secrets than a board has */
#define CHECK_WORDS (VG_FLASH_DECOYS_CHECK_OFFSET / 32)

static struct {
    bool looked;
    uint32_t size, count; /* 0: there are none, or they are damaged */
    uint32_t epoch;       /* of the session that the page under way is of: */
    bool erased, sent;
    bool fresh;           /* the flash does not know of all of these yet: */
    uint32_t given;       /* bit n: decoy n was given out */
    uint32_t known, used; /* canaries: of what was, and how often one was sent, since reset */
    uint32_t first, second; /* bit c: such a letter of one has c for its lowest bits */
    char canaries[KNOWN][VG_CANARY_BYTES + 1];
} baits;

ONCE void baits_start(void)
{
    memset(&baits, 0, sizeof baits);
}

/* Read what the flash has of a decoy; false if its content does not lie in the area. */
static bool read(uint32_t place, uint32_t decoy[VG_FLASH_DECOY_WORDS])
{
    memcpy(decoy, flash_at(BEGIN + place * VG_FLASH_DECOY_BYTES), VG_FLASH_DECOY_BYTES);
    uint32_t offset = VG_GET(decoy, VG_FLASH_DECOY_OFFSET);
    return offset <= baits.size && VG_GET(decoy, VG_FLASH_DECOY_SIZE) <= baits.size - offset;
}

/* A decoy is given out: its canary is known from now on. */
static void give(uint32_t place, const uint32_t decoy[VG_FLASH_DECOY_WORDS])
{
    uint32_t at = VG_GET(decoy, VG_FLASH_DECOY_CANARY);
    if (place >= GIVEN_MOST || baits.given >> place & 1)
        return;
    baits.given |= 1u << place;
    baits.fresh = true;
    if (at && baits.known < KNOWN) {
        char *canary = baits.canaries[baits.known++];
        memcpy(canary, flash_at(BEGIN + VG_GET(decoy, VG_FLASH_DECOY_OFFSET) + at), VG_CANARY_BYTES);
        baits.first |= 1u << (canary[0] & 31);
        baits.second |= 1u << (canary[1] & 31);
    }
}

/* Know of what was given out before the reset. */
static void recall(void)
{
    uint32_t blank, decoy[VG_FLASH_DECOY_WORDS];
    memcpy(&blank, flash_at(GIVEN), sizeof blank);
    for (uint32_t place = 0; place < baits.count; place++, blank = blank >> 1 | 1u << 31)
        if (!(blank & 1) && read(place, decoy))
            give(place, decoy);
    baits.fresh = false;
}

bool baits_look(void)
{
    uint32_t header[VG_FLASH_DECOYS_WORDS], digest[8];
    if (baits.looked)
        return baits.count;
    baits.looked = true;
    baits.size = baits.count = 0;
    memcpy(header, flash_at(VG_FLASH_DECOYS_BASE), sizeof header);
    uint32_t size = VG_GET(header, VG_FLASH_DECOYS_SIZE), count = VG_GET(header, VG_FLASH_DECOYS_COUNT);
    bool whole = VG_GET(header, VG_FLASH_DECOYS_MAGIC) == VG_FLASH_DECOYS_MAGIC &&
                 VG_GET(header, VG_FLASH_DECOYS_CHECK) == crc_of(header, CHECK_WORDS) && size <= ROOM &&
                 count <= size / VG_FLASH_DECOY_BYTES;
    if (whole) {
        digest_begin();
        digest_add(flash_at(BEGIN), size);
        digest_end(digest);
        whole = memcmp(digest, header + VG_FLASH_DECOYS_DIGEST0_OFFSET / 32, sizeof digest) == 0;
    }
    if (whole) {
        baits.size = size;
        baits.count = count;
        recall();
    }
    if (!baits.count)
        log_line("no decoys, or damaged ones: what they would stand for is denied");
    return baits.count;
}

/* Return whether the name at an offset is this one. */
static bool named(uint32_t offset, const char *name)
{
    uint32_t length = text_length(name) + 1;
    return offset < baits.size && length <= baits.size - offset && memcmp(flash_at(BEGIN + offset), name, length) == 0;
}

bool baits_put(uint32_t into, uint32_t origin)
{
    char path[PATH_BYTES];
    struct node *node = &nodes[into];
    if (!baits_look() || nodes_path(origin, path, sizeof path) < 0)
        return false;
    for (uint32_t place = 0; place < baits.count; place++) {
        uint32_t decoy[VG_FLASH_DECOY_WORDS];
        bool whole = read(place, decoy);
        uint32_t name = VG_GET(decoy, VG_FLASH_DECOY_NAME), size = VG_GET(decoy, VG_FLASH_DECOY_SIZE);
        if (!whole || (!named(name, path) && !named(name, node->name) && !named(name, "")))
            continue;
        give(place, decoy);
        node->region = NO_REGION;
        node->where = BEGIN + VG_GET(decoy, VG_FLASH_DECOY_OFFSET) - VG_FLASH_ROOT_BASE;
        if (!VG_GET(decoy, VG_FLASH_DECOY_CUT) || node->size > size)
            node->size = size;
        return true;
    }
    return false;
}

bool baits_step(void)
{
    uint32_t blank = ~baits.given;
    if (!baits.fresh || !flash_ready())
        return false;
    baits.fresh = false;
    flash_program(GIVEN, &blank, sizeof blank);
    return true;
}

/* A canary has been sent: whoever did so has it from here.  Each is told once of a process and all that it begins.  Who
 * is no suspect may only have passed it on: what that was done by is not denied to others. */
static RARE void use(struct process *process, uint32_t which)
{
    if (process->canaries >> which & 1)
        return;
    process->canaries |= (uint8_t)(1u << which);
    baits.used++;
    log_line("canary: process %u (%s) of tree %u sends %s", (unsigned)process->id, process->name,
             (unsigned)process->tree, baits.canaries[which]);
    quarantine_noted(process, VG_EVIDENCE_CANARY);
    if (service_suspects(process))
        vaccinate_from(process);
}

static RARE void compare(struct process *process, const uint8_t *from)
{
    for (uint32_t which = 0; which < baits.known; which++)
        if (!memcmp(from, baits.canaries[which], VG_CANARY_BYTES))
            use(process, which);
}

/* Whether anything was given out or not, so that who times what he sends learns nothing. */
void baits_sent(struct process *process, const uint8_t *from, uint32_t size)
{
    uint32_t first = baits.first, second = baits.second;
    for (const uint8_t *end = from + size; from + VG_CANARY_BYTES <= end; from++)
        if (first >> (from[0] & 31) & second >> (from[1] & 31) & 1)
            compare(process, from);
}

uint32_t baits_used(void)
{
    return baits.used;
}

enum outcome baits_write(const struct frame *frame)
{
    uint32_t offset = VG_GET(frame->payload, VG_FRAME_DECOYS_OFFSET), count = frame->bytes - VG_FRAME_DECOYS_BYTES;
    bool header = offset == 0 && count, erases = header ? false : offset % VG_FLASH_SECTOR_BYTES == 0;
    if (offset % VG_FLASH_PAGE_BYTES || offset >= VG_FLASH_DECOYS_SIZE)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "a page of the area begins on a multiple of 256");
    if (decoys_trees)
        return operator_answer(-EBUSY);
    if (!flash_ready())
        return OUTCOME_WAIT;
    if (baits.epoch != link_epoch())
        baits.erased = baits.sent = false;
    baits.epoch = link_epoch();
    baits.size = baits.count = baits.given = baits.known = baits.first = baits.second = 0; /* until the header has come */
    baits.fresh = false;
    if (erases && !baits.erased) {
        flash_erase(VG_FLASH_DECOYS_BASE + offset);
        baits.erased = true;
        return OUTCOME_MORE;
    }
    if (count && !baits.sent) {
        flash_program(VG_FLASH_DECOYS_BASE + offset, frame->payload + VG_FRAME_DECOYS_WORDS, count);
        baits.sent = true;
        return OUTCOME_MORE;
    }
    baits.erased = baits.sent = false;
    baits.looked = !header;
    return operator_answer(header && !baits_look() ? -EIO : 0);
}
