"""What tuning gains on questions that it never saw, in one run with the untuned encoder.

    python -m benchmarks.tune --data TRAIN.jsonl TEST.jsonl --encoder FOLDER_OR_NAME [--shots 10] [--hold-out 0]

Draws `--shots` questions of each topic, writes them as a knowledge folder, runs `topay-bot tune` on it, builds with
the untuned and with the tuned encoder, and asks both the test questions. Rows are {"text", "label"}. Questions on
topics held out are unknown to both. `answered_precision` beside the promise (0.95 by default) shows how far a build
is misled that measures itself on the questions its encoder was tuned on: see docs/tuning.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import sets
from benchmarks.quality import Bench
from topay_bot.commands.models import NOT_BETTER


def _tune(knowledge: Path, encoder: str, out: Path) -> tuple[dict[str, Any], float]:
    """What `topay-bot tune` told, and its seconds."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "topay_bot", "tune", "--format", "json", "--knowledge", str(knowledge)]
    done = subprocess.run([*command, "--encoder", encoder, "--out", str(out)], stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, NOT_BETTER):
        sys.exit(done.returncode)
    return json.loads(done.stdout), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs=2, metavar="FILE", required=True)
    parser.add_argument("--encoder", required=True, help="what to tune, a folder or a name")
    parser.add_argument("--shots", type=int, default=10)
    parser.add_argument("--hold-out", type=int, default=0)
    parser.add_argument("--draw", type=int, default=0, help="number of the draw")
    options = parser.parse_args()
    train, test = (sets.read_cases(file) for file in options.data)
    data = sets.training_set(train)
    draw = np.random.default_rng([7, options.draw])
    held_out = sets.chosen_topics(data.questions, options.hold_out, draw)
    with tempfile.TemporaryDirectory() as name:
        knowledge, out = Path(name) / "knowledge", Path(name) / "tuned"
        sets.write_knowledge(sets.drawn(data, options.shots, draw), held_out, knowledge)
        told, seconds = _tune(knowledge, options.encoder, out)
        cases = {"test": sets.without(test, held_out)}
        print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; tuned in {seconds:.0f} s")
        print(f"by cross-validation: {told['overall']}, {'kept' if told['kept'] else 'not kept'}")
        for label, encoder in (("untuned", options.encoder), ("tuned", str(out))):
            if label == "untuned" or told["kept"]:
                for method, figures in Bench(encoder).measure(knowledge, cases)["test"].items():
                    shown = ", ".join(f"{key} {value:.4f}" for key, value in figures.items())
                    print(f"{label:8} {method:11} {shown}", flush=True)


if __name__ == "__main__":
    main()
