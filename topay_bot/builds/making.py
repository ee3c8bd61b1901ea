"""Makes a build: library -> passages -> vectors -> heads -> confidence -> files -> CURRENT.

What did not change since the current build is taken over from it: vectors of unchanged passages always; a whole
language when nothing that it learns from changed; the fitted encoder and the chosen mix while at most a tenth of
the passages changed. `fresh` takes over nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from topay_bot.answering.calibration import Calibration, calibrate
from topay_bot.builds.carryover import current_build, encode, fitted_encoder
from topay_bot.errors import ArtefactError, BuildError
from topay_bot.knowledge.library import Library, library_to_json, load_library
from topay_bot.report.measures import TRIALS, measures
from topay_bot.retrieval.encoder import FITTED, Encoder, Vectors, load_encoder
from topay_bot.retrieval.index import FORMAT, BuildStore
from topay_bot.retrieval.learning import Learned, learn
from topay_bot.retrieval.passages import Passage, PassageKind, passages_of, shelve
from topay_bot.retrieval.reading import Reader
from topay_bot.retrieval.retriever import Retriever
from topay_bot.retrieval.saving import save_encoded, save_retriever
from topay_bot.retrieval.shelf import Mix, Shelf
from topay_bot.retrieval.trials import Labelled, Trials
from topay_bot.settings import Settings
from topay_bot.text import Language, detect_language

_LIBRARIES = ("numpy", "scipy", "faiss-cpu", "scikit-learn", "jieba", "opencc")
STAGES = ("read", "encode", "learn", "write", "publish")


@dataclass(frozen=True, slots=True)
class Promise:
    """What a build proved about the answers in one language, by cross-validation."""

    asked: str  # whose questions the trials were
    promised_precision: float
    proven_precision: float  # lower confidence bound of answered precision
    proven_on: int  # answers behind it
    promise_kept: bool
    answer_threshold: float
    clarify_threshold: float
    top1: float  # of known questions
    coverage: float  # of known questions
    unknown_rejected: float
    uncovered_answered: float | None  # share answered of questions whose article was held out; None without any
    calibration_error: float


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build made."""

    build: str
    articles: int
    passages: int
    seconds: float
    published: bool
    reused: bool  # the very same build was there already
    languages: Mapping[Language, Promise]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What a shelf is learned from."""

    passages: Sequence[Passage]
    vectors: Vectors
    labelled: Labelled
    mix: Mix | None  # None: to be chosen
    basis: str


def make_build(
    settings: Settings,
    *,
    publish: bool = True,
    fresh: bool = False,
    progress: Callable[[str], None] = lambda stage: None,
    today: datetime.date | None = None,
) -> BuildResult:
    """Build `settings.knowledge` into `settings.index`, and publish it unless told not to.

    Raises KnowledgeError, EncoderError or BuildError; the current build then stays as it was.
    """
    start = time.perf_counter()
    progress("read")
    library = load_library(settings.knowledge).published(today or datetime.date.today())
    passages = passages_of(library, settings.max_question_chars)
    if not any(passage.article for passage in passages):
        raise BuildError(f"nothing to build: no published article in {settings.knowledge}")
    store = BuildStore(settings.index)
    named = None if settings.encoder == FITTED else load_encoder(settings.encoder)
    build = build_id(library, settings, named)
    report = None if fresh else _same_build(store, build)
    reused = report is not None
    if report is None:
        # One thread: sums in one order on every machine, and on a busy one faster than two that wait for each other.
        with threadpool_limits(1, "blas"):
            report = _build(store, build, library, passages, named, settings, fresh, progress)
    progress("publish")
    if publish:
        store.publish(build)
        store.forget_old(settings.keep_builds)
    return BuildResult(
        build,
        report["articles"],
        report["passages"],
        round(time.perf_counter() - start, 3),
        publish,
        reused,
        {language: Promise(**promise) for language, promise in report["languages"].items()},
    )


def _build(
    store: BuildStore,
    build: str,
    library: Library,
    passages: Sequence[Passage],
    named: Encoder | None,
    settings: Settings,
    fresh: bool,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    reader = Reader.fit(passages, settings.max_question_chars)
    passages = reader.passages(passages)
    before = None if fresh else current_build(store, settings.encoder, passages)
    progress("encode")
    encoder = named or fitted_encoder(before, passages, settings.seed)
    vectors = encode(encoder, passages, before)
    progress("learn")
    shelves: dict[Language, Shelf] = {}
    saved: dict[Language, dict[str, Any]] = {}
    standing = shelve(passages)
    lessons: dict[Language, _Lesson] = {}
    for language, places in standing.items():
        mine = [passages[place] for place in places]
        known = _standing(mine, vectors[places]) if encoder.alike else {}
        labelled = _labelled(library, language, encoder, known, reader)
        basis = _basis(mine, labelled, encoder, settings)
        kept = before.kept(language, basis) if before is not None else None
        if kept is not None:
            shelves[language], saved[language] = kept
        else:
            mix = before.mix(language) if before is not None else None
            lessons[language] = _Lesson(mine, vectors[places], labelled, mix, basis)
    for language, learned in _learned(lessons, settings.seed).items():
        shelves[language] = learned.shelf
        saved[language] = _confidence(learned, settings) | {"basis": lessons[language].basis}
    saved = {language: saved[language] for language in standing}
    shelves = {language: shelves[language] for language in standing}
    progress("write")
    report = {
        "articles": len(library),
        "passages": len(passages),
        "languages": {language: found["promise"] for language, found in saved.items()},
    }
    retriever = Retriever(encoder, shelves, reader)
    trials = {language: found.pop(TRIALS) for language, found in saved.items()}
    with store.write(build, _manifest(library, settings.encoder, encoder, report)) as folder:
        save_retriever(retriever, folder)
        save_encoded({language: vectors[places] for language, places in standing.items()}, folder)
        _write_json(folder / "library.json", library_to_json(library))
        _write_json(folder / "calibration.json", saved)
        _write_json(folder / "report.json", {**report, TRIALS: trials})
    return report


def _learned(lessons: Mapping[Language, _Lesson], seed: int) -> dict[Language, Learned]:
    """A shelf for each language, at the same time: linear algebra leaves Python's lock to the others."""

    def one(lesson: _Lesson) -> Learned:
        return learn(lesson.passages, lesson.vectors, lesson.labelled, mix=lesson.mix, seed=seed)

    with ThreadPoolExecutor(max(1, len(lessons))) as pool:
        return dict(zip(lessons, pool.map(one, lessons.values()), strict=True))


