"""Imported by fork servers before they fork: what a build loads once, so that a test kills builds, not imports."""

from topay_bot.text import normalise, words

words(normalise("預熱 warm up"))
