"""Quality on any labelled set, beside plain neighbour search in the same run.

    python -m benchmarks.quality --data FILE.train.jsonl FILE.test.jsonl [--shots 10] [--hold-out 20]
    python -m benchmarks.quality --knowledge knowledge --cases questions.zh.jsonl questions.en.jsonl [--hold-out 20]

Rows are {"text", "label"}, or those of `topay-bot eval`: {"text", "article"} or {"text", "articles"}. Everything goes
the public way: rows are imported, the folder is built, every test question is decided as a customer's is. With
`--shots` or `--hold-out` figures are the mean of `--draws` draws. Questions on topics held out of the build are
unknown, and must not be answered; `coverage` is of the questions left in scope.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import neighbours, sets
from topay_bot.bootstrap.editions import open_edition
from topay_bot.builds.making import make_build
from topay_bot.edition import Edition
from topay_bot.evaluation import Case, evaluate
from topay_bot.retrieval.encoder import Encoder, Kind, Vectors
from topay_bot.retrieval.index import BuildStore
from topay_bot.retrieval.passages import PassageKind
from topay_bot.retrieval.saving import load_encoded
from topay_bot.settings import Settings, load_settings
from topay_bot.text import Language, normalise

_SHARES = ("top1", "top3", "coverage", "answered_precision")


class Remembering:
    """An encoder that keeps what it encoded, so that the test questions of all draws are encoded once, as a batch."""

    def __init__(self, encoder: Encoder, known: dict[str, Vectors]) -> None:
        self.id, self.content_hash = encoder.id, encoder.content_hash
        self.dimension, self.alike = encoder.dimension, encoder.alike
        self._encoder = encoder
        self._known = known

    def encode(self, texts: Sequence[str], kind: Kind = "question") -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new, kind), strict=True))
        return np.stack([self._known[text] for text in texts])


class Bench:
    """Builds knowledge folders and measures them on cases."""

    def __init__(self, encoder: str) -> None:
        self._encoder = encoder
        self._known: dict[str, dict[str, Vectors]] = {}  # encoder's hash -> text -> vector

    def measure(self, knowledge: Path, cases: dict[str, list[Case]]) -> dict[str, dict[str, dict[str, float]]]:
        """Name of the cases -> method -> figures."""
        settings: Settings = load_settings(knowledge=knowledge, index=knowledge.parent / "index", encoder=self._encoder)
        begun = time.process_time()
        built = make_build(settings, fresh=True)
        cpu_seconds = time.process_time() - begun
        edition = open_edition(settings)
        retriever = edition.answerer.retriever
        encoder = Remembering(retriever.encoder, self._known.setdefault(retriever.encoder.content_hash, {}))
        answerer = replace(edition.answerer, retriever=replace(retriever, encoder=encoder))
        plain = _neighbours(edition, load_encoded(BuildStore(settings.index).open().folder))
        found: dict[str, dict[str, dict[str, float]]] = {}
        for name, asked in cases.items():
            vectors = encoder.encode([normalise(case.text, settings.max_question_chars) for case in asked])
            figures, made = evaluate(answerer.decide, asked)
            ours = {share: float(getattr(figures, share)) for share in _SHARES}
            answerable = [p.decision == "answer" for case, p in zip(asked, made, strict=True) if _answerable(case)]
            if 0 < len(answerable) < figures.in_scope:
                ours["coverage answerable"] = float(np.mean(answerable))
            if figures.in_scope < figures.cases:
                ours["oos_auroc"] = figures.oos_auroc
                for kind, part in figures.by_kind.items():
                    if part.oos_rejected is not None:
                        ours[f"rejected {kind}"] = part.oos_rejected
            ours["calibration_error"] = figures.calibration_error
            ours |= {"build_seconds": built.seconds, "build_cpu_seconds": cpu_seconds}
            theirs = neighbours.measure(asked, *plain.search(vectors), ours["answered_precision"])
            found[name] = {"topay-bot": ours, "neighbours": theirs}
        return found


def _answerable(case: Case) -> bool:
    """Whether an article is to be shown: not where a person or a question back is what the customer should get."""
    return bool(case.articles) and case.expect not in ("human", "clarify")


def _neighbours(edition: Edition, encoded: dict[Language, Vectors]) -> neighbours.Neighbours:
    """Every question of every article, whatever its language, with the vectors that the build made."""
    rows = {
        (passage.article, passage.text): vector
        for language, shelf in edition.answerer.retriever.shelves.items()
        for passage, vector in zip(shelf.passages, encoded[language], strict=True)
        if passage.kind is PassageKind.QUESTION
    }
    return neighbours.Neighbours(np.stack(list(rows.values())), tuple(str(article) for article, _ in rows))


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All draws: a JSON-able result with the mean and, for more than one draw, the standard deviation."""
    bench = Bench(options.encoder)
    if options.data:
        data = sets.training_set(sets.read_cases(options.data[0]))
        topics: Sequence[str] = list(data.questions)
        files = options.data[1:]
    else:
        topics = [topic for topic in sets.topics_of(options.knowledge) if topic != load_settings().human_article]
        files = options.cases
    cases = {file.stem: sets.read_cases(file) for file in files}
    draws = options.draws if options.shots or options.hold_out else 1
    made = []
    for number in range(draws):
        draw = np.random.default_rng([options.seed, number])
        held_out = sets.chosen_topics(topics, options.hold_out, draw)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "knowledge"
            if options.data:
                sets.write_knowledge(sets.drawn(data, options.shots, draw), held_out, folder)
            else:
                sets.copy_knowledge(options.knowledge, held_out, folder)
            made.append(bench.measure(folder, {key: sets.without(asked, held_out) for key, asked in cases.items()}))
        print(f"draw {number + 1} of {draws} done", file=sys.stderr)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "encoder": options.encoder,
        "topics": len(topics),
        "shots": options.shots,
        "held_out": options.hold_out,
        "draws": draws,
        "seed": options.seed,
        "results": {name: _summary([one[name] for one in made]) for name in cases},
    }


