"""Use up the signals and timers that the kernel counts for the whole account
A program has a number of its own
"""
from tries import *

timer = ctypes.c_int()
made = 0
while made < 5000 and libc.syscall(222, 1, None, ctypes.byref(timer)) == 0:
    made += 1
print("ESCAPED: timers" if made == 5000 else "refused: more timers than", made)
