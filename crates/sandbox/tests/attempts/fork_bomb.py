"""Fork without end
The number of processes is limited by the kernel, and watched
"""
import os
import time

while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.001)
