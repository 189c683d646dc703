"""Have the kernel describe memory in many small pieces, in many processes
Each piece counts as what its description takes
"""
import time

from tries import *

PAGE, PIECES = 4096, 64000
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
NONE, READ, PRIVATE_ANONYMOUS = 0, 1, 0x22
start = libc.mmap(None, PIECES * PAGE, NONE, PRIVATE_ANONYMOUS, -1, 0)
for page in range(0, PIECES, 2):
    libc.mprotect(start + page * PAGE, PAGE, READ)
for _ in range(15):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
time.sleep(20)
print("ESCAPED: 16 processes with", PIECES, "pieces each")
