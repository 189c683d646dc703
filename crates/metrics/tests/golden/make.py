"""Writes overlap.json: what the reference packages say of these pairs.

python3 -m venv venv && venv/bin/pip install sacrebleu==2.6.0 rouge-score==0.1.2 nltk==3.10.4 Levenshtein==0.27.5
venv/bin/python make.py > overlap.json
"""
import json
from importlib.metadata import version

import Levenshtein
import sacrebleu.metrics
from nltk.translate.bleu_score import sentence_bleu
from rouge_score import rouge_scorer

PAIRS = [
    ("the cat sat on the mat", ["the cat sat on the mat"]),
    ("the cat sat on the mat today", ["the cat is sitting on the mat"]),
    ("The quick brown fox jumps over the lazy dog.", ["A quick brown fox jumps over the lazy dog."]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("It is a guide to action which ensures that the military always obeys the commands of the party",
     ["It is a guide to action that ensures that the military will forever heed Party commands",
      "It is the guiding principle which guarantees the military forces always being under the command of the Party",
      "It is the practical guide for the army always to heed the directions of the party"]),
    ("to action which ensures that the military always obeys",
     ["It is a guide to action that ensures that the military will forever heed Party commands"]),
    ("Bake the bread for forty minutes until the crust is brown, then let it cool.",
     ["Bake the bread for about forty minutes until its crust is brown and then let it cool on a rack."]),
    ("completely different words here", ["nothing shared at all between"]),
    ("one two three", ["one two three four five six seven eight"]),
    ("a b c d e f g h", ["h g f e d c b a"]),
    ("Straße und Käse kosten 5 Euro", ["Strasse und Käse kosten 6 Euro"]),
    ("In 2020, 1,234 people (about 12%) answered \"yes\".", ["In 2020 about 12 % of 1,234 people answered yes."]),
    ("word", ["word"]),
    ("repeat repeat repeat end", ["repeat end end end"]),
]

def case(output, references):
    exp = sacrebleu.metrics.BLEU(
        tokenize="none", lowercase=True, smooth_method="exp", effective_order=True
    ).sentence_score(output, references).score / 100
    words = output.lower().split()
    reference_words = [text.lower().split() for text in references]
    # without smoothing; only where every order has a match, so that smoothing does not matter
    plain = sacrebleu.metrics.BLEU(
        tokenize="none", lowercase=True, smooth_method="none"
    ).sentence_score(output, references).score / 100
    nltk_plain = sentence_bleu(reference_words, words) if plain > 0 else None
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rouge3", "rougeL"], use_stemmer=False)
    rouge = {name: [s.precision, s.recall, s.fmeasure] for name, s in scorer.score(references[0], output).items()}
    return {
        "output": output,
        "references": references,
        "bleu_exp": exp,
        "bleu_plain": plain if plain > 0 else None,
        "bleu_nltk": nltk_plain,
        "rouge": rouge if output.isascii() and references[0].isascii() else None,
        "levenshtein": Levenshtein.distance(output, references[0]),
    }

packages = {name: version(name) for name in ["sacrebleu", "nltk", "rouge-score", "Levenshtein"]}
print(json.dumps({"packages": packages, "cases": [case(*pair) for pair in PAIRS]}, ensure_ascii=False, indent=1))
