/* littlefs itself, from its package (firmware/build.py), with what it lacks. */
#include "littlefs.h"
#include "process.h"

/* Whatever it does for long, it copies much: there it can pause. */
static void *copied(void *into, const void *from, size_t bytes)
{
    aside_breathe();
    return memcpy(into, from, bytes);
}
/* A compiler passes thirteen arguments as it likes where it knows all callers, and then some of them in registers that
 * the kernel leaves alone (UNTOUCHED in firmware/build.py). */
struct lfs_mattr;
static __attribute__((used)) int lfs_dir_traverse(lfs_t *, const lfs_mdir_t *, lfs_off_t, uint32_t,
                                                  const struct lfs_mattr *, int, uint32_t, uint32_t, uint16_t,
                                                  uint16_t, int16_t, int (*)(void *, uint32_t, const void *), void *);
#define memcpy copied
#include <lfs.c>
#undef memcpy

lfs_ssize_t littlefs_attribute(lfs_t *lfs, lfs_dir_t *dir, uint8_t type, void *into, lfs_size_t size)
{
    lfs_stag_t tag = lfs_dir_get(lfs, &dir->m, LFS_MKTAG(0x7ff, 0x3ff, 0),
                                 LFS_MKTAG(LFS_TYPE_USERATTR + type, dir->id - 1, size), into);
    return tag < 0 ? (lfs_ssize_t)tag : (lfs_ssize_t)lfs_tag_size((lfs_tag_t)tag);
}

/* CRC-32 as littlefs has it, four bits at a time. */
uint32_t lfs_crc(uint32_t crc, const void *buffer, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    const uint8_t *bytes = buffer;
    aside_breathe();
    for (; size; size--, bytes++) {
        crc = crc >> 4 ^ table[(crc ^ *bytes) & 15];
        crc = crc >> 4 ^ table[(crc ^ *bytes >> 4) & 15];
    }
    return crc;
}
