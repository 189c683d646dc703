import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)


def tries(what, action):
    """Does something that must not work. Whoever gets through says so."""
    try:
        result = action()
    except Exception as error:
        print("refused:", what, type(error).__name__)
    else:
        print("ESCAPED:", what, repr(result)[:200])


def system_call(name, number, *args):
    """Asks the kernel directly, past what Python knows."""
    def action():
        result = libc.syscall(number, *args)
        if result < 0:
            raise OSError(ctypes.get_errno(), errno.errorcode.get(ctypes.get_errno()))
        return result
    tries(name, action)


def everything_below(top):
    for folder, folders, files in os.walk(top, onerror=lambda error: None):
        folders[:] = [name for name in folders if os.path.join(folder, name) != "/proc"]
        yield folder, files
