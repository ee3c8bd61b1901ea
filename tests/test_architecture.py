"""The floors of the design, held over the syntax trees of the package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "topay_bot"
# Higher floors may import lower ones. What stands first in a floor's tuple has the whole folder.
FLOORS: dict[str, int] = {
    "errors": 0, "settings": 0, "text": 0, "english": 0, "pinyin": 0, "privacy": 0, "hours": 0, "subcommand": 0,
    "knowledge": 1, "identity": 1,
    "retrieval": 2,
    "answering": 3,
    "chat": 4, "evaluation": 4, "edition": 4, "reply": 4, "report": 4, "explanation": 4, "desk": 4, "suggestions": 4,
    "storage": 5, "learning": 5, "builds": 5,
    "bootstrap": 6,
    "web": 7, "commands": 7, "cli": 7, "__main__": 8, "__init__": 8,
}  # fmt: skip
# Modules of one floor that may import one another, from left to right: the right one stands on the left one.
WITHIN = [
    ("edition", "reply"),
    ("edition", "chat"),
    ("reply", "chat"),
    ("edition", "desk"),
    ("reply", "desk"),
    ("chat", "desk"),
    ("learning", "storage"),
    ("edition", "explanation"),
    ("evaluation", "report"),
    ("errors", "settings"),
    ("text", "settings"),
    ("hours", "settings"),
    ("errors", "privacy"),
    ("english", "pinyin"),
    ("pinyin", "text"),
    ("web", "commands"),
    ("commands", "cli"),
]
ONLY_IN = {
    "faiss": {"retrieval"},
    "sentence_transformers": {"retrieval"},
    "torch": {"retrieval"},
    "tokenizers": {"retrieval"},
    "onnxruntime": {"retrieval"},
    "matplotlib": {"report"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _part(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def _imports(path: Path, everywhere: bool = True) -> Iterator[str]:
    """Modules imported by a file; without `everywhere` only those at the top, outside `if TYPE_CHECKING`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            if node.module == "topay_bot":
                yield from (f"topay_bot.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_floors_below(path: Path) -> None:
    here = _part(path)
    assert here in FLOORS, f"{here} has no floor: give it one in the design and here"
    for name in _imports(path):
        if not name.startswith("topay_bot."):
            continue
        there = name.split(".")[1]
        if there == here or here == "__init__":
            continue
        below = FLOORS[there] < FLOORS[here] or (there, here) in WITHIN
        assert below, f"{path.name} (floor {FLOORS[here]}) imports {name} (floor {FLOORS[there]})"


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_imported_in_its_part_only(library: str) -> None:
    for path in MODULES:
        if _part(path) not in ONLY_IN[library]:
            assert library not in {name.split(".")[0] for name in _imports(path)}, path


def test_torch_is_never_imported_at_the_top() -> None:
    for path in MODULES:
        assert "topay_bot.retrieval.sentence_module" not in _imports(path), path
        if path.name == "sentence_module.py":  # made for Sentence Transformers, which imports it; nothing here does
            continue
        top = {name.split(".")[0] for name in _imports(path, everywhere=False)}
        assert not top & {"torch", "sentence_transformers"}, path


def test_inner_package_files_are_empty() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        if path.parent != PACKAGE:
            assert path.read_text() == "", path


def test_at_most_ten_public_names() -> None:
    import topay_bot

    assert len(topay_bot.__all__) <= 10
    for name in topay_bot.__all__:
        assert getattr(topay_bot, name) is not None


def test_modules_do_not_import_in_circles() -> None:
    graph = {}
    for path in MODULES:
        parts = list(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        graph[name] = {target for target in _imports(path, everywhere=False) if target.startswith("topay_bot.")}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for target in graph.get(name, ()):
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
