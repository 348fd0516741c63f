"""What a program may send: each shape reads a value and tells the document, so that the two cannot differ."""

import re
from collections.abc import Mapping
from typing import Any

from dispatch.words import N_, Sentence

MOST_COUNTED = 10**15  # what every program that reads JSON can hold exactly


class Unfit(Exception):
    """What was sent does not have the shape that was asked: {place: sentence}."""

    def __init__(self, faults: Mapping[str, Sentence]):
        super().__init__("unfit")
        self.faults = dict(faults)


def unfit(at: str, msgid: str, **facts) -> Unfit:
    return Unfit({at: Sentence(msgid, **facts)})


class Text:
    def __init__(self, most: int, least: int = 0, pattern: str = ""):
        self.most, self.least, self.pattern = most, least, pattern

    @property
    def schema(self) -> dict:
        limits = {"type": "string", "minLength": self.least, "maxLength": self.most}
        return limits | ({"pattern": f"^{self.pattern}$"} if self.pattern else {})

    def read(self, value: Any, at: str) -> str:
        if not isinstance(value, str) or not self.least <= len(value) <= self.most:
            sentence = N_("This must be a text of %(least)s to %(most)s characters.")
            raise unfit(at, sentence, least=self.least, most=self.most)
        if self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            raise unfit(at, N_("Letters, digits, hyphens and underscores only."))
        if any("\ud800" <= sign <= "\udfff" for sign in value):  # half of a sign, which no database keeps
            raise unfit(at, N_("This is not a text."))
        return value

    of_text = read


class Moment:
    """A moment in UTC to the minute; whether there is such a day is found out by what is done with it."""

    pattern = r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):(00|15|30|45)(:00)?Z"

    @property
    def schema(self) -> dict:
        return {"type": "string", "pattern": f"^{self.pattern}$"}

    def read(self, value: Any, at: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value, re.ASCII):
            sentence = N_("This must be the begin of a quarter hour in UTC, such as 2026-11-22T07:15:00Z.")
            raise unfit(at, sentence)
        return value


class Choice:
    def __init__(self, words: tuple[str, ...]):
        self.words = words

    @property
    def schema(self) -> dict:
        return {"type": "string", "enum": list(self.words)}

    def read(self, value: Any, at: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise unfit(at, N_("This must be one of: %(words)s."), words=", ".join(self.words))
        return value

    of_text = read


class Whole:
    def __init__(self, least: int = 0, most: int = MOST_COUNTED):
        self.least, self.most = least, most

    @property
    def schema(self) -> dict:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, value: Any, at: str) -> int:
        is_whole = isinstance(value, int) or isinstance(value, float) and value.is_integer()
        if isinstance(value, bool) or not is_whole or not self.least <= value <= self.most:
            sentence = N_("This must be a whole number from %(least)s to %(most)s.")
            raise unfit(at, sentence, least=self.least, most=self.most)
        return int(value)

    def of_text(self, text: str, at: str) -> int:
        return self.read(int(text) if re.fullmatch(r"\d{1,16}", text, re.ASCII) else None, at)


class Flag:
    @property
    def schema(self) -> dict:
        return {"type": "boolean"}

    def read(self, value: Any, at: str) -> bool:
        if not isinstance(value, bool):
            raise unfit(at, N_("This must be true or false."))
        return value


class Consent:
    """Said, or nothing is done."""

    @property
    def schema(self) -> dict:
        return {"type": "boolean", "const": True}

    def read(self, value: Any, at: str) -> bool:
        if value is not True:
            raise unfit(at, N_("This must be true: nothing is done without it."))
        return True


class Several:
    def __init__(self, each, most: int, least: int = 0):
        self.each, self.most, self.least = each, most, least

    @property
    def schema(self) -> dict:
        limits = {"minItems": self.least, "maxItems": self.most}
        return {"type": "array", "items": self.each.schema} | limits

    def read(self, value: Any, at: str) -> list:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            sentence = N_("This must be a list of %(least)s to %(most)s.")
            raise unfit(at, sentence, least=self.least, most=self.most)
        return [self.each.read(one, f"{at}.{number}") for number, one in enumerate(value)]


class Record:
    """Named values; one that is not known is refused, so that a slip of the pen is not passed over."""

    def __init__(self, parts: Mapping[str, Any], required: tuple[str, ...] = ()):
        self.parts, self.required = dict(parts), required

    @property
    def schema(self) -> dict:
        parts = {name: part.schema for name, part in self.parts.items()}
        needed = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": parts, "additionalProperties": False} | needed

    def read(self, value: Any, at: str = "") -> dict:
        if not isinstance(value, dict):
            raise unfit(at or "body", N_("This must be an object."))
        return self._each(value, at, "read")

    def of_query(self, query) -> dict:
        """The words after the question mark, each said once."""
        twice = {name: Sentence(N_("This is said twice.")) for name in query if len(query.getlist(name)) > 1}
        if twice:
            raise Unfit(twice)
        return self._each(query.to_dict(), "", "of_text")

    def _each(self, value: Mapping, at: str, read: str) -> dict:
        found, faults = {}, {}
        for name in [*self.required, *value]:
            place = f"{at}.{name}" if at else name
            if name not in self.parts:
                faults[place] = Sentence(N_("This name is not known here."))
            elif name not in value:
                faults[place] = Sentence(N_("This is missing."))
            else:
                try:
                    found[name] = getattr(self.parts[name], read)(value[name], place)
                except Unfit as fault:
                    faults |= fault.faults
        if faults:
            raise Unfit(faults)
        return found
