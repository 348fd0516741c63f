"""Twilio: text and spoken messages, one request each. https://www.twilio.com/docs/messaging/api/message-resource"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape, quoteattr

from dispatch.providers.base import (
    BadReceipt,
    BadRoad,
    Feed,
    Outcome,
    Outgoing,
    Posted,
    Receipt,
    RoadURL,
)
from dispatch.providers.posting import (
    NUMBER,
    Posting,
    Trouble,
    ask,
    carried,
    receipts_url,
    sender_of,
)
from dispatch.words import N_

CARRIERS = 16
MOST_SECONDS = 36_000  # of validity, which is also what holds without it
LANGUAGES = {"nl": "nl-NL", "fr": "fr-FR", "de": "de-DE", "en": "en-GB"}
# https://www.twilio.com/docs/api/errors, each number on a page of its own below that address
ERRORS = {
    20003: ("retry", "not_authorised"),
    20429: ("retry", "throttled"),
    21211: ("failed", "no_such_number"),
    21212: ("failed", "sender_refused"),
    21408: ("failed", "not_routable"),
    21606: ("failed", "sender_refused"),
    21608: ("failed", "number_refused"),
    21610: ("failed", "opted_out"),
    21612: ("failed", "not_routable"),
    21614: ("failed", "no_such_number"),
    21617: ("failed", "too_long"),
}
# What is said of a message later: 30008 is unknown to them as well, and keeps the reason of its status.
FAILURES = {
    30003: ("failed", "unreachable"),
    30004: ("failed", "number_refused"),
    30005: ("failed", "no_such_number"),
    30006: ("failed", "not_routable"),
    30007: ("failed", "refused"),
    30034: ("failed", "sender_refused"),
    30036: ("expired", "expired"),
}
# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values and
# https://www.twilio.com/docs/voice/api/call-resource#call-status-values
STATES = {
    **dict.fromkeys(("queued", "accepted", "scheduled", "sending", "sent"), ("accepted", "")),
    **dict.fromkeys(("initiated", "ringing", "in-progress"), ("accepted", "")),
    "delivered": ("delivered", ""),
    "read": ("delivered", ""),
    "undelivered": ("failed", "unreachable"),
    "failed": ("failed", "refused"),
    "canceled": ("failed", "refused"),
    "completed": ("accepted", "answered"),
    "busy": ("failed", "busy_line"),
    "no-answer": ("failed", "no_pickup"),
}


class Twilio(Posting):
    """An account's sid and token; its carriers share the kept connections."""

    schemes = ("twilio",)
    channels = ("sms", "voice")
    options = frozenset({"tls", "timeout", "service"})
    at_once = CARRIERS

    def __init__(self, url: RoadURL, channel: str, *, sender: str, receipts_at: str = ""):
        super().__init__(url, channel, CARRIERS, sender=sender, receipts_at=receipts_at)
        kind = "Messages" if channel == "sms" else "Calls"
        self._url = f"{self._base}/2010-04-01/Accounts/{url.user}/{kind}.json"
        self._token = url.password
        service = url.options.get("service", "")
        self._from = {"MessagingServiceSid": service} if service else {"From": sender}
        self._session.auth = (url.user, url.password)

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        if not re.fullmatch(r"[A-Za-z0-9]{1,64}", url.user) or not url.password:
            raise BadRoad(N_("The road twilio:// needs the sid and the token of an account."))
        receipts_at = receipts_url(public_url, "twilio", receipt_key)
        return cls(url, channel, sender=sender_of(url, sender), receipts_at=receipts_at)

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        return carried(feed, self._carry, self._carriers, side_by_side=CARRIERS)

    def read_receipts(self, told: Posted) -> list[Receipt]:
        """Only what is signed with our token is believed."""
        posted = dict(parse_qsl(told.body.decode("utf-8", "replace"), keep_blank_values=True))
        if not self._is_signed(told, posted):
            raise BadReceipt(N_("The receipt is not signed as it should be."))
        reference = dict(parse_qsl(urlsplit(told.url).query)).get("reference", "")
        if not re.fullmatch(r"[0-9a-z]{16}", reference):
            raise BadReceipt(N_("The receipt has no reference of ours."))
        return [_receipt(reference, posted)]

    def _carry(self, batch: list[Outgoing]) -> list[Outcome]:
        return [self._post(outgoing) for outgoing in batch]

    def _post(self, outgoing: Outgoing) -> Outcome:
        if not NUMBER.fullmatch(outgoing.address):
            return Outcome(outgoing.reference, "failed", code="no_such_number")
        try:
            told = ask(self._session, "POST", self._url, self._seconds, data=self._form(outgoing))
        except Trouble as trouble:
            return _refusal(trouble).of(outgoing.reference)
        return _outcome(outgoing.reference, told)

    def _form(self, outgoing: Outgoing) -> dict[str, str]:
        callback = f"{self._receipts_at}?reference={outgoing.reference}" if self.has_receipts else ""
        form = {"To": outgoing.address} | ({"StatusCallback": callback} if callback else {})
        if self.channel == "sms":
            seconds = outgoing.content.useful_for()
            validity = {"ValidityPeriod": str(seconds)} if 0 < seconds <= MOST_SECONDS else {}
            return form | self._from | {"Body": outgoing.content.text} | validity
        return form | {"From": self.sender, "Twiml": _twiml(outgoing.content, callback)}

    def _is_signed(self, told: Posted, posted: dict[str, str]) -> bool:
        """https://www.twilio.com/docs/usage/security#validating-requests; behind a proxy only our own URL is right."""
        query = urlsplit(told.url).query
        signed = self._receipts_at + (f"?{query}" if query else "")
        signed += "".join(key + posted[key] for key in sorted(posted))
        expected = base64.b64encode(hmac.new(self._token.encode(), signed.encode(), hashlib.sha1).digest())
        given = {key.lower(): value for key, value in told.headers.items()}.get("x-twilio-signature", "")
        return hmac.compare_digest(given.encode(), expected)


