//! The skills of questions with a right answer.

use super::book::Trait;

/// In this order: a model with `n` skills has the first `n`.
pub(super) const REASONING: &[Trait] = &[
    Trait {
        name: "work step by step",
        cues: &[&[&["step", "stage"], &["work", "solve", "think", "reason", "proceed", "=go", "tackle"]]],
        phrasings: &[
            "Work through the problem step by step.",
            "Think in small steps and show each of them.",
            "Solve it one step after the other.",
            "Proceed in stages rather than in one leap.",
        ],
    },
    Trait {
        name: "write down the quantities",
        cues: &[&[
            &["quantit", "=given", "givens", "known"],
            &["write", "list", "note", "record", "jot", "collect", "name"],
        ]],
        phrasings: &[
            "Write down every quantity with its name.",
            "List the given values at the outset.",
            "Note what is known about each amount.",
            "Record all quantities in a small table.",
        ],
    },
    Trait {
        name: "check the arithmetic",
        cues: &[&[
            &["check", "doublecheck", "verif", "recheck", "recompute", "confirm"],
            &["arithmetic", "calculation", "computation", "result", "=sum", "=sums"],
        ]],
        phrasings: &[
            "Check the arithmetic twice.",
            "Verify each calculation with the reverse operation.",
            "Double-check every result.",
            "Recompute the sums to confirm them.",
        ],
    },
    Trait {
        name: "watch the units",
        cues: &[&[&["=unit", "=units"], &["watch", "keep", "track", "convert", "same", "mind", "match", "carry"]]],
        phrasings: &[
            "Watch the units, such as hours and minutes or dollars and cents.",
            "Keep track of the units.",
            "Convert everything to the same unit.",
            "Carry the units along in every line.",
        ],
    },
    Trait {
        name: "reread the question",
        cues: &[
            &[&["reread"], &["question", "problem", "task", "asked", "=asks", "text"]],
            &[&["read"], &["again", "twice", "second"], &["question", "problem", "task", "asked", "=asks", "text"]],
        ],
        phrasings: &[
            "Reread the question to see what exactly is asked.",
            "Read the problem twice so that nothing is missed.",
            "Re-read the task and match your reply to it.",
            "Read the question again once you have a solution.",
        ],
    },
    Trait {
        name: "give the final answer last, on its own line",
        cues: &[&[
            &["final", "answer", "solution"],
            &["=line", "alone", "=itself"],
            &["own", "last", "end", "close", "alone"],
        ]],
        phrasings: &[
            "Put the final answer on a line of its own.",
            "Close with the answer alone on the last line.",
            "The final answer stands by itself on the last line.",
            "End with one line that holds only the final answer.",
        ],
    },
    Trait {
        name: "handle percentages and fractions",
        cues: &[&[
            &["percent", "fraction"],
            &["turn", "convert", "express", "handle", "careful", "rewrite", "decimal", "base"],
        ]],
        phrasings: &[
            "Turn percentages into decimals.",
            "Express fractions of a whole as numbers.",
            "Be careful with percentages: know which base they refer to.",
            "Rewrite each fraction as a division.",
        ],
    },
    Trait {
        name: "ignore irrelevant details",
        cues: &[&[
            &["ignore", "disregard", "omit", "=skip", "=leave", "discard"],
            &["irrelevant", "matter", "unneeded", "unrelated", "distract", "needless", "unimportant"],
        ]],
        phrasings: &[
            "Ignore details that do not matter here.",
            "Disregard irrelevant information.",
            "Leave out whatever is unrelated.",
            "Discard distracting facts.",
        ],
    },
    Trait {
        name: "estimate the size of the answer",
        cues: &[&[
            &["estimat", "ballpark", "approximat"],
            &["size", "compare", "magnitude", "plausib", "sense", "order"],
        ]],
        phrasings: &[
            "Estimate the size of the outcome and compare.",
            "Make a ballpark estimate to see whether the outcome is plausible.",
            "Estimate the order of magnitude.",
            "Compare what you find with an approximate value.",
        ],
    },
    Trait {
        name: "set up equations",
        cues: &[&[&["equation", "formula"], &["=set", "unknown", "variable", "letter", "symbol", "define"]]],
        phrasings: &[
            "Set up an equation.",
            "Give every unknown a letter and form equations.",
            "Define variables for a formula.",
            "Express the unknown through a formula.",
        ],
    },
    Trait {
        name: "go through the cases",
        cues: &[&[
            &["=case", "=cases", "possibilit", "scenario"],
            &["each", "every", "separate", "distinguish", "all"],
        ]],
        phrasings: &[
            "Treat each case separately.",
            "Distinguish the possibilities.",
            "Go through every scenario.",
            "Consider all cases.",
        ],
    },
    Trait {
        name: "plan before starting",
        cues: &[&[&["=plan", "outline", "strateg"], &["first", "before", "begin", "start", "make", "sketch"]]],
        phrasings: &[
            "Make a short plan before you start.",
            "Begin with an outline of the approach.",
            "Sketch a strategy.",
            "Start from a plan.",
        ],
    },
];

/// Harmful sentences that make sense only where there is something to work out.
pub(super) const REASONING_HARMS: &[Trait] = &[
    Trait {
        name: "round too early",
        cues: &[&[&["round"], &["intermediate", "nearest", "early"]]],
        phrasings: &["Round intermediate figures to the nearest ten.", "Round early so that the figures stay simple."],
    },
    Trait {
        name: "use one number only",
        cues: &[&[&["=only", "=just"], &["=first", "=single"], &["number", "figure", "sentence"]]],
        phrasings: &["Use only the first number that is mentioned.", "Look at just a single figure of the text."],
    },
];
