import numpy as np
import pytest

from topay_bot.retrieval.evidence import NAMES
from topay_bot.retrieval.heads import Heads, kernel
from topay_bot.retrieval.learning import ENOUGH_LABELLED, learn
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, PassageKind, Rows
from topay_bot.retrieval.shelf import Mix, Shelf, blend
from topay_bot.retrieval.trials import Fitted, Labelled, Trials, background_trials, labelled_trials, own_trials

Q, B = PassageKind.QUESTION, PassageKind.BACKGROUND
ASKED = {
    "refund": ["when does my refund arrive", "refund how many days", "is my refund late", "refund time to my card"],
    "card": ["add a bank card", "how do i bind my card", "link a new card to pay", "which cards can i add"],
    "lock": ["my account is locked", "unlock my account", "too many wrong passwords", "account locked out"],
}
PASSAGES = [Passage(article, "en", Q, text) for article, texts in sorted(ASKED.items()) for text in texts] + [
    Passage(None, "en", B, text) for text in ("what is the weather", "tell me a joke", "who won the match")
]
MIX = Mix(dense=0.5, width=1.0, noise=0.2, mentions=0.25)


def _vectors(count: int, seed: int) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _fitted(passages: list[Passage], vectors: np.ndarray) -> Fitted:
    rows = Rows.of(passages)
    axes = np.eye(vectors.shape[1], dtype=np.float32)
    lexical, matrix = LexicalFeatures.fit_encode([p.text for p in passages])
    likeness, dense = (matrix @ matrix.T).toarray(), vectors @ vectors.T
    gram = kernel(blend(likeness, dense, MIX), MIX.width)
    noise = np.full(len(passages), MIX.noise, dtype=np.float32)
    heads = Heads.fit(gram, rows.targets, noise)
    np.fill_diagonal(likeness, -1)
    np.fill_diagonal(dense, -1)
    mentions = Mentions.of(matrix, rows)
    mentioned = mentions.beside(matrix, list(np.arange(len(passages))[:, None]))
    shelf = Shelf.of(lexical, passages, mentions, axes, vectors, heads.weights, MIX)
    return Fitted(heads, shelf, likeness, dense, mentioned)


def _labelled(vectors: np.ndarray, *questions: tuple[str, ...]) -> Labelled:
    """Questions as (text, articles that are right ...), each read as it is written."""
    texts = tuple(text for text, *_ in questions)
    return Labelled(texts, texts, vectors, tuple(tuple(right) for _, *right in questions))


@pytest.fixture
def fitted() -> Fitted:
    return _fitted(PASSAGES, _vectors(len(PASSAGES), 1))


def test_each_question_is_tried_known_and_unknown(fitted: Fitted) -> None:
    trials = own_trials(fitted, np.array([p.kind is Q for p in PASSAGES]))
    assert trials.unknown.sum() == (~trials.unknown).sum() == 12
    assert not trials.right[trials.unknown].any()
    assert trials.right[~trials.unknown].any(axis=1).all()  # three articles: all are candidates
    assert sorted(trials.question) == sorted([*range(12), *range(12)])


def test_background_is_unknown_and_marked(fitted: Fitted) -> None:
    trials = background_trials(fitted)
    assert trials.unknown.all()
    assert trials.background.all()
    assert len(trials.unknown) == 3


def test_a_held_out_trial_is_that_of_a_shelf_without_the_article(fitted: Fitted) -> None:
    question, vector = "has my refund arrived on the card", _vectors(1, 9)
    trials = labelled_trials(fitted, _labelled(vector, (question, "refund")))
    assert list(trials.unknown) == [False, True]
    place = Rows.of(PASSAGES).articles.index("refund")
    keep = np.array([p.article != "refund" for p in PASSAGES])
    # The same weights of words as before: only the heads change.
    rows = fitted.shelf.lexical_rows[keep]
    encoded = fitted.shelf.lexical.encode([question])
    mixed = blend((encoded @ rows.T).toarray(), vector @ fitted.shelf.vectors[keep].T, MIX)
    gram = kernel(blend((rows @ rows.T).toarray(), fitted.shelf.vectors[keep] @ fitted.shelf.vectors[keep].T, MIX), 1.0)
    left = Rows.of([p for p, kept in zip(PASSAGES, keep, strict=True) if kept])
    heads = Heads.fit(gram, left.targets, np.full(int(keep.sum()), MIX.noise, dtype=np.float32))
    mentions = Mentions.of(rows, left)
    mentioned = mentions(encoded)
    expected = np.sort((kernel(mixed, 1.0) @ heads.weights + MIX.mentions * mentioned)[0])[::-1]
    np.testing.assert_allclose(trials.features[1, :2, 0], expected, atol=1e-4)
    assert trials.features[1, 2, 0] == -1
    assert place in range(3)
    # So is everything else that speaks for the others: what is held out takes no vote from them.
    left_out = [p for p, kept in zip(PASSAGES, keep, strict=True) if kept]
    lexical, axes = fitted.shelf.lexical, np.eye(16, dtype=np.float32)
    shelf = Shelf.of(lexical, left_out, mentions, axes, fitted.shelf.vectors[keep], heads.weights, MIX)
    _, features = shelf.search(question, vector)
    same = [place for place, name in enumerate(NAMES) if name != "known"]  # the same weights of words, see above
    np.testing.assert_allclose(trials.features[1, :2][:, same], features[:, same], atol=1e-4)


