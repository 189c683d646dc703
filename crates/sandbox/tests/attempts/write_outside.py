"""Write outside of the working folder
Everything else is mounted read-only, and file rules say so again
"""
from tries import *

MINE = ("/work", "/tmp", "/dev/shm")
done = 0
for folder, files in everything_below("/"):
    if folder.startswith(MINE):
        continue
    done += 1
    if done > 3000 and not folder.count("/") < 3:
        continue
    try:
        with open(os.path.join(folder, "planted"), "w") as file:
            file.write("x")
        print("ESCAPED: wrote to", folder)
    except OSError:
        pass
for path in ["/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/1/oom_score_adj", "/usr/bin/env", "/etc/passwd"]:
    tries(path, lambda: open(path, "w").write("x"))
tries("a node for the disk", lambda: os.mknod("/work/disk", 0o60600, os.makedev(8, 0)))
tries("the owner of a program", lambda: os.chown("/usr/bin/env", 1000, 1000))
