"""Confidence: the probability that a candidate article is right, and the thresholds that keep the promise.

Raw scores mean nothing across models and knowledge bases. A logistic model on the evidence (Platt scaling with
more than one feature: Platt, 1999) is fitted on a build's own cross-validated trials, in which whole articles
are held out so that true unknowns occur. They occur far oftener there than in life, so trials are weighted to
the expected share of unknown questions.
"""

from __future__ import annotations

import bisect
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from topay_bot.answering.reliability import expected_calibration_error
from topay_bot.retrieval import evidence

if TYPE_CHECKING:
    from topay_bot.retrieval.trials import Trials

Floats = npt.NDArray[np.float64]
_FOLDS = 5
_STEPS = 200  # thresholds looked at; finer steps change nothing that a reader could see
_FULL_STRENGTH = 1000  # trials from which the weights' prior variance is 1, scikit-learn's default
_PRODUCTS_FROM = 1000  # trials from which products of features are fitted too: ten to a weight
_SUREST = 30.0  # log-odds beyond which floats would tell no more
_SCALED_FROM = 1000  # trials from which a scale and a shift are no guess
_STARTS = 2  # walks of the search for a threshold, the second begun at three times the trials of the first
# Of the unknown questions, those on a topic of ours that no article covers; the rest are like the background ones.
# A third: the background lists hold as many near questions as that.
_HELD_OUT_SHARE = 1 / 3
# What tells a neighbour of what is asked from what is asked is learned with more unknown questions than life has, half
# of them held out; a shift then makes of it the probability in life. Of labelled questions held out 1.5 points fewer
# are answered than where one step does both (docs/retrieval.md).
_EMPHASIS = 2.0
_MOST_EMPHASISED = 1 / 2  # of all questions
_EMPHASISED_HELD_OUT = 1 / 2
TOP = 3  # the choices among which a clarification should hold the right article


