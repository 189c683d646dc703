"""What answers inside a sandbox of the fake: requests and answers are JSON lines."""

import base64
import json
import os
import subprocess
import sys
import threading

answers = threading.Lock()
inbox = os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n")
outbox = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(os.open(os.devnull, os.O_RDWR), 0)
os.dup2(2, 1)
PATH = os.environ["PATH"] + ":" + os.path.dirname(sys.executable)


def execute(command, cwd=None, envs=None, timeout=None, **_):
    env = {"PATH": PATH, "HOME": "/work", "LANG": "C.UTF-8", **(envs or {})}
    try:
        done = subprocess.run(["sh", "-c", command], cwd=cwd or "/work", env=env, timeout=timeout,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return {"late": True}
    return {"exitCode": done.returncode, "result": done.stdout.decode("utf-8", "replace")}


def code(code, argv=(), timeout=None, **_):
    try:
        done = subprocess.run([sys.executable, "-c", code, *(argv or ())], cwd="/work", timeout=timeout,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return {"late": True}
    return {"exitCode": done.returncode, "result": done.stdout.decode("utf-8", "replace"), "artifacts": {"charts": []}}


def absolute(path):
    return os.path.join("/work", path)


def write(path, data):
    path = absolute(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(base64.b64decode(data))
    return {}


def read(path):
    try:
        with open(absolute(path), "rb") as file:
            return {"data": base64.b64encode(file.read()).decode()}
    except OSError as error:
        return {"missing": error.strerror}


def answer(id, operation, arguments):
    try:
        result = {"execute": execute, "code": code, "write": write, "read": read}[operation](**arguments)
    except Exception as error:
        result = {"broken": repr(error)}
    with answers:
        outbox.write(json.dumps({"id": id, "answer": result}) + "\n")
        outbox.flush()


for line in inbox:
    threading.Thread(target=answer, kwargs=json.loads(line), daemon=True).start()
