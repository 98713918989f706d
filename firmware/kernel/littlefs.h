/* littlefs as the kernel has it: nothing allocated, nothing said, and one function more. */
#ifndef LITTLEFS_H
#define LITTLEFS_H

#define LFS_NO_MALLOC
#define LFS_NO_ASSERT
#define LFS_NO_DEBUG
#define LFS_NO_WARN
#define LFS_NO_ERROR
#define LFS_NAME_MAX 27
#define LFS_NO_INTRINSICS /* the core has no instructions for them */
#include <lfs.h>

/* Read the attribute `type` of what lfs_dir_read has just told of, without another walk along its path; return its
 * size, or an error. */
lfs_ssize_t littlefs_attribute(lfs_t *lfs, lfs_dir_t *dir, uint8_t type, void *into, lfs_size_t size);

#endif
