"""A revised shelf is the shelf that a new fit would give, with the weights of words as they were."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest

from topay_bot.retrieval.encoder import unit_rows
from topay_bot.retrieval.heads import Heads
from topay_bot.retrieval.learning import learn, noise_factors
from topay_bot.retrieval.lexical import likeness_among
from topay_bot.retrieval.passages import Passage, PassageKind
from topay_bot.retrieval.revising import RevisableShelf
from topay_bot.retrieval.shelf import Mix, Shelf, kernel_of
from topay_bot.retrieval.trials import Labelled

MIX = Mix(dense=0.5, width=1.0, noise=0.05, mentions=0.25)
WORDS = "refund card lock pay bank code phone name limit fee time day week send get add drop".split()


def _encode(texts: Sequence[str]) -> np.ndarray:
    seeds = [zlib.crc32(text.encode()) for text in texts]
    return unit_rows(np.stack([np.random.default_rng(seed).normal(size=16) for seed in seeds]))


def _said(article: str | None, number: int, kind: PassageKind = PassageKind.QUESTION) -> Passage:
    words = np.random.default_rng([number, ord(article or "-")]).choice(WORDS, 5)
    return Passage(article, "en", kind, f"{' '.join(words)} {article}{number}")


def _passages() -> list[Passage]:
    asked = [_said(article, number) for article in "abcdef" for number in range(8)]
    return asked + [_said(None, number, PassageKind.BACKGROUND) for number in range(5)]


@pytest.fixture
def revisable(monkeypatch: pytest.MonkeyPatch) -> RevisableShelf:
    monkeypatch.setattr("topay_bot.retrieval.revising._SPARE", 4)
    passages = _passages()
    nothing = Labelled((), (), np.zeros((0, 16), dtype=np.float32), ())
    return RevisableShelf(learn(passages, _encode([p.text for p in passages]), nothing, mix=MIX, seed=1).shelf)


def _fit_anew(shelf: Shelf) -> np.ndarray:
    gram = kernel_of(likeness_among(shelf.lexical_rows), shelf.vectors @ shelf.vectors.T, shelf.mix)
    return Heads.fit(gram, shelf.rows.targets, noise_factors(shelf.passages) * np.float32(MIX.noise)).weights


def test_nothing_changed_is_the_same_shelf(revisable: RevisableShelf) -> None:
    before = revisable.shelf
    assert revisable.changed(before.passages) == 0
    after = revisable.revise(before.passages, _encode)
    np.testing.assert_allclose(after.weights, before.weights, atol=1e-5)


def test_many_revisions_on_end_are_a_new_fit(revisable: RevisableShelf) -> None:
    random = np.random.default_rng(3)
    passages = list(revisable.shelf.passages)
    for step in range(12):
        gone = set(random.choice(len(passages), random.integers(0, 6), replace=False).tolist())
        passages = [passage for place, passage in enumerate(passages) if place not in gone]
        for number in range(int(random.integers(0, 40 if step == 5 else 6))):  # once more than there is room for
            article = str(random.choice(list("abcdefgh")))  # g and h are new articles
            kind = PassageKind.SECTION if number % 3 == 0 else PassageKind.QUESTION
            passages.append(_said(article, 1000 * (step + 1) + number, kind))
        passages.sort(key=lambda p: (p.article is None, p.article or ""))
        shelf = revisable.revise(passages, _encode)
        assert shelf.passages == tuple(passages)
        np.testing.assert_allclose(shelf.weights, _fit_anew(shelf), atol=2e-4)


def test_a_new_article_is_found_by_words_that_nobody_knew(revisable: RevisableShelf) -> None:
    before = revisable.shelf
    new = Passage("zebra", "en", PassageKind.QUESTION, "how do zebras travel")
    passages = [p for p in before.passages if p.article] + [new] + [p for p in before.passages if not p.article]
    shelf = revisable.revise(passages, _encode)
    hits, features = shelf.search(new.text, _encode([new.text]))
    assert hits[0].article == "zebra"
    assert features[0, 5] == pytest.approx(1)  # every word is known now
    # The shelf before is as it was: it may be answering still.
    assert before.search(new.text, _encode([new.text]))[1][0, 5] < 1
    np.testing.assert_array_equal(before.vectors, _shelf_vectors(before))


def _shelf_vectors(shelf: Shelf) -> np.ndarray:
    return unit_rows(_encode([p.text for p in shelf.passages]) @ shelf.axes)


def test_an_article_that_goes_is_not_found(revisable: RevisableShelf) -> None:
    gone = next(p for p in revisable.shelf.passages if p.article == "c")
    shelf = revisable.revise([p for p in revisable.shelf.passages if p.article != "c"], _encode)
    hits, _ = shelf.search(gone.text, _encode([gone.text]))
    assert "c" not in {hit.article for hit in hits}
