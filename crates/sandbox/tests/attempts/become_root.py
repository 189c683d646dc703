"""Become another user, or run a program that does
No rights are left, and no program can bring new ones
"""
import subprocess

from tries import *

tries("setuid", lambda: os.setuid(0))
tries("setgid", lambda: os.setgid(0))
tries("setgroups", lambda: os.setgroups([0]))
for program in ["su", "mount", "sudo", "newgrp", "passwd"]:
    tries(program, lambda: subprocess.run([program, "-c", "id -u"], check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=2))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
# what a program may be given beyond these counts for nothing where no program can bring new rights
never = [] if int(status["NoNewPrivs"]) else ["CapBnd"]
for name in ["CapInh", "CapPrm", "CapEff", "CapAmb", *never]:
    if int(status[name], 16):
        print("ESCAPED:", name, status[name])
