"""What answers inside a sandbox of the fake: requests and answers are JSON lines."""

import base64
import json
import os
import subprocess
import sys
import threading
import time
import uuid

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


# --- sessions -------------------------------------------------------------------------------------------------------------------

SESSIONS = "/tmp/.daytona/sessions"
sessions = {}


class Problem(Exception):
    """What is answered with this status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Command:
    """A command of a session. Its streams are files, and its input a pipe that stays open."""

    def __init__(self, folder, text):
        self.id, self.text = str(uuid.uuid4()), text
        self.folder = os.path.join(folder, self.id)
        os.makedirs(self.folder)
        os.mkfifo(self.at("in"))
        self.input = os.open(self.at("in"), os.O_RDWR)

    def at(self, name):
        return os.path.join(self.folder, name)

    def logged(self, name):
        try:
            with open(self.at(name), "rb") as file:
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def code(self):
        text = self.logged("code")
        return int(text) if text else None

    def logs(self):
        out, err = self.logged("out"), self.logged("err")
        return {"output": out + err, "stdout": out, "stderr": err}

    def shown(self):
        code = self.code()
        return {"id": self.id, "command": self.text, **({} if code is None else {"exitCode": code})}


class Session:
    """A shell that takes one command after the other: each finds what the one before it left, such as folder and variables."""

    def __init__(self, name):
        self.name, self.commands = name, {}
        self.folder = os.path.join(SESSIONS, str(uuid.uuid4()))
        env = {"PATH": PATH, "HOME": "/work", "LANG": "C.UTF-8"}
        self.shell = subprocess.Popen(["sh"], cwd="/work", env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True)

    def begin(self, text, echoes):
        command = Command(self.folder, text)
        command.echoes = echoes
        self.commands[command.id] = command
        at = command.at
        script = (f"{{\n{text}\n}} < {at('in')} >> {at('out')} 2>> {at('err')}\n"
                  f"echo $? > {at('code.part')}; mv {at('code.part')} {at('code')}\n")
        try:
            self.shell.stdin.write(script.encode())
            self.shell.stdin.flush()
        except OSError:
            raise Problem(410, "session has ended")
        return command

    def command(self, id):
        if id not in self.commands:
            raise Problem(404, "command not found")
        return self.commands[id]

    def shown(self):
        return {"sessionId": self.name, "commands": [command.shown() for command in self.commands.values()]}


def session(name):
    if name not in sessions:
        raise Problem(404, "session not found")
    return sessions[name]


def session_create(sessionId, **_):
    if sessionId in sessions:
        raise Problem(409, "session already exists")
    sessions[sessionId] = Session(sessionId)
    return {}


def session_list():
    return {"sessions": [one.shown() for one in sessions.values()]}


def session_get(name):
    return session(name).shown()


def session_delete(name):
    shell = session(name).shell
    try:
        os.killpg(shell.pid, 9)
    except ProcessLookupError:
        pass
    shell.wait()
    del sessions[name]
    return {}


def session_exec(name, command, runAsync=False, suppressInputEcho=False, **more):
    of = session(name)
    begun = of.begin(command, not suppressInputEcho)
    if runAsync or more.get("async"):
        return {"cmdId": begun.id, "async": True}
    while begun.code() is None:
        if of.shell.poll() is not None:
            raise Problem(410, "session has ended")
        time.sleep(0.003)
    return {"cmdId": begun.id, "exitCode": begun.code(), **begun.logs()}


def session_command(name, id):
    return session(name).command(id).shown()


def session_logs(name, id):
    return session(name).command(id).logs()


def session_input(name, id, data):
    command = session(name).command(id)
    if command.code() is not None:
        raise Problem(410, "command has ended")
    if command.echoes:
        with open(command.at("out"), "ab") as file:
            file.write(data.encode())
    os.write(command.input, data.encode())
    return {}


OPERATIONS = {one.__name__: one for one in (
    execute, code, write, read, session_create, session_list, session_get, session_delete, session_exec, session_command,
    session_logs, session_input)}


def answer(id, operation, arguments):
    try:
        result = OPERATIONS[operation](**arguments)
    except Problem as problem:
        result = {"status": problem.status, "message": str(problem)}
    except Exception as error:
        result = {"broken": repr(error)}
    with answers:
        outbox.write(json.dumps({"id": id, "answer": result}) + "\n")
        outbox.flush()


for line in inbox:
    threading.Thread(target=answer, kwargs=json.loads(line), daemon=True).start()
