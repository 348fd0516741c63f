"""Twilio: text and spoken messages, one request each. https://www.twilio.com/docs/messaging/api/message-resource"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape, quoteattr  # nosec B406 # writes XML, reads none

from dispatch.providers.base import (
    CALL_SECONDS,
    RING_SECONDS,
    BadReceipt,
    BadRoad,
    Content,
    Feed,
    Outcome,
    Outgoing,
    Posted,
    Receipt,
    Reply,
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
    **dict.fromkeys(("initiated", "ringing", "in-progress", "answered"), ("accepted", "")),
    "delivered": ("delivered", ""),
    "read": ("delivered", ""),
    "undelivered": ("failed", "unreachable"),
    "failed": ("failed", "refused"),
    "canceled": ("failed", "refused"),
    "completed": ("hung_up", "hung_up"),  # or our door would have been told that all of it was said
    "busy": ("busy", "busy_line"),
    "no-answer": ("no_answer", "no_pickup"),
}
# https://www.twilio.com/docs/voice/answering-machine-detection
MACHINES = ("machine", "fax")
CONFIRM = "1"
MOST_TWIML = 4000


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
        self._public_url = receipts_at.partition("/receipts/")[0]
        self._token = url.password
        service = url.options.get("service", "")
        self._from = {"MessagingServiceSid": service} if service else {"From": sender}
        self._session.auth = (url.user, url.password)

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        if not re.fullmatch(r"[A-Za-z0-9]{1,64}", url.user) or not url.password:
            raise BadRoad(N_("The road twilio:// needs the sid and the token of an account."))
        receipts_at = receipts_url(public_url, "twilio", receipt_key)
        return cls(url, channel, sender=sender_of(url, sender, channel), receipts_at=receipts_at)

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        return carried(feed, self._carry, self._carriers, side_by_side=CARRIERS)

    def read_receipts(self, told: Posted) -> list[Receipt]:
        """Only what is signed with our token is believed."""
        posted, asked = _posted(told), _asked(told)
        if not self._is_signed(told, posted):
            raise BadReceipt(N_("The receipt is not signed as it should be."))
        reference = asked.get("reference", "")
        if not re.fullmatch(r"[0-9a-z]{16}", reference):
            raise BadReceipt(N_("The receipt has no reference of ours."))
        return [
            _call_receipt(reference, posted, asked) if "CallSid" in posted else _receipt(reference, posted)
        ]

    def read_replies(self, told: Posted) -> list[Reply]:
        """https://www.twilio.com/docs/messaging/guides/webhook-request"""
        posted = _posted(told)
        if not self._is_signed(told, posted, self._receipts_at.replace("/receipts/", "/inbound/")):
            raise BadReceipt(N_("The receipt is not signed as it should be."))
        if not posted.get("MessageSid") or not posted.get("From"):
            raise BadReceipt(N_("The reply has no sender or no number of its own."))
        return [Reply(posted["MessageSid"][:64], posted["From"], posted.get("Body", ""))]

    def answer(self, told: Posted, content_of: Callable[[str], Content | None]) -> str | None:
        """TwiML after a key was pressed, or after all was said; told must have been read as a receipt before."""
        posted, asked = _posted(told), _asked(told)
        if "Digits" not in posted and "heard" not in asked:
            return None
        content = content_of(asked["reference"])
        if "heard" in asked or not content:
            return "<Response><Hangup/></Response>"
        if posted["Digits"] == CONFIRM:
            thanks = content.speech.thanks if content.speech else ""
            return f"<Response>{_say(thanks, content.lang)}<Hangup/></Response>"
        return self._script(content, asked["reference"])

    def _carry(self, batch: list[Outgoing]) -> list[Outcome]:
        return [self._post(outgoing) for outgoing in batch]

    def _post(self, outgoing: Outgoing) -> Outcome:
        if not NUMBER.fullmatch(outgoing.address):
            return Outcome(outgoing.reference, "failed", code="no_such_number")
        form = self._form(outgoing)
        if len(form.get("Twiml", "")) > MOST_TWIML:
            return Outcome(outgoing.reference, "failed", code="too_long")
        try:
            told = ask(self._session, "POST", self._url, self._seconds, data=form)
        except Trouble as trouble:
            return _refusal(trouble).of(outgoing.reference)
        return _outcome(outgoing.reference, told)

    def _form(self, outgoing: Outgoing) -> dict[str, str]:
        door = self._door(outgoing.reference)
        form = {"To": outgoing.address} | ({"StatusCallback": door} if door else {})
        if self.channel == "sms":
            seconds = outgoing.content.useful_for()
            validity = {"ValidityPeriod": str(seconds)} if 0 < seconds <= MOST_SECONDS else {}
            return form | self._from | {"Body": outgoing.content.text} | validity
        return form | {
            "From": self.sender,
            "Twiml": self._script(outgoing.content, outgoing.reference),
            "MachineDetection": "Enable",
            "Timeout": str(RING_SECONDS),
            "TimeLimit": str(CALL_SECONDS),
        }

    def _door(self, reference: str) -> str:
        """Where Twilio says what becomes of a message, and asks how a call goes on."""
        channel = "channel=voice&" if self.channel == "voice" else ""
        return f"{self._receipts_at}?{channel}reference={reference}" if self.has_receipts else ""

    def _script(self, content: Content, reference: str) -> str:
        """A call as it goes: all of it while a key is awaited, and word to us when it came to its end without one.

        https://www.twilio.com/docs/voice/twiml/gather
        """
        before, after, ask_for = (_say(words, content.lang) for words in content.around)
        said = before + self._message(content) + after
        if not (door := self._door(reference)):
            return f"<Response>{said}</Response>"
        gather = f'<Gather numDigits="1" timeout="8" method="POST" action={quoteattr(door)}>{said}{ask_for}</Gather>'
        heard = f'<Redirect method="POST">{escape(door)}&amp;heard=1</Redirect>'
        return f"<Response>{gather}{heard}</Response>"

    def _message(self, content: Content) -> str:
        if content.speech and content.speech.audio and self._public_url:
            return f"<Play>{escape(self._public_url + content.speech.audio)}</Play>"
        return _say(content.text, content.lang)

    def _is_signed(self, told: Posted, posted: dict[str, str], door: str = "") -> bool:
        """https://www.twilio.com/docs/usage/security#validating-requests; behind a proxy only our own URL is right."""
        query = urlsplit(told.url).query
        signed = (door or self._receipts_at) + (f"?{query}" if query else "")
        signed += "".join(key + posted[key] for key in sorted(posted))
        expected = base64.b64encode(hmac.new(self._token.encode(), signed.encode(), hashlib.sha1).digest())
        given = {key.lower(): value for key, value in told.headers.items()}.get("x-twilio-signature", "")
        return hmac.compare_digest(given.encode(), expected)


