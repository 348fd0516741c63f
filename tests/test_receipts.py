"""Receipts that come by the thousand: written together, answered when they are kept, none lost."""

import threading

import pytest

import models
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import messages, receipts
from models import Message
from tests import cast
from tests.cast import NOON
from tests.test_kill import launched, standing, tallied


@pytest.fixture
def accepted(app):
    sender, bin = cast.user("sender", cast.zone()), cast.bin_named("Molenakker")
    for number in range(10, 90):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}")
    campaign = launched(sender, bin)
    claimed = messages.claim("sms", campaign, limit=100, now=NOON)
    messages.record([Outcome(one.reference, "accepted") for one in claimed], road="r", now=NOON)
    return campaign


def test_posts_at_the_same_moment_are_all_kept_when_they_are_answered(accepted):
    references = [reference for (reference,) in Message.select(Message.reference).tuples()]
    together, missing = threading.Barrier(8), []

    def post(mine):
        with models.database.connection_context():
            together.wait()
            for reference in mine:
                receipts.take([Receipt(reference, "delivered")], NOON)
                if Message.get(Message.reference == reference).status != "delivered":
                    missing.append(reference)

    gateways = [threading.Thread(target=post, args=(references[n::8],)) for n in range(8)]
    for gateway in gateways:
        gateway.start()
    for gateway in gateways:
        gateway.join()
    assert missing == [] and standing(accepted) == tallied(accepted) == {"delivered": 80}


def test_a_post_that_cannot_be_written_is_answered_so_and_spoils_no_other(accepted):
    good, bad = [reference for (reference,) in Message.select(Message.reference).limit(2).tuples()]
    with pytest.raises(KeyError):
        receipts.take([Receipt(bad, "no such status")], NOON)
    receipts.take([Receipt(good, "delivered")], NOON)
    assert standing(accepted) == {"delivered": 1, "accepted": 79}


def test_a_receipt_that_nobody_knows_is_dropped_beside_one_that_counts(accepted, caplog):
    mine = Message.select(Message.reference).scalar()
    receipts.take([Receipt("f" * 16, "delivered"), Receipt(mine, "delivered")], NOON)
    assert standing(accepted) == {"delivered": 1, "accepted": 79} and "1 receipts" in caplog.text


def test_an_overheard_receipt_that_is_posted_again_changes_nothing(accepted):
    """Nor does an older one: which is why no window of time is kept for them."""
    mine = Message.select(Message.reference).scalar()
    for status in ("delivered", "delivered", "failed", "accepted"):
        receipts.take([Receipt(mine, status)], NOON)
        assert standing(accepted) == tallied(accepted) == {"delivered": 1, "accepted": 79}
