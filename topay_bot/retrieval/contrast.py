"""Fine-tunes a Sentence Transformers model so that texts of one class lie together and those of others apart.

Every class has a prototype, a unit vector that begins as the mean of its texts and is trained beside the model.
A text is drawn to the prototype of its class and away from all others by a softmax over their cosines
(Snell, Swersky, Zemel, 2017; with a temperature as in Khosla et al., 2020). Prototypes that lie near push the most:
the hard negatives are the neighbouring classes, all of them at every step, whatever the batch holds.

The loop is our own: the trainer of Sentence Transformers needs two more packages (datasets, accelerate), and none of
its losses keeps a vector for each class.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.encoder import unit_rows

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Ints = npt.NDArray[np.int64]
# Batches whose texts are sorted by length together: padding would otherwise be a third of the work.
_SORTED_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to fine-tune; docs/tuning.md says what else was tried."""

    runs: int = 2  # whose weights are averaged
    epochs: int = 8  # of each run
    batch: int = 32
    rate: float = 1e-4  # of the model, AdamW; rises over the first tenth of the steps, then falls to zero
    prototype_rate: float = 2e-3  # of the prototypes, which are few and start near where they end
    temperature: float = 0.05
    weight_decay: float = 0.01
    longest_gradient: float = 1.0


def fine_tune(
    base: SentenceTransformer,
    texts: Sequence[str],
    classes: Ints,
    recipe: Recipe,
    seed: int,
    progress: Callable[[str], None] = lambda what: None,
) -> SentenceTransformer:
    """A tuned copy of `base`, which stays as it is. `classes` (texts) numbers them from 0, without gaps.

    The weights are the mean over runs that differ in the order of texts and in dropout, which is a little better than
    any one of them and costs nothing later (model soups, Wortsman et al., 2022).
    The same arguments give the same weights on the same machine with as many threads. `progress` hears of every
    epoch. The global random state of torch is left as it was.
    """
    found = _run(base, texts, classes, recipe, seed, progress)
    for number in range(1, recipe.runs):
        one = _run(base, texts, classes, recipe, seed + number, progress)
        for mean, weight in zip(found.parameters(), one.parameters(), strict=True):
            mean.data.lerp_(weight.data, 1 / (number + 1))
    return found


def _run(
    base: SentenceTransformer,
    texts: Sequence[str],
    classes: Ints,
    recipe: Recipe,
    seed: int,
    progress: Callable[[str], None],
) -> SentenceTransformer:
    """One tuned copy of `base`."""
    import torch

    model = copy.deepcopy(base)
    random = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # dropout
        prototypes = torch.nn.Parameter(torch.from_numpy(_means(model, texts, classes)).to(model.device))
        _freeze_words(model)
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        optimiser = torch.optim.AdamW(
            [
                {"params": weights, "lr": recipe.rate, "weight_decay": recipe.weight_decay},
                {"params": [prototypes], "lr": recipe.prototype_rate, "weight_decay": 0.0},
            ]
        )
        steps = recipe.epochs * -(-len(texts) // recipe.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _pace(step, steps))
        lengths = np.array([len(text) for text in texts])
        model.train()
        for epoch in range(recipe.epochs):
            for rows in _batches(lengths, recipe.batch, random):
                found = _embed(model, [texts[row] for row in rows], random)
                loss = _loss(found, prototypes, torch.from_numpy(classes[rows]).to(found.device), recipe.temperature)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(weights, recipe.longest_gradient)
                optimiser.step()
                schedule.step()
            progress(f"epoch {epoch + 1}")
        model.eval()
    return model


def _means(model: SentenceTransformer, texts: Sequence[str], classes: Ints) -> npt.NDArray[np.float32]:
    """The prototypes to begin with: float32 (classes, dimension), unit rows."""
    vectors = unit_rows(model.encode_document(list(texts), show_progress_bar=False, convert_to_numpy=True))
    sums = np.zeros((int(classes.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, classes, vectors)
    return unit_rows(sums)


def _freeze_words(model: SentenceTransformer) -> None:
    """Keep a transformer's word vectors: a few hundred questions say nothing about most words, and its layers can
    learn what there is to learn."""
    transformer = getattr(model[0], "auto_model", None)
    if transformer is not None:
        transformer.get_input_embeddings().requires_grad_(False)


def _pace(step: int, steps: int) -> float:
    """Share of the full rate at a step: up over the first tenth, then down in a line."""
    return min((step + 1) / max(1.0, 0.1 * steps), max(0.0, (steps - step) / (0.9 * steps)))


def _batches(lengths: Ints, size: int, random: np.random.Generator) -> Iterator[Ints]:
    """Every row once, in batches of texts about as long as one another, in random order."""
    order = random.permutation(len(lengths))
    found: list[Ints] = []
    for start in range(0, len(order), size * _SORTED_TOGETHER):
        part = order[start : start + size * _SORTED_TOGETHER]
        part = part[np.argsort(lengths[part], kind="stable")]
        found += [part[first : first + size] for first in range(0, len(part), size)]
    for place in random.permutation(len(found)):
        yield found[place]


def _embed(model: SentenceTransformer, texts: Sequence[str], random: np.random.Generator) -> torch.Tensor:
    """(texts, dimension), unit rows, with gradients; a model with prompts sees its texts as questions or passages."""
    import torch

    prompts = model.prompts or {}
    known = [prompt for name in ("query", "document", "passage") if (prompt := prompts.get(name))]
    if known:
        texts = [known[random.integers(len(known))] + text for text in texts]
    features = {
        key: value.to(model.device) if isinstance(value, torch.Tensor) else value
        for key, value in model.preprocess(list(texts)).items()
    }
    return torch.nn.functional.normalize(model(features)["sentence_embedding"], dim=1)


def _loss(found: torch.Tensor, prototypes: torch.Tensor, classes: torch.Tensor, temperature: float) -> torch.Tensor:
    """Cross-entropy of each text's own class under a softmax over its cosines with all prototypes."""
    from torch.nn import functional

    return functional.cross_entropy(found @ functional.normalize(prototypes, dim=1).T / temperature, classes)