def test_an_article_held_out_is_not_seen_by_its_own_questions(fitted: Fitted) -> None:
    """Held out, the others look as they do without it: nearer passages of its own would take all the votes."""
    asked = np.array([p.kind is Q for p in PASSAGES])
    trials = own_trials(fitted, asked)
    votes = trials.features[trials.unknown][:, :2, NAMES.index("votes")]
    assert votes.sum() > 0
    assert (trials.features[trials.unknown][:, 2, NAMES.index("votes")] == 0).all()


def test_the_shelf_itself_gives_the_features_of_a_labelled_trial(fitted: Fitted) -> None:
    question, vector = "bind a card", _vectors(1, 4)
    trials = labelled_trials(fitted, _labelled(vector, (question, "card")))
    _, features = fitted.shelf.search(question, vector)
    np.testing.assert_allclose(trials.features[0], features, atol=1e-5)


def test_any_of_several_articles_is_right() -> None:
    passages = [*PASSAGES[:1], Passage("card", "en", PassageKind.LABELLED, "card refund", ("refund",)), *PASSAGES[1:]]
    vectors = _vectors(len(passages), 1)
    trials = labelled_trials(_fitted(passages, vectors), _labelled(vectors[1:2], ("card refund", "card", "refund")))
    assert trials.right[~trials.unknown].sum() == 2
    assert not trials.right[trials.unknown].any()
    assert not trials.background.any()


def test_a_labelled_question_is_tried_by_a_shelf_that_never_saw_it() -> None:
    asked, vector = "add a bank card to my wallet", _vectors(1, 3)
    passages = [*PASSAGES[:4], Passage("card", "en", PassageKind.LABELLED, asked), *PASSAGES[4:]]
    vectors = np.insert(_vectors(len(PASSAGES), 1), 4, vector[0], axis=0)
    seen = labelled_trials(_fitted(passages, vectors), _labelled(vector, (asked, "card")))
    unseen = labelled_trials(_fitted(PASSAGES, _vectors(len(PASSAGES), 1)), _labelled(vector, (asked, "card")))
    # The words' weights differ a little: one text more was counted.
    np.testing.assert_allclose(seen.features, unseen.features, atol=0.1)
    with_itself = _fitted(passages, vectors).shelf.search(asked, vector)[1]
    assert with_itself[0, 0] - seen.features[0, 0, 0] > 0.3  # had it seen itself, the score would tell


def test_joined_trials_are_of_different_questions(fitted: Fitted) -> None:
    background = background_trials(fitted)
    both = Trials.joined([background, background])
    assert len(np.unique(both.question)) == 2 * len(background.question)


def test_few_labelled_questions_are_not_enough() -> None:
    vectors = _vectors(len(PASSAGES), 1)
    one = _labelled(_vectors(1, 2), ("refund when", "refund"))
    assert not learn(PASSAGES, vectors, one, mix=MIX, seed=1).labelled
    many = _labelled(np.repeat(one.vectors, ENOUGH_LABELLED, axis=0), *[("refund when", "refund")] * ENOUGH_LABELLED)
    learned = learn(PASSAGES, vectors, many, mix=MIX, seed=1)
    assert learned.labelled
    assert (~learned.trials.unknown).sum() == ENOUGH_LABELLED


def test_a_question_without_a_vector_is_found_by_its_words_alone(fitted: Fitted) -> None:
    nothing = np.zeros((1, 16), dtype=np.float32)
    hits, features = fitted.shelf.search("refund how many days", nothing)
    assert hits[0].article == "refund"
    assert features[0, 2] == features[0, 3] > 0  # the lexical likeness stands in for the dense one
    trials = labelled_trials(fitted, _labelled(nothing, ("refund how many days", "refund")))
    assert trials.features[0, 0, 2] == trials.features[0, 0, 3]
