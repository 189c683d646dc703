"""Have the kernel wait for the same files over and over
Each file that is waited for counts as what waiting for it takes
"""
import os
import select
import time

for _ in range(9):
    if os.fork() == 0:
        break
waiting = [select.epoll() for _ in range(100)]
files = [os.pipe()[0] for _ in range(40)]
spare = 250
try:
    # what was waited for stays so when one of its numbers is closed, as long as another is open
    for number in range(200, spare):
        for file in files:
            os.dup2(file, number)
            for epoll in waiting:
                epoll.register(number, select.EPOLLIN)
            os.close(number)
except OSError as error:
    print(error)
time.sleep(20)
print("ESCAPED: as many as the kernel allows")
