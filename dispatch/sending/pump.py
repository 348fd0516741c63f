"""The pump: throttle → claim → send → record, one channel at a time, until nothing is due or the rate is used up."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Event

from dispatch import clock
from dispatch.providers.base import Attachment, Outgoing, Provider
from dispatch.sending import campaigns, messages, receipts, throttle
from dispatch.sending.messages import Claimed
from dispatch.sending.roads import Roads
from models import Bin, Campaign, Letter, Message, database, writing

log = logging.getLogger(__name__)
URGENCY = {"warning": 0, "preventive": 1, "other": 2, "news": 3}


class Pump:
    """Carries what is queued to the providers; any number of pumps may share one database."""

    def __init__(self, roads: Roads, now: Callable[[], datetime] = clock.now):
        self.roads = roads
        self.now = now
        self.stopping = Event()

    def tick(self) -> int:
        """Turns every channel once, takes in what simulated roads have to say, and ends what is over."""
        carried = sum(self.turn(channel) for channel in self.roads.channels)
        self.listen()
        self.tidy()
        return carried

    def turn(self, channel: str) -> int:
        """Sends what is due on one channel, most urgent campaign first; returns how many messages it carried."""
        carried = 0
        with database.connection_context():
            if not messages.is_waiting(channel, self.now()):
                return 0
            for campaign in _sources(channel):
                while not self.stopping.is_set() and (sent := self._carry(channel, campaign)):
                    carried += sent
        return carried

    def listen(self) -> None:
        """Takes in the receipts of roads that have to be asked for them."""
        now = self.now()
        for road in self.roads.all():
            if found := road.collect(now):
                with database.connection_context():
                    receipts.take(found, now)

    def tidy(self) -> None:
        """Says of what was in hand too long that it is unsure, and ends the campaigns that are over."""
        with database.connection_context():
            messages.doubt(self.now())
            campaigns.finish(self.now())

    def stop(self) -> None:
        """Lets what is in hand be recorded, and claims nothing more."""
        self.stopping.set()

    def _carry(self, channel: str, source: Campaign | Letter) -> int:
        now = self.now()
        road = self.roads.choose(channel, is_practice=source.is_practice, now=now)
        claimed = _claim(channel, source, road, now)
        if claimed:
            outcomes = list(road.send([_outgoing(channel, source, one) for one in claimed]))
            messages.record(outcomes, road=road.name, now=self.now())
            if all(outcome.status == "retry" for outcome in outcomes):
                self.roads.rest(road, self.now())
                log.warning("road %s carried none of %d messages", road.name, len(claimed))
        return len(claimed)


def _claim(channel: str, source: Campaign | Letter, road: Provider, now: datetime) -> list[Claimed]:
    with writing():
        limit = min(road.batch_size, throttle.available(road.name, road.rate, now))
        if not limit:
            return []
        claimed = messages.claim(channel, source, limit=limit, now=now)
        if claimed:
            throttle.spend(road.name, road.rate, len(claimed), now)
    return claimed


def _sources(channel: str) -> Iterator[Campaign | Letter]:
    """What has messages queued on this channel: our own letters first, then campaigns by urgency and age."""
    queued = (Message.status == "queued") & (Message.channel == channel)
    letters = Message.select(Message.letter).where(queued, Message.campaign.is_null())
    yield from Letter.select().where(Letter.id.in_(letters)).order_by(Letter.id)
    waiting = Message.select(Message.campaign).where(queued, Message.campaign.is_null(False)).distinct()
    running = Campaign.select().where(Campaign.status == "running", Campaign.id.in_(waiting))
    yield from sorted(running, key=lambda campaign: (URGENCY[campaign.kind], campaign.id))


def _outgoing(channel: str, source: Campaign | Letter, message: Claimed) -> Outgoing:
    if isinstance(source, Letter):
        return _outgoing_letter(source, message)
    text = campaigns.text_for(source, channel, message.language)
    return Outgoing(
        reference=message.reference,
        address=message.address,
        names=message.names,
        lang=message.language,
        subject=text.get("subject", ""),
        text=text["body"],
        is_news=source.kind == "news",
        list_id=_list_id(source),
    )


def _outgoing_letter(letter: Letter, message: Claimed) -> Outgoing:
    paper = letter.document
    return Outgoing(
        reference=message.reference,
        address=message.address,
        lang=letter.language,
        subject=letter.subject,
        text=letter.body,
        attachments=(Attachment(paper.filename, paper.media_type, bytes(paper.content)),) if paper else (),
    )


def _list_id(campaign: Campaign) -> str:
    bins = campaign.audience.get("bins", [])
    name = Bin.get_by_id(bins[0]).slug if len(bins) == 1 else "news"
    return f"{name}.{campaign.organisation.slug}"
