"""Scores an answer to a maths problem: right first, then short."""

import re


def get_assert(output, context):
    wanted = float(context["vars"]["target"])
    numbers = [float(text.replace(",", "")) for text in re.findall(r"-?\d[\d,]*(?:\.\d+)?", output)]
    right = bool(numbers) and abs(numbers[-1] - wanted) < 1e-6
    words = len(output.split())
    brevity = min(1.0, context["config"]["words"] / max(words, 1))
    found = f"the last number is {numbers[-1]:g}" if numbers else "there is no number"
    return {
        "pass": right,
        "score": (0.8 + 0.2 * brevity) if right else 0.0,
        "reason": f"{found}, and {wanted:g} is right; the answer has {words} words",
        "namedScores": {"right": float(right), "brevity": brevity},
    }
