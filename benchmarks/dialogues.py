"""How many turns of whole conversations are decided rightly: `python -m benchmarks.dialogues [--index DIR]`.

Every turn goes through `answering.context.read`, as in the chat. Rightly means, by the turn's `expect`:

- answer: an article among `articles` is shown, with or without a person. A clarification that has it among its first
  three choices is told apart ("asked") and not counted as right.
- urgent: such an article is shown and a person comes, for reason `urgent`.
- handoff: with `articles`, such an article is shown and a person comes; without, no answer and a person is offered.
- human: a person comes because the customer asked.
- clarify: choices, one of `articles` among the first three.
- reject: no answer.
- next: the next candidates, or a person where none is left.

Conversations written for development are read too: `--cases tests/answering/data/dialogues-clean.en.txt`, a line each,
turns as `text = article,article` with " > " between them; `-` stands for no answer, `?` for the next candidates.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from topay_bot.answering.context import Past, Reading, read
from topay_bot.answering.policy import Answer, Clarification, Decision, Handoff, Reason
from topay_bot.bootstrap.editions import open_edition
from topay_bot.settings import load_settings


def rightly(turn: dict[str, Any], decision: Decision) -> bool:
    """Whether a turn was decided as its author expects."""
    wanted, articles = turn["expect"], turn["articles"]
    shown = isinstance(decision, Answer) and decision.article in articles
    referral = decision.referral if isinstance(decision, Answer | Handoff) else None
    comes = referral is not None and not referral.offered
    if wanted == "answer":
        return shown
    if wanted == "urgent":
        return shown and comes and referral is not None and referral.reason is Reason.URGENT
    if wanted == "handoff":
        return shown and comes if articles else isinstance(decision, Handoff)
    if wanted == "human":
        return isinstance(decision, Handoff) and decision.reason is Reason.ASKED
    if wanted == "clarify":
        return asked(turn, decision)
    if wanted == "next":
        return decision.reason in (Reason.OTHERS, Reason.STUCK)
    return not isinstance(decision, Answer)


def asked(turn: dict[str, Any], decision: Decision) -> bool:
    """Whether a right article is among the first three choices."""
    return isinstance(decision, Clarification) and any(c.article in turn["articles"] for c in decision.choices[:3])


def after(reading: Reading, past: Past) -> Past:
    """The past of the next turn; no feedback is given here. The chat reads the same from stored messages."""
    decision = reading.decision
    answered = isinstance(decision, Answer)
    return Past(
        question=reading.question,
        topic=reading.topic,
        shown=reading.shown,
        candidates=reading.candidates,
        failures=0 if answered else reading.failures,
        rejected=reading.failures + 1,
    )


def dialogues_of(file: Path) -> Iterator[dict[str, Any]]:
    """The dialogues of a JSON Lines file, or of a text file as written for development."""
    lines = file.read_text(encoding="utf-8").splitlines()
    if file.suffix != ".txt":
        yield from map(json.loads, lines)
        return
    for line in lines:
        turns = []
        for text, _, wanted in (turn.rpartition(" = ") for turn in line.split(" > ")):
            articles = [article for article in wanted.split(",") if article not in ("-", "?")]
            expect = "reject" if "-" in wanted.split(",") else "answer" if articles else "next"
            turns.append({"text": text, "expect": expect, "articles": articles})
        yield {"lang": file.suffixes[-2].removeprefix("."), "kind": file.name.partition(".")[0], "turns": turns}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--cases", type=Path, default=Path("tests/data/dialogues.jsonl"))
    parser.add_argument("--misses", action="store_true", help="print each turn that was not decided rightly")
    options = parser.parse_args()
    answerer = open_edition(load_settings(index=options.index)).answerer
    right: Counter[str] = Counter()
    turns: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    for dialogue in dialogues_of(options.cases):
        past = Past()
        for place, turn in enumerate(dialogue["turns"]):
            reading = read(answerer, turn["text"], None, past)
            past = after(reading, past)
            good = rightly(turn, reading.decision)
            language, kind = dialogue["lang"], dialogue["kind"]
            for group in ("all", language, f"{language} {kind}", "turn 1" if place == 0 else "turns after"):
                turns[group] += 1
                right[group] += good
                unsure[group] += not good and turn["expect"] == "answer" and asked(turn, reading.decision)
            if options.misses and not good:
                decision = reading.decision
                best = decision.candidates[0] if decision.candidates else None
                print(place, turn["text"], "|", turn["expect"], turn["articles"], "|", decision.reason, best)
    print(f"{'turns':28} {'right':>12} {'share':>7} {'asked':>6}")
    for group in sorted(turns):
        print(f"{group:28} {right[group]:5} of {turns[group]:3} {right[group] / turns[group]:7.1%} {unsure[group]:6}")


if __name__ == "__main__":
    main()
