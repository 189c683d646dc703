"""Read the host's environment, and keys in it
The environment is built anew; the first process inside hides its own
"""
import glob

from tries import *

for path in ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ")]:
    try:
        text = open(path, "rb").read()
    except OSError:
        continue
    if b"HOST_SECRET" in text or b"SHELL" in text or b"CARGO" in text:
        print("ESCAPED:", path)
tries("the first process's environment", lambda: open("/proc/1/environ", "rb").read())
tries("the first process's memory", lambda: open("/proc/1/mem", "rb").read())