def _summary(draws: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Method -> figure -> mean and standard deviation over draws."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for method in draws[0]:
        keys = dict.fromkeys(key for draw in draws for key in draw[method])
        for key in keys:
            values = [draw[method][key] for draw in draws if key in draw[method]]
            spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
            found.setdefault(method, {})[key] = {"mean": round(float(np.mean(values)), 4), "sd": round(spread, 4)}
    return found


def table(result: dict[str, Any]) -> str:
    """The result for people: shares in percent."""
    shots = f"{result['shots']} questions a topic" if result["shots"] else "all questions"
    lines = [
        f"{result['machine']}; encoder {result['encoder']}; {result['topics']} topics, {shots}, "
        f"{result['held_out']} held out, {result['draws']} draw{'s' if result['draws'] > 1 else ''}"
    ]
    for name, methods in result["results"].items():
        lines += ["", f"{name:28}" + "".join(f"{method:>18}" for method in methods)]
        for key in dict.fromkeys(key for figures in methods.values() for key in figures):
            cells = "".join(f"{_cell(key, figures.get(key)):>18}" for figures in methods.values())
            lines.append(f"{key:28}{cells}")
    lines += ["", "neighbours: coverage and rejections at the bare threshold that is, on these questions, as precise."]
    return "\n".join(lines)


def _cell(key: str, figure: dict[str, float] | None) -> str:
    if figure is None:
        return "-"
    scale, unit = (1, " s") if key.endswith("seconds") else (100, " %")
    spread = f" ±{scale * figure['sd']:.1f}" if figure["sd"] else ""
    return f"{scale * figure['mean']:.1f}{unit}{spread}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", metavar="FILE", help="training questions, then test questions")
    parser.add_argument("--knowledge", type=Path, help="a knowledge folder instead of --data")
    parser.add_argument("--cases", type=Path, nargs="+", default=[], help="test questions for --knowledge")
    parser.add_argument("--shots", type=int, help="questions of each topic, drawn; all by default")
    parser.add_argument("--hold-out", type=int, default=0, help="topics, drawn, that are left out of the build")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--encoder", default="bundled", help="`bundled`, `fitted`, a folder or a name")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if bool(options.data) == bool(options.knowledge) or (options.data and len(options.data) < 2):
        parser.error("give --data with a training file and test files, or --knowledge with --cases")
    if options.knowledge and (options.shots or not options.cases):
        parser.error("--knowledge needs --cases, and takes no --shots")
    result = run(options)
    print(json.dumps(result, ensure_ascii=False) if options.format == "json" else table(result))


if __name__ == "__main__":
    main()
