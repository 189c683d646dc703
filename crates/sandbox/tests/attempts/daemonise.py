"""Leave the session, change parents and outlive the program
Every process of the sandbox is ended with the program
"""
import os
import sys
import time

for _ in range(2):
    if os.fork():
        os._exit(0)
    os.setsid()
os.execvp(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", os.environ["MARKER"]])
