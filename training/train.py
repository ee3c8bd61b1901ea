"""Trains either student: a Chinese text shall point where the teacher puts its English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from tqdm import tqdm

from topay_bot.retrieval.encoder import Vectors
from training.contextual import ContextualStudent
from training.data import Pair, batches
from training.student import Student


@dataclass(frozen=True)
class Recipe:
    """What was chosen on the development sets; docs/encoder.md has the table of what else was tried."""

    epochs: int = 2
    batch: int = 1024
    rate: float = 7e-3
    # n-gram rows learn at this share of the rate: Adam moves a rare row as far as a common one.
    gram_rate: float = 0.2
    dropout: float = 0.15
    # Cosine over this is a logit; 0.05 is usual for in-batch negatives (SimCSE, Gao et al. 2021).
    temperature: float = 0.05
    contrast: float = 4.0
    seed: int = 1


# Of the contextual student. Its rows are learned in smaller steps; one pass was enough, and takes most of the time.
CONTEXTUAL = Recipe(epochs=1, batch=256, rate=5e-3)


def train(student: Student | ContextualStudent, pairs: Sequence[Pair], targets: Vectors, recipe: Recipe) -> None:
    """Changes `student` in place. `targets`: float32 (pairs, 384), unit rows, the teacher's of each English side."""
    device = student.words.weight.device
    random = torch.Generator().manual_seed(recipe.seed)
    numbers = np.random.default_rng(recipe.seed)
    groups = [
        {"params": [rows], "share": recipe.gram_rate if name.startswith("grams.") else 1.0}
        for name, rows in student.named_parameters()
        if rows.requires_grad
    ]
    optimiser = torch.optim.SparseAdam(groups, lr=recipe.rate, betas=(0.9, 0.99))
    english = {text: number for number, text in enumerate(dict.fromkeys(pair.en for pair in pairs))}
    same = torch.tensor([english[pair.en] for pair in pairs], device=device)
    weights = torch.tensor([pair.weight for pair in pairs], device=device)
    goal = torch.from_numpy(targets).to(device)
    steps = recipe.epochs * (len(pairs) // recipe.batch)
    step = 0
    with tqdm(total=steps, desc="training", unit="step", mininterval=2, disable=None) as bar:
        for _ in range(recipe.epochs):
            order = numbers.permutation(len(pairs))
            for part in batches(len(pairs) // recipe.batch * recipe.batch, recipe.batch):
                # Linear decay after 20 steps of warming up.
                pace = max(1 - step / steps, 0.02) * min(1, (step + 1) / 20)
                for group in optimiser.param_groups:
                    group["lr"] = recipe.rate * pace * group["share"]
                step += 1
                rows = order[part]
                index = torch.from_numpy(rows).to(device)
                found = student([pairs[row].zh for row in rows], recipe.dropout, random)
                loss = _parallel_loss(found, goal[index], same[index], weights[index], recipe)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                bar.update()


def _parallel_loss(
    found: torch.Tensor, goal: torch.Tensor, same: torch.Tensor, weights: torch.Tensor, recipe: Recipe
) -> torch.Tensor:
    """Distance to the goal, and the contrast with every other goal in the batch, both ways."""
    likeness = found @ goal.T
    distance = 1 - likeness.diagonal()
    # Two rows with one English side are no negatives of each other.
    twins = (same[:, None] == same[None]) & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    logits = (likeness / recipe.temperature).masked_fill(twins, -1e9)
    right = torch.arange(len(same), device=same.device)
    contrast = functional.cross_entropy(logits, right, reduction="none")
    contrast = (contrast + functional.cross_entropy(logits.T, right, reduction="none")) / 2
    each = distance + recipe.contrast * recipe.temperature * contrast
    return (weights * each).sum() / weights.sum()
