"""Short turns: a change of very many messages in transactions so small that no page waits for all of it."""

from collections.abc import Callable

MOST = 4_000  # messages in one transaction: some 40 ms


def taken(turn: Callable[[], int]) -> int:
    """Takes turns of at most MOST until one is not full, and returns how many that were; others write in between."""
    total = number = turn()
    while number >= MOST:
        number = turn()
        total += number
    return total
