"""Raise its own limits
They are hard limits, and raising those is a right that it does not have
"""
import resource

from tries import *

for name in ["RLIMIT_DATA", "RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_CORE"]:
    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    tries(name, lambda: resource.setrlimit(kind, (hard + 1, hard + 1)))
tries("memory that cannot be swapped", lambda: libc.mlockall(1) and (_ for _ in ()).throw(OSError()))
