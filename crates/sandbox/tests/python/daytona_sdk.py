"""Daytona's official Python SDK as a judge of the fake: what it sends is understood, and what comes back is what it expects."""

import sys

from daytona import CreateSandboxFromSnapshotParams, Daytona, DaytonaConfig

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

again = daytona.get(sandbox.id)
assert again.id == sandbox.id
sandbox.set_labels({"project": "judged"})
sandbox.delete()
try:
    daytona.get(sandbox.id)
    raise AssertionError("it is still there")
except AssertionError:
    raise
except Exception as gone:
    assert "not found" in str(gone).lower(), gone
print("judged")
