"""Start threads without end
Threads count as processes
"""
import threading
import time

threading.stack_size(64 * 1024)
while True:
    try:
        threading.Thread(target=time.sleep, args=(60,)).start()
    except RuntimeError:
        time.sleep(0.001)
