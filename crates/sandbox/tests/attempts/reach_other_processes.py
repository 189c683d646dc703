"""See, signal or trace processes of others
Process and user namespaces of its own; tracing is no system call that is let through
"""
from tries import *

others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
for pid in others:
    print("ESCAPED: sees", pid)
for pid in range(2, 70000):
    if pid != os.getpid():
        try:
            os.kill(pid, 0)
            print("ESCAPED: may signal", pid)
        except OSError:
            pass
try:
    os.kill(1, 9)
except OSError as error:
    print("refused: ending the first process", error)
ATTACH, SEIZE = 16, 0x4206
for pid in [1, os.getppid()]:
    system_call("attach", 101, ATTACH, pid, 0, 0)
    system_call("seize", 101, SEIZE, pid, 0, 0)
    system_call("process_vm_readv", 310, pid, 0, 0, 0, 0, 0)
    system_call("pidfd_getfd", 438, 3, 0, 0)
