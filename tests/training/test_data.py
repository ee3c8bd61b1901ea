"""What the encoder learns from, as the trainer reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from training.data import SENTENCES, Pair, read_sentences

_CHINESE = re.compile("[\u4e00-\u9fff]")


def test_a_row_gives_a_pair_for_each_of_its_chinese_texts(tmp_path: Path) -> None:
    (tmp_path / "b.tsv").write_text("怎麼退款\t钱咋退\thow do I get a refund\n", encoding="utf-8")
    (tmp_path / "a.tsv").write_text("你好\t您好啊\tHello\n", encoding="utf-8")
    assert read_sentences(tmp_path) == [
        Pair("你好", "Hello", 1.0),
        Pair("您好啊", "Hello", 1.0),
        Pair("怎么退款", "how do I get a refund", 1.0),
        Pair("钱咋退", "how do I get a refund", 1.0),
    ]


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("你好\t您好\thello\n你好\thello\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv:2: 2 columns"):
        read_sentences(tmp_path)


def test_every_sentence_of_ours_is_chinese_beside_english() -> None:
    pairs = read_sentences()
    assert len(pairs) > 10_000
    assert [pair for pair in pairs if not _CHINESE.search(pair.zh)] == []
    assert [pair for pair in pairs if _CHINESE.search(pair.en) or not pair.en] == []


def test_no_row_of_ours_stands_twice() -> None:
    rows = [line for path in sorted(SENTENCES.glob("*.tsv")) for line in path.read_text("utf-8").splitlines()]
    first = [row.split("\t")[0] for row in rows]
    assert len(set(first)) == len(first)
