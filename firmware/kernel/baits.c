/* What decoys hold: an area of the flash, which is read where it lies.
 *
 * Its header goes first and comes last, as that of a model: what was cut short has none, and then no secret can be
 * stood in for.  Whoever asks has seen that the flash is ready. */
#include "operator.h"

#define BEGIN (VG_FLASH_DECOYS_BASE + VG_FLASH_SECTOR_BYTES)
#define ROOM (VG_FLASH_DECOYS_SIZE - VG_FLASH_SECTOR_BYTES)
#define CHECK_WORDS (VG_FLASH_DECOYS_CHECK_OFFSET / 32)

static struct {
    bool looked;
    uint32_t size, count; /* 0: there are none, or they are damaged */
    uint32_t epoch;       /* of the session that the page under way is of: */
    bool erased, sent;
} baits;

ONCE void baits_start(void)
{
    memset(&baits, 0, sizeof baits);
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
        memcpy(decoy, flash_at(BEGIN + place * VG_FLASH_DECOY_BYTES), sizeof decoy);
        uint32_t name = VG_GET(decoy, VG_FLASH_DECOY_NAME), offset = VG_GET(decoy, VG_FLASH_DECOY_OFFSET);
        uint32_t size = VG_GET(decoy, VG_FLASH_DECOY_SIZE);
        if ((!named(name, path) && !named(name, node->name) && !named(name, "")) || offset > baits.size ||
            size > baits.size - offset)
            continue;
        node->region = NO_REGION;
        node->where = BEGIN + offset - VG_FLASH_ROOT_BASE;
        if (!VG_GET(decoy, VG_FLASH_DECOY_CUT) || node->size > size)
            node->size = size;
        return true;
    }
    return false;
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
    baits.size = baits.count = 0; /* until the header has come */
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
