"""How many operators so many calls need: Erlang C, which lets every caller wait until somebody is free.

Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges" (1917). Its assumptions are kept: calls come by chance, nobody hangs up before being answered, everybody is
served in turn. Who hangs up in reality leaves room for others, so the true share in time is a little better.
"""

from math import exp, inf

HOUR = 3600
MOST_OPERATORS = 100_000


def operators_needed(
    calls_per_hour: float, seconds_per_call: float, answered: float = 0.8, within_seconds: float = 20
) -> int:
    """The smallest number of operators that answers this share of the calls within so many seconds; 0 without calls.

    Raises ValueError for a share that nobody can promise, and for more than 100,000 operators.
    """
    if not 0 <= answered < 1:
        raise ValueError("the share must be from 0 to below 1")
    traffic = _traffic(calls_per_hour, seconds_per_call)
    if not traffic:
        return 0
    if traffic > MOST_OPERATORS:
        raise ValueError("more than anybody has operators")
    number, blocked = 0, 1.0  # with nobody there every call is blocked
    while True:
        number += 1
        blocked = _blocked_with_one_more(blocked, number, traffic)
        if (
            number > traffic
            and _share(number, traffic, blocked, seconds_per_call, within_seconds) >= answered
        ):
            return number


def service_level(
    operators: int, calls_per_hour: float, seconds_per_call: float, within_seconds: float = 20
) -> float:
    """The share of calls, 0 to 1, that is answered within so many seconds; 0 when more comes in than can be answered."""
    traffic = _traffic(calls_per_hour, seconds_per_call)
    if not traffic:
        return 1.0
    if operators <= traffic:
        return 0.0
    return _share(operators, traffic, _blocked(operators, traffic), seconds_per_call, within_seconds)


def waiting_probability(operators: int, calls_per_hour: float, seconds_per_call: float) -> float:
    """The share of calls, 0 to 1, that waits at all; 1 when more comes in than can be answered."""
    traffic = _traffic(calls_per_hour, seconds_per_call)
    if not traffic:
        return 0.0
    return _waits(operators, traffic, _blocked(operators, traffic)) if operators > traffic else 1.0


def mean_wait(operators: int, calls_per_hour: float, seconds_per_call: float) -> float:
    """Seconds that a caller waits on average, those answered at once included; infinite when the queue only grows."""
    traffic = _traffic(calls_per_hour, seconds_per_call)
    if not traffic:
        return 0.0
    if operators <= traffic:
        return inf
    waits = _waits(operators, traffic, _blocked(operators, traffic))
    return waits * seconds_per_call / (operators - traffic)


def _traffic(calls_per_hour: float, seconds_per_call: float) -> float:
    """Operators that would be busy all the time, were every call answered at once: erlangs."""
    if calls_per_hour < 0 or seconds_per_call < 0:
        raise ValueError("neither calls nor seconds are below zero")
    return calls_per_hour * seconds_per_call / HOUR


def _blocked(operators: int, traffic: float) -> float:
    """Erlang B, by its recursion: no factorial, so thousands of operators overflow nothing."""
    blocked = 1.0
    for number in range(1, operators + 1):
        blocked = _blocked_with_one_more(blocked, number, traffic)
    return blocked


def _blocked_with_one_more(blocked: float, number: int, traffic: float) -> float:
    return traffic * blocked / (number + traffic * blocked)


def _waits(operators: int, traffic: float, blocked: float) -> float:
    """Erlang C from Erlang B."""
    return operators * blocked / (operators - traffic * (1 - blocked))


def _share(
    operators: int, traffic: float, blocked: float, seconds_per_call: float, within_seconds: float
) -> float:
    free = operators - traffic
    return 1 - _waits(operators, traffic, blocked) * exp(-free * within_seconds / seconds_per_call)
