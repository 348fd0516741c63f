"""Infobip: text messages in batches and spoken messages, over HTTPS with an API key.

https://www.infobip.com/docs/api/channels/sms and https://www.infobip.com/docs/api/channels/voice
Statuses: https://www.infobip.com/docs/developer-resources/api-fundamentals/message-status-codes, by which
DELIVERED_TO_OPERATOR is on its way though its group is DELIVERED. That receipts can be signed with HMAC is said by
https://www.infobip.com/docs/api/platform/subscriptions-api/create-profile, but neither header nor algorithm:
X-Hub-Signature with SHA-256 is our assumption, and with `secret=` whatever does not fit it is not believed.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Self

from dispatch.providers.base import (
    CALL_SECONDS,
    RING_SECONDS,
    BadReceipt,
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
    Posting,
    Trouble,
    ask,
    carried,
    fault_of,
    posted,
    receipts_url,
    sender_of,
)
from dispatch.words import N_

AT_ONCE = 500
MOST_SECONDS = 48 * 3600  # of validity
LOOKED_UP_AT_ONCE = 100  # the messageIds of one look-up take at most 2,048 characters, and ours 17 each
PATHS = {"sms": "/sms/3/messages", "voice": "/tts/3/advanced"}
# https://www.infobip.com/docs/essentials/response-status-and-error-codes#api-status-codes
GROUPS = {
    "ACCEPTED": ("accepted", ""),
    "PENDING": ("accepted", ""),
    "DELIVERED": ("delivered", ""),
    "UNDELIVERABLE": ("failed", "unreachable"),
    "EXPIRED": ("expired", "expired"),
    "REJECTED": ("failed", "refused"),
}
OURS, A_WORD = re.compile(r"[0-9a-z]{16}"), re.compile(r"[A-Z_]{2,60}")
CONFIRM, REPEAT = "1", "2"
MOST_LETTERS = 1400
# https://www.infobip.com/docs/essentials/response-status-and-error-codes#error-codes
VOICE_ERRORS = {
    "EC_VOICE_USER_BUSY": ("busy", "busy_line"),
    "EC_VOICE_NO_ANSWER": ("no_answer", "no_pickup"),
    "VOICE_ANSWERED_MACHINE": ("voicemail", "voicemail"),
}


class Infobip(Posting):
    """One POST for up to 500 receivers; several POSTs side by side."""

    schemes = ("infobip",)
    channels = ("sms", "voice")
    options = frozenset({"tls", "timeout", "connections", "secret"})
    at_once = AT_ONCE
    looked_up_at_once = LOOKED_UP_AT_ONCE
    plays_alone = True  # audioFileUrl stands in place of the text; only an IVR scenario could say both

    def __init__(self, url: RoadURL, channel: str, *, sender: str, receipts_at: str = ""):
        connections = int(url.number("connections", 4)) or 1
        super().__init__(url, channel, connections, sender=sender, receipts_at=receipts_at)
        self._secret = url.options.get("secret", "")
        self._session.headers["Authorization"] = f"App {url.user}"
        self._session.headers["Content-Type"] = "application/json"

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        receipts_at = receipts_url(public_url, "infobip", receipt_key)
        if receipts_at and channel == "voice":
            receipts_at += "?channel=voice"
        return cls(url, channel, sender=sender_of(url, sender, channel), receipts_at=receipts_at)

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        side_by_side = self._connections
        return carried(feed, self._carry, self._carriers, side_by_side=side_by_side, size=AT_ONCE)

    def look_up(self, references: Sequence[str]) -> list[Receipt]:
        """From the logs of the last 48 hours: reports can be read only once, logs are not used up by reading.

        Without a limit Infobip tells of 50. Nothing in its contract says that what it does not tell of never came.
        """
        asked = [("messageId", reference) for reference in references]
        path = "/sms/3/logs" if self.channel == "sms" else "/tts/3/logs"
        params = [*asked, ("limit", len(asked))]
        try:
            told = ask(self._session, "GET", self._base + path, self._seconds, params=params)
        except Trouble:
            return []
        return _readable(told.get("results"), self.channel)

    def read_receipts(self, told: Posted) -> list[Receipt]:
        """With `secret=` the body must be signed; without it the key in the URL is the proof."""
        return _receipts(self._told(told), self.channel)

    def read_replies(self, told: Posted) -> list[Reply]:
        """https://www.infobip.com/docs/api/channels/sms/sms-messaging/inbound-sms/receive-inbound-sms-messages"""
        return [_reply(result) for result in _results(self._told(told))]

    def _told(self, told: Posted) -> object:
        if self._secret and not self._is_signed(told):
            raise BadReceipt(N_("The receipt is not signed as it should be."))
        try:
            return json.loads(told.body)
        except (ValueError, RecursionError):
            raise BadReceipt(N_("The receipt cannot be read.")) from None

    def _carry(self, batch: list[Outgoing]) -> list[Outcome]:
        return posted(batch, self._post, self._fault)

    def _fault(self, outgoing: Outgoing) -> str:
        if unfit := fault_of(outgoing):
            return unfit
        is_spoken = self.channel == "voice" and not self._audio(outgoing.content)
        return "too_long" if is_spoken and len(_spoken(outgoing.content)) > MOST_LETTERS else ""

    def _post(self, batch: list[Outgoing]) -> list[Outcome]:
        body = json.dumps({"messages": self._messages(batch)})
        url = self._base + PATHS[self.channel]
        return _outcomes(batch, ask(self._session, "POST", url, self._seconds, data=body))

    def _messages(self, batch: list[Outgoing]) -> list[dict]:
        """One message for each content, whatever the number of its receivers."""
        heads, receivers = {}, {}
        for reference, address, content, _ in batch:
            heads[id(content)] = content
            receivers.setdefault(id(content), []).append({"to": address[1:], "messageId": reference})
        return [self._message(heads[key], receivers[key]) for key in receivers]

    def _message(self, content: Content, destinations: list[dict]) -> dict:
        told = {"destinations": destinations}
        if self.channel == "sms":
            told |= {"sender": self.sender.lstrip("+"), "content": {"text": content.text}}
            if seconds := content.useful_for():
                validity = {"amount": min(seconds, MOST_SECONDS), "timeUnit": "SECONDS"}
                told |= {"options": {"validityPeriod": validity}}
            return told | (
                {"webhooks": {"delivery": {"url": self._receipts_at}}} if self.has_receipts else {}
            )
        audio = self._audio(content)
        told |= {"audioFileUrl": audio} if audio else {"text": _spoken(content), "language": content.lang}
        told |= {
            "from": self.sender.lstrip("+"),
            "maxDtmf": 1,
            "repeatDtmf": REPEAT,
            "machineDetection": "continue",
            "ringTimeout": RING_SECONDS,
            "callTimeout": CALL_SECONDS,
        }
        return told | (
            {"notifyUrl": self._receipts_at, "notifyContentType": "application/json"}
            if self.has_receipts
            else {}
        )

    def _audio(self, content: Content) -> str:
        """Where a recording is fetched; Infobip plays it alone, so that it must itself say who speaks and which key is which."""
        public_url = self._receipts_at.partition("/receipts/")[0]
        return (
            public_url + content.speech.audio
            if public_url and content.speech and content.speech.audio
            else ""
        )

    def _is_signed(self, told: Posted) -> bool:
        # The published specifications name no header: whoever sets the secret at Infobip sets this header with it.
        headers = {key.lower(): value for key, value in told.headers.items()}
        expected = hmac.new(self._secret.encode(), told.body, hashlib.sha256).hexdigest()
        given = headers.get("x-hub-signature", "").rpartition("=")[2]
        return hmac.compare_digest(given.encode(), expected.encode())


