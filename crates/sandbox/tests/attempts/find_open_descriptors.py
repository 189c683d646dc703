"""Find descriptors that the host left open
All but the three standard ones are closed on the way in
"""
from tries import *

for number in range(3, 4096):
    try:
        os.fstat(number)
    except OSError:
        continue
    print("ESCAPED: descriptor", number)
tries("a descriptor of the first process", lambda: os.listdir("/proc/1/fd"))
