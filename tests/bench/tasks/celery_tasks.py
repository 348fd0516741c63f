"""The task of celery."""

import os

from celery import Celery

from tests.bench.tasks import mail

STORE = f"redis://127.0.0.1:{os.environ['BENCH_REDIS']}"
app = Celery("bench", broker=f"{STORE}/0", backend=f"{STORE}/1")
app.conf.worker_hijack_root_logger = False


@app.task(name="post")
def post(number: int) -> bool:
    return mail.send(number)
