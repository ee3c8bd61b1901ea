"""Trains the bundled encoder and writes it: `python -m training ../shared/data`."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from topay_bot.retrieval.bundled import MODEL
from training.contextual import ContextualStudent, initial_inputs
from training.data import read_glosses, read_parallel, read_sentences
from training.evaluate import DevelopmentSets
from training.export import export
from training.mixed import Mixed
from training.student import Student, initial_rows, make_vocabulary
from training.teacher import Teacher
from training.train import CONTEXTUAL, Recipe, train

log = logging.getLogger("training")
LONGEST = 40  # characters of a text that the contextual student learns from


def main() -> None:
    """Reads, trains, measures and exports; steps that were done before are taken from the cache."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with parallel.tsv.gz, cedict.tsv.gz and dev/")
    parser.add_argument("--cache", type=Path, default=Path(".training"), help="the teacher's vectors are kept here")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    # Everyone else at ERROR: the quantiser writes a line for every tensor to the root logger.
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    log.setLevel(logging.INFO)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    # A few hundred training texts ("hello") also stand in the development sets: left out, or those would be too kind.
    sets = DevelopmentSets(options.data / "dev")
    unseen = sets.texts()
    parallel = [pair for pair in read_parallel(options.data / "parallel.tsv.gz") if pair.zh not in unseen]
    sentences = [pair for pair in read_sentences() if pair.zh not in unseen]
    glosses = read_glosses(options.data / "cedict.tsv.gz")
    texts = [pair.zh for pair in parallel]
    vocabulary = make_vocabulary(glosses, texts)
    log.info(
        "%d parallel pairs, %d of our own, %d words, %d n-grams",
        len(parallel),
        len(sentences),
        len(vocabulary.words),
        len(vocabulary.grams),
    )

    teacher = Teacher(options.cache)
    english = sorted({gloss for word in vocabulary.words for gloss in glosses[word]})
    meanings = dict(zip(english, teacher.encode(english, "glosses"), strict=True))
    targets = teacher.targets(parallel, "parallel")

    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = initial_rows(vocabulary, glosses, meanings, np.random.default_rng(options.seed))
    static = Student(vocabulary, rows, teacher).to(device)
    static.prepare(texts)
    train(static, parallel, targets, Recipe(seed=options.seed))

    contextual = ContextualStudent(vocabulary, initial_inputs(vocabulary, glosses, teacher), teacher).to(device)
    # Labels of a word or two have no context to learn from, and the longest texts would take most of the time.
    chosen = [row for row, pair in enumerate(parallel) if pair.weight == 1 and len(pair.zh) <= LONGEST]
    pairs = [*(parallel[row] for row in chosen), *sentences]
    contextual.prepare([pair.zh for pair in pairs])
    targets = np.concatenate([targets[chosen], teacher.targets(sentences, "sentences")])
    train(contextual, pairs, targets, replace(CONTEXTUAL, seed=options.seed))

    mixed = Mixed(static, contextual)
    mixed.save(options.cache)
    for measure, value in sets.measure(mixed.encode, english=False).items():
        log.info("%-20s %.1f", measure, value)
    export(mixed, teacher, options.out)
    log.info("written to %s", options.out)


if __name__ == "__main__":
    main()
