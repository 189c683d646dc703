"""Calls functions for the host. Messages are JSON lines on the streams it was started with; what user code prints is not among them."""

import importlib.util
import inspect
import json
import os
import sys
import threading
import traceback
import types

WORK = os.getcwd()

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


asking = threading.Lock()
asks = 0


def chat(messages, **options):
    """Asks the model that the run file names. `messages` is a text, or a list of {"role": ..., "content": ...}."""
    global asks
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
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
sys.path.insert(0, WORK)

modules = {}
snippets = {}


def function_of_file(path, function):
    place = os.path.join(WORK, path)
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
        body = text.split("\n") if "\n" in text or text.startswith("return ") else ["return (" + text + ")"]
        scope = {}
        exec("def inline({}):\n{}".format(", ".join(names), "\n".join("    " + line for line in body)), scope)
        snippets[key] = scope["inline"]
    return snippets[key]


def answer(id, source, args=None):
    try:
        (kind, fields), = source.items()
        function = (function_of_file if kind == "file" else function_of_text)(**fields)
        # without arguments it is only to be found
        value = None if args is None else function(*args)
        if inspect.iscoroutine(value):
            import asyncio

            value = asyncio.run(value)
        sys.stdout.flush()
        try:
            send("returned", id=id, value=value)
        except ValueError:
            raise ValueError("the function returned NaN or infinity, which is no score") from None
    except BaseException as error:
        sys.stdout.flush()
        message = "".join(traceback.format_exception_only(type(error), error)).strip()
        send("failed", id=id, message=message[-2000:], trace=traceback.format_exc()[-8000:])


send("ready")
for line in inbox:
    (kind, fields), = json.loads(line).items()
    # an answer that nobody waits for any more is none of ours
    if kind in ("call", "find"):
        answer(**fields)
