"""Runs one program at a time for the host, in a sandbox that is reached over requests only. Each request starts this file anew:

    agent.py OPERATION ARGUMENTS        (JSON in base64)

and it answers with one line of JSON. `watch` runs a program to its end and writes down what it says and how it ends; the other requests read that, or
write what is meant for it, at the same time."""

import base64
import ctypes
import errno
import json
import os
import resource
import select
import shutil
import signal
import stat
import sys
import time

HOME = os.path.dirname(os.path.abspath(__file__))
RUNS = os.path.join(HOME, "runs")
WORK = "/work"
# what counts towards the limit on files
DISK = (WORK, "/tmp", "/dev/shm")
# a file or folder takes at least so many bytes
BLOCK = 4096
# most bytes that one answer carries
PART = 384 * 1024
# output that nobody has fetched yet, beyond which the program has to wait
AHEAD = 8 * 1024 * 1024
# the interpreter that runs this is found by its name too
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" + os.path.dirname(sys.executable)
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


def place(run, name):
    return os.path.join(RUNS, str(int(run)), name)


def write_whole(path, data):
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.replace(path + ".part", path)


def read_from(path, offset, most):
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(most)
    except FileNotFoundError:
        return b""


# --- watching a program ---------------------------------------------------------------------------------------------------------


def family(root):
    """Every process below a process: (pid, clock ticks, threads, bytes of memory). What has ended and nobody has waited for has no threads."""
    children, seen = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        pid, parent = int(name), int(fields[1])
        children.setdefault(parent, []).append(pid)
        over = fields[0] in (b"Z", b"X") and fields[17] == b"1"
        seen[pid] = (sum(int(n) for n in fields[11:15]), 0 if over else int(fields[17]), int(fields[21]) * PAGE)
    found, left = [], [root]
    while left:
        for pid in children.get(left.pop(), ()):
            left.append(pid)
            found.append((pid, *seen[pid]))
    return found


def shared_out(place):
    """What a process or thread says of its memory, pages that several have shared out among them; None where it says nothing."""
    try:
        with open(f"{place}/smaps_rollup", "rb") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith(b"Pss:")), None)
    except OSError:
        return None


def memory(pid, resident):
    told = shared_out(f"/proc/{pid}")
    if told is None and resident == 0:
        # where the first thread has ended, another one tells
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            return 0
        told = next(filter(None, (shared_out(f"/proc/{pid}/task/{thread}") for thread in threads)), None)
    return resident if told is None else told


def disk():
    total, left = 0, list(DISK)
    while left:
        try:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    if entry.path == HOME:
                        continue
                    held = entry.stat(follow_symlinks=False)
                    total += max(BLOCK, held.st_blocks * 512)
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
        except OSError:
            continue
    return total


def end_family(root):
    for _ in range(200):
        left = family(root)
        for pid, *_ in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        reap()
        if not left:
            return
        time.sleep(0.002)


spent_by_dead = 0.0


def reap(wanted=None):
    """Takes in ended children; the status of the wanted one."""
    global spent_by_dead
    status = None
    while True:
        try:
            pid, how, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        spent_by_dead += used.ru_utime + used.ru_stime
        if pid == wanted:
            status = how


def launch(task, pipes):
    """Starts the program; the child's pid, or why it cannot be run."""
    program, env = task["program"], task["env"]
    env.setdefault("PATH", PATH)
    if not program or not program[0]:
        return None, "it has no name"
    found = program[0] if "/" in program[0] else shutil.which(program[0], path=env["PATH"])
    if found is None:
        return None, "there is no such program"
    reading, writing = os.pipe()
    os.set_inheritable(writing, False)
    pid = os.fork()
    if pid:
        os.close(writing)
        why = os.read(reading, 200).decode("utf-8", "replace")
        os.close(reading)
        if why:
            os.waitpid(pid, 0)
            return None, why
        return pid, None
    try:
        os.setsid()
        for target, pipe in enumerate(pipes):
            os.dup2(pipe, target)
        os.chdir(WORK)
        megabyte = 1024 * 1024
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (task["memory_mb"] * megabyte,) * 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, ((task["disk_mb"] + 1) * megabyte,) * 2)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.closerange(3, writing)
        os.closerange(writing + 1, 256)
        os.execve(found, program, env)
    except OSError as error:
        os.write(writing, (error.strerror or str(error)).encode())
    finally:
        os._exit(127)


