/* Models in flash: two areas, of which the newest whole one counts.
 *
 * A push goes into the other area: its header goes first and comes last, so that at every moment one whole model
 * stands in flash, once there has been one.  There is no memory for an image: it goes from its slot to flash before it
 * is tried, while the slot can be read, and counts once it has its header. */
#include "kernel.h"

#define AREAS 2
#define IMAGE_SECTORS ((VG_IMAGE_BYTES + VG_FLASH_SECTOR_BYTES - 1) / VG_FLASH_SECTOR_BYTES)
#define HEADER_CHECK_WORDS (VG_FLASH_MODEL_CHECK_OFFSET / 32)
_Static_assert(VG_FLASH_MODEL_BYTES <= VG_FLASH_PAGE_BYTES, "a header is one page");
_Static_assert((1 + IMAGE_SECTORS) * VG_FLASH_SECTOR_BYTES <= VG_FLASH_MODEL0_SIZE, "header and image fit");

static const uint32_t bases[AREAS] = {VG_FLASH_MODEL0_BASE, VG_FLASH_MODEL1_BASE};

static struct {
    enum store_state state;
    uint32_t slot, area, step;
    uint32_t header[VG_FLASH_MODEL_WORDS];
    bool any; /* a whole model stands in flash: */
    struct stored newest;
} store;

uint32_t store_changes;

const uint8_t *store_image(const struct stored *found)
{
    return flash_at(bases[found->area] + VG_FLASH_SECTOR_BYTES);
}

static bool digest_is(const uint8_t *image, const uint32_t expected[8])
{
    uint32_t digest[8];
    digest_begin();
    digest_add(image, VG_IMAGE_BYTES);
    digest_end(digest);
    return memcmp(digest, expected, sizeof digest) == 0;
}

/* Read an area's header and say whether it and the image behind it are whole. */
static bool whole(uint32_t area, struct stored *found)
{
    found->area = area;
    memcpy(found->header, flash_at(bases[area]), sizeof found->header);
    const uint32_t *header = found->header;
    if (VG_GET(header, VG_FLASH_MODEL_MAGIC) != VG_FLASH_MODEL_MAGIC ||
        VG_GET(header, VG_FLASH_MODEL_CHECK) != crc_of(header, HEADER_CHECK_WORDS) ||
        VG_GET(header, VG_FLASH_MODEL_CONTRACT) != VG_CONTRACT_VERSION ||
        VG_GET(header, VG_FLASH_MODEL_SIZE) != VG_IMAGE_BYTES ||
        VG_GET(header, VG_FLASH_MODEL_NAME_LENGTH) > VG_LINK_NAME_BYTES)
        return false;
    return digest_is(store_image(found), header + VG_FLASH_MODEL_DIGEST0_OFFSET / 32);
}

ONCE void store_start(void)
{
    struct stored second;
    memset(&store, 0, sizeof store);
    store.any = whole(0, &store.newest);
    if (whole(1, &second) && (!store.any || (int32_t)(VG_GET(second.header, VG_FLASH_MODEL_NUMBER) -
                                                      VG_GET(store.newest.header, VG_FLASH_MODEL_NUMBER)) > 0)) {
        store.any = true;
        store.newest = second;
    }
}

const struct stored *store_newest(void)
{
    return store.any ? &store.newest : NULL;
}

void store_copy(uint32_t slot)
{
    store.slot = slot;
    store.area = store.any ? 1 - store.newest.area : 0;
    store.step = 0;
    store.state = STORE_BUSY;
}

void store_keep(const uint32_t header[VG_FLASH_MODEL_WORDS])
{
    memcpy(store.header, header, sizeof store.header);
    store.state = STORE_BUSY;
    uint32_t number = store.any ? VG_GET(store.newest.header, VG_FLASH_MODEL_NUMBER) + 1 : 1;
    VG_PUT(store.header, VG_FLASH_MODEL_NUMBER, number);
    VG_PUT(store.header, VG_FLASH_MODEL_CHECK, crc_of(store.header, HEADER_CHECK_WORDS));
}

enum store_state store_step(void)
{
    const uint32_t sectors = 1 + IMAGE_SECTORS, pages = VG_IMAGE_BYTES / VG_FLASH_PAGE_BYTES;
    const uint32_t *digest = store.header + VG_FLASH_MODEL_DIGEST0_OFFSET / 32;
    uint32_t base = bases[store.area], image = base + VG_FLASH_SECTOR_BYTES, step = store.step;
    if (store.state != STORE_BUSY || !flash_ready())
        return store.state;
    if (step < sectors) {
        flash_erase(base + step * VG_FLASH_SECTOR_BYTES);
    } else if (step < sectors + pages) {
        uint32_t offset = (step - sectors) * VG_FLASH_PAGE_BYTES;
        uint8_t page[VG_FLASH_PAGE_BYTES];
        board_load_read(slots_address(store.slot, offset), page, sizeof page);
        flash_program(image + offset, page, sizeof page);
    } else if (step == sectors + pages) {
        store.state = STORE_COPIED;
    } else if (step == sectors + pages + 1) {
        if (!digest_is(flash_at(image), digest))
            store.state = STORE_FAILED;
        else
            flash_program(base, store.header, sizeof store.header);
    } else {
        store.state = STORE_FAILED;
        if (memcmp(flash_at(base), store.header, sizeof store.header) == 0) {
            store.state = STORE_KEPT;
            store.any = true;
            store_changes++;
            store.newest.area = store.area;
            memcpy(store.newest.header, store.header, sizeof store.header);
        }
    }
    store.step++;
    return store.state;
}
