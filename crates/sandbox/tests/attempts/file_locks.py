"""Have the kernel keep locks on every second byte of files
Each lock counts as what its description takes
"""
import fcntl
import os
import time

for child in range(19):
    if os.fork() == 0:
        break
files = [open(f"{os.getpid()}-{number}", "w") for number in range(100)]
for file in files:
    for byte in range(0, 2000, 2):
        fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
time.sleep(20)
print("ESCAPED:", 100_000, "locks in each process")
