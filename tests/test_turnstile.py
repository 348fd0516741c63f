"""Who writes next: one at a time, whom somebody waits for before the others, and nobody never."""

from threading import Thread

import pytest

from dispatch import courtesy
from store import Turnstile
from tests.servers import wait_until


@pytest.fixture
def turnstile():
    return Turnstile()


def in_a_line(turnstile: Turnstile, who: list[str]) -> list[str]:
    """In which order these pass who come one after the other while somebody writes: "page" is awaited."""
    passed, threads = [], []

    def pass_through(name: str) -> None:
        with turnstile:
            passed.append(name)

    def come(name: str) -> None:
        if name.startswith("page"):
            with courtesy.guest():
                pass_through(name)
        else:
            pass_through(name)

    with turnstile:
        for number, name in enumerate(who):
            threads.append(Thread(target=come, args=(name,)))
            threads[-1].start()
            wait_until(lambda: turnstile.waiting == number + 1, what="the line")  # noqa: B023
    for thread in threads:
        thread.join()
    return passed


def test_those_who_wait_pass_in_the_order_in_which_they_came(turnstile):
    assert in_a_line(turnstile, ["a", "b", "c"]) == ["a", "b", "c"]


def test_whom_somebody_waits_for_goes_before_messages(turnstile):
    assert in_a_line(turnstile, ["a", "b", "page 1", "page 2"]) == ["page 1", "page 2", "a", "b"]


def test_pages_without_end_keep_no_message_for_ever(turnstile):
    line = ["a", "b", *(f"page {number}" for number in range(5))]
    assert in_a_line(turnstile, line) == ["page 0", "page 1", "page 2", "a", "page 3", "page 4", "b"]


def test_after_the_last_the_way_is_free(turnstile):
    in_a_line(turnstile, ["page", "a"])
    with turnstile:
        assert turnstile.waiting == 0
