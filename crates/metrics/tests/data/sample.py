"""Makes the two samples of tests/data from the source files named in each README: see there for what is taken."""
import collections, gzip, io, json, sys

def lines(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)

def write(path, rows):
    buffer = io.BytesIO()
    # no time in the header, so that the same input gives the same bytes
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=9) as file:
        for row in rows:
            file.write((json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
    with open(path, "wb") as file:
        file.write(buffer.getvalue())
    print(path, len(rows), len(buffer.getvalue()))

def codex(source):
    """Every second question of every task, both prompts."""
    return [
        {"task": r["task"], "mode": r["mode"], "i": r["i"], "q": r["q"], "pred": r["pred"], "target": r["target"], "ok": r["ok"]}
        for r in lines(source) if r["i"] % 2 == 0
    ]

def llmbar(source):
    """Each distinct text of a judge once with its recorded winner, 1 for the one shown first, and how often it occurs, texts cut at 400 characters left out."""
    count, first = collections.Counter(), {}
    for r in lines(source):
        for order in ("ab", "ba"):
            text, winner = r[order]["text"], r[order]["winner"]
            if text is None or len(text) >= 400:
                continue
            # the winner is recorded by instance; in the order "ba" the second output is the one shown as (a)
            winner = {"1": "2", "2": "1"}.get(winner, winner) if order == "ba" else winner
            count[text, winner] += 1
            first.setdefault((text, winner), (r["model"], r["prompt"]))
    return [
        {"model": model, "prompt": prompt, "text": text, "winner": winner, "n": count[text, winner]}
        for (text, winner), (model, prompt) in first.items()
    ]

if __name__ == "__main__":
    data, target = sys.argv[1], sys.argv[2]
    write(f"{target}/bbh-codex/sample.jsonl.gz", codex(f"{data}/bbh-codex-outputs/codex.jsonl.gz"))
    write(f"{target}/llmbar/sample.jsonl.gz", llmbar(f"{data}/llmbar-judge-outputs/judgements.jsonl.gz"))
