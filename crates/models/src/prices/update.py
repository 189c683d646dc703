"""Prunes LiteLLM's price table to the models Promptclade names; see update.md."""
import json, re, sys
src, version, date = sys.argv[1], sys.argv[2], sys.argv[3]
data = json.load(open(src, encoding="utf-8"))
PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google", "openrouter": "openrouter", "groq": "groq", "mistral": "mistral", "deepseek": "deepseek", "xai": "xai", "text-completion-openai": None}
MODES = {"chat": "chat", "responses": "chat", "embedding": "embedding"}
million = lambda x: None if x is None else float(f"{x * 1e6:.6g}")
rows = {}
for key, m in data.items():
    provider, mode = PROVIDERS.get(m.get("litellm_provider")), MODES.get(m.get("mode"))
    if not provider or not mode or "input_cost_per_token" not in m or key.startswith("ft:"):
        continue
    name = key
    prefix = m["litellm_provider"] + "/"
    if name.startswith(prefix):
        name = name[len(prefix):]
    row = {"in": million(m["input_cost_per_token"]), "out": million(m.get("output_cost_per_token", 0.0))}
    for short, long in (("read", "cache_read_input_token_cost"), ("write", "cache_creation_input_token_cost")):
        if m.get(long) is not None:
            row[short] = million(m[long])
    if m.get("max_input_tokens"):
        row["context"] = int(m["max_input_tokens"])
    if m.get("max_output_tokens") and mode == "chat":
        row["most_out"] = int(m["max_output_tokens"])
    if m.get("prompt_cache_min_tokens"):
        row["cache_min"] = int(m["prompt_cache_min_tokens"])
    if m.get("supports_sampling_params") is False:
        row["sampling"] = False
    if m.get("supports_reasoning"):
        row["reasoning"] = True
    if mode == "embedding":
        row["embedding"] = True
    rows.setdefault(provider, {})[name] = row
out = {"source": f"https://github.com/BerriAI/litellm model_prices_and_context_window.json, from the PyPI wheel litellm {version}", "license": "MIT, Copyright (c) 2023 Berri AI", "date": date, "unit": "US dollars per million tokens", "models": {p: dict(sorted(v.items())) for p, v in sorted(rows.items())}}
lines = ["{"]
for k in ("source", "license", "date", "unit"):
    lines.append(f"  {json.dumps(k)}: {json.dumps(out[k])},")
lines.append('  "models": {')
for i, (p, v) in enumerate(out["models"].items()):
    lines.append(f"    {json.dumps(p)}: {{")
    items = list(v.items())
    for j, (n, r) in enumerate(items):
        lines.append(f"      {json.dumps(n)}: {json.dumps(r)}" + ("," if j + 1 < len(items) else ""))
    lines.append("    }" + ("," if i + 1 < len(out["models"]) else ""))
lines.append("  }\n}")
print("\n".join(lines))
