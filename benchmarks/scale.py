"""Import, build and eval on a generated knowledge base: `python -m benchmarks.scale [--articles 77 --questions 100]`.

Prints seconds for each step, and what a rebuild after one edit costs beside the first build.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_VERBS = "show change cancel find open close send check update remove print block".split()
_ENDS = "please|right now|on my phone|without the app|for my shop|again|today|as a guest|at night|by e-mail".split("|")
_OPENINGS = "how do i|can i|where can i|i want to|help me|why can't i|is it possible to|i tried to|when can i".split(
    "|"
)


def rows(articles: int, questions: int, seed: int = 3) -> list[dict[str, str]]:
    """Questions of made-up topics: each topic has three nouns of its own, wordings are drawn."""
    draw = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    made = []
    for number in range(articles):
        nouns = ["".join(draw.choices(syllables, k=3)) for _ in range(3)]
        seen: set[str] = set()
        while len(seen) < questions:
            words = [draw.choice(_OPENINGS), draw.choice(_VERBS), "my", *draw.sample(nouns, draw.randint(1, 2))]
            seen.add(" ".join([*words, draw.choice(_ENDS), f"case {draw.randint(1, 999)}"]))
        made += [{"article": f"topic-{number:03}", "question": text, "lang": "en"} for text in sorted(seen)]
    return made


def _timed(*arguments: object) -> tuple[float, str]:
    start = time.perf_counter()
    command = [sys.executable, "-m", "topay_bot", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=77)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = rows(options.articles, options.questions)
        (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, made)))
        cases = [{"text": row["question"] + " thanks", "article": row["article"]} for row in made[::10]]
        (folder / "cases.jsonl").write_text("\n".join(map(json.dumps, cases)))
        knowledge, index = folder / "kb", folder / "index"
        place = ("--knowledge", knowledge, "--index", index, "--encoder", "fitted")
        total = 0.0
        for label, arguments in (
            ("import", ("import", folder / "rows.jsonl", "--into", knowledge)),
            ("build", ("build", *place)),
            ("eval", ("eval", "--index", index, "--cases", folder / "cases.jsonl")),
        ):
            seconds, output = _timed(*arguments)
            total += seconds
            print(f"{label:8} {seconds:6.1f} s   {output.splitlines()[0]}")
        print(f"{'together':8} {total:6.1f} s")
        fresh, _ = _timed("build", *place, "--fresh")
        edited = next(knowledge.rglob("*.md"))
        edited.write_text(edited.read_text().replace("questions:\n", "questions:\n- a wholly new question\n", 1))
        again, _ = _timed("build", *place)
        print(f"rebuild after one edit {again:.1f} s, {again / fresh:.0%} of a fresh build ({fresh:.1f} s)")


if __name__ == "__main__":
    main()
