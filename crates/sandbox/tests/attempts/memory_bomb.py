"""Take memory without end, in many processes
What all processes hold together is watched, beside the kernel's limit for each
"""
import ctypes
import mmap
import os
import time

PR_SET_NAME = 15
# a name that is no text hides nothing
ctypes.CDLL(None).prctl(PR_SET_NAME, b"\xff) Z", 0, 0, 0)
for _ in range(4):
    if os.fork() == 0:
        break
held = []
while True:
    try:
        mapped = mmap.mmap(-1, 4 << 20, mmap.MAP_PRIVATE)
        mapped.write(b"x" * (4 << 20))
        held += [mapped, bytearray(os.urandom(1 << 20))]
    except (MemoryError, OSError):
        time.sleep(0.01)