def watch(run, task):
    """Runs the program to its end. The end of everything that it started comes with it."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: whoever loses its parent becomes a child of this process
    stdin_out, stdin_in = os.pipe()
    out, out_in = os.pipe()
    err, err_in = os.pipe()
    disk_before = disk()
    began = time.monotonic()
    pid, why = launch(task, (stdin_out, out_in, err_in))
    for fd in (stdin_out, out_in, err_in):
        os.close(fd)
    if pid is None:
        write_whole(place(run, "end"), json.dumps({"not_runnable": why}).encode())
        return
    os.set_blocking(stdin_in, False)
    names = {out: "out", err: "err"}
    files = {fd: open(place(run, name), "ab", buffering=0) for fd, name in names.items()}
    size, left = {out: 0, err: 0}, task["output"]
    offset, pending, stdin_open = 0, b"", True
    limit = status = None
    disk_next, watch_next, peak, cpu, told = 0.0, 0.0, 0, 0.0, 0.0
    while status is None and limit is None:
        now = time.monotonic()
        fetched = int(read_from(place(run, "fetched"), 0, 40) or b"0")
        reading = [fd for fd in files if sum(size.values()) - fetched < AHEAD]
        ready, _, _ = select.select(reading, [], [], 0.003)
        # what is printed before an answer is there before it
        for fd in sorted(ready, key=lambda fd: fd == out):
            data = os.read(fd, 65536)
            if not data:
                files.pop(fd).close()
                os.close(fd)
                continue
            if left is not None:
                if len(data) > left:
                    data, limit = data[:left], "output"
                left -= len(data)
            files[fd].write(data)
            size[fd] += len(data)
        if stdin_open:
            if not pending:
                pending = read_from(place(run, "in"), offset, 65536)
                offset += len(pending)
            try:
                if pending:
                    pending = pending[os.write(stdin_in, pending):]
                elif os.path.exists(place(run, "in.end")) and not read_from(place(run, "in"), offset, 1):
                    os.close(stdin_in)
                    stdin_open = False
            except BlockingIOError:
                pass
            except OSError:
                os.close(stdin_in)
                stdin_open = False
        if now >= watch_next and limit is None:
            below = family(os.getpid())
            cpu = max(cpu, spent_by_dead + sum(ticks for _, ticks, _, _ in below) / TICK)
            if task["cpu_s"] is None and cpu > told:
                # whoever sends the requests counts the time of each
                write_whole(place(run, "cpu"), str(int(cpu * 1000)).encode())
                told = cpu
            held = sum(memory(pid, resident) for pid, _, _, resident in below)
            peak = max(peak, held)
            if held > task["memory_mb"] * 1024 * 1024:
                limit = "memory"
            elif sum(threads for _, _, threads, _ in below) > task["processes"]:
                limit = "processes"
            elif task["cpu_s"] is not None and cpu > task["cpu_s"]:
                limit = "cpu"
            watch_next = now + min(0.08, 0.01 + (now - began) / 20)
        if now >= disk_next and limit is None:
            used = disk()
            if used > max(task["disk_mb"] * 1024 * 1024, disk_before):
                limit = "disk"
            disk_next = now + 0.05 + 4 * (time.monotonic() - now)
        if task["wall_ms"] is not None and (now - began) * 1000 >= task["wall_ms"] and limit is None:
            limit = "wall"
        if os.path.exists(place(run, "kill")):
            limit = "cancelled"
        status = reap(pid)
    end_family(os.getpid())
    # everything is dead, so what is left in the pipes has an end
    for fd in list(files):
        while limit != "output":
            data = os.read(fd, 65536)
            if not data:
                break
            if left is not None:
                if len(data) > left:
                    data, limit = data[:left], "output"
                left -= len(data)
            files[fd].write(data)
        files[fd].close()
    cpu = max(cpu, spent_by_dead)
    if limit is None and task["cpu_s"] is not None and cpu > task["cpu_s"]:
        limit = "cpu"
    if limit:
        how = {"limit": limit}
    elif os.WIFSIGNALED(status):
        how = {"signalled": os.WTERMSIG(status)}
    else:
        how = {"exited": os.WEXITSTATUS(status)}
    used = {"cpu_ms": int(cpu * 1000), "wall_ms": int((time.monotonic() - began) * 1000), "memory_kb": peak // 1024}
    write_whole(place(run, "end"), json.dumps({**how, "used": used}).encode())


# --- operations -----------------------------------------------------------------------------------------------------------------


def begun(run):
    """The folder of a run, made by whichever request comes first."""
    os.makedirs(os.path.join(RUNS, str(int(run))), exist_ok=True)


def watch_run(run, **task):
    shutil.rmtree(os.path.join(RUNS, str(int(run) - 1)), ignore_errors=True)
    begun(run)
    try:
        watched = os.open(place(run, "watched"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return {}  # the request came twice
    os.write(watched, str(os.getpid()).encode())
    os.close(watched)
    try:
        watch(run, task)
    except BaseException as error:
        write_whole(place(run, "end"), json.dumps({"broken": repr(error)}).encode())
        raise
    return {}


def poll(run, out, err, wait_ms):
    until = time.monotonic() + wait_ms / 1000
    begun(run)
    write_whole(place(run, "fetched"), str(out + err).encode())
    while True:
        # the end is looked for first: what was said before it is there then
        end = read_from(place(run, "end"), 0, 1 << 20)
        more_out = read_from(place(run, "out"), out, PART)
        more_err = read_from(place(run, "err"), err, PART)
        if more_out or more_err or end or time.monotonic() > until:
            break
        time.sleep(0.003)
    whole = len(more_out) < PART and len(more_err) < PART
    text = lambda data: base64.b64encode(data).decode()
    return {"out": text(more_out), "err": text(more_err), "end": json.loads(end) if end and whole else None}


def look(run):
    watcher = int(read_from(place(run, "watched"), 0, 40) or b"0")
    processes = sum(threads > 0 for _, _, threads, _ in family(watcher)) if watcher else 0
    return {"cpu_ms": int(read_from(place(run, "cpu"), 0, 40) or b"0"), "processes": processes}


def send(run, at, data, last):
    begun(run)
    # a request may come twice
    file = os.open(place(run, "in"), os.O_WRONLY | os.O_CREAT, 0o600)
    os.pwrite(file, base64.b64decode(data), at)
    os.close(file)
    if last:
        open(place(run, "in.end"), "wb").close()
    return {}


def kill(run):
    begun(run)
    open(place(run, "kill"), "wb").close()
    until = time.monotonic() + 10
    while not os.path.exists(place(run, "end")) and time.monotonic() < until:
        time.sleep(0.003)
    return {}


def folder_of(path, make):
    """A descriptor of the folder that a path ends in. No link is followed on the way; where folders are to be made, what is none makes way."""
    *folders, name = path.split("/")
    at = os.open(WORK, os.O_RDONLY | os.O_DIRECTORY)
    for folder in folders:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        try:
            inner = os.open(folder, flags, dir_fd=at)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not make:
                raise
            if isinstance(error, NotADirectoryError):
                os.unlink(folder, dir_fd=at)
            os.mkdir(folder, 0o755, dir_fd=at)
            inner = os.open(folder, flags, dir_fd=at)
        os.close(at)
        at = inner
    return at, name


def clear(at, name):
    """Takes a folder out of the way, with what is below it as far as its modes let that be done."""
    moved = f".{name[:100]}.old"
    os.rename(name, moved, src_dir_fd=at, dst_dir_fd=at)
    os.chmod(moved, 0o700, dir_fd=at)
    shutil.rmtree(f"/proc/self/fd/{at}/{moved}", ignore_errors=True)


def put(path, data=None, source=None):
    at, name = folder_of(path, True)
    try:
        content = base64.b64decode(data) if source is None else open(os.path.join(HOME, source), "rb").read()
        part = f".{name[:100]}.part"
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644, dir_fd=at)
        with os.fdopen(file, "wb") as file:
            file.write(content)
            # what begins with #! is a program and can be run
            os.fchmod(file.fileno(), 0o755 if content[:2] == b"#!" else 0o644)
        try:
            os.replace(part, name, src_dir_fd=at, dst_dir_fd=at)
        except IsADirectoryError:
            clear(at, name)
            os.replace(part, name, src_dir_fd=at, dst_dir_fd=at)
    finally:
        os.close(at)
    if source is not None:
        os.unlink(os.path.join(HOME, source))
    return {}


def get(path, most, target):
    at, name = folder_of(path, False)
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)
    with os.fdopen(file, "rb") as file:
        held = os.fstat(file.fileno())
        if not stat.S_ISREG(held.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        if held.st_size > most:
            raise OSError(errno.EFBIG, "it is larger than the disk limit")
        content = file.read(most + 1)
    if len(content) <= PART:
        return {"data": base64.b64encode(content).decode()}
    write_whole(os.path.join(HOME, target), content)
    return {"target": os.path.join(HOME, target)}


def drop(target):
    os.unlink(os.path.join(HOME, target))
    return {}


def prepare():
    os.makedirs(RUNS, exist_ok=True)
    os.makedirs(WORK, exist_ok=True)
    return {"python": sys.version.split()[0]}


OPERATIONS = {"watch": watch_run, "poll": poll, "look": look, "send": send, "kill": kill, "put": put, "get": get, "drop": drop, "prepare": prepare}

if __name__ == "__main__":
    try:
        answer = OPERATIONS[sys.argv[1]](**json.loads(base64.b64decode(sys.argv[2])))
    except OSError as error:
        answer = {"error": error.strerror or str(error)}
    print(json.dumps(answer))
