"""Writes the model files: the teacher as an int8 ONNX graph for Latin text, the student's rows as int8."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from sentence_transformers import SentenceTransformer

from topay_bot.retrieval.bundled import CONFIG, GRAMS, LATIN, ROWS, SCALES, TOKENIZER, WORDS
from topay_bot.retrieval.sentence_module import MODULES, BundledModule
from training.student import DIMENSION, LATIN_WEIGHT, Student
from training.teacher import MAX_TOKENS, Teacher, teacher_folder

OPSET = 17
# The first layer's second feed-forward matrix has the widest activations: kept float, the mean cosine to the float
# teacher rises from .9923 to .9943 and the least from .979 to .987, for 2 MB. None of the other layers gave more.
KEPT_FLOAT = ("/layers/encoder/layer.0/output/dense/MatMul",)


class MeanPooled(torch.nn.Module):
    """The teacher's layers and mean pooling as one graph; rows keep the length they come out with."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.layers = model[0].auto_model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """int64 (n, tokens) twice to float32 (n, 384)."""
        states = self.layers(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1)


def export_latin(teacher: Teacher, path: Path) -> None:
    """The teacher with fused layers and int8 weights per channel, in 7 bits.

    7 bits (reduce_range) because 8-bit products overflow on x86 without VNNI, silently and by much.
    """
    model = teacher.model.to("cpu")
    model[0].auto_model.set_attn_implementation("eager")  # the form whose graph ONNX Runtime knows how to fuse
    ids = torch.ones((2, 8), dtype=torch.int64)
    axes = {0: "n", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder, "plain.onnx"), Path(folder, "fused.onnx")
        torch.onnx.export(
            MeanPooled(model).eval(),
            (ids, ids),
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )
        # opt_level 0: only the fusions; anything above would bake in what this machine's processor can do.
        optimizer.optimize_model(
            str(plain), model_type="bert", num_heads=12, hidden_size=DIMENSION, opt_level=0
        ).save_model_to_file(str(fused))
        quantize_dynamic(
            fused,
            path,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=list(KEPT_FLOAT),
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


def export_chinese(student: Student, folder: Path) -> None:
    """Words, n-grams and their rows: int8 with one scale a row."""
    table = student.table()
    scales = np.maximum(np.abs(table).max(axis=1), 1e-9).astype(np.float32) / 127
    np.save(folder / ROWS, np.round(table / scales[:, None]).astype(np.int8))
    np.save(folder / SCALES, scales)
    (folder / WORDS).write_text("\n".join(student.vocabulary.words) + "\n", encoding="utf-8")
    (folder / GRAMS).write_text("\n".join(student.vocabulary.grams) + "\n", encoding="utf-8")


def export(student: Student, teacher: Teacher, folder: Path) -> None:
    """Every file that BundledEncoder reads, and the one by which Sentence Transformers finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    export_chinese(student, folder)
    export_latin(teacher, folder / LATIN)
    shutil.copyfile(teacher_folder() / "tokenizer.json", folder / TOKENIZER)
    module = {"idx": 0, "name": "0", "path": "", "type": f"{BundledModule.__module__}.{BundledModule.__name__}"}
    (folder / MODULES).write_text(json.dumps([module], indent=2) + "\n", encoding="utf-8")
    config = {"dimension": DIMENSION, "latin_weight": LATIN_WEIGHT, "max_tokens": MAX_TOKENS}
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
