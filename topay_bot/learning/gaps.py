"""Gaps: what customers ask again and again and nothing answers, from the questions that were asked in vain."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from topay_bot.answering.policy import Answer, Decision, Reason
from topay_bot.chat.missed import Miss, Missed
from topay_bot.edition import Edition
from topay_bot.knowledge.lint import SMALLTALK
from topay_bot.knowledge.lint_questions import Wording, alike
from topay_bot.learning.clusters import FEWEST, Measure, centre, cluster, cohesion, join_limit, medoid, pairs
from topay_bot.learning.findings import TREND_DAYS, Findings, Gap, Variant, is_masked, plain, wording_key
from topay_bot.learning.frames import without_frames
from topay_bot.retrieval.encoder import Vectors
from topay_bot.text import Language

DAYS = 28  # looked at by default: four of each weekday
NEWEST = 20_000  # questions asked in vain that are read
AT_MOST = 4000  # different questions of a language: every pair of them is compared, in some 600 MB
_ENOUGH: frozenset[Miss] = frozenset({Miss.UNHELPFUL, Miss.CORRECTED})  # told by a person: no doubt is left


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that was asked in vain in the same words, and what the edition makes of them."""

    text: str
    language: Language
    missed: Sequence[Missed]
    candidates: Mapping[str, float]  # article -> confidence


@dataclass(frozen=True, slots=True)
class _Point:
    """A wording among others."""

    asked: _Asked
    bare: Wording  # without what frames it
    vector: Vectors  # (dimension,)


_Cluster = Sequence[_Point]


def find_gaps(
    edition: Edition,
    missed: Sequence[Missed],
    now: datetime.datetime,
    progress: Callable[[], None] = lambda: None,
) -> Findings:
    """Cluster what was asked in vain, oldest first, as an edition sees it now. `progress`: a question is done."""
    kept: dict[Language, list[_Asked]] = {language: [] for language in edition.answerer.retriever.shelves}
    solved = left_out = 0
    for group in _in_same_words(missed):
        language = group[0].language
        there = kept[language if language in kept else next(iter(kept))]
        if len(there) == AT_MOST:
            left_out += len(group)
        else:
            decision = edition.answerer.decide(group[0].text, language)
            open_ = [one for one in group if not _solves(decision, one)]
            solved += len(group) - len(open_)
            if open_:
                candidates = {c.article: c.confidence for c in decision.candidates}
                there.append(_Asked(group[0].text, language, open_, candidates))
        for _ in group:
            progress()
    talk = {article.id for article in edition.library if article.category == SMALLTALK}
    gaps = [_gap(found, now, talk) for found in _clusters(edition, kept)]
    gaps.sort(key=lambda gap: (-gap.weight, -gap.count, gap.id))
    inside = sum(gap.count for gap in gaps)
    return Findings(edition.id, len(missed), solved, len(missed) - solved - left_out - inside, left_out, gaps)


def _in_same_words(missed: Sequence[Missed]) -> list[list[Missed]]:
    """Questions by their words, those asked last first."""
    groups: dict[tuple[Language, str], list[Missed]] = {}
    for one in reversed(missed):
        groups.setdefault((one.language, plain(one.text)), []).append(one)
    return list(groups.values())


def _solves(decision: Decision, missed: Missed) -> bool:
    """Whether the edition does now what was missed then, or what no article has to do."""
    if decision.reason in (Reason.ASKED, Reason.UNREADABLE, Reason.FOREIGN):
        return True
    if not isinstance(decision, Answer):
        return False
    if missed.right is not None:
        return decision.article == missed.right
    return missed.miss is not Miss.UNHELPFUL or decision.article != missed.shown


def _clusters(edition: Edition, kept: Mapping[Language, Sequence[_Asked]]) -> list[_Cluster]:
    """The clusters of all languages, those that are about the same put together."""
    retriever = edition.answerer.retriever
    whole: list[_Cluster] = []
    before: list[Mapping[str, Vectors]] = []  # where the articles are, language by language
    for language, asked in kept.items():
        if not asked:
            continue
        shelf = retriever.shelves[language]
        measure = Measure.of(shelf)
        bare = without_frames([retriever.reader.question(one.text) for one in asked])
        texts = [retriever.reader.compared(text, one.language) for text, one in zip(bare, asked, strict=True)]
        vectors = measure.ground.without(retriever.encoder.encode(texts, "question"))
        labels = cluster(vectors, measure.near)
        points = [_Point(one, Wording(text), vector) for one, text, vector in zip(asked, bare, vectors, strict=True)]
        found: list[_Cluster] = [
            [points[row] for row in np.flatnonzero(labels == label).tolist()]
            for label in range(labels.max(initial=-1) + 1)
        ]
        # One wording that many sent is a cluster by itself.
        alone: list[int] = np.flatnonzero(labels < 0).tolist()
        found += [[points[row]] for row in alone if _customers(asked[row].missed) >= FEWEST]
        found = _joined(found, join_limit(measure.centres, measure.centres))
        for other in before:
            whole, found = _matched(whole, found, join_limit(other, measure.centres)), []
        whole += found
        before.append(measure.centres)
    return whole


