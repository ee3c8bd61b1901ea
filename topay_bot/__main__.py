"""`python -m topay_bot` is `topay-bot`."""

from topay_bot.cli import main

main()
