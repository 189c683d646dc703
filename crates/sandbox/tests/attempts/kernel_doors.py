"""Ask the kernel for bpf, io_uring, keys, perf, modules, handles, clocks, memory that no process holds
The system calls are not on the list of those that are let through
"""
from tries import *

for name, number in {
    "bpf": 321, "io_uring_setup": 425, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "add_key": 248,
    "request_key": 249, "init_module": 175, "finit_module": 313, "kexec_load": 246, "reboot": 169, "swapon": 167, "acct": 163,
    "open_by_handle_at": 304, "memfd_create": 319, "personality": 135, "settimeofday": 164, "syslog": 103, "kcmp": 312, "quotactl": 179,
    "iopl": 172, "nfsservctl": 180, "vmsplice": 278, "move_pages": 279,
}.items():
    system_call(name, number, 0, 0, 0, 0, 0, 0)
system_call("shmget", 29, 0, 4096, 0o1600)
