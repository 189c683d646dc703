"""Hold memory in programs that nobody may read, and so not look into
What cannot be looked into counts as the most that it can be
"""
import os
import shutil
import subprocess
import time

shutil.copy(os.path.realpath(shutil.which("tail")), "tail")
os.chmod("tail", 0o111)
held = [subprocess.Popen(["./tail", "-n", "1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(6)]
for one in held:
    # a line without an end is kept whole
    one.stdin.write(b"x" * (40 << 20))
time.sleep(5)
print("ESCAPED:", [one.poll() for one in held])
