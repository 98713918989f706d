/* littlefs names it; what it is for is in text that the kernel leaves out. */
#include <stdint.h>
