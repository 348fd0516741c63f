"""CM.com: text messages in batches. https://developers.cm.com/messaging/docs/sms

The codes of an answer and the form of `validity` are those of CM.com's own library,
https://github.com/cmdotcom/text-sdk-dotnet (TextClientStatusCode.cs, Message.cs). By these 201 means that some of a
request was sent and some was not, so what a refusal does not name may have left: it is unsure, and not asked again.
The meaning of the statuses is on https://www.cm.com/help/3308/what-does-the-status-of-my-message-mean/; that a report
numbers them 0 to 3, and in which shape it comes, is our assumption: anything else is no receipt.
"""

import json
import re
from collections.abc import Iterator
from typing import Self

from dispatch.providers.base import (
    BadReceipt,
    Feed,
    Outcome,
    Outgoing,
    Posted,
    Receipt,
    RoadURL,
)
from dispatch.providers.posting import Posting, Trouble, ask, carried, posted, sender_of
from dispatch.words import N_

PATH = "/v1.0/message"
AT_ONCE = 500
CONNECTIONS = 4
MOST_MINUTES = 48 * 60  # of validity
ACCOUNT = (101, 102, 103)  # sign-in, balance, key: nothing was sent, and the messages are not at fault
MALFORMED = (202, 203)  # nothing was sent
ERRORS = {
    **dict.fromkeys(ACCOUNT, ("retry", "not_authorised")),
    301: ("failed", "sender_refused"),
    302: ("failed", "no_such_number"),
    303: ("failed", "no_such_number"),
    304: ("failed", "refused"),
    305: ("failed", "refused"),
    401: ("failed", "refused"),
    402: ("failed", "number_refused"),
    403: ("failed", "refused"),
}
UNKNOWN = ("unsure", "unreadable_answer")
# Status codes of a report: https://developers.cm.com/messaging/docs/incoming-status-report
STATES = {
    "0": ("accepted", ""),
    "1": ("failed", "refused"),
    "2": ("delivered", ""),
    "3": ("failed", "unreachable"),
}


class Cm(Posting):
    """One POST for up to 500 messages. Where reports go is set at CM.com, and not by us."""

    schemes = ("cm",)
    channels = ("sms",)
    options = frozenset({"tls", "timeout", "parts"})
    at_once = AT_ONCE

    def __init__(self, url: RoadURL, *, sender: str, has_receipts: bool = False):
        super().__init__(url, "sms", CONNECTIONS, sender=sender)
        self._token, self._parts = url.user, int(url.number("parts", 10))
        self.has_receipts = has_receipts
        self._session.headers["Content-Type"] = "application/json"

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        return cls(url, sender=sender_of(url, sender), has_receipts=bool(public_url and receipt_key))

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        return carried(feed, self._carry, self._carriers, side_by_side=CONNECTIONS, size=AT_ONCE)

    def read_receipts(self, told: Posted) -> list[Receipt]:
        """Reads REFERENCE and STATUS from a query, or the JSON that CM.com documents."""
        if "REFERENCE" in told.args:
            return [_receipt(told.args["REFERENCE"], told.args.get("STATUS", ""))]
        try:
            message = json.loads(told.body)["messages"]["msg"]
            return [_receipt(message["reference"], str(message["status"]["code"]))]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadReceipt(N_("The receipt cannot be read.")) from None

    def _carry(self, batch: list[Outgoing]) -> list[Outcome]:
        return posted(batch, self._post)

    def _post(self, batch: list[Outgoing]) -> list[Outcome]:
        told = {
            "authentication": {"producttoken": self._token},
            "msg": [self._message(outgoing) for outgoing in batch],
        }
        try:
            body = json.dumps({"messages": told})
            answer = ask(self._session, "POST", self._base + PATH, self._seconds, data=body)
        except Trouble as trouble:
            answer = _named_by(trouble, len(batch))
        return _outcomes(batch, answer)

    def _message(self, outgoing: Outgoing) -> dict:
        minutes = outgoing.content.useful_for(60)
        return {
            "allowedChannels": ["SMS"],
            "from": self.sender,
            "to": [{"number": f"00{outgoing.address[1:]}"}],
            "body": {"type": "auto", "content": outgoing.content.text},
            "reference": outgoing.reference,
            "minimumNumberOfMessageParts": 1,
            "maximumNumberOfMessageParts": self._parts,
        } | ({"validity": f"{min(minutes, MOST_MINUTES)}m"} if minutes else {})


def _named_by(trouble: Trouble, number: int) -> dict:
    """A refusal that tells what became of each message; raises Trouble for one that speaks of all."""
    told = trouble.told()
    if trouble.is_of_the_words and told.get("messages"):
        return told
    if trouble.is_of_the_words and told.get("errorCode") in ACCOUNT:
        raise Trouble("retry", "not_authorised", str(told["errorCode"]))
    if not trouble.is_of_the_words or number == 1:
        raise trouble
    if told.get("errorCode") in MALFORMED:
        raise trouble
    raise Trouble("unsure", "unreadable_answer", trouble.detail)


def _outcomes(batch: list[Outgoing], told: dict) -> list[Outcome]:
    messages = told.get("messages")
    found = {
        message.get("reference"): message
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict)
    }
    return [_outcome(outgoing.reference, found.get(outgoing.reference)) for outgoing in batch]


def _outcome(reference: str, message: dict | None) -> Outcome:
    error = message.get("messageErrorCode") if message else None
    if not isinstance(error, int):
        return Outcome(reference, "unsure", code="unreadable_answer")
    if error == 0 and message.get("status") == "Accepted":
        return Outcome(reference, "accepted")
    is_rejected = message.get("status") == "Rejected"
    became, code = ERRORS.get(error, ("failed", "refused") if is_rejected else UNKNOWN)
    return Outcome(reference, became, code=code, detail=str(error)[:6])


def _receipt(reference: object, state: str) -> Receipt:
    if not isinstance(reference, str) or not re.fullmatch(r"[0-9a-z]{16}", reference):
        raise BadReceipt(N_("The receipt has no reference of ours."))
    if state not in STATES:
        raise BadReceipt(N_("The receipt has a status that we do not know."))
    return Receipt(reference, *STATES[state])
