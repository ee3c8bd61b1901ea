import ctypes
import json
import threading
from pathlib import Path

import pytest

from topay_bot.errors import ArtefactError
from topay_bot.retrieval.index import CURRENT, MANIFEST, BuildStore, seal


def _write(store: BuildStore, build: str, text: str = "content") -> None:
    with store.write(build, {"knowledge": "k"}) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a.txt").write_text(text)
        (folder / "b.bin").write_bytes(bytes(range(256)))


def flipped(content: bytes) -> bytes:
    """One bit in the middle is another."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.fixture
def store(tmp_path: Path) -> BuildStore:
    return BuildStore(tmp_path / "index")


def test_written_published_opened(store: BuildStore) -> None:
    _write(store, "one")
    assert store.current() is None
    store.publish("one")
    assert store.current() == "one"
    assert store.open().manifest["knowledge"] == "k"


def test_no_index_says_what_to_do(store: BuildStore) -> None:
    with pytest.raises(ArtefactError, match="rebuild-index"):
        store.open()


@pytest.mark.parametrize("name", ["part/a.txt", "b.bin", MANIFEST])
@pytest.mark.parametrize("harm", ["truncate", "alter", "remove"])
def test_any_harmed_file_is_named(store: BuildStore, name: str, harm: str) -> None:
    _write(store, "one")
    store.publish("one")
    path = store.root / "one" / name
    content = path.read_bytes()
    if harm == "remove":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if harm == "truncate" else flipped(content))
    with pytest.raises(ArtefactError, match=Path(name).name):
        store.open()


def test_a_harmed_build_cannot_be_published(store: BuildStore) -> None:
    _write(store, "one")
    store.publish("one")
    _write(store, "two")
    (store.root / "two" / "b.bin").write_bytes(b"")
    with pytest.raises(ArtefactError):
        store.publish("two")
    assert store.current() == "one"
    store.open()


def test_another_format_is_refused(store: BuildStore) -> None:
    _write(store, "one")
    path = store.root / "one" / MANIFEST
    manifest = {**json.loads(path.read_text()), "format": 99}
    path.write_text(json.dumps({**manifest, "seal": seal(manifest)}))
    with pytest.raises(ArtefactError, match="format 99"):
        store.open("one")


def test_a_manifest_with_another_value_is_refused(store: BuildStore) -> None:
    _write(store, "one")
    path = store.root / "one" / MANIFEST
    path.write_text(path.read_text().replace('"knowledge": "k"', '"knowledge": "x"'))
    with pytest.raises(ArtefactError, match="damaged"):
        store.open("one")


def test_a_failing_build_leaves_nothing(store: BuildStore) -> None:
    _write(store, "one")
    store.publish("one")

    def fail() -> None:
        with store.write("two", {}) as folder:
            (folder / "a.txt").write_text("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        fail()
    assert sorted(path.name for path in store.root.iterdir()) == sorted([".lock", CURRENT, "one"])
    store.open()


def test_what_a_killed_build_left_is_swept(store: BuildStore) -> None:
    left = store.root / ".building-x"
    left.mkdir(parents=True)
    (left / "half").write_text("")
    _write(store, "one")
    assert not left.exists()


def test_a_build_at_work_is_waited_for(store: BuildStore) -> None:
    order: list[str] = []

    def second() -> None:
        _write(BuildStore(store.root), "two")
        order.append("two")

    other = threading.Thread(target=second)
    with store.write("one", {}) as folder:
        other.start()
        other.join(0.2)
        assert other.is_alive()
        (folder / "a.txt").write_text("whole")
        order.append("one")
    other.join(10)
    assert order == ["one", "two"]
    assert set(store.builds()) == {"one", "two"}
    store.open("one")


@pytest.mark.parametrize("exchange", [True, False])
def test_a_build_made_again_takes_the_place_of_the_old(
    store: BuildStore, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())  # a system without renameat2
    _write(store, "one", "old")
    store.publish("one")
    _write(store, "one", "new")
    assert (store.open().folder / "part" / "a.txt").read_text() == "new"
    assert sorted(path.name for path in store.root.iterdir()) == sorted([".lock", CURRENT, "one"])


@pytest.mark.parametrize("name", ["../one", "/etc", "", "."])
def test_a_build_is_a_name_not_a_path(store: BuildStore, name: str) -> None:
    _write(store, "one")
    with pytest.raises(ArtefactError):
        store.open(name)


def test_the_current_build_is_never_forgotten(store: BuildStore) -> None:
    for build in ("one", "two", "three", "four"):
        _write(store, build)
    store.publish("one")
    store.forget_old(2)
    assert store.current() == "one"
    assert len(store.builds()) == 2
    store.open()


def test_a_current_file_of_nonsense(store: BuildStore) -> None:
    _write(store, "one")
    (store.root / CURRENT).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ArtefactError, match="rebuild-index"):
        store.open()
