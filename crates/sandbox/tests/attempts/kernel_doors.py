"""Ask the kernel for bpf, io_uring, keys, perf, modules, handles, clocks, watches and leases of files, memory that no process holds, and for changes of other processes
The system calls are not on the list of those that are let through, or only about the process itself
"""
import fcntl
import mmap

from tries import *

IPC_PRIVATE = 0
INIT = 1


def not_let_in(name, number, *args):
    """What the kernel refuses for another reason was let in, and another caller or kernel would have had it."""
    result = libc.syscall(number, *args)
    refused = result < 0 and ctypes.get_errno() == errno.ENOSYS
    print("refused:" if refused else "ESCAPED:", name, result, ctypes.get_errno())


for name, number in {
    "bpf": 321, "io_uring_setup": 425, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "add_key": 248,
    "request_key": 249, "init_module": 175, "finit_module": 313, "kexec_load": 246, "reboot": 169, "swapon": 167, "acct": 163,
    "open_by_handle_at": 304, "memfd_create": 319, "memfd_secret": 447, "personality": 135, "settimeofday": 164, "syslog": 103, "kcmp": 312,
    "quotactl": 179, "iopl": 172, "nfsservctl": 180, "vmsplice": 278, "move_pages": 279, "process_madvise": 440,
    # held without any process that could be seen to hold it, or counted for the whole account
    "inotify_init": 253, "inotify_init1": 294, "inotify_add_watch": 254, "fanotify_init": 300, "landlock_create_ruleset": 444,
    "landlock_add_rule": 445, "landlock_restrict_self": 446, "seccomp": 317, "mq_open": 240, "semop": 65, "semctl": 66,
    "semtimedop": 220, "msgctl": 71, "shmat": 30,
}.items():
    not_let_in(name, number, 0, 0, 0, 0, 0, 0)
# a thread with open files of its own, which nobody would look for there
not_let_in("close_range(CLOSE_RANGE_UNSHARE)", 436, 900, 900, 2)
not_let_in("clone(CLONE_THREAD) without CLONE_FILES", 56, 0x10000 | 0x800 | 0x100, 0, 0, 0, 0)
# a socket that holds more unread than it counts for, and filters
for name, option in [
    ("SO_SNDBUF", 7), ("SO_RCVBUF", 8), ("SO_SNDBUFFORCE", 32), ("SO_RCVBUFFORCE", 33), ("SO_BINDTODEVICE", 25), ("SO_ATTACH_FILTER", 26),
    ("SO_BUSY_POLL", 46), ("SO_ATTACH_BPF", 50),
]:
    not_let_in(f"setsockopt({name})", 54, 0, 1, option, 0, 0)
# what reaches others through a file that both may only read
library = os.open(os.__file__, os.O_RDONLY)
for name, command, argument in [("F_SETLEASE", 1024, 0), ("F_NOTIFY", 1026, 1 | 0x80000000), ("F_SETPIPE_SZ", 1031, 1 << 20)]:
    not_let_in(f"fcntl({name})", 72, library, command, argument)
not_let_in("flock", 73, library, 1)
not_let_in("syncfs", 306, library)
not_let_in("sync", 162)
# shared memory of no file
not_let_in("mmap(MAP_SHARED | MAP_ANONYMOUS)", 9, 0, 4096, 3, 0x21, -1, 0)
not_let_in("mmap(MAP_SHARED_VALIDATE | MAP_ANONYMOUS)", 9, 0, 4096, 3, 0x23, -1, 0)
for device in ["/dev/zero", "/dev/full", "/dev/null"]:
    tries(f"map {device}", lambda: mmap.mmap(os.open(device, os.O_RDWR), 4096))
not_let_in("shmget", 29, IPC_PRIVATE, 4096, 0o1600)
not_let_in("semget", 64, IPC_PRIVATE, 32000, 0o600)
not_let_in("msgget", 68, IPC_PRIVATE, 0o600)
not_let_in("prctl(PR_SET_SECCOMP)", 157, 22, 2, 0, 0, 0)
# whoever watches the sandbox is of the same user where that is an ordinary one
for name, number, *args in [
    ("prlimit64", 302, INIT, 7, 0, 0), ("sched_setparam", 142, INIT, 0), ("sched_setscheduler", 144, INIT, 5, 0),
    ("sched_setaffinity", 203, INIT, 8, 0), ("setpriority of a process", 141, 0, INIT, 19), ("setpriority of a user", 141, 2, 0, 19),
    ("sched_setattr", 314, INIT, 0, 0), ("ioprio_set", 251, 1, INIT, 0),
]:
    not_let_in(name, number, *args)

pair = (ctypes.c_int * 2)()
for family in range(2, 46):
    not_let_in(f"socketpair of family {family}", 53, family, 1, 0, pair)

# what a program does with itself works
import resource
import signal
import socket
import threading

resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))
os.nice(1)
fcntl.lockf(open("locked", "w"), fcntl.LOCK_EX)
mmap.mmap(-1, 4096, mmap.MAP_PRIVATE)
with open("mapped", "w+b") as file:
    file.truncate(4096)
    mmap.mmap(file.fileno(), 4096)
socket.socket(socket.AF_UNIX).setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
os.closerange(900, 910)
socket.socketpair()
os.sched_setaffinity(0, os.sched_getaffinity(0))
signal.setitimer(signal.ITIMER_REAL, 0)
threading.Thread(target=print, args=["refused: nothing that a program needs"]).start()
