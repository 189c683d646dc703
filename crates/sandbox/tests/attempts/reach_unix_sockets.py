"""Reach unix sockets of the host, by path and by name
No path leads to them, and names belong to the network namespace
"""
import socket

from tries import *


def connect(address):
    with socket.socket(socket.AF_UNIX) as ours:
        ours.settimeout(1)
        ours.connect(address)
        return address


for address in [os.environ["HOST_SOCKET"], "\0" + os.environ["HOST_NAME"], "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket"]:
    tries(repr(address), lambda: connect(address))
