"""Daytona's official Python SDK as a judge of the fake: what it sends is understood, and what comes back is what it expects."""

import sys
import time

from daytona import CreateSandboxFromSnapshotParams, Daytona, DaytonaConfig, SessionExecuteRequest

url, key = sys.argv[1:3]
daytona = Daytona(DaytonaConfig(api_key=key, api_url=url))
sandbox = daytona.create(CreateSandboxFromSnapshotParams(
    language="python", labels={"project": "judge"}, env_vars={"GREETING": "hello"}, network_block_all=True, auto_stop_interval=5,
))
assert sandbox.state == "started" or getattr(sandbox.state, "value", None) == "started", sandbox.state
assert sandbox.labels["project"] == "judge", sandbox.labels

done = sandbox.process.exec("echo $((6*7)) && pwd", cwd="/tmp", timeout=10)
assert (done.exit_code, done.result.split()) == (0, ["42", "/tmp"]), done
assert sandbox.process.exec("exit 3").exit_code == 3
try:
    sandbox.process.exec("sleep 5", timeout=1)
    raise AssertionError("it took its time")
except AssertionError:
    raise
except Exception as late:
    assert "time" in str(late).lower(), late
ran = sandbox.process.code_run("print(1 + 1)")
assert (ran.exit_code, ran.result.strip()) == (0, "2"), ran

content = bytes(range(256)) * 300
sandbox.fs.upload_file(content, "/tmp/judge/bytes.bin")
assert sandbox.fs.download_file("/tmp/judge/bytes.bin") == content, "the bytes came back changed"

process, name = sandbox.process, "judge"
process.create_session(name)
in_session = lambda command, **more: process.execute_session_command(name, SessionExecuteRequest(command=command, **more))
assert in_session("cd /tmp && export WORD=kept").exit_code == 0
kept = in_session("pwd; echo $WORD; echo aside >&2; false")
assert (kept.exit_code, kept.stdout, kept.stderr) == (1, "/tmp\nkept\n", "aside\n"), kept
waiting = in_session("read line; echo got $line", run_async=True, suppress_input_echo=True).cmd_id
assert process.get_session_command(name, waiting).exit_code is None
process.send_session_command_input(name, waiting, "this\n")
until = time.monotonic() + 30
while process.get_session_command(name, waiting).exit_code is None:
    assert time.monotonic() < until, "the command does not end"
assert process.get_session_command_logs(name, waiting).stdout == "got this\n"
assert [command.id for command in process.get_session(name).commands][-1] == waiting
assert [one.session_id for one in process.list_sessions()] == [name]
process.delete_session(name)
try:
    process.get_session(name)
    raise AssertionError("the session is still there")
except AssertionError:
    raise
except Exception as gone:
    assert "not found" in str(gone).lower(), gone

again = daytona.get(sandbox.id)
assert again.id == sandbox.id
assert sandbox.id in [one.id for one in daytona.list()], "it is not in the list"
sandbox.set_labels({"project": "judged"})
sandbox.set_auto_delete_interval(60)
sandbox.fs.upload_file(b"common", "/work/state")
fork = sandbox.fork(name="the-fork")
assert fork.id != sandbox.id and fork.fs.download_file("/work/state") == b"common"
fork.fs.upload_file(b"other", "/work/state")
assert sandbox.fs.download_file("/work/state") == b"common", "a fork changed where it comes from"
try:
    sandbox.delete()
    raise AssertionError("it was deleted before its fork")
except AssertionError:
    raise
except Exception as refused:
    assert "fork" in str(refused).lower(), refused
fork.delete()
snapshot = "judge-" + sandbox.id
sandbox.stop()
sandbox.create_snapshot(snapshot)
assert daytona.snapshot.get(snapshot).name == snapshot
assert snapshot in [one.name for one in daytona.snapshot.list().items]
restored = daytona.create(CreateSandboxFromSnapshotParams(snapshot=snapshot))
assert restored.fs.download_file("/work/state") == b"common"
restored.delete()
daytona.snapshot.delete(daytona.snapshot.get(snapshot))
sandbox.delete()
try:
    daytona.get(sandbox.id)
    raise AssertionError("it is still there")
except AssertionError:
    raise
except Exception as gone:
    assert "not found" in str(gone).lower(), gone
print("judged")
