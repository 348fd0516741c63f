"""Numbers and mailboxes that are none: what a road says of them is noted with the member whose they are."""

from collections.abc import Iterable, Mapping

from dispatch.people.audience import ADDRESSES
from models import Member, Message, Recipient

CODES = {"no_such_number", "no_such_mailbox", "invalid_number", "invalid_mailbox"}


def note(found: Mapping[tuple[str, str], Iterable[int]]) -> None:
    """{(channel, code): ids of messages}, in the transaction at hand.

    Only of what was real: an exercise says nothing about a number. A call may have gone to the telephone of the house.
    """
    for (channel, code), ids in found.items():
        reached = Member.id.in_(Recipient.select(Recipient.member).where(Recipient.message.in_(ids)))
        tried = Message.select(Message.address).where(Message.id.in_(ids), ~Message.is_practice)
        for name in ADDRESSES[channel]:
            failures = getattr(Member, f"{name}_failures")
            fresh = {f"{name}_fault": code, failures: failures + 1}
            Member.update(fresh).where(reached, getattr(Member, name).in_(tried)).execute()
