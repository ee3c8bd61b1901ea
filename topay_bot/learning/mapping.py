"""The coverage map: articles and questions asked in vain as points in the plane, near where they mean the same.

t-SNE (van der Maaten, Hinton, 2008) keeps neighbours together and lets distances between strangers be what they may:
of the map only nearness can be read. It begins from the principal components and a fixed seed, so that the same
knowledge and questions give the same map.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from topay_bot.edition import Edition
from topay_bot.learning.clusters import Measure
from topay_bot.learning.findings import Findings
from topay_bot.learning.frames import without_frames
from topay_bot.learning.places import Place
from topay_bot.retrieval.encoder import Vectors, unit_rows

_GAPS = 60  # that matter most
_WORDINGS = 12  # of a gap
_PERPLEXITY = 15.0  # neighbours that count: about as many as an article has relatives, or a gap wordings
_FEWEST = 8  # points that t-SNE is for; fewer are laid out by their principal components

Points = npt.NDArray[np.float64]


def draw_map(edition: Edition, findings: Findings | None) -> list[Place]:
    """Where every article and every wording of the gaps lies; articles first, in order of id, then gaps in theirs."""
    retriever = edition.answerer.retriever
    measures = {language: Measure.of(shelf) for language, shelf in retriever.shelves.items()}
    by_article: dict[str, list[Vectors]] = {}
    for measure in measures.values():
        for article, middle in measure.centres.items():
            by_article.setdefault(article, []).append(middle)
    articles = sorted(by_article)
    vectors: list[Vectors] = [np.mean(by_article[article], axis=0) for article in articles]
    gaps: list[str] = []
    for gap in findings.gaps[:_GAPS] if findings else ():
        for variant in gap.variants[:_WORDINGS]:
            language = variant.language if variant.language in measures else next(iter(measures))
            (bare,) = without_frames([retriever.reader.question(variant.text)])
            vector = retriever.encoder.encode([retriever.reader.compared(bare, variant.language)], "question")
            gaps.append(gap.id)
            vectors.append(measures[language].ground.without(vector)[0])
    owners: list[tuple[str | None, str | None]] = [
        *((article, None) for article in articles),
        *((None, gap) for gap in gaps),
    ]
    points = _plane(unit_rows(np.array(vectors, dtype=np.float32))) if vectors else np.zeros((0, 2))
    return [Place(round(x, 4), round(y, 4), *owner) for (x, y), owner in zip(points.tolist(), owners, strict=True)]


def _plane(vectors: Vectors) -> Points:
    """float64 (n, 2), 0 to 1 on each axis, of unit rows (n, dimension)."""
    from sklearn.decomposition import PCA  # late: commands that draw no map must not wait for it
    from sklearn.manifold import TSNE

    if len(vectors) < _FEWEST:
        spread = PCA(min(2, *vectors.shape), svd_solver="full").fit_transform(vectors.astype(np.float64))
        found = np.pad(spread, ((0, 0), (0, 2 - spread.shape[1])))
    else:
        perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
        found = TSNE(2, perplexity=perplexity, metric="cosine", init="pca", random_state=0).fit_transform(vectors)
    low, high = found.min(axis=0), found.max(axis=0)
    points: Points = ((found - low) / np.where(high > low, high - low, 1)).astype(np.float64)
    return points