def _confidence(learned: Learned, settings: Settings) -> dict[str, Any]:
    """The confidence of a shelf fitted anew, as calibration.json keeps it."""
    calibration = calibrate(
        learned.trials,
        unknown_share=settings.unknown_share,
        precision=settings.answer_precision,
        clarify_precision=settings.clarify_precision,
        level=settings.promise_level,
        seed=settings.seed,
        uncovered_answered=settings.uncovered_answered,
    )
    return {
        "calibrator": calibration.calibrator.to_json(),
        "thresholds": asdict(calibration.thresholds),
        "promise": asdict(_promise(calibration, learned.labelled)),
        TRIALS: _measures(learned.trials, calibration),
    }


def _measures(trials: Trials, calibration: Calibration) -> dict[str, Any]:
    """What the trials tell, for the report."""
    return measures(
        calibration.confidence,
        trials.right[:, 0],
        calibration.weight,
        [found[0] for found in trials.candidates],
        trials.truth,
        trials.texts,
        calibration.thresholds.answer_threshold,
    )


def _basis(passages: Sequence[Passage], labelled: Labelled, encoder: Encoder, settings: Settings) -> str:
    """SHA-256 over all that a shelf and its confidence are learned from: the same basis, the same shelf."""
    content = [
        [[p.article, p.language, p.kind, p.text, p.also] for p in passages],
        [[text, *articles] for text, articles in zip(labelled.asked, labelled.articles, strict=True)],
        encoder.content_hash,
        metadata.version("topay-bot"),
        _chosen(settings),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _chosen(settings: Settings) -> list[float]:
    """The settings that a build depends on."""
    return [
        settings.answer_precision,
        settings.clarify_precision,
        settings.unknown_share,
        settings.uncovered_answered,
        settings.promise_level,
        settings.max_question_chars,
        settings.seed,
    ]


def build_id(library: Library, settings: Settings, encoder: Encoder | None) -> str:
    """The same knowledge, encoder, settings and version give the same id."""
    chosen = {
        "knowledge": library.hash,
        "facts": [[name, fact.zh, fact.en] for name, fact in sorted(library.facts.values.items())],
        "encoder": encoder.content_hash if encoder else FITTED,
        "format": FORMAT,
        "version": metadata.version("topay-bot"),
        "settings": _chosen(settings),
    }
    return hashlib.sha256(json.dumps(chosen, ensure_ascii=False).encode()).hexdigest()[:12]


def _same_build(store: BuildStore, build: str) -> dict[str, Any] | None:
    """The report of the very same build when it is there and whole."""
    try:
        found: dict[str, Any] = json.loads((store.open(build).folder / "report.json").read_text(encoding="utf-8"))
    except (ArtefactError, OSError, ValueError):
        return None
    return found


def _standing(passages: Sequence[Passage], vectors: Vectors) -> dict[str, npt.NDArray[np.float32]]:
    """The labelled questions that stand on a shelf themselves, with their vectors there."""
    pairs = zip(passages, vectors, strict=True)
    return {p.text: vector for p, vector in pairs if p.kind is PassageKind.LABELLED}


def _labelled(
    library: Library,
    language: Language,
    encoder: Encoder,
    known: Mapping[str, npt.NDArray[np.float32]],
    reader: Reader,
) -> Labelled:
    """The labelled questions of a language that some article answers, encoded as customers' questions are.

    `known`: vectors that are at hand already.
    """
    questions = [
        (text, question.articles)
        for question in library.labelled.get(language, ())
        if question.articles and (text := reader.question(question.text))
    ]
    texts = tuple(text for text, _ in questions)
    asked = tuple(reader.compared(text, detect_language(text)) for text in texts)
    vectors = np.zeros((len(asked), encoder.dimension), dtype=np.float32)
    new = [place for place, text in enumerate(asked) if text not in known]
    if new:
        vectors[new] = encoder.encode([asked[place] for place in new], "question")
    for place, text in enumerate(asked):
        if text in known:
            vectors[place] = known[text]
    return Labelled(texts, asked, vectors, tuple(articles for _, articles in questions))


def _promise(calibration: Calibration, labelled: bool) -> Promise:
    bands = calibration.thresholds
    return Promise(
        "labelled questions" if labelled else "its own questions",
        bands.promised_precision,
        round(bands.proven_precision, 4),
        bands.proven_on,
        bands.promise_kept,
        round(bands.answer_threshold, 4),
        round(bands.clarify_threshold, 4),
        round(calibration.top1, 4),
        round(calibration.coverage, 4),
        round(calibration.unknown_rejected, 4),
        None if calibration.uncovered_answered is None else round(calibration.uncovered_answered, 4),
        round(calibration.calibration_error, 4),
    )


def _manifest(library: Library, name: str, encoder: Encoder, report: dict[str, Any]) -> dict[str, Any]:
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "knowledge": library.hash,
        "encoder": {
            "name": name,
            "id": encoder.id,
            "hash": encoder.content_hash,
            "dimension": encoder.dimension,
        },
        "report": report,
        "versions": {name: metadata.version(name) for name in ("topay-bot", *_LIBRARIES)},
    }


def _write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