@dataclass(frozen=True, slots=True)
class Logistic:
    """One logistic model: P = 1 / (1 + exp(-(x - mean) / scale @ weights - bias)) over the features and,
    where there was enough to learn from, their products."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    @classmethod
    def fit(
        cls, features: Floats, right: npt.NDArray[np.bool_], weight: Floats, emphasis: Floats | None = None
    ) -> Logistic:
        """Fit on features (n, f); with only one outcome to learn from, the model says the smoothed base rate.

        `weight` (n) makes the trials like life. `emphasis` (n), where given, are the weights under which the features'
        own are learned: the log-odds are then shifted until probabilities are right in life, on average.
        """
        expanded = np.asarray(features, dtype=np.float64)
        if len(features) >= _PRODUCTS_FROM:
            expanded = evidence.with_products(expanded)
        mean, scale = expanded.mean(axis=0), expanded.std(axis=0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        if right.all() or not right.any():
            # Rule of succession: n right ones of n leave a doubt of 1 / (n + 2).
            rate = (right.sum() + 1) / (len(right) + 2)
            return cls(mean, scale, np.zeros(expanded.shape[1]), float(np.log(rate / (1 - rate))))
        # A server loads confidence and never fits it: scikit-learn would cost its start a second.
        from sklearn.linear_model import LogisticRegression

        # The prior on the weights is the tighter the fewer trials there are: a handful of them, all well told apart,
        # must not make the model sure of itself.
        strength = min(1.0, len(features) / _FULL_STRENGTH)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of convergence: the model is judged by its calibration error
            # Few features, many trials: Newton's steps are ten times as fast as the default there.
            model = LogisticRegression(C=strength, max_iter=200, solver="newton-cholesky").fit(
                (expanded - mean) / scale, right, sample_weight=weight if emphasis is None else emphasis
            )
        found = cls(mean, scale, model.coef_[0].astype(np.float64), float(model.intercept_[0]))
        if emphasis is None:
            return found
        return replace(found, bias=found.bias + _shift(found.log_odds(expanded), right, weight))

    def rescaled(self, scale: float, shift: float) -> Logistic:
        """The model whose log-odds are these times `scale`, plus `shift`."""
        return replace(self, weights=self.weights * scale, bias=self.bias * scale + shift)

    def __call__(self, features: npt.NDArray[np.floating]) -> Floats:
        """Probabilities (n) of features (n, f)."""
        return np.asarray(1 / (1 + np.exp(-self.log_odds(features))))

    def log_odds(self, features: npt.NDArray[np.floating]) -> Floats:
        """The same as log-odds (n), within `_SUREST` of 0."""
        x = np.asarray(features, dtype=np.float64)
        if x.shape[1] < len(self.mean):
            x = evidence.with_products(x)
        return np.asarray(np.clip(((x - self.mean) / self.scale) @ self.weights + self.bias, -_SUREST, _SUREST))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "weights": self.weights.tolist(),
            "bias": self.bias,
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Logistic:
        """What `to_json` gave."""
        return cls(np.array(raw["mean"]), np.array(raw["scale"]), np.array(raw["weights"]), float(raw["bias"]))


def _shift(log_odds: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> float:
    """What to add to log-odds (n) so that the mean probability is the share of right ones, neither 0 nor 1."""
    from scipy.optimize import brentq  # for builds only, as above

    def excess(shift: float) -> float:
        return float(np.average(1 / (1 + np.exp(-log_odds - shift)) - right, weights=weight))

    return float(brentq(excess, -80, 80))


def scaling(log_odds: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Scale and shift that make log-odds (n), of trials that their models did not see, probabilities (Platt, 1999).

    A model is too sure of what it did not see, the more so where life's outcomes are no logistic function of evidence.
    With few trials, or log-odds that say nothing, nothing is changed: (1, 0).
    """
    if len(log_odds) < _SCALED_FROM or right.all() or not right.any():
        return 1.0, 0.0
    from sklearn.linear_model import LogisticRegression  # for builds only, as above

    found = LogisticRegression().fit(log_odds[:, None], right, sample_weight=weight)
    scale, shift = float(found.coef_[0, 0]), float(found.intercept_[0])
    return (scale, shift) if scale > 0 else (1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Confidence of each candidate of one question."""

    best: Logistic  # of the first candidate
    rest: Logistic  # of those behind it

    def __call__(self, features: npt.NDArray[np.floating]) -> Floats:
        """Confidences (hits) of features (hits, f), best candidate first; they sum to 1 at most."""
        if not len(features):
            return np.zeros(0)
        first = self.best(features[:1])
        rest = np.minimum(self.rest(features[1:]), first[0])
        left = 1 - first[0]
        if rest.sum() > left:
            rest = rest * (left / rest.sum())
        return np.concatenate([first, rest])

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"features": list(evidence.NAMES), "best": self.best.to_json(), "rest": self.rest.to_json()}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Calibrator:
        """What `to_json` gave."""
        return cls(Logistic.from_json(raw["best"]), Logistic.from_json(raw["rest"]))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the bands lie, and what is promised of them."""

    answer_threshold: float
    clarify_threshold: float
    promised_precision: float
    proven_precision: float  # lower confidence bound of answered precision at the threshold
    proven_on: int  # answered trials behind that bound
    promise_kept: bool  # False: too little evidence, and the careful side was chosen


@dataclass(frozen=True)
class Calibration:
    """A calibrator, its thresholds, and figures of the trials through confidence that did not see them."""

    calibrator: Calibrator
    thresholds: Thresholds
    top1: float  # share of known questions whose first candidate is right
    coverage: float  # share of known questions answered
    unknown_rejected: float  # share of unknown questions not answered
    uncovered_answered: float | None  # share of questions answered though their article was held out; None without any
    calibration_error: float
    confidence: Floats  # (trials) of the first candidate, by a model that did not see the question
    weight: Floats  # (trials) under which unknown questions have their expected share


def calibrate(
    trials: Trials,
    *,
    unknown_share: float,
    precision: float,
    clarify_precision: float,
    level: float,
    seed: int,
    uncovered_answered: float = 1.0,
) -> Calibration:
    """Fit confidence on trials and choose thresholds on confidences of folds that were not fitted on.

    Of questions whose article is held out at most the share `uncovered_answered` is answered.
    """
    weight = _weights(trials, unknown_share, _HELD_OUT_SHARE)
    emphasised = max(unknown_share, min(_MOST_EMPHASISED, _EMPHASIS * unknown_share))
    emphasis = _weights(trials, emphasised, _EMPHASISED_HELD_OUT)
    best_features, right = trials.features[:, 0].astype(np.float64), trials.right[:, 0]
    log_odds = np.full(len(right), -_SUREST)
    fold = np.random.default_rng(seed).permutation(int(trials.question.max(initial=0)) + 1)[trials.question] % _FOLDS
    for number in range(_FOLDS):
        inside, outside = fold == number, fold != number
        if inside.any() and outside.any():
            fitted = Logistic.fit(best_features[outside], right[outside], weight[outside], emphasis[outside])
            log_odds[inside] = fitted.log_odds(best_features[inside])
    scale, shift = scaling(log_odds, right, weight)
    confidence = np.asarray(1 / (1 + np.exp(-(log_odds * scale + shift))))
    best = Logistic.fit(best_features, right, weight, emphasis).rescaled(scale, shift)
    calibrator = Calibrator(best, _fit_rest(trials, weight) or best)
    held_out = trials.unknown & ~trials.background
    thresholds = choose_thresholds(
        confidence,
        right,
        np.asarray(trials.right[:, :TOP].any(axis=1)),
        weight,
        precision,
        clarify_precision,
        level,
        least=threshold_above(confidence[held_out], uncovered_answered),
    )
    answered = confidence >= thresholds.answer_threshold
    known = ~trials.unknown
    return Calibration(
        calibrator,
        thresholds,
        top1=float(right[known].mean()) if known.any() else 0.0,
        coverage=float(answered[known].mean()) if known.any() else 0.0,
        unknown_rejected=float((~answered[trials.unknown]).mean()) if trials.unknown.any() else 1.0,
        uncovered_answered=float(answered[held_out].mean()) if held_out.any() else None,
        calibration_error=expected_calibration_error(confidence, right, weight),
        confidence=confidence,
        weight=weight,
    )


def _fit_rest(trials: Trials, weight: Floats) -> Logistic | None:
    """The model of candidates behind the first, from those that a clarification shows; None for a single article."""
    behind = slice(1, TOP)
    right = trials.right[:, behind]
    if not right.shape[1]:
        return None
    features = trials.features[:, behind].reshape(-1, trials.features.shape[2]).astype(np.float64)
    return Logistic.fit(features, right.ravel(), np.repeat(weight, right.shape[1]))


def _weights(trials: Trials, unknown_share: float, held_out_share: float) -> Floats:
    """Weights of mean 1 under which unknown questions have this share, and those held out this share of it."""
    held_out, background = trials.unknown & ~trials.background, trials.background
    of_unknown = held_out_share if background.any() else 1.0
    groups = [
        (~trials.unknown, 1 - unknown_share),
        (held_out, unknown_share * of_unknown),
        (background, unknown_share * (1 - of_unknown if held_out.any() else 1.0)),
    ]
    weight = np.zeros(len(trials.unknown))
    total = sum(share for group, share in groups if group.any())
    for group, share in groups:
        if group.any():
            weight[group] = share / total / group.sum()
    return weight * len(weight)


def choose_thresholds(
    confidence: Floats,
    right: npt.NDArray[np.bool_],
    right_in_top: npt.NDArray[np.bool_],
    weight: Floats,
    precision: float,
    clarify_precision: float,
    level: float,
    least: float = 0.0,
) -> Thresholds:
    """The lowest thresholds that keep the promises, by fixed-sequence testing, `answer_threshold` not below `least`.

    From a careful threshold downwards each is accepted while the one-sided lower confidence bound of precision
    above it meets the promise; the first that fails ends the walk. A fixed order needs no correction for the
    number of tests; `_STARTS` walks, begun at different places so that one unlucky stretch at the top does not
    end it all, share the doubt `1 - level` between them (Angelopoulos et al., Learn then Test, 2021, fixed
    sequence testing with several starts). Fewer trials widen the bound, so a small knowledge base answers more
    carefully, never less. Any threshold that a walk accepted is proven: where none of them reaches `least`, the
    highest is taken, since what is promised of answers comes first.
    """
    order = np.argsort(-confidence, kind="stable")
    steps = _steps(len(order))
    each = 1 - (1 - level) / _STARTS
    # Before this many trials not even a faultless record proves the promise; twice that allows for a fault.
    needed = 2 * np.log(1 - each) / np.log(precision)
    testable = [step for step in steps if _effective_size(weight[order[:step]]) >= needed] or steps[-1:]
    bounds = [precision_bound(right[order[:step]], weight[order[:step]], each) for step in testable]
    accepted: set[int] = set()
    for walk in range(_STARTS):
        place = bisect.bisect_left(testable, needed * 3**walk)
        while place < len(testable) and bounds[place] >= precision:
            accepted.add(place)
            place += 1
    if accepted:
        reaching = [place for place in accepted if confidence[order[testable[place] - 1]] >= least]
        chosen = max(reaching) if reaching else min(accepted)
        proven, proven_on = bounds[chosen], testable[chosen]
        answer = float(confidence[order[proven_on - 1]])
    else:
        best = int(np.argmax(bounds)) if bounds else 0
        proven, proven_on = (bounds[best], testable[best]) if bounds else (0.0, 0)
        # Half of the doubt that the promise allows, at least.
        answer = max(float(confidence[order[proven_on - 1]]) if proven_on else 1.0, 0.5 + precision / 2, least)
    clarify = answer
    below = order[confidence[order] < answer]
    for step in _steps(len(below)):
        taken = below[:step]
        if _effective_size(weight[taken]) < 20 and step < len(below):
            continue
        if float(np.average(right_in_top[taken], weights=weight[taken])) < clarify_precision:
            break
        clarify = float(confidence[taken[-1]])
    return Thresholds(answer, min(clarify, answer), precision, proven, proven_on, bool(accepted))


def threshold_above(confidence: Floats, share: float) -> float:
    """The lowest threshold that at most this share of confidences (n) reaches; 0 where all may, or there are none."""
    allowed = int(share * len(confidence))
    if allowed >= len(confidence):
        return 0.0
    return float(np.nextafter(np.sort(confidence)[::-1][allowed], 2.0))


def _steps(count: int) -> list[int]:
    """At most `_STEPS` sizes up to `count`, in equal steps."""
    return sorted({count * step // _STEPS for step in range(1, _STEPS + 1)} - {0})


def _effective_size(weight: Floats) -> float:
    """Kish's effective sample size: (sum w)^2 / sum w^2."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0


def precision_bound(right: npt.NDArray[np.bool_], weight: Floats, level: float) -> float:
    """One-sided lower confidence bound of a share (Clopper and Pearson, 1934), on the effective sample size."""
    from scipy.special import betaincinv  # for builds only: 0.05 s that a question need not wait

    if not len(right):
        return 0.0
    size = _effective_size(weight)
    hits = float(np.average(right, weights=weight)) * size
    return float(betaincinv(hits, size - hits + 1, 1 - level)) if hits > 0 else 0.0
