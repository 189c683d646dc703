"""Read the files of another sandbox
Every sandbox has file systems of its own
"""
from tries import *

for top in ["/work", "/tmp", "/dev/shm"]:
    for folder, files in everything_below(top):
        if "of-another-sandbox" in files:
            print("ESCAPED: found it in", folder)
for pid in range(1, 200):
    tries(f"by process {pid}", lambda: os.stat(f"/proc/{pid}/root/work/of-another-sandbox"))
