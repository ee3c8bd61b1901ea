"""Trains the bundled encoder and writes it: `python -m training ../shared/data`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch

from topay_bot.retrieval.bundled import MODEL
from training.data import read_glosses, read_parallel
from training.evaluate import DevelopmentSets
from training.export import export
from training.student import Student, initial_rows, make_vocabulary
from training.teacher import Teacher
from training.train import Recipe, train

log = logging.getLogger("training")


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
    pairs = [pair for pair in read_parallel(options.data / "parallel.tsv.gz") if pair.zh not in unseen]
    glosses = read_glosses(options.data / "cedict.tsv.gz")
    texts = [pair.zh for pair in pairs]
    vocabulary = make_vocabulary(glosses, texts)
    log.info("%d pairs, %d words, %d n-grams", len(pairs), len(vocabulary.words), len(vocabulary.grams))

    teacher = Teacher(options.cache)
    english = sorted({pair.en for pair in pairs})
    vectors = dict(zip(english, teacher.encode(english, "parallel"), strict=True))
    targets = np.stack([vectors[pair.en] for pair in pairs])
    english = sorted({gloss for word in vocabulary.words for gloss in glosses[word]})
    meanings = dict(zip(english, teacher.encode(english, "glosses"), strict=True))

    rows = initial_rows(vocabulary, glosses, meanings, np.random.default_rng(options.seed))
    student = Student(vocabulary, rows, teacher).to("cuda" if torch.cuda.is_available() else "cpu")
    student.prepare(texts)
    train(student, pairs, targets, Recipe(seed=options.seed))
    student.save(options.cache / "student.npz")
    for measure, value in sets.measure(student.encode, english=False).items():
        log.info("%-20s %.1f", measure, value)
    export(student, teacher, options.out)
    log.info("written to %s", options.out)


if __name__ == "__main__":
    main()
