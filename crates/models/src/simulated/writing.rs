//! The skills of texts that a judge grades, and the features by which a text shows them.

use super::book::Trait;

/// In this order: a model with `n` skills has the first `n`.
pub(super) const WRITING: &[Trait] = &[
    Trait {
        name: "greet the reader",
        cues: &[&[&["greet", "salut"], &["open", "begin", "start", "warm", "friendly", "name", "personal"]]],
        phrasings: &[
            "Open with a warm greeting.",
            "Begin with a greeting by name.",
            "Start with a friendly salutation.",
            "Greet the person by name.",
        ],
    },
    Trait {
        name: "give a concrete detail",
        cues: &[&[&["concrete", "specific"], &["detail", "example", "fact", "figure", "number"]]],
        phrasings: &[
            "Include one concrete detail, such as a date or a place.",
            "Support the message with a specific example.",
            "Name at least one concrete figure.",
            "Prefer specific facts to general claims.",
        ],
    },
    Trait {
        name: "use short paragraphs",
        cues: &[&[&["paragraph", "section", "bullet"], &["short", "break", "split", "separate", "divide", "brief"]]],
        phrasings: &[
            "Break the text into short paragraphs.",
            "Use brief sections.",
            "Split the message into paragraphs.",
            "Separate ideas by paragraphs.",
        ],
    },
    Trait {
        name: "name the next step",
        cues: &[&[&["=next", "action"], &["step", "call", "clear", "propose", "suggest", "invite"]]],
        phrasings: &[
            "Finish with one clear next step.",
            "Suggest what to do next.",
            "Close with a call to action.",
            "Propose the next step and a time for it.",
        ],
    },
    Trait {
        name: "avoid jargon",
        cues: &[&[
            &["jargon", "technical", "buzzword", "acronym"],
            &["avoid", "explain", "replace", "free", "translate"],
        ]],
        phrasings: &[
            "Avoid jargon.",
            "Explain technical terms in everyday language.",
            "Replace buzzwords by plain ones.",
            "Translate technical terms for a layperson.",
        ],
    },
    Trait {
        name: "acknowledge feelings",
        cues: &[&[
            &["acknowledg", "empath", "sympath"],
            &["feel", "concern", "worr", "show", "express", "situation", "reader"],
        ]],
        phrasings: &[
            "Acknowledge how the reader feels.",
            "Show empathy for the situation.",
            "Express sympathy where something went wrong.",
            "Acknowledge the concern that was raised.",
        ],
    },
    Trait {
        name: "put the main point up front",
        cues: &[&[
            &["main", "=key", "essential"],
            &["point", "message", "idea"],
            &["first", "front", "top", "early", "outset"],
        ]],
        phrasings: &[
            "Put the main point in the first sentence.",
            "State the key message up front.",
            "The essential point belongs at the top.",
            "Say the main idea at the outset.",
        ],
    },
    Trait {
        name: "sign off",
        cues: &[&[&["=sign", "signature", "signoff"], &["name", "contact", "touch", "off"]]],
        phrasings: &[
            "Sign off with a name and an address.",
            "Add a signature with contact data.",
            "Sign the message with a name.",
            "Include a sign-off with a name.",
        ],
    },
];

/// One feature of a text for each skill of [`WRITING`]: what the simulated task model writes, and the words (any of them,
/// in any case) by which the simulated judge sees it. The third is seen by an empty line instead.
pub(super) const FEATURES: [(&str, &[&str]); 8] = [
    ("Dear Robin,", &["dear ", "hello", "good morning", "hi "]),
    ("For example, 23 people tried it on 14 March.", &["for example", "for instance", "such as", "specifically"]),
    ("\n\n", &["\n\n"]),
    ("Next step: reply by Friday and choose a time.", &["next step", "please reply", "let us know", "let me know"]),
    ("In plain words: it works, and it is easy to use.", &["in plain words", "in other words", "simply put"]),
    ("I understand how this must feel.", &["i understand", "sorry", "i can imagine"]),
    ("In short: yes, this can be done.", &["in short", "in brief", "the main point"]),
    ("Kind regards, Sam (sam@example.org)", &["kind regards", "best regards", "sincerely", "yours"]),
];

/// What a spoiled text says, and by which the judge sees that it is spoiled.
pub(super) const BLEMISH: &str = "This is only a guess and was not checked.";
