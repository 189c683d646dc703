//! Sentences that change nothing, and sentences that harm in every kind of task.

use super::book::Trait;

/// Sentences that carry neither skill nor harm.
pub(super) const NEUTRAL: &[&str] = &[
    "You are a helpful assistant.",
    "Be polite and professional.",
    "Use plain language.",
    "Write in complete sentences.",
    "Take pride in your work.",
    "Stay focused on the task.",
    "Aim for clarity.",
    "Use a calm and neutral tone.",
    "Remember that a person will see your reply.",
    "Do your best.",
    "Give the request your full attention.",
    "Prefer a simple style.",
];

/// Sentences that spoil a share of the questions.
pub(super) const HARMS: &[Trait] = &[
    Trait {
        name: "rush",
        cues: &[&[&["immediate", "instant", "hurr"], &["without", "=no", "avoid"]]],
        phrasings: &[
            "Respond instantly, without any explanation.",
            "Reply immediately and without working anything out.",
        ],
    },
    Trait {
        name: "guess",
        cues: &[&[&["guess"], &["=if", "when", "hard", "unsure", "difficult"]]],
        phrasings: &["Guess when things look hard.", "If unsure, just guess."],
    },
    Trait {
        name: "offer several answers",
        cues: &[&[&["=two", "several", "multiple"], &["=answers", "alternatives", "replies"]]],
        phrasings: &[
            "Offer two different answers so that one of them fits.",
            "Give several alternatives and let people choose.",
        ],
    },
    Trait {
        name: "be far too short",
        cues: &[&[&["under", "fewer", "within"], &["=words"]]],
        phrasings: &["Keep the whole reply under five words.", "Use fewer than six words in total."],
    },
];
