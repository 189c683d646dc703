"""The official Python client of the Model Context Protocol against `clade serve` and `clade mcp`.

Arguments: the server's address, a token that may write, a viewer's token, the id of a finished run, and the command line of `clade`.
"""

import asyncio
import json
import os
import sys

import httpx2
from mcp import ClientSession, StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

URL, WRITER, VIEWER, RUN, *CLADE = sys.argv[1:]
READ = ["best_prompt", "diff", "estimate", "get_run", "lineage", "list_runs", "validate"]
WRITE = sorted([*READ, "create_run", "start_run", "pause_run", "branch"])
FILE = """
prompts: [file://prompt.txt]
providers: [simulated:gentle]
tests: file://data.jsonl
defaultTest: {assert: [{type: numeric, value: '{{answer}}', metric: accuracy}]}
optimize: {budget: {calls: 120}, seed: 3}
"""
FILES = {
    "prompt.txt": "Answer: {{question}}",
    "data.jsonl": "".join(
        json.dumps({"vars": {"question": f"What is {i} plus {2 * i}?", "answer": str(3 * i)}}) + "\n" for i in range(60)
    ),
}
checked = 0


def check(condition, *said):
    global checked
    assert condition, said
    checked += 1


def text(result):
    return "".join(part.text for part in result.content)


async def reading(session):
    """What everybody may ask."""
    tools = (await session.list_tools()).tools
    for tool in tools:
        check(tool.description and tool.input_schema["type"] == "object", tool)
    listed = await session.call_tool("list_runs", {"text": RUN})
    check(not listed.is_error, text(listed))
    runs = json.loads(text(listed))["items"]
    check([run["run"] for run in runs] == [RUN], runs)
    got = json.loads(text(await session.call_tool("get_run", {"run": RUN})))
    check(got["report"]["status"] == "finished" and got["state"]["run"]["run"] == RUN, got)
    best = json.loads(text(await session.call_tool("best_prompt", {"run": RUN})))
    check(best["text"] == got["report"]["best"]["prompt"], best)
    tree = json.loads(text(await session.call_tool("lineage", {"run": RUN, "limit": 500})))
    check(len(tree["items"]) == got["report"]["counts"]["candidates"], tree)
    for question in ["ancestors", "descendants", "path", "common", "families"]:
        asked = await session.call_tool("lineage", {"run": RUN, "question": question})
        check(not asked.is_error and "items" in json.loads(text(asked)), question, text(asked))
    diff = json.loads(text(await session.call_tool("diff", {"run": RUN})))
    check(diff["a"] == 0 or diff["a"] == "c0", diff)
    wrong = await session.call_tool("get_run", {"run": "nobody-0"})
    check(wrong.is_error and "no such run" in text(wrong) and "fix:" in text(wrong), text(wrong))
    wrong = await session.call_tool("lineage", {"run": RUN, "filter": "nonsense > 3"})
    check(wrong.is_error and "nonsense" in text(wrong), text(wrong))
    wrong = await session.call_tool("get_run", {"name": RUN})
    check(wrong.is_error and "fix: it takes run" in text(wrong), text(wrong))
    return [tool.name for tool in tools]


async def writing(session):
    """What somebody who may create runs asks."""
    estimate = json.loads(text(await session.call_tool("estimate", {"file": FILE, "files": FILES})))
    check(estimate["estimate"]["calls"]["likely"] > 0 and "warnings" not in estimate, estimate)
    valid = json.loads(text(await session.call_tool("validate", {"file": FILE, "files": FILES})))
    check(valid["ok"] and valid["ready"] and "estimate" not in valid, valid)
    wrong = await session.call_tool("validate", {"file": FILE.replace("budget", "bugdet"), "files": FILES})
    check(wrong.is_error and "bugdet" in text(wrong) and "budget" in text(wrong), text(wrong))
    made = json.loads(text(await session.call_tool("create_run", {"file": FILE, "files": FILES})))
    check(made["started"] is False, made)
    started = await session.call_tool("start_run", {"run": made["run"]})
    check(not started.is_error, text(started))
    for _ in range(600):
        got = json.loads(text(await session.call_tool("get_run", {"run": made["run"]})))
        if got["report"]["status"] == "finished":
            break
        await asyncio.sleep(0.1)
    check(got["report"]["status"] == "finished", got)
    branched = await session.call_tool("branch", {"run": made["run"], "calls": 150})
    check(not branched.is_error and json.loads(text(branched))["run"] != made["run"], text(branched))
    wrong = await session.call_tool("pause_run", {"run": made["run"]})
    check(wrong.is_error, text(wrong))


async def over_http(token, ask):
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        async with streamable_http_client(f"{URL}/mcp", http_client=http) as streams:
            async with ClientSession(streams[0], streams[1]) as session:
                await session.initialize()
                return await ask(session)


async def over_stdio(arguments, ask, **env):
    server = StdioServerParameters(command=CLADE[0], args=[*CLADE[1:], *arguments], env={**os.environ, **env})
    async with stdio_client(server) as streams:
        async with ClientSession(streams[0], streams[1]) as session:
            await session.initialize()
            return await ask(session)


async def main():
    check(sorted(await over_http(WRITER, reading)) == WRITE)
    await over_http(WRITER, writing)
    check(sorted(await over_http(VIEWER, reading)) == WRITE)

    async def refused(session):
        for name, arguments in [("start_run", {"run": RUN}), ("validate", {"file": FILE, "files": FILES})]:
            wrong = await session.call_tool(name, arguments)
            check(wrong.is_error and "your role does not let you" in text(wrong), text(wrong))

    await over_http(VIEWER, refused)
    async with httpx2.AsyncClient() as http:
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        check((await http.post(f"{URL}/mcp", json=call)).status_code == 401)
        check((await http.get(f"{URL}/mcp", headers={"Authorization": f"Bearer {WRITER}"})).status_code == 405)

    check(sorted(await over_stdio(["mcp"], reading)) == READ)

    async def off(session):
        try:
            await session.call_tool("start_run", {"run": RUN})
            check(False)
        except Exception as error:
            check("switched off" in str(error) and "--write" in str(error), error)

    await over_stdio(["mcp"], off)
    await over_stdio(["mcp", "--write"], writing)
    check(sorted(await over_stdio(["mcp", "--server", URL], reading, CLADE_TOKEN=VIEWER)) == READ)
    await over_stdio(["mcp", "--server", URL, "--write"], writing, CLADE_TOKEN=WRITER)

    # the newest way of the client, which finds out itself what the server speaks
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {WRITER}"}, timeout=60) as http:
        async with Client(streamable_http_client(f"{URL}/mcp", http_client=http)) as client:
            check(sorted(tool.name for tool in (await client.list_tools()).tools) == WRITE)
            check(not (await client.call_tool("list_runs", {})).is_error)
    print(f"checked {checked}")


asyncio.run(main())
