"""The log: one line for each event, with ids, counts and codes and never a person, as text or as JSON.

A deed is told when it is committed, and not when it was only tried. What happens within one request carries its id; what
a road says of a message carries the message's reference and its campaign, whose launch carries the request.
"""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

import models

request: ContextVar[str] = ContextVar(
    "request", default=""
)  # the id of the request in hand; "" for the clock
KINDS = ("text", "json")
QUIET = ("apscheduler", "waitress.queue")  # a burst of receipts queues up, and that is all


def tell(log: logging.Logger, event: str, *, level: int = logging.INFO, **facts) -> None:
    """Says that something happened, once the transaction in hand is committed; `facts` are ids, counts and codes."""
    if log.isEnabledFor(level):
        told = {name: value for name, value in facts.items() if value not in (None, "", {}, [])}
        if asked := request.get():
            told["request"] = asked
        models.afterwards(lambda: log.log(level, event, extra={"facts": told}))


class Text(logging.Formatter):
    """2026-11-26 12:00:00,123 INFO dispatch.audit: campaign.launched subject=campaign:12 by=3"""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "facts", {})
        return super().format(record) + "".join(f" {name}={_plain(value)}" for name, value in facts.items())


class Json(logging.Formatter):
    """One object a line: at (UTC), level, from, event, and the facts beside them."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:  # its kind alone: its words may quote a person
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line | getattr(record, "facts", {}), ensure_ascii=False, default=str)


def _plain(value) -> str:
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)


def begin(kind: str = "text") -> None:
    """Writes the log of this process to stderr from now on."""
    logging.basicConfig(level=logging.INFO)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Json() if kind == "json" else Text())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
