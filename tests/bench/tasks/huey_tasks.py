"""The task of huey."""

import os

from huey import RedisHuey

from tests.bench.tasks import mail

queue = RedisHuey("bench", host="127.0.0.1", port=int(os.environ["BENCH_REDIS"]))


@queue.task()
def post(number: int) -> bool:
    return mail.send(number)
