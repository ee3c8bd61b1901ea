"""The Chinese vocabulary and its packed tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from topay_bot.retrieval.chinese import Lexicon, PackedRows, pack


def test_lexicon_cuts_the_longest_words_and_finds_every_gram() -> None:
    lexicon = Lexicon(["银行", "银", "银行卡"], ["行卡", "卡"])
    assert len(lexicon) == 5
    assert lexicon.words("银行卡") == [2]
    assert lexicon.grams("银行卡") == [3, 4]
    assert lexicon.words("行银卡") == [1]
    assert lexicon.grams("行银卡") == [4]
    assert lexicon.words("人") == lexicon.grams("人") == []


def test_packed_rows_come_back_within_half_a_step(tmp_path: Path) -> None:
    table = np.random.default_rng(1).uniform(-1, 1, (5, 384)).astype(np.float32)
    table[3] = 0
    packed, scales = pack(table)
    assert packed.shape == (5, 192)
    assert packed.dtype == np.uint8
    np.save(tmp_path / "rows.npy", packed)
    rows = PackedRows(tmp_path / "rows.npy", scales)[[4, 3, 0]]
    assert rows.dtype == np.float32
    inside = np.abs(rows) < 7 * scales[[4, 3, 0], None]  # what was not clipped
    np.testing.assert_array_less(np.abs(rows - table[[4, 3, 0]])[inside], 0.51 * scales.max())
    assert not rows[1].any()


def test_packing_keeps_the_direction_of_gaussian_rows(tmp_path: Path) -> None:
    table = np.random.default_rng(2).normal(size=(50, 384)).astype(np.float32)
    packed, scales = pack(table)
    np.save(tmp_path / "rows.npy", packed)
    rows = PackedRows(tmp_path / "rows.npy", scales)[range(50)]
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(table, axis=1)
    assert ((rows * table).sum(axis=1) / lengths).min() > 0.99