def _say(words: str, lang: str) -> str:
    """https://www.twilio.com/docs/voice/twiml/say"""
    return f'<Say language="{LANGUAGES.get(lang, "nl-NL")}">{escape(words)}</Say>' if words else ""


def _posted(told: Posted) -> dict[str, str]:
    return dict(parse_qsl(told.body.decode("utf-8", "replace"), keep_blank_values=True))


def _asked(told: Posted) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(told.url).query))


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


def _call_receipt(reference: str, posted: dict[str, str], asked: dict[str, str]) -> Receipt:
    """A key that confirms is more than an ear, and an ear more than a line: a quarter of machines is misjudged."""
    if posted.get("Digits") == CONFIRM:
        return Receipt(reference, "delivered", "confirmed")
    is_over = "heard" in asked or posted.get("CallStatus") == "completed"
    if is_over and posted.get("AnsweredBy", "").startswith(MACHINES):
        return Receipt(reference, "voicemail", "voicemail")
    if "heard" in asked:
        return Receipt(reference, "answered", "answered")
    return _receipt(reference, posted)


def _receipt(reference: str, posted: dict[str, str]) -> Receipt:
    state = posted.get("MessageStatus") or posted.get("CallStatus") or ""
    if state not in STATES:
        raise BadReceipt(N_("The receipt has a status that we do not know."))
    status, code = STATES[state]
    error = posted.get("ErrorCode", "")
    if status == "failed" and error.isdecimal():
        status, code = FAILURES.get(int(error[:6]), (status, code))
    return Receipt(reference, status, code, error[:6] if error.isdecimal() else "")
