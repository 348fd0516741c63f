"""What a sending will be, before it is one: people, messages, parts and time, and what each reader gets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from dispatch.people.audience import Audience
from dispatch.sending import campaigns
from dispatch.sending.text import measure
from models import LANGUAGES, RANKS, Campaign

PACE_SHOWS_AFTER = 3  # seconds


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel's share: a household behind one number is several people and one message."""

    channel: str
    people: int
    messages: int
    parts: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sending to come. `people` get something, `meant` is the whole audience, `shared` the addresses of several."""

    legs: tuple[Leg, ...]
    people: int
    meant: int
    shared: int

    @property
    def messages(self) -> int:
        return sum(leg.messages for leg in self.legs)

    @property
    def parts(self) -> int:
        return sum(leg.parts for leg in self.legs if leg.channel == "sms")

    @property
    def minutes(self) -> int:
        """The minutes of calls that are charged."""
        return sum(leg.parts for leg in self.legs if leg.channel == "voice")

    @property
    def seconds(self) -> int:
        """Channels run beside each other: the slowest one decides."""
        return max((leg.seconds for leg in self.legs), default=0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the readers of one language get: by channel whether it is in their own language, and the cost in parts."""

    lang: str
    people: int
    own: tuple[str, ...]
    instead: tuple[str, ...]
    parts: int
    foreign: tuple[str, ...]


def estimate(campaign: Campaign, whom: Audience, rates: Mapping[str, float]) -> Estimate:
    """The size of a sending to this audience; `rates` are messages per second by channel."""
    return Estimate(
        legs=tuple(_leg(campaign, whom, channel, rates[channel]) for channel in campaign.channels),
        people=whom.reached,
        meant=len(whom.people),
        shared=len({mailing.address for mailing in whom.mailings if len(mailing.people) > 1}),
    )


def readings(campaign: Campaign, whom: Audience) -> list[Reading]:
    """Each language that somebody in reach reads, most readers first, and the text that they get."""
    readers = whom.languages()
    spoken = sorted((lang for lang in LANGUAGES if readers[lang]), key=lambda lang: -readers[lang])
    return [_reading(campaign, lang, readers[lang]) for lang in spoken]


def readers(whom: Audience) -> Counter:
    """How many of the whole audience read each language, whatever the channels."""
    return Counter(member.language for member in whom.people)


def together(table: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The counts of all channels added up: {status: number} from {channel: {status: number}}."""
    return {status: sum(row[status] for row in table.values()) for status in RANKS}


def seconds_left(
    table: Mapping[str, Mapping[str, int]], rates: Mapping[str, float], gone_seconds: float = 0
) -> int:
    """How long the slowest channel still needs to hand over what is queued, at its rate or at the pace it showed."""
    left = (row["queued"] / _pace(row, rates[channel], gone_seconds) for channel, row in table.items())
    return max(map(ceil, left), default=0)


def _pace(row: Mapping[str, int], rate: float, gone_seconds: float) -> float:
    handled = sum(row.values()) - row["queued"]
    return min(rate, handled / gone_seconds) if handled and gone_seconds >= PACE_SHOWS_AFTER else rate


def _leg(campaign: Campaign, whom: Audience, channel: str, rate: float) -> Leg:
    languages = Counter(mailing.language for mailing in whom.mailings if mailing.channel == channel)
    number = languages.total()
    parts = sum(_parts(campaign, channel, lang) * count for lang, count in languages.items())
    return Leg(channel, whom.reached_by(channel), number, parts, ceil(number / rate))


def _reading(campaign: Campaign, lang: str, people: int) -> Reading:
    own = tuple(c for c in campaign.channels if campaigns.has_text(campaign.texts.get(c, {}).get(lang)))
    instead = tuple(channel for channel in campaign.channels if channel not in own)
    return Reading(lang, people, own, instead, _parts(campaign, "sms", lang), _foreign(campaign, lang))


def _parts(campaign: Campaign, channel: str, lang: str) -> int:
    if channel not in campaign.channels or not has_text(campaign, channel, lang):
        return 0
    return campaigns.parts_of(campaign, channel, lang)


def _foreign(campaign: Campaign, lang: str) -> tuple[str, ...]:
    if "sms" not in campaign.channels or not has_text(campaign, "sms", lang):
        return ()
    return measure(campaigns.text_for(campaign, "sms", lang)["body"]).foreign


def has_text(campaign: Campaign, channel: str, lang: str) -> bool:
    """Whether readers of this language get anything at all: an unfinished draft may lack the fallback too."""
    texts = campaign.texts.get(channel, {})
    return campaigns.has_text(texts.get(lang)) or campaigns.has_text(texts.get(campaign.fallback_language))
