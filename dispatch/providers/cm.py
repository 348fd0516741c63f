"""CM.com: text messages in batches. https://developers.cm.com/messaging/docs/sms"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from dispatch.providers.base import (
    DEFAULT_RATES,
    BadReceipt,
    Feed,
    Outcome,
    Outgoing,
    Posted,
    Provider,
    Receipt,
    RoadURL,
)
from dispatch.providers.posting import NUMBER, Trouble, a_session, ask, base_of, carried, sender_of
from dispatch.words import N_

AT_ONCE = 500
CONNECTIONS = 4
# Status codes of a report: https://developers.cm.com/messaging/docs/incoming-status-report
STATES = {
    "0": ("accepted", ""),
    "1": ("failed", "refused"),
    "2": ("delivered", ""),
    "3": ("failed", "unreachable"),
}


class Cm(Provider):
    """One POST for up to 500 messages. Where reports go is set at CM.com, and not by us."""

    schemes = ("cm",)
    channels = ("sms",)
    options = frozenset({"tls", "timeout", "parts"})
    at_once = AT_ONCE

    def __init__(self, url: RoadURL, *, sender: str, has_receipts: bool = False):
        name = f"cm://{url.host}" + (f":{url.port}" if url.port else "")
        super().__init__(name, "sms", url.rate(DEFAULT_RATES["sms"]), sender)
        self._url, self._token = f"{base_of(url)}/v1.0/message", url.user
        self._seconds, self._parts = url.number("timeout", 30), int(url.number("parts", 10))
        self.has_receipts = has_receipts
        self._session = a_session(CONNECTIONS)
        self._session.headers["Content-Type"] = "application/json"
        self._carriers = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="cm")

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

    def close(self) -> None:
        self._carriers.shutdown(wait=True, cancel_futures=True)
        self._session.close()

    def _carry(self, batch: list[Outgoing]) -> list[Outcome]:
        fit = [outgoing for outgoing in batch if NUMBER.fullmatch(outgoing.address)]
        unfit = [outgoing for outgoing in batch if not NUMBER.fullmatch(outgoing.address)]
        refused = [Outcome(outgoing.reference, "failed", code="no_such_number") for outgoing in unfit]
        return refused + (self._post(fit) if fit else [])

    def _post(self, batch: list[Outgoing]) -> list[Outcome]:
        told = {
            "authentication": {"producttoken": self._token},
            "msg": [self._message(outgoing) for outgoing in batch],
        }
        try:
            body = json.dumps({"messages": told})
            answer = ask(self._session, "POST", self._url, self._seconds, data=body)
        except Trouble as trouble:
            return [trouble.of(outgoing.reference) for outgoing in batch]
        return _outcomes(batch, answer)

    def _message(self, outgoing: Outgoing) -> dict:
        return {
            "allowedChannels": ["SMS"],
            "from": self.sender,
            "to": [{"number": f"00{outgoing.address[1:]}"}],
            "body": {"type": "auto", "content": outgoing.content.text},
            "reference": outgoing.reference,
            "minimumNumberOfMessageParts": 1,
            "maximumNumberOfMessageParts": self._parts,
        }


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
    return Outcome(reference, "failed", code="refused", detail=str(error)[:6])


def _receipt(reference: object, state: str) -> Receipt:
    if not isinstance(reference, str) or not re.fullmatch(r"[0-9a-z]{16}", reference):
        raise BadReceipt(N_("The receipt has no reference of ours."))
    if state not in STATES:
        raise BadReceipt(N_("The receipt has a status that we do not know."))
    return Receipt(reference, *STATES[state])