def _outcomes(batch: list[Outgoing], told: dict) -> list[Outcome]:
    messages = told.get("messages")
    answers = {m.get("messageId"): m for m in messages if isinstance(m, dict)} if _is_list(messages) else {}
    return [_outcome(outgoing.reference, answers.get(outgoing.reference)) for outgoing in batch]


def _outcome(reference: str, answer: dict | None) -> Outcome:
    status = answer.get("status") if answer else None
    verdict = _verdict(status)
    if not verdict:
        return Outcome(reference, "unsure", code="unreadable_answer")
    became, code = verdict
    became = {"delivered": "accepted", "expired": "failed"}.get(became, became)
    return Outcome(reference, became, reference if became == "accepted" else "", code, _name(status))


def _spoken(content: Content) -> str:
    before, after, ask_for = content.around
    return " ".join(filter(None, (before, content.text, after, ask_for)))


def _receipts(told: object, channel: str) -> list[Receipt]:
    return [_receipt(result, channel) for result in _results(told)]


def _results(told: object) -> list:
    results = told.get("results") if isinstance(told, dict) else None
    if not _is_list(results):
        raise BadReceipt(N_("The receipt has no results."))
    return results


def _reply(result: object) -> Reply:
    """`text` is all of it; `cleanText` would lack the word that a keyword of theirs took."""
    facts = [result.get(key) for key in ("messageId", "from", "text")] if isinstance(result, dict) else [None]
    if not all(isinstance(fact, str) for fact in facts) or not all(facts[:2]):
        raise BadReceipt(N_("The reply has no sender or no number of its own."))
    return Reply(*facts)


