"""Asks a queue for so many mails and waits for the results. Usage: python -m tests.bench.tasks.ask PEER NUMBER"""

import json
import os
import sys
import time
from collections.abc import Callable

START_SECONDS = 30


def of_huey() -> tuple[Callable, Callable[[], int]]:
    from tests.bench.tasks.huey_tasks import post, queue

    return post, queue.result_count


def of_celery() -> tuple[Callable, Callable[[], int]]:
    import redis

    from tests.bench.tasks.celery_tasks import post

    return post.delay, redis.Redis(port=int(os.environ["BENCH_REDIS"]), db=1).dbsize


def timed(number: int, ask: Callable, stored: Callable[[], int]) -> dict[str, float]:
    """Asks for one mail to see the workers awake, then for so many; `stored()` counts the results."""
    ask(0)
    _until(stored, 1)
    begun = time.perf_counter()
    for n in range(number):
        ask(n)
    _until(stored, number + 1)
    return {"per_second": number / (time.perf_counter() - begun)}


def _until(stored: Callable[[], int], number: int) -> None:
    deadline = time.monotonic() + START_SECONDS + number / 20
    while stored() < number:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{stored()} of {number} tasks were done in time")
        time.sleep(0.01)


if __name__ == "__main__":
    print(json.dumps(timed(int(sys.argv[2]), *{"huey": of_huey, "celery": of_celery}[sys.argv[1]]())))
