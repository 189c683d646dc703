"""Have the kernel hold tables of pages for memory that is only looked at
They count as memory of the process
"""
import mmap
import time

GIB = 1 << 30
# a byte in every two megabytes brings in a table of 4 KiB
held = [mmap.mmap(-1, 40 * GIB, mmap.MAP_PRIVATE | 0x4000, mmap.PROT_READ) for _ in range(5)]
for area in held:
    for place in range(0, 40 * GIB, 2 << 20):
        area[place]
time.sleep(20)
