"""`python -m tests.rules.wording.weigh`: finds the weights of `sync.rules.wording.weights` anew.

Logistic regression by small steps in plain Python, from `tuning.csv` and `further.csv`; the unseen half is
never read. `--folds` says instead how the weights do on sentences they were not made from.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import textwrap
from collections import Counter, defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

from sync.rules.wording import weighing
from sync.rules.wording.tagging import tagged
from sync.rules.wording.words import sentences

HERE = Path(__file__).parent
OUT = HERE.parents[2] / "sync" / "rules" / "wording" / "weights.py"
FILES = ("tuning.csv", "further.csv")
SYNC = HERE.parents[2] / "sync"
CATALOGUE = SYNC / "look" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
SHIPPED = ("method/objections.toml", "messages/templates.toml")
# What stands in fewer sentences than OFTEN is not weighed: it would only be known by heart.
EPOCHS, STEP, SHRINK, LEAST, OFTEN, SEED = 30, 0.25, 1e-3, 0.05, 2, 20261122
# The weights are the mean of so many learnings, each in another order: one order alone leans on chance.
TIMES = 3

Example = tuple[list[str], bool]


def examples() -> list[Example]:
    """Each labelled sentence as what is weighed of it. What is framed weighs nothing, so it is left out."""
    found: list[Example] = []
    for name in FILES:
        with (HERE / name).open(encoding="utf-8", newline="") as file:
            found += [(weighable(row["text"]), row["label"] == "block") for row in csv.DictReader(file)]
    return found


def own_words() -> list[Example]:
    """What the program itself says on its pages and papers: none of it is to be stopped."""
    with CATALOGUE.open("rb") as file:
        said = [message.id for message in read_po(file) if isinstance(message.id, str)]
    for name in SHIPPED:
        said += [line for line in (SYNC / name).read_text(encoding="utf-8").splitlines() if len(line) > 25]
    return [(weighable(text), False) for text in said if len(text) > 20 and "«{words}»" not in text]


def weighable(text: str) -> list[str]:
    """What is weighed of a text; nothing of a sentence that is framed."""
    names: list[str] = []
    for sentence in sentences(text):
        tags = tagged(sentence)
        if len(sentence) > 1 and not weighing.framed(sentence, tags):
            names += [name for _, name in weighing.features(sentence, tags)]
    return names


def learn(given: list[Example]) -> tuple[float, dict[str, float]]:
    """The bias and the weights, the mean of several learnings; the same examples give the same weights."""
    learnt = [learn_once(given, SEED + time) for time in range(TIMES)]
    names = sorted({name for _, weights in learnt for name in weights})
    mean = {name: sum(weights.get(name, 0.0) for _, weights in learnt) / TIMES for name in names}
    return sum(bias for bias, _ in learnt) / TIMES, {
        name: weight for name, weight in mean.items() if abs(weight) >= LEAST
    }


def learn_once(given: list[Example], seed: int) -> tuple[float, dict[str, float]]:
    """One learning, the sentences in an order of that seed."""
    often = Counter(name for names, _ in given for name in set(names))
    given = [([name for name in names if often[name] >= OFTEN], block) for names, block in given]
    weights: dict[str, float] = defaultdict(float)
    slope: dict[str, float] = defaultdict(lambda: 1e-6)
    order = [each for each in given if each[0]]
    mixer = random.Random(seed)
    for _ in range(EPOCHS):
        mixer.shuffle(order)
        for names, block in order:
            score = weights[""] + sum(weights[name] for name in names)
            wrong = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - block
            for name in ("", *names):
                pull = wrong + (SHRINK * weights[name] if name else 0.0)
                slope[name] += pull * pull
                weights[name] -= STEP * pull / math.sqrt(slope[name]) / 5
    return weights.pop(""), dict(weights)


def folds(given: list[Example], count: int = 5) -> None:
    """Recall and false alarms at several limits on the fifth left out, summed over all fifths."""
    mixed = list(given)
    random.Random(SEED).shuffle(mixed)
    scored: list[tuple[float, bool]] = []
    for part in range(count):
        bias, weights = learn([each for at, each in enumerate(mixed) if at % count != part] + own_words())
        for names, block in mixed[part::count]:
            scored.append((bias + sum(weights.get(name, 0.0) for name in names) if names else -9.0, block))
    for limit in (0.0, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0):
        hit = sum(score > limit and block for score, block in scored) / sum(block for _, block in scored)
        alarm = sum(score > limit and not block for score, block in scored) / sum(
            not block for _, block in scored
        )
        print(f"limit {limit}: recall {hit:.1%}, false alarms {alarm:.1%}")


def written(bias: float, weights: dict[str, float], limit: float) -> str:
    """The module, the heaviest first, one rounded weight a group."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, weight in weights.items():
        groups[f"{weight:+.1f}"].append(name)
    lines = [
        '"""What each word, class of words and pair of neighbours weighs in `weighing`. Made, not written by hand.',
        "",
        "`python -m tests.rules.wording.weigh` makes it from the labelled sentences. Capitals are classes of the",
        "lexicon, `abcde-` is how a word begins, `-xyz` how it ends, `^` and `$` where the sentence does.",
        '"""',
        "",
        f"BIAS = {bias:.2f}",
        f"LIMIT = {limit}",
        "",
        "WEIGHTS = {",
    ]
    for heavy in sorted(groups, key=float, reverse=True):
        if float(heavy) == 0:
            continue
        lines.append(f'    "{heavy}": (')
        for line in textwrap.wrap("|".join(sorted(groups[heavy])).replace(" ", "~").replace("|", "| "), 96):
            lines.append(f'        "{line.replace("| ", "|").replace("~", " ")}"')
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.rules.wording.weigh", description=__doc__)
    reader.add_argument("--folds", action="store_true")
    reader.add_argument("--limit", type=float, default=1.5)
    asked = reader.parse_args()
    given = examples()
    if asked.folds:
        folds(given)
        return
    bias, weights = learn(given + own_words())
    OUT.write_text(written(bias, weights, asked.limit), encoding="utf-8")
    print(f"{len(weights)} weights from {len(given)} sentences, written to {OUT.name}")


if __name__ == "__main__":
    main()