def _twiml(content, callback: str) -> str:
    """https://www.twilio.com/docs/voice/twiml/gather"""
    say = f'<Say language="{LANGUAGES.get(content.lang, "nl-NL")}">{escape(content.text)}</Say>'
    action = f" action={quoteattr(callback)}" if callback else ""
    return f'<Response><Gather numDigits="1" method="POST"{action}>{say}</Gather></Response>'


def _refusal(trouble: Trouble) -> Trouble:
    """Twilio's own number of the error says more than the HTTP status."""
    try:
        code = trouble.answer.json()["code"]
        return Trouble(*ERRORS[code], str(code)) if trouble.status != "unsure" else trouble
    except (AttributeError, ValueError, KeyError, TypeError):
        return trouble


def _outcome(reference: str, told: dict) -> Outcome:
    status, code = STATES.get(str(told.get("status")), ("unsure", "unreadable_answer"))
    error = told.get("error_code") or told.get("code")
    if isinstance(error, int):
        status, code = ERRORS.get(error, ("failed", "refused"))
        return Outcome(reference, status, code=code, detail=str(error))
    sid = str(told.get("sid") or "")
    if status == "unsure" or not re.fullmatch(r"[A-Z]{2}[0-9a-f]{32}", sid):
        return Outcome(reference, "unsure", code="unreadable_answer")
    status = "accepted" if status == "delivered" else status
    return Outcome(reference, status, sid, code if status == "failed" else "")


def _receipt(reference: str, posted: dict[str, str]) -> Receipt:
    if posted.get("Digits"):
        is_confirmed = posted["Digits"] == "1"
        return Receipt(reference, *(("delivered", "confirmed") if is_confirmed else ("accepted", "answered")))
    state = posted.get("MessageStatus") or posted.get("CallStatus") or ""
    if state not in STATES:
        raise BadReceipt(N_("The receipt has a status that we do not know."))
    status, code = STATES[state]
    error = posted.get("ErrorCode", "")
    if status == "failed" and error.isdecimal():
        status, code = FAILURES.get(int(error[:6]), (status, code))
    if state == "completed" and posted.get("AnsweredBy", "").startswith("machine"):
        code = "voicemail"
    return Receipt(reference, status, code, error[:6] if error.isdecimal() else "")
