"""Make a user namespace within, and so rights in it
No system call makes one, and their number is set to none
"""
from tries import *

NEWUSER, NEWNS, NEWNET = 0x10000000, 0x00020000, 0x40000000
for flags in [NEWUSER, NEWUSER | NEWNS, NEWNS, NEWNET]:
    system_call("unshare", 272, flags)
    system_call("clone", 56, flags | 17, 0, 0, 0, 0)
system_call("clone3", 435, ctypes.byref((ctypes.c_uint64 * 11)(NEWUSER, 0, 0, 0, 17)), 88)
