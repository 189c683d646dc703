/// The first mutation prompts: what to do to a prompt (the paper lists such instructions; these are our own).
pub(super) const MUTATIONS: [&str; 16] = [
    "Say it as you would to a person who has never done this before.",
    "Add one rule that would prevent the most likely mistake.",
    "Turn it into a method of a few numbered steps.",
    "Say the same, but put what matters most first.",
    "Replace the weakest sentence by a better one.",
    "Add a check to be made before the answer is given.",
    "Make it ask for the reasoning before the answer.",
    "Make it half as long without losing a rule.",
    "Describe precisely what form the answer must have.",
    "Give the reader a role that fits the task, and speak to that role.",
    "Name the cases that are easily overlooked.",
    "Rewrite it so that it would help with a harder version of the task.",
    "Make it warn against jumping to a conclusion.",
    "Explain how to read the input before anything is done with it.",
    "Ask for the facts that are given to be listed first.",
    "Take a wholly different approach to the same task.",
];
