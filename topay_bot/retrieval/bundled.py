"""The bundled bilingual encoder: one transformer for both languages and a sum of words for Chinese, in one space.

English goes through all-MiniLM-L6-v2 as an int8 ONNX graph. Chinese goes through the same layers over input rows of
its own for every dictionary word, which see order and context. Its vector is the mean of theirs and a static one: the
sum of the vectors of its words and of corrections for every common n-gram of characters in it, which see across the
borders of words. Latin words in a Chinese text take part in both, so that "我的account被lock了" loses neither half.
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
from topay_bot.retrieval.chinese import Lexicon, PackedRows
from topay_bot.retrieval.encoder import Kind, Vectors, unit_rows
from topay_bot.text import normalise, runs

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

MODEL = Path(str(files("topay_bot.retrieval") / "model"))
CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
TRANSFORMER = "transformer.onnx"
WORDS = "chinese-words.txt"
GRAMS = "chinese-grams.txt"
# Rows of the static part, words first, then n-grams; input rows of the transformer, by word; scales of both in turn.
ROWS = "chinese.npy"
INPUTS = "chinese-inputs.npy"
SCALES = "chinese-scale.npy"
FILES = (CONFIG, TOKENIZER, TRANSFORMER, WORDS, GRAMS, ROWS, INPUTS, SCALES)
# A vector is 1.5 KB: about 6 MB in all. A desk's visitors repeat a few hundred questions most of the time.
CACHED_QUESTIONS = 4096
_A_BUILD = 256  # texts at once: no question of a customer


class BundledEncoder:
    """Chinese and English without torch, network or model hub; see the model card in `model/README.md`.

    One thread a text: a worker has one encoder, and a second thread costs more than it brings on texts so short. Only
    the many texts of a build are shared out among the cores, whole texts to each.
    Every text runs alone, never padded in a batch: dynamic int8 scales depend on all that shares the call, so a batch
    would make a text's vector depend on its neighbours (cosine down to 0.98) and gain only a fifth of the time.
    """

    id = "topay-bilingual-2"
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
        self._transformer_share = np.float32(config["transformer_share"])
        self._max_tokens = int(config["max_tokens"])
        self._folder = folder
        scales: npt.NDArray[np.float32] = np.load(folder / SCALES)
        self._rows = PackedRows(folder / ROWS, scales)
        self._inputs = PackedRows(folder / INPUTS, scales[len(self._rows) :])
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def _lexicon(self) -> Lexicon:
        """Of Chinese text; 10 MB that English alone does not need."""
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
        """The transformer, loaded with the first text."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # Threads that spin between two questions burn a core for nothing.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(
            str(self._folder / TRANSFORMER), options, providers=["CPUExecutionProvider"]
        )

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
        words: list[int] = []
        grams: list[int] = []
        latin: list[str] = []
        tokens: list[tuple[int, bool]] = []  # in the order of the text; whether it is a word's row, else a piece's id
        for token, chinese in runs(text):
            if chinese:
                found = self._lexicon.words(token)
                words += found
                grams += self._lexicon.grams(token)
            else:
                found = self.tokenizer.encode(token, add_special_tokens=False).ids
                latin.append(token)
            tokens += [(one, chinese) for one in found]
        if not words:
            return self._english(text) if latin else np.zeros(self.dimension, dtype=np.float32)
        total = self._rows[words + grams].sum(axis=0)
        if latin:
            # In training too: one Latin word weighs `latin_weight` beside Chinese words of length 1 and less.
            total += self._latin_weight * len(latin) * self._english(" ".join(latin))
        static, contextual = unit_rows(np.stack([total, self._chinese(tokens)]))
        return np.asarray((1 - self._transformer_share) * static + self._transformer_share * contextual)

    def _english(self, text: str) -> Vectors:
        """float32 (dimension,), length 1, of a text without Chinese through the transformer."""
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        words = np.zeros((*ids.shape, self.dimension), dtype=np.float32)
        row: Vectors = unit_rows(self._transform(ids, words, np.zeros((*ids.shape, 1), dtype=np.bool_)))[0]
        return row

    def _chinese(self, tokens: Sequence[tuple[int, bool]]) -> Vectors:
        """float32 (dimension,), any length, of words and of pieces of Latin words through the transformer."""
        first, last = self.tokenizer.encode("").ids
        tokens = [(first, False), *tokens[: self._max_tokens - 2], (last, False)]
        ids = np.array([[0 if is_word else one for one, is_word in tokens]], dtype=np.int64)
        is_word = np.array([[[is_word] for _, is_word in tokens]])
        words = np.zeros((*ids.shape, self.dimension), dtype=np.float32)
        words[is_word[..., 0]] = self._inputs[[one for one, is_word in tokens if is_word]]
        row: Vectors = self._transform(ids, words, is_word)[0]
        return row

    def _transform(self, ids: npt.NDArray[np.int64], words: Vectors, is_word: npt.NDArray[np.bool_]) -> Vectors:
        """float32 (1, dimension) of one text."""
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "words": words, "is_word": is_word}
        found: Vectors = self._session.run(None, inputs)[0]
        return found


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _hash(folder: Path) -> str:
    """SHA-256 over every model file, in the order of FILES."""
    digest = hashlib.sha256()
    for name in FILES:
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
