"""Whether the gaps list finds what customers ask and nothing answers.

    python -m benchmarks.gaps [--index index] [--questions 5000] [--seed 1] [--topics first|second] [--rows 20]

A simulated month: 5,000 questions, 300 of them about twelve topics of benchmarks/gap_topics.tsv, of which the
knowledge base has no article, one in ten a lone question that no desk answers, the rest about its articles. All are
worded by a generator: openers, closers, slips of the keyboard, halves of questions. The build decides on each; what a
simulated customer and agent make of it is drawn: most tap the right choice where it is offered, some say that a wrong
answer was no help. What was missed goes through `find_gaps`, which is timed.

The topics come in two sets. The constants of the clustering were chosen with the first in view; the second was written
before they were fixed and first asked afterwards, so its figures are those to expect of topics that nobody foresaw.

A topic is found when most of the questions of one of the first rows are about it, and at least five of its own.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy, FAISS and torch read it

import argparse
import datetime
import json
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from topay_bot.answering.policy import Answer, Clarification, Decision, Reason
from topay_bot.bootstrap.editions import open_edition
from topay_bot.chat.missed import Miss, Missed
from topay_bot.edition import Edition
from topay_bot.knowledge.article import Article
from topay_bot.learning.gaps import Gap, find_gaps
from topay_bot.retrieval.passages import PassageKind
from topay_bot.settings import load_settings
from topay_bot.text import Language

TOPICS_FILE = Path(__file__).with_name("gap_topics.tsv")  # set, topic, language, wording
OF_A_TOPIC = 25
LONE_SHARE = 0.1
DAYS = 28
FEWEST_OF_A_TOPIC = 5
_OPENERS: dict[Language, tuple[str, ...]] = {
    "zh": ("", "", "", "你好，", "请问", "请问一下，", "我想问下", "急！", "在吗，", "麻烦问一下"),
    "en": ("", "", "", "hi, ", "hello, ", "please tell me: ", "quick question, ", "sorry, ", "hey "),
}
_CLOSERS: dict[Language, tuple[str, ...]] = {
    "zh": ("", "", "", "？", "呢", "啊", "，谢谢", "，急用", "，找了半天没找到", "，刚下载的"),
    "en": ("", "", "", "?", "??", " please", ", thanks", ", cannot find it anywhere", ", it is urgent", " pls"),
}


@dataclass(frozen=True)
class Asked:
    """A simulated question, and what it is about: an article, a topic that none covers, or nothing that comes again."""

    text: str
    language: Language
    about: str
    known: bool


Topics = Mapping[str, Mapping[Language, Sequence[str]]]


def read_topics(name: str) -> Topics:
    """A set of topics: their wordings by language."""
    topics: dict[str, dict[Language, list[str]]] = {}
    for line in TOPICS_FILE.read_text(encoding="utf-8").splitlines():
        there, topic, language, wording = line.split("\t")
        if there == name:
            topics.setdefault(topic, {"zh": [], "en": []})[language].append(wording)  # type: ignore[index]
    return topics


class Generator:
    """Words questions; the same seed words the same."""

    def __init__(self, edition: Edition, topics: Topics, seed: int) -> None:
        self._topics = topics
        self._random = random.Random(seed)
        self._articles = [one for one in edition.library if one.category != "smalltalk" and one.questions]
        self._lone_texts = {
            language: [one.text for one in shelf.passages if one.kind is PassageKind.BACKGROUND]
            for language, shelf in edition.answerer.retriever.shelves.items()
        }

    def month(self, count: int) -> list[Asked]:
        """So many questions, in the order in which they come."""
        asked = [self._uncovered(topic, at) for topic in self._topics for at in range(OF_A_TOPIC)]
        asked += [self._lone(at) for at in range(int(count * LONE_SHARE))]
        # As everywhere, a few articles are asked for again and again, and most now and then (Zipf's law).
        articles = self._random.sample(self._articles, len(self._articles))
        weights = [1 / (10 + place) for place in range(len(articles))]
        chosen = self._random.choices(articles, weights, k=count - len(asked))
        asked += [self._covered(article) for article in chosen]
        self._random.shuffle(asked)
        return asked

    def _uncovered(self, topic: str, at: int) -> Asked:
        language: Language = "zh" if at % 2 == 0 else "en"
        return Asked(
            self._worded(self._random.choice(self._topics[topic][language]), language), language, topic, known=False
        )

    def _lone(self, at: int) -> Asked:
        language: Language = "zh" if at % 2 == 0 else "en"
        text = self._random.choice(self._lone_texts[language])
        return Asked(self._worded(text, language), language, f"lone {text}", known=False)

    def _covered(self, article: Article) -> Asked:
        text = self._random.choice(article.questions)
        return Asked(self._worded(text, article.language), article.language, article.id, known=True)

    def _worded(self, text: str, language: Language) -> str:
        drawn = self._random.random()
        if drawn < 0.1:
            text = self._short(text, language)
        elif drawn < 0.3:
            text = self._slip(text)
        return self._random.choice(_OPENERS[language]) + text + self._random.choice(_CLOSERS[language])

    def _short(self, text: str, language: Language) -> str:
        """What is left when somebody types in a hurry: the second half."""
        if language == "zh":
            return text[len(text) // 2 :] if len(text) > 7 else text
        words = text.split()
        return " ".join(words[len(words) // 2 :]) if len(words) > 5 else text

    def _slip(self, text: str) -> str:
        """A character dropped, or two that changed places."""
        at = self._random.randrange(max(1, len(text) - 1))
        if self._random.random() < 0.5:
            return text[:at] + text[at + 1 :]
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def missed_of(
    edition: Edition, month: Sequence[Asked], seed: int, now: datetime.datetime
) -> list[tuple[Missed, Asked]]:
    """What of a month was asked in vain, oldest first, each with what it was about."""
    drawn = random.Random(seed)
    found = []
    for number, asked in enumerate(month):
        decision = edition.answerer.decide(asked.text, asked.language)
        miss, shown, right = _came_of(decision, asked, drawn)
        if miss is not None:
            at = now - datetime.timedelta(days=DAYS) * (1 - number / len(month))
            found.append((Missed(f"c{number}", at, asked.text, asked.language, miss, shown, right), asked))
    return found


def _came_of(decision: Decision, asked: Asked, drawn: random.Random) -> tuple[Miss | None, str | None, str | None]:
    corrected = asked.about if asked.known and drawn.random() < 0.1 else None
    if isinstance(decision, Answer):
        helped = 0.97 if decision.article == asked.about else 0.6  # many say nothing though the answer was wrong
        return (Miss.UNHELPFUL if drawn.random() > helped else None), decision.article, None
    if isinstance(decision, Clarification):
        if asked.about in [choice.article for choice in decision.choices] and drawn.random() < 0.8:
            return None, None, None
        return (Miss.CORRECTED if corrected else Miss.UNCHOSEN), None, corrected
    if decision.reason is Reason.LOW_CONFIDENCE:
        return (Miss.CORRECTED if corrected else Miss.UNANSWERED), None, corrected
    return None, None, None


def topic_of(gap: Gap, about: dict[str, str]) -> tuple[str, float, int]:
    """What a gap is mostly about, the share of its questions that are, and how many."""
    counts = Counter[str]()
    for variant in gap.variants:
        counts[about[variant.text]] += variant.times
    topic, count = counts.most_common(1)[0]
    return topic, count / gap.count, count


def main() -> None:
    """Simulate, look for gaps, and print what was found as text and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path)
    parser.add_argument("--questions", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--topics", choices=["first", "second"], default="first")
    parser.add_argument("--rows", type=int, default=20)
    options = parser.parse_args()
    edition = open_edition(load_settings(index=options.index))
    now = datetime.datetime.now(datetime.UTC)
    topics = read_topics(options.topics)
    month = Generator(edition, topics, options.seed).month(options.questions)
    missed = missed_of(edition, month, options.seed, now)
    about = {one.text: asked.about for one, asked in missed}
    start = time.perf_counter()
    found = find_gaps(edition, [one for one, _ in missed], now)
    seconds = time.perf_counter() - start
    first = []
    for row, gap in enumerate(found.gaps[: options.rows], 1):
        topic, share, count = topic_of(gap, about)
        told = topic in topics and share > 0.5 and count >= FEWEST_OF_A_TOPIC
        first += [topic] if told else []
        print(f"{row:3}  {gap.weight:6.1f}  {gap.count:4}  {share:4.0%} {topic:34}  {gap.question}")
    asked_in_vain = sum(asked.about in topics for _, asked in missed)
    summary = {
        "seed": options.seed,
        "asked": len(month),
        "missed": len(missed),
        "missed_of_topics": asked_in_vain,
        "solved": found.solved,
        "lone": found.lone,
        "gaps": len(found.gaps),
        "found": len(set(first)),
        "set": options.topics,
        "topics": len(topics),
        "rows_of_topics": len(first),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
