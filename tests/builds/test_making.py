import datetime
import json
import multiprocessing
import random
import shutil
import time
from pathlib import Path

import pytest

from tests.samples import copy_knowledge
from topay_bot.builds import making
from topay_bot.builds.making import BuildResult, make_build
from topay_bot.edition import Edition, open_edition
from topay_bot.errors import ArtefactError, BuildError, EncoderError, KnowledgeError
from topay_bot.retrieval.index import MANIFEST, BuildStore, seal
from topay_bot.retrieval.passages import Passage
from topay_bot.settings import Settings, load_settings


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, BuildResult]:
    root = tmp_path_factory.mktemp("built")
    settings = _settings(copy_knowledge(root / "knowledge"), root / "index")
    return settings, make_build(settings)


@pytest.fixture
def copied(built: tuple[Settings, BuildResult], tmp_path: Path) -> Settings:
    """A copy of the built knowledge and index that a test may harm."""
    shutil.copytree(built[0].knowledge.parent, tmp_path / "copy")
    return _settings(tmp_path / "copy" / "knowledge", tmp_path / "copy" / "index")


def _settings(knowledge: Path, index: Path, **more: object) -> Settings:
    return load_settings(knowledge=knowledge, index=index, encoder="fitted", **more)


def _open(settings: Settings) -> Edition:
    return open_edition(BuildStore(settings.index), None, max_choices=4, human_article="service-human-agent")


def test_a_build_answers_its_own_questions(built: tuple[Settings, BuildResult]) -> None:
    settings, result = built
    assert (result.articles, result.published, result.reused) == (8, True, False)
    edition = _open(settings)
    for question, article in [
        ("退款几天能到账", "refund-how-long"),
        ("reset payment password", "account-reset-payment-password"),
    ]:
        decision = edition.answerer.decide(question)
        assert decision.candidates[0].article == article
    assert edition.library.get("refund-how-long", "zh").title  # type: ignore[union-attr]  # it was built


def test_the_manifest_tells_all(built: tuple[Settings, BuildResult]) -> None:
    manifest = BuildStore(built[0].index).open().manifest
    assert manifest["encoder"]["name"] == "fitted"
    assert len(manifest["encoder"]["hash"]) == len(manifest["knowledge"]) == 64
    assert {"topay-bot", "numpy", "faiss-cpu"} <= set(manifest["versions"])
    assert all(len(sum_) == 64 for sum_ in manifest["files"].values())
    assert {"library.json", "calibration.json", "report.json", "zh/vectors.faiss", "en/heads.npy"} <= set(
        manifest["files"]
    )


def test_the_same_knowledge_is_the_same_build(built: tuple[Settings, BuildResult]) -> None:
    settings, first = built
    again = make_build(settings)
    assert (again.build, again.reused) == (first.build, True)


def test_a_fresh_build_is_the_same_to_the_last_bit(copied: Settings) -> None:
    def sums() -> dict[str, str]:
        return dict(BuildStore(copied.index).open().manifest["files"])

    before = sums()
    make_build(copied, fresh=True)
    assert sums() == before


def test_one_edit_reuses_what_did_not_change(copied: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from topay_bot.retrieval.fitted import FittedEncoder

    encoded: list[str] = []
    original = FittedEncoder.encode

    def spy(self: FittedEncoder, texts: list[str], kind: str = "question"):  # type: ignore[no-untyped-def]
        encoded.extend(texts)
        return original(self, texts, kind)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(FittedEncoder, "encode", spy)
    file = next(copied.knowledge.glob("*/refund-how-long.zh.md"))
    file.write_text(file.read_text().replace("questions:\n", "questions:\n  - 退的钱到底啥时候回来呀\n", 1))
    result = make_build(copied)
    assert not result.reused
    assert encoded == ["退的钱到底啥时候回来呀"]
    assert _open(copied).answerer.decide("退的钱到底啥时候回来呀").candidates[0].article == "refund-how-long"


def test_a_language_without_changes_is_not_learned_again(copied: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[str] = []
    original = making.learn

    def spy(passages: list[Passage], *more: object, **options: object) -> object:
        learned.append(passages[0].language)
        return original(passages, *more, **options)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(making, "learn", spy)
    before = BuildStore(copied.index).open().manifest["files"]
    file = next(copied.knowledge.glob("*/refund-how-long.zh.md"))
    file.write_text(file.read_text().replace("questions:\n", "questions:\n  - 退的钱到底啥时候回来呀\n", 1))
    make_build(copied)
    after = BuildStore(copied.index).open().manifest["files"]
    assert learned == ["zh"]
    assert before["en/heads.npy"] == after["en/heads.npy"]
    assert before["zh/heads.npy"] != after["zh/heads.npy"]
    make_build(load_settings(**{**copied.model_dump(), "unknown_share": 0.4}))
    assert learned == ["zh", "en", "zh"] or learned == ["zh", "zh", "en"]  # another setting: all of it


def test_not_published_unless_wanted(copied: Settings) -> None:
    before = BuildStore(copied.index).current()
    file = next(copied.knowledge.glob("*/refund-how-long.zh.md"))
    file.write_text(file.read_text() + "\n补充一句。\n")
    result = make_build(copied, publish=False)
    assert not result.published
    assert BuildStore(copied.index).current() == before != result.build


def test_drafts_and_future_articles_are_left_out(copied: Settings) -> None:
    for language in ("zh", "en"):
        file = next(copied.knowledge.glob(f"*/account-close.{language}.md"))
        file.write_text(file.read_text().replace("---\n", "---\npublish_date: 2030-01-01\n", 1))
    assert make_build(copied, today=datetime.date(2029, 12, 31)).articles == 7
    assert make_build(copied, today=datetime.date(2030, 1, 1)).articles == 8


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (lambda folder: shutil.rmtree(folder), "no knowledge folder"),
        (lambda folder: [shutil.rmtree(path) for path in folder.iterdir() if path.is_dir()], "no articles"),
        (lambda folder: next(folder.glob("*/*.md")).write_bytes(b"\xff\xfe"), "UTF-8"),
        (lambda folder: next(folder.glob("*/*.md")).write_text("no front matter"), "front-matter"),
        (lambda folder: (folder / "facts.toml").write_text("= broken"), "facts"),
        (lambda folder: (folder / "facts.toml").unlink(), "unknown-fact"),
    ],
)
def test_broken_knowledge_is_a_clear_error_and_the_current_build_stays(copied: Settings, harm, error: str) -> None:  # type: ignore[no-untyped-def]
    before = BuildStore(copied.index).current()
    harm(copied.knowledge)
    with pytest.raises(KnowledgeError, match=error):
        make_build(copied)
    assert BuildStore(copied.index).current() == before
    assert _open(copied).answerer.decide("退款几天能到账").candidates


