"""Imported by fork servers before they fork: what a build loads once, so that a test kills builds, not imports."""

from importlib import import_module

from topay_bot.text import normalise, words

for name in ("topay_bot.builds.making", "topay_bot.retrieval.fitted", "sklearn.decomposition", "sklearn.linear_model"):
    import_module(name)
words(normalise("預熱 warm up"))