def _readable(results: object, channel: str) -> list[Receipt]:
    """What can be read of a log: one line that cannot hides no other."""
    found = []
    for result in results if _is_list(results) else []:
        with suppress(BadReceipt):
            found.append(_receipt(result, channel))
    return found


def _receipt(result: object, channel: str) -> Receipt:
    reference = result.get("messageId") if isinstance(result, dict) else None
    if not isinstance(reference, str) or not OURS.fullmatch(reference):
        raise BadReceipt(N_("The receipt has no reference of ours."))
    verdict = (_voice(result) if channel == "voice" else None) or _verdict(result.get("status"))
    if not verdict:
        raise BadReceipt(N_("The receipt has a status that we do not know."))
    return Receipt(reference, *verdict, detail=_name(result.get("status")))


def _voice(result: dict) -> tuple[str, str] | None:
    """A key pressed is a confirmation; a call that was only answered is not yet one."""
    call = result.get("voiceCall") if isinstance(result.get("voiceCall"), dict) else result
    name = _name(result.get("error"))
    if CONFIRM in str(call.get("dtmfCodes") or ""):
        return "delivered", "confirmed"
    if call.get("answeredBy") == "MACHINE":
        return "voicemail", "voicemail"
    if name == "VOICE_ANSWERED" or (_verdict(result.get("status")) or ("",))[0] == "delivered":
        return ("hung_up", "hung_up") if _is_cut_short(call) else ("answered", "answered")
    return VOICE_ERRORS.get(name)


def _is_cut_short(call: dict) -> bool:
    """Whether the call was over before what was said: both are told in seconds."""
    lasted, said = call.get("duration"), call.get("fileDuration")
    return isinstance(lasted, int | float) and isinstance(said, int | float) and lasted + 1 < said


def _verdict(status: object) -> tuple[str, str] | None:
    """An operator that has it is no telephone that has it, though the group says delivered."""
    if not isinstance(status, dict):
        return None
    is_at_operator = status.get("name") == "DELIVERED_TO_OPERATOR"
    return ("accepted", "") if is_at_operator else GROUPS.get(str(status.get("groupName")))


def _name(status: object) -> str:
    """Their word for it, never their sentence: that may quote a number."""
    name = str(status.get("name")) if isinstance(status, dict) else ""
    return name if A_WORD.fullmatch(name) else ""


def _is_list(value: object) -> bool:
    return isinstance(value, list)