def _joined(clusters: list[_Cluster], limit: float) -> list[_Cluster]:
    """Clusters of one language that are parts of one topic put together, the nearest first."""
    while len(clusters) > 1:
        middles = _middles(clusters)
        partner = dict(pairs(middles, middles, limit))
        if not partner:
            break
        taken = set(partner.values())
        clusters = [
            [*one, *clusters[partner[place]]] if place in partner else one
            for place, one in enumerate(clusters)
            if place not in taken
        ]
    return clusters


def _matched(left: list[_Cluster], right: list[_Cluster], limit: float) -> list[_Cluster]:
    """Clusters of two languages, those that are about the same put together."""
    if not left or not right:
        return left + right
    partner = dict(pairs(_middles(left), _middles(right), limit))
    taken = set(partner.values())
    both: list[_Cluster] = [
        [*one, *right[partner[place]]] if place in partner else one for place, one in enumerate(left)
    ]
    return both + [one for place, one in enumerate(right) if place not in taken]


def _middles(clusters: Sequence[_Cluster]) -> Vectors:
    return np.stack([centre(_vectors(one)) for one in clusters])


def _vectors(found: _Cluster) -> Vectors:
    return np.stack([point.vector for point in found])


def _customers(missed: Sequence[Missed]) -> int:
    return len({one.customer for one in missed})


def _arrivals(missed: Sequence[Missed]) -> list[datetime.datetime]:
    """When each customer asked first."""
    first: dict[str, datetime.datetime] = {}
    for one in missed:
        first[one.customer] = min(one.at, first.get(one.customer, one.at))
    return sorted(first.values())


def _variants(points: Sequence[_Point]) -> list[Variant]:
    """Wordings in this order, and which of them say something new."""
    said: list[Wording] = []
    found = []
    for point in points:
        fresh = not any(alike(point.bare, other) for other in said)
        said += [point.bare] if fresh else []
        found.append(Variant(point.asked.text, point.asked.language, len(point.asked.missed), fresh))
    return found


def _gap(found: _Cluster, now: datetime.datetime, talk: Container[str] = ()) -> Gap:
    """The gap of a cluster. Articles of small talk are never its nearest ones."""
    asked = [point.asked for point in found]
    missed = [one for part in asked for one in part.missed]
    vectors = _vectors(found)
    # What is shown for all should hold nothing of one customer's, and be short.
    shown = [place for place, one in enumerate(asked) if not is_masked(one.text)] or list(range(len(asked)))
    shown.sort(key=lambda place: len(asked[place].text))
    first = shown[medoid(vectors[shown], [len(asked[place].missed) for place in shown])]
    # The frequent first, then those in the midst: slips of the keyboard lie at the edge.
    inside = (vectors @ centre(vectors)).round(3).tolist()
    rest = [place for place in range(len(found)) if place != first]
    rest.sort(key=lambda place: (-len(asked[place].missed), -inside[place], len(asked[place].text), asked[place].text))
    likely = Counter[str]()
    for one in asked:
        for article, confidence in one.candidates.items():
            if article not in talk:
                likely[article] += confidence * len(one.missed)  # type: ignore[assignment]
    nearest, sure = likely.most_common(1)[0] if likely else (None, 0.0)
    confidence = sure / len(missed)
    told = sum(one.miss in _ENOUGH for one in missed) / len(missed)
    right = Counter(one.right for one in missed if one.right is not None)
    arrivals = _arrivals(missed)
    ages = [(now - one.at) / datetime.timedelta(days=TREND_DAYS) for one in missed]
    return Gap(
        id=f"g-{wording_key(asked[first].text)[:8]}",
        question=asked[first].text,
        language=asked[first].language,
        count=len(missed),
        customers=len(arrivals),
        weight=round(len(arrivals) * (told + (1 - told) * (1 - confidence)) * cohesion(vectors), 3),
        last_days=sum(age < 1 for age in ages),
        days_before=sum(1 <= age < 2 for age in ages),
        misses=dict(Counter(str(one.miss) for one in missed).most_common()),
        nearest=nearest,
        confidence=round(confidence, 4),
        right=right.most_common(1)[0][0] if right else None,
        variants=_variants([found[place] for place in (first, *rest)]),
        arrivals=arrivals,
    )
