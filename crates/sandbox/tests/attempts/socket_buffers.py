"""Have the kernel hold what nobody reads, in sockets
Each socket counts as much as it may hold
"""
import os
import socket
import time

for _ in range(9):
    if os.fork() == 0:
        break
held = []
for _ in range(60):
    held += socket.socketpair()
for end in held:
    end.setblocking(False)
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
    except OSError:
        pass
    try:
        while True:
            end.send(b"x" * 65536)
    except OSError:
        pass
time.sleep(20)
