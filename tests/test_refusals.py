"""Who is turned away: it is written down and slowed, and a flood of it fills no audit."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dispatch import clock
from dispatch.access.limits import Limit
from dispatch.access.refusals import MOST_KEPT, Refusals
from models import Audit
from tests import cast, town
from tests.cast import NOON
from tests.test_api import PROBLEM, Program


def told(deed: str) -> list[dict]:
    return [row.facts for row in Audit.select().where(Audit.deed == deed).order_by(Audit.id)]


def test_a_wrong_token_is_written_down_once_with_its_address_and_no_token(app):
    program = Program(app, "belfort_real_guess")
    assert [program.get("/bins").status_code for _ in range(5)] == [401] * 5
    (row,) = Audit.select().where(Audit.deed == "token.refused")
    assert row.address == "127.0.0.1" and row.facts == {"times": 1} and row.by is None
    assert "guess" not in str(row.facts)


def test_guessing_tokens_is_slowed_and_a_right_one_is_not(app):
    app.extensions["limits"]["tokens"] = Limit(3, 600)
    wrong = Program(app, "belfort_real_guess")
    assert [wrong.get("/bins").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    slowed = wrong.get("/bins")
    assert slowed.content_type == PROBLEM and int(slowed.headers["Retry-After"]) > 0
    _token, text = town.token(town.zone("Zavel", 1), now=clock.now())
    assert Program(app, text).get("/bins").status_code == 200


def test_a_page_that_is_refused_for_want_of_a_right_is_written_down_of_whom(app, signed_in):
    sender = cast.user("sender", cast.zone())
    browser = signed_in(sender)
    assert [browser.get(address).status for address in ("/audit", "/users", "/audit")] == [403] * 3
    (row,) = Audit.select().where(Audit.deed == "user.refused")
    assert (row.by_id, row.subject, row.facts) == (sender.id, f"user:{sender.id}", {"times": 1})


def test_a_token_without_the_scope_is_written_down_too(app):
    zavel = town.zone("Zavel", 1)
    _token, text = town.token(zavel, "campaign.see", now=clock.now())
    assert Program(app, text).get("/bins").status_code == 403
    assert told("user.refused") == [{"times": 1}]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_every_refusal_is_counted_in_a_row_or_still_waits_and_rows_are_a_minute_apart(pauses):
    refusals, at, rows, number = Refusals(), NOON, [], 0
    for pause in pauses:
        at += timedelta(seconds=pause)
        if due := refusals._due("1.2.3.4", at):
            rows.append(at)
            number += due
    waiting = refusals._untold["1.2.3.4"][0]
    assert number + waiting == len(pauses)
    assert all(later - earlier >= timedelta(minutes=1) for earlier, later in pairwise(rows))


def test_a_flood_of_addresses_fills_no_memory():
    refusals = Refusals()
    for number in range(MOST_KEPT + 50):
        refusals._due(str(number), NOON)
    assert len(refusals._untold) == MOST_KEPT
