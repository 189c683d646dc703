"""Reach the network, the loopback of the host, and the metadata address
A network namespace without interfaces; sockets of other families than unix are not made
"""
import socket

from tries import *


def connect(family, kind, address):
    with socket.socket(family, kind) as ours:
        ours.settimeout(1)
        ours.connect(address)
        return address


port = int(os.environ["HOST_PORT"])
for address in [("127.0.0.1", port), ("169.254.169.254", 80), ("1.1.1.1", 53)]:
    tries(f"tcp {address}", lambda: connect(socket.AF_INET, socket.SOCK_STREAM, address))
    tries(f"udp {address}", lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, address))
tries("tcp ::1", lambda: connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)))
tries("a name", lambda: socket.getaddrinfo("example.org", 80))
for name, family in [("netlink", 16), ("packet", 17), ("vsock", 40), ("alg", 38), ("bluetooth", 31)]:
    tries(name, lambda: socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_STREAM))
