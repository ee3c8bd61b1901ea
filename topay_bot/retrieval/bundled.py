"""The bundled bilingual encoder: a contextual part for Latin text and a static one for Chinese, in one space.

Latin text goes through all-MiniLM-L6-v2 as an int8 ONNX graph. A run of Chinese characters is the sum of the vectors
of its dictionary words and of corrections for every common n-gram of characters in it, which see across the borders
of words. A text of both is the sum of both, so that "我的account被lock了" loses neither half.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from topay_bot.errors import EncoderError
from topay_bot.retrieval.encoder import Kind, Vectors, unit_rows
from topay_bot.text import normalise, runs

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

MODEL = Path(str(files("topay_bot.retrieval") / "model"))
CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
LATIN = "latin.onnx"
WORDS = "chinese-words.txt"
GRAMS = "chinese-grams.txt"
ROWS = "chinese.npy"
SCALES = "chinese-scale.npy"
FILES = (CONFIG, TOKENIZER, LATIN, WORDS, GRAMS, ROWS, SCALES)
# A vector is 1.5 KB: about 6 MB in all. A desk's visitors repeat a few hundred questions most of the time.
CACHED_QUESTIONS = 4096
_A_BUILD = 256  # texts at once: no question of a customer


class Lexicon:
    """The Chinese vocabulary: words cut by longest match from the left, and the n-grams that correct their sum.

    Rows of the words come first, in their order, then those of the n-grams.
    """

    def __init__(self, words: Sequence[str], grams: Sequence[str]) -> None:
        self._words = {word: row for row, word in enumerate(words)}
        self._grams = {gram: row for row, gram in enumerate(grams, start=len(words))}
        self._longest_word = max(map(len, words), default=0)
        self._longest_gram = max(map(len, grams), default=0)

    def __len__(self) -> int:
        return len(self._words) + len(self._grams)

    def find(self, run: str) -> list[int]:
        """Rows for one run of Chinese characters: each word once where it is cut, each n-gram wherever it stands."""
        found: list[int] = []
        end, start = len(run), 0
        while start < end:
            for stop in range(min(end, start + self._longest_word), start, -1):
                row = self._words.get(run[start:stop])
                if row is not None:
                    found.append(row)
                    start = stop
                    break
            else:
                start += 1
        grams, longest = self._grams.get, self._longest_gram
        pieces = (grams(run[i:j]) for i in range(end) for j in range(i + 1, min(end, i + longest) + 1))
        found.extend(row for row in pieces if row is not None)
        return found


class BundledEncoder:
    """Chinese and English without torch, network or model hub; see the model card in `model/README.md`.

    One thread a text: a worker has one encoder, and a second thread costs more than it brings on texts so short. Only
    the many texts of a build are shared out among the cores, whole texts to each.
    Every text runs alone, never padded in a batch: dynamic int8 scales depend on all that shares the call, so a batch
    would make a text's vector depend on its neighbours (cosine down to 0.98) and gain only a fifth of the time.
    """

    id = "topay-bilingual-1"
    alike = True

    def __init__(self, folder: Path = MODEL) -> None:
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise EncoderError(
                f"the bundled encoder lacks {', '.join(missing)} in {folder}; install topay-bot again, "
                "or make the files with scripts/train-encoder"
            )
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        self.dimension = int(config["dimension"])
        self.content_hash = _hash(folder)
        self._latin_weight = np.float32(config["latin_weight"])
        # int8 (words + grams, dimension), mapped: only the pages of words in use cost memory; float32, one a row.
        self._rows: npt.NDArray[np.int8] = np.load(folder / ROWS, mmap_mode="r")
        self._scales: npt.NDArray[np.float32] = np.load(folder / SCALES)
        self._folder = folder
        self._max_tokens = int(config["max_tokens"])
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def _lexicon(self) -> Lexicon:
        """Of Chinese text; 10 MB that English alone needs as little as Chinese needs the transformer."""
        return Lexicon(_lines(self._folder / WORDS), _lines(self._folder / GRAMS))

    @cached_property
    def tokenizer(self) -> tokenizers.Tokenizer:
        """Of Latin text."""
        import tokenizers

        found = tokenizers.Tokenizer.from_file(str(self._folder / TOKENIZER))
        found.no_padding()
        found.enable_truncation(self._max_tokens)
        return found

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        """The transformer, loaded with the first Latin text: a Chinese one alone takes 60 MB less without."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # Threads that spin between two questions burn a core for nothing.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(str(self._folder / LATIN), options, providers=["CPUExecutionProvider"])

    def encode(self, texts: Sequence[str], kind: Kind = "question") -> Vectors:
        """See Encoder. Questions and passages are treated alike; only questions are remembered."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)

        def fill(start: int, step: int) -> None:
            for row in range(start, len(texts), step):
                rows[row] = self._question(texts[row]) if kind == "question" else self._vector(normalise(texts[row]))

        threads = len(os.sched_getaffinity(0)) if len(texts) >= _A_BUILD else 1
        if threads == 1:
            fill(0, 1)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(lambda start: fill(start, threads), range(threads)))
        return unit_rows(rows)

    def _question(self, text: str) -> Vectors:
        """The text's vector, kept among the CACHED_QUESTIONS last used ones."""
        text = normalise(text)
        with self._lock:
            known = self._recent.get(text)
            if known is not None:
                self._recent.move_to_end(text)
                return known
        vector = self._vector(text)
        with self._lock:
            self._recent[text] = vector
            if len(self._recent) > CACHED_QUESTIONS:
                self._recent.popitem(last=False)
        return vector

    def _vector(self, text: str) -> Vectors:
        """float32 (dimension,), any length, of a normalised text; zero when nothing in it is known."""
        found: list[int] = []
        latin: list[str] = []
        for token, chinese in runs(text):
            if chinese:
                found.extend(self._lexicon.find(token))
            else:
                latin.append(token)
        if not found:
            return self._contextual(text) if latin else np.zeros(self.dimension, dtype=np.float32)
        vector = np.asarray(self._scales[found] @ self._rows[found].astype(np.float32))
        if latin:
            # In training too: one Latin word weighs `latin_weight` beside Chinese words of length 1 and less.
            vector += self._latin_weight * len(latin) * self._contextual(" ".join(latin))
        return vector

    def _contextual(self, text: str) -> Vectors:
        """float32 (dimension,), length 1, of a text through the transformer."""
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        found: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        row: Vectors = unit_rows(found)[0]
        return row


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _hash(folder: Path) -> str:
    """SHA-256 over every model file, in the order of FILES."""
    digest = hashlib.sha256()
    for name in FILES:
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
