"""Leaves out of questions what they are framed in: "hello", "it is urgent", "找了半天没找到".

A frame says nothing of what is asked, but to an encoder questions in the same frame are alike. No list of frames is
needed: a clause that stands in many questions which otherwise have nothing in common is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_BETWEEN_CLAUSES = re.compile(r"[,\uff0c\u3002\u3001.!\uff01?\uff1f:\uff1a;\uff1b~\u2026\n]+")
_FEWEST = 5  # questions with a clause before it can be a frame
_SHARE = 0.01  # of all questions: what a hundred ask in the same clause may be one topic


def without_frames(questions: Sequence[str]) -> list[str]:
    """The normalised questions, all different, each without the clauses that frame many; never all of a question."""
    cut = [[clause.strip() for clause in _BETWEEN_CLAUSES.split(text) if clause.strip()] for text in questions]
    times = Counter(clause for clauses in cut for clause in set(clauses) if len(clauses) > 1)
    many = max(_FEWEST, _SHARE * len(questions))
    bare = ([clause for clause in clauses if times[clause] < many] for clauses in cut)
    return [" ".join(kept or clauses) for kept, clauses in zip(bare, cut, strict=True)]
