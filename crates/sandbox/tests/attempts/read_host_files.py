"""Read files of the host, and keys in them
Only the system's programs are mounted, and nothing of /etc that speaks of the machine
"""
from tries import *

secret = os.environ["HOST_FILE"]
for path in [secret, "/etc/shadow", "/etc/hostname", "/etc/hosts", "/root/.ssh", "/var/log", "/sys/kernel", "/run", "/boot"]:
    tries(path, lambda: os.stat(path))
    tries("/proc/1/root" + path, lambda: os.stat("/proc/1/root" + path))
    tries("up to " + path, lambda: os.stat("../" * 12 + path))
for folder, files in everything_below("/"):
    if os.path.basename(secret) in files:
        print("ESCAPED: found it in", folder)
