import json
from pathlib import Path

import numpy as np
import pytest

from tests.requirements import require
from topay_bot.retrieval.bundled import FILES, MODEL
from topay_bot.retrieval.encoder import load_encoder

TEXTS = ["退款几天能到账", "how long does a refund take", "我的account被lock了", ""]


@pytest.fixture(scope="module")
def model():  # type: ignore[no-untyped-def]  # a SentenceTransformer, which may not be there
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        require(False, "sentence-transformers", "scripts/test installs it")
    return SentenceTransformer(str(MODEL), trust_remote_code=True, device="cpu")


def test_the_vectors_are_those_of_the_server(model) -> None:  # type: ignore[no-untyped-def]
    expected = load_encoder().encode(TEXTS)
    np.testing.assert_array_equal(model.encode(TEXTS), expected)
    np.testing.assert_array_equal(model.encode_query(TEXTS[0]), expected[0])
    np.testing.assert_array_equal(model.encode_document(TEXTS, batch_size=2), expected)
    assert model.get_embedding_dimension() == expected.shape[1]


def test_a_prompt_stands_before_the_text(model) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_array_equal(model.encode("退款", prompt="怎么"), load_encoder().encode(["怎么退款"])[0])


def test_a_saved_model_is_a_folder_that_the_server_reads_too(model, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model.save(str(tmp_path), create_model_card=False)
    assert set(FILES) <= {path.name for path in tmp_path.iterdir()}
    saved = load_encoder(str(tmp_path))
    assert saved.content_hash == load_encoder().content_hash
    [module] = json.loads((tmp_path / "modules.json").read_text(encoding="utf-8"))
    assert module["type"] == "topay_bot.retrieval.sentence_module.BundledModule"
