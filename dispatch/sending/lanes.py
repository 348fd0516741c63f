"""What may leave by one channel, and in which order: our own letters, then warnings before preventive messages before news."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from dispatch import mishaps
from dispatch.letters import NOBODY, Imprint, with_foot
from dispatch.providers.base import Attachment, Content, Outcome, Outgoing, Provider
from dispatch.sending import acknowledgements, calls, campaigns, due, messages, no_news, throttle
from dispatch.sending.desk import Desk
from dispatch.sending.hand import Batch
from dispatch.sending.journal import Journal
from dispatch.sending.messages import Claimed
from dispatch.sending.pace import Pace
from dispatch.sending.roads import demand_simulator
from models import Bin, Campaign, Letter, carrying

log = logging.getLogger(__name__)
URGENCY = {"warning": 0, "preventive": 1, "other": 2, "news": 3}
SHARE_OF_THE_OTHERS = 10  # each tenth batch begins with the least urgent, so that nothing waits for ever
KEPT_CONTENTS = 200

Source = Campaign | Letter


class Lane:
    """One channel, real or practice: claims for a road what is due, the most urgent first."""

    def __init__(
        self, channel: str, is_practice: bool, now: Callable[[], datetime], imprint: Imprint = NOBODY
    ):
        self.channel = channel
        self.is_practice = is_practice
        self.now = now
        self.imprint = imprint
        self.desk = Desk()
        self._paces: dict[str, Pace] = {}
        self.claimed_of: dict[
            int, Campaign
        ] = {}  # the campaigns of which the stream in hand carries messages
        self._in_hand: deque[tuple[Source, bool]] = deque(
            maxlen=2
        )  # a batch, and the one claimed ahead of its end
        self._turns = 0
        self._road = ""  # the one that carries this stream
        self._is_spare = False  # whether it carries only what is meant for it and nobody else
        self._contents: dict[tuple, Content] = {}

    def begin(self, road: Provider, *, is_spare: bool = False) -> None:
        """A new stream has nothing in hand yet."""
        self._road, self._is_spare = road.name, is_spare
        self.claimed_of.clear()
        self._in_hand.clear()

    def is_due(self, road: Provider, *, is_spare: bool = False) -> bool:
        self._road, self._is_spare = road.name, is_spare
        return bool(self._sources())

    def pace(self, road: Provider) -> Pace:
        """How this road is kept to its rate, from one stream to the next."""
        return self._paces.setdefault(road.name, Pace(road.rate))

    def claim(self, road: Provider, most: int, journal: Journal) -> Batch | None:
        """The next batch; empty when the road's rate allows none at this moment, None when nothing is due.

        Raises WrongRoad, and claims nothing, when practice would go by any road but the simulator.
        """
        if self.is_practice:
            demand_simulator(road)
        for source in self._in_turn():
            claimed, leaves_at = self._claim(road, source, most, journal)
            if claimed is None:
                return Batch([])
            if claimed and (written := self._written(road, source, claimed)):
                self._in_hand.append((source, self._is_theirs()))
                if isinstance(source, Campaign):
                    self.claimed_of[source.id] = source
                return Batch(written, leaves_at, self.now())
        return None

    def is_still_first(self) -> bool:
        """Whether the batches in hand may go on: their campaigns run, and nothing more urgent came meanwhile."""
        now, held = self.now(), [*self._in_hand]
        if not all(
            due.may_leave(source, now, self.channel) for source, _ in held if isinstance(source, Campaign)
        ):
            return False
        first = min(map(_urgency, self._sources()), default=9)
        return all(is_theirs or _urgency(source) <= first for source, is_theirs in held)

    def _in_turn(self) -> list[Source]:
        self._turns += 1
        found = self._sources()
        return found[-1:] + found[:-1] if self._is_theirs() else found

    def _is_theirs(self) -> bool:
        return self._turns % SHARE_OF_THE_OTHERS == 0

    def _sources(self) -> list[Source]:
        """What has messages due: our own letters first, then campaigns by urgency and age.

        Read to the end at once: a look that stays open would make the next write of this thread fail.
        """
        whose = self.channel, self.now()
        if self._is_spare:
            return due.letters_for(self._road, *whose)
        running = due.campaigns(*whose, is_practice=self.is_practice)
        return [
            *due.letters(*whose, is_practice=self.is_practice, road=self._road),
            *sorted(running, key=lambda campaign: (_urgency(campaign), campaign.id)),
        ]

    def _claim(
        self, road: Provider, source: Source, most: int, journal: Journal
    ) -> tuple[list[Claimed] | None, float]:
        """What was claimed, None when the rate allows nothing; and when the first may leave, by monotonic()."""
        with journal.left_in_doubt(), carrying():
            throttle.hold(road.name)
            now = self.now()
            if self.channel == "voice":
                most = min(most, calls.free_lines(road, is_practice=self.is_practice, now=now))
            limit = min(most, throttle.available(road.name, road.rate, now))
            if not limit:
                return None, 0.0
            claimed = messages.claim(self.channel, source, limit=limit, now=now, road=road.name)
            if not claimed:
                return [], 0.0
            wait = throttle.spend(road.name, road.rate, len(claimed), now) - now
            leaves_at = monotonic() + wait.total_seconds()
            journal.claimed([one.reference for one in claimed], now)
        return claimed, leaves_at

    def _written(self, road: Provider, source: Source, claimed: list[Claimed]) -> list[Outgoing]:
        """What goes out; nothing when it cannot be written, which must not keep the queue."""
        with mishaps.Contained(log, f"the text for {self.channel} of {type(source).__name__} {source.id}"):
            return [
                Outgoing(one.reference, one.address, self._content(source, one.language), one.names)
                for one in claimed
            ]
        unfit = [Outcome(one.reference, "failed", code="not_writable") for one in claimed]
        messages.record(unfit, road=road.name, now=self.now())
        return []

    def _content(self, source: Source, lang: str) -> Content:
        """What a source says to readers of a language: written once, so that a road may render it once."""
        key = (type(source), source.id, lang)
        if key not in self._contents:
            if len(self._contents) >= KEPT_CONTENTS:
                self._contents.clear()
            self._contents[key] = written(source, self.channel, lang, self.imprint)
        return self._contents[key]


def _urgency(source: Source) -> int:
    return URGENCY[source.kind] if isinstance(source, Campaign) else -1


def written(source: Source, channel: str, lang: str, imprint: Imprint = NOBODY) -> Content:
    """What a campaign or a letter says on a channel to a reader of this language."""
    return (
        content_of(source, channel, lang)
        if isinstance(source, Campaign)
        else _of_letter(source, channel, imprint)
    )


def content_of(campaign: Campaign, channel: str, lang: str) -> Content:
    """What a campaign says on a channel to a reader of this language."""
    text, spoken = campaigns.text_for(campaign, channel, lang), campaigns.spoken(campaign, channel, lang)
    return Content(
        text=text["body"],
        subject=text.get("subject", ""),
        lang=spoken,
        is_news=campaign.kind == "news",
        list_id=_list_id(campaign),
        speech=campaigns.speech_of(campaign, lang) if channel == "voice" else None,
        house=campaign.organisation.name,
        ask=acknowledgements.asked(campaign, "email", spoken) if channel == "email" else "",
        stop=no_news.told(campaign, channel, spoken),
        expires_at=campaign.expires_at,
    )


def _of_letter(letter: Letter, channel: str, imprint: Imprint) -> Content:
    paper = letter.document
    return Content(
        text=with_foot(letter, imprint) if channel == "email" else letter.body,
        subject=letter.subject,
        lang=letter.language,
        house=letter.organisation.name,
        attachments=(Attachment(paper.filename, paper.media_type, bytes(paper.content)),) if paper else (),
    )


def _list_id(campaign: Campaign) -> str:
    bins = campaign.audience.get("bins", [])
    only = Bin.get_or_none(Bin.id == bins[0]) if len(bins) == 1 else None
    return f"{only.slug if only else 'news'}.{campaign.organisation.slug}"