def test_nothing_published_is_a_build_error(copied: Settings) -> None:
    for file in copied.knowledge.glob("*/*.md"):
        file.write_text(file.read_text().replace("---\n", "---\ndraft: true\n", 1))
    with pytest.raises(BuildError, match="no published article"):
        make_build(copied)


def test_a_damaged_current_build_is_no_obstacle(copied: Settings) -> None:
    store = BuildStore(copied.index)
    (store.open().folder / "zh" / "heads.npy").write_bytes(b"broken")
    with pytest.raises(ArtefactError, match=r"heads\.npy"):
        _open(copied)
    make_build(copied)
    assert _open(copied).answerer.decide("退款几天能到账").candidates


def test_another_encoder_than_the_index_has_is_refused(copied: Settings, tmp_path: Path) -> None:
    folder = BuildStore(copied.index).open().folder
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["encoder"]["name"] = str(tmp_path / "no-such-model")
    manifest["seal"] = seal(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(EncoderError):
        _open(copied)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_language_and_other_categories_build_like_any_other(tmp_path: Path, language: str) -> None:
    ids = ("refund-how-long", "account-close", "service-human-agent")
    knowledge = copy_knowledge(tmp_path / "knowledge", ids, (language,))
    (knowledge / "refund").rename(knowledge / "returns & co")
    settings = _settings(knowledge, tmp_path / "index")
    assert make_build(settings).articles == 3
    for question in ("退款几天到账", "how long does a refund take"):
        _open(settings).answerer.decide(question)  # the other language finds nothing, and says so


def test_a_single_article_without_questions(tmp_path: Path) -> None:
    (tmp_path / "knowledge" / "a").mkdir(parents=True)
    (tmp_path / "knowledge" / "a" / "only.en.md").write_text("---\ntitle: Gift cards\nquestions: []\n---\n\nYes.\n")
    settings = _settings(tmp_path / "knowledge", tmp_path / "index")
    result = make_build(settings)
    assert not result.languages["en"].promise_kept
    assert _open(settings).answerer.decide("gift cards").candidates[0].article == "only"


def _build_in_child(knowledge: Path, index: Path, seed: int, begun: object) -> None:
    begun.set()  # type: ignore[attr-defined]  # a multiprocessing event
    make_build(_settings(knowledge, index, seed=seed), fresh=True)


def test_killing_a_build_at_any_moment_leaves_a_whole_build_current(copied: Settings) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])

    def start(seed: int) -> multiprocessing.context.ForkServerProcess:
        begun = context.Event()
        child = context.Process(target=_build_in_child, args=(copied.knowledge, copied.index, seed, begun))
        child.start()
        begun.wait(60)
        return child

    start(1000).join()  # starts the fork server
    whole = start(1001)
    began = time.monotonic()
    whole.join()
    seconds = time.monotonic() - began
    store = BuildStore(copied.index)
    moments = random.Random(5)
    killed = 0
    for attempt in range(60):
        child = start(attempt)
        child.join(moments.uniform(0, seconds))
        if child.is_alive():
            child.kill()
            killed += 1
        child.join()
        store.open()  # verifies every file
        if killed == 20:
            break
    assert killed == 20
    make_build(copied)
    assert not [path for path in copied.index.iterdir() if path.name.startswith(".building")]
    assert _open(copied).answerer.decide("退款几天能到账").candidates


def test_the_report_holds_what_the_trials_told(copied: Settings) -> None:
    def trials() -> dict[str, dict[str, object]]:
        found = json.loads((BuildStore(copied.index).open().folder / "report.json").read_text(encoding="utf-8"))
        return dict(found["trials"])

    before = trials()
    assert set(before) == {"zh", "en"}
    for found in before.values():
        assert {"risk_coverage", "reliability", "confusions", "wrong_answers", "calibration_error"} <= set(found)
        assert 0 < int(str(found["known"])) < int(str(found["questions"]))
    file = next(copied.knowledge.glob("*/refund-how-long.zh.md"))
    file.write_text(file.read_text().replace("questions:\n", "questions:\n  - 退的钱到底啥时候回来呀\n", 1))
    make_build(copied)
    assert trials()["en"] == before["en"], "taken over with its language"
    assert trials()["zh"] != before["zh"]
