"""Mount, change the root folder, enter namespaces
No rights in any namespace, and no such system calls
"""
from tries import *

SHARE = 1 << 12
system_call("mount tmpfs", 165, b"tmpfs", b"/work", b"tmpfs", 0, 0)
system_call("bind", 165, b"/", b"/work", 0, SHARE, 0)
system_call("remount", 165, 0, b"/usr", 0, 32 | SHARE, 0)
system_call("umount", 166, b"/usr", 2)
system_call("pivot_root", 155, b"/work", b"/work")
system_call("chroot", 161, b"/work")
system_call("open_tree", 428, -100, b"/", 1)
system_call("fsopen", 430, b"tmpfs", 0)
system_call("setns", 308, os.open("/proc/self/ns/mnt", os.O_RDONLY), 0)
