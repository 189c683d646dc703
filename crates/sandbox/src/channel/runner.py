"""Calls functions for the host. Messages are JSON lines on the streams it was started with; what user code prints is not among them."""

import importlib.util
import inspect
import json
import linecache
import os
import sys
import threading
import traceback
import types

WORK = os.getcwd()
SELF = os.getpid()
STATEMENT = (
    "code on one line is an expression, and this is none; "
    "write it on several lines, as the body of a function that ends with `return`"
)
MESSAGES = 'a model is asked with a text, or with a list of {"role": ..., "content": ...} whose values are texts'

inbox = os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n")
outbox = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)


def send(kind, **fields):
    # NaN is no JSON, and the host does not take it for a score
    line = json.dumps({kind: fields}, allow_nan=False, ensure_ascii=False)
    # a text that was cut in the middle of a character has half of it, which is no text for anybody else
    line = line.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    outbox.write(line + "\n")
    outbox.flush()


def receive():
    (message,) = json.loads(inbox.readline()).items()
    return message


class Refused(Exception):
    """The host did not answer a model call."""


guarded = {}
# code may put others in their place
lstat, join = os.lstat, os.path.join


def state_of(path):
    try:
        found = lstat(join(WORK, path))
    except OSError:
        return None
    return [found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns]


def guard(id, files):
    """Files that are looked at before each call."""
    guarded.clear()
    guarded.update((path, state_of(path)) for path in files)
    send("returned", id=id, value=list(guarded.values()))


asking = threading.Lock()
asks = 0


def is_message(value):
    return isinstance(value, dict) and set(value) == {"role", "content"} and all(isinstance(part, str) for part in value.values())


def chat(messages, **options):
    """Asks the model that the run file names. `messages` is a text, or a list of {"role": ..., "content": ...}."""
    global asks
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    if not isinstance(messages, (list, tuple)) or not all(map(is_message, messages)):
        raise TypeError(f"{MESSAGES}, and not {str(messages)[:200]!r}")
    with asking:
        asks += 1
        send("ask", id=asks, messages=messages, options=options)
        kind, fields = receive()
        while fields["id"] != asks:
            kind, fields = receive()
    if kind == "answer":
        return fields["text"]
    raise Refused(fields["reason"])


clade = types.ModuleType("clade", "What the host does for code in a sandbox.")
clade.chat, clade.Refused = chat, Refused
sys.modules["clade"] = clade
# the folder of the file at work, as for a program that python starts; then that of all files
sys.path[0:0] = [WORK, WORK]

modules = {}
snippets = {}


def enter(folder):
    """Modules beside a file are found from it, and those of the same names beside another file are not taken for them."""
    left = sys.path[0]
    if folder == left:
        return
    if left != WORK:
        for name, module in list(sys.modules.items()):
            if os.path.dirname(getattr(module, "__file__", None) or "") == left:
                del sys.modules[name]
    sys.path[0] = folder
    # files may have come since somebody looked
    importlib.invalidate_caches()


def function_of_file(path, function):
    place = os.path.join(WORK, path)
    enter(os.path.dirname(place))
    changed = os.stat(place).st_mtime_ns
    if modules.get(path, (None, None))[0] != changed:
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], place)
        if spec is None:
            raise ImportError(f"{path} is no Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        modules[path] = (changed, module)
    found = getattr(modules[path][1], function, None)
    if not callable(found):
        raise AttributeError(f"{path} has no function `{function}`")
    return found


def function_of_text(code, names):
    key = (code, *names)
    if key not in snippets:
        text = code.strip()
        if "\n" in text or text.startswith("return "):
            snippets[key] = compiled(text, names)
        else:
            try:
                snippets[key] = compiled("return (" + text + "\n)", names)
            except SyntaxError:
                try:
                    compiled(text, names)
                except SyntaxError:
                    pass
                else:
                    raise SyntaxError(STATEMENT) from None
                raise
    return snippets[key]


def compiled(body, names):
    file = f"<inline {len(snippets) + 1}>"
    lines = [f"def inline({', '.join(names)}):\n", *("    " + line + "\n" for line in body.split("\n"))]
    scope = {"json": json}
    exec(compile("".join(lines), file, "exec"), scope)
    # tracebacks quote it
    linecache.cache[file] = (sum(map(len, lines)), None, lines, file)
    return scope["inline"]


def told(error):
    """The error in one line, and where it came from: from the first frame that is not of this file."""
    trace = error.__traceback__
    while trace and (trace.tb_frame.f_globals is globals() or "importlib" in trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    whole = traceback.TracebackException(type(error), error, trace)
    message = list(whole.format_exception_only())
    where = list(whole.format())[: -len(message)]
    has_frames = any(part.lstrip().startswith("File ") for part in where)
    return "".join(message).strip()[-2000:], "".join(where).strip()[-8000:] if has_frames else ""


def is_beyond(value):
    """Whether a whole number in it is larger than any number that the host knows."""
    if isinstance(value, int):
        return not -sys.float_info.max <= value <= sys.float_info.max
    if isinstance(value, dict):
        value = value.values()
    return isinstance(value, (list, tuple, type({}.values()))) and any(map(is_beyond, value))


def flush():
    try:
        sys.stdout.flush()
    except ValueError:
        pass  # the function has closed it, which is its own affair


def answer(id, source, args=None):
    try:
        (kind, fields), = source.items()
        function = (function_of_file if kind == "file" else function_of_text)(**fields)
        # without arguments it is only to be found
        value = None if args is None else function(*args)
        if inspect.iscoroutine(value):
            import asyncio

            value = asyncio.run(value)
        flush()
        if os.getpid() != SELF:
            # a process that the function has forked: the call is answered by the one that was called
            os._exit(0)
        try:
            if is_beyond(value):
                raise ValueError
            send("returned", id=id, value=value)
        except ValueError:
            raise ValueError("the function returned NaN, infinity or a number beyond 1e308, which is no score") from None
        except TypeError as error:
            raise TypeError(f"what the function returned is no JSON: {error}") from None
    except BaseException as error:
        flush()
        if os.getpid() != SELF:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        message, trace = told(error)
        send("failed", id=id, message=message, trace=trace)


send("ready")
for line in inbox:
    (kind, fields), = json.loads(line).items()
    # an answer that nobody waits for any more is none of ours
    if kind == "guard":
        guard(**fields)
    elif kind in ("call", "find"):
        changed = next((path for path, state in guarded.items() if state_of(path) != state), None)
        if changed is None:
            answer(**fields)
        else:
            send("changed", id=fields["id"], path=changed)
