"""Writes the model files: the teacher as an int8 ONNX graph that takes Chinese words too, the tables in 4 bits."""

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

from topay_bot.retrieval.bundled import CONFIG, GRAMS, INPUTS, ROWS, SCALES, TOKENIZER, TRANSFORMER, WORDS
from topay_bot.retrieval.chinese import pack
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.sentence_module import MODULES, BundledModule
from training.mixed import Mixed
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


def export_transformer(teacher: Teacher, path: Path) -> None:
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
    _take_words(teacher, path)


def _take_words(teacher: Teacher, path: Path) -> None:
    """Gives the graph two more inputs: rows of Chinese words, and which tokens they stand for.

    There the layers begin at the word's row with its place and layer norm, as at a piece's; everywhere else they begin
    as before, bit for bit. `words`: float32 (n, tokens, 384); `is_word`: bool (n, tokens, 1).
    """
    graph = onnx.load(path)
    embeddings = teacher.model[0].auto_model.embeddings
    places = embeddings.position_embeddings.weight[:MAX_TOKENS] + embeddings.token_type_embeddings.weight[0]
    constants = {
        "places": places,
        "word_norm_weight": embeddings.LayerNorm.weight,
        "word_norm_bias": embeddings.LayerNorm.bias,
    }
    values = [
        *(onnx.numpy_helper.from_array(value.detach().numpy(), name) for name, value in constants.items()),
        onnx.numpy_helper.from_array(np.array([0]), "zero"),
    ]
    graph.graph.initializer.extend(values)
    [begin] = [node for node in graph.graph.node if node.op_type == "QEmbedLayerNormalization"]
    pieces, begin.output[0] = begin.output[0], "pieces"
    node = onnx.helper.make_node
    nodes = [
        node("Shape", ["input_ids"], ["tokens"], start=1, end=2),
        node("Slice", ["places", "zero", "tokens", "zero"], ["first_places"]),
        node("Add", ["words", "first_places"], ["placed_words"]),
        node(
            "LayerNormalization",
            ["placed_words", "word_norm_weight", "word_norm_bias"],
            ["normal_words"],
            epsilon=embeddings.LayerNorm.eps,
        ),
        node("Where", ["is_word", "normal_words", "pieces"], [pieces]),
    ]
    after = list(graph.graph.node).index(begin) + 1
    for one in reversed(nodes):
        graph.graph.node.insert(after, one)
    kinds = (("words", onnx.TensorProto.FLOAT, DIMENSION), ("is_word", onnx.TensorProto.BOOL, 1))
    graph.graph.input.extend(
        onnx.helper.make_tensor_value_info(name, kind, ["n", "tokens", last]) for name, kind, last in kinds
    )
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def export_chinese(student: Student, inputs: Vectors, folder: Path) -> None:
    """Words, n-grams and their rows, and the words' input rows; each in 4 bits with one scale a row."""
    rows, scales = pack(student.table())
    packed, input_scales = pack(inputs)
    np.save(folder / ROWS, rows)
    np.save(folder / INPUTS, packed)
    np.save(folder / SCALES, np.concatenate([scales, input_scales]))
    (folder / WORDS).write_text("\n".join(student.vocabulary.words) + "\n", encoding="utf-8")
    (folder / GRAMS).write_text("\n".join(student.vocabulary.grams) + "\n", encoding="utf-8")


def export(mixed: Mixed, teacher: Teacher, folder: Path) -> None:
    """Every file that BundledEncoder reads, and the one by which Sentence Transformers finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    export_chinese(mixed.static, mixed.contextual.inputs(), folder)
    export_transformer(teacher, folder / TRANSFORMER)
    shutil.copyfile(teacher_folder() / "tokenizer.json", folder / TOKENIZER)
    module = {"idx": 0, "name": "0", "path": "", "type": f"{BundledModule.__module__}.{BundledModule.__name__}"}
    (folder / MODULES).write_text(json.dumps([module], indent=2) + "\n", encoding="utf-8")
    config = {
        "dimension": DIMENSION,
        "latin_weight": LATIN_WEIGHT,
        "transformer_share": mixed.share,
        "max_tokens": MAX_TOKENS,
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
