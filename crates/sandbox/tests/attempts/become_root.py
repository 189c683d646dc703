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
for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]:
    if int(status[name], 16):
        print("ESCAPED:", name, status[name])
