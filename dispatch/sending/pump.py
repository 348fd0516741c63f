"""The pump: throttle → claim → send → record, one channel at a time, until nothing is due or the rate is used up."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event

from peewee import fn

from dispatch import clock, mishaps
from dispatch.providers.base import NO_ROAD, Attachment, Outgoing, Provider
from dispatch.sending import campaigns, messages, receipts, report, throttle
from dispatch.sending.hand import Hand
from dispatch.sending.messages import Claimed
from dispatch.sending.roads import Roads
from models import Bin, Campaign, Letter, Message, database, writing

log = logging.getLogger(__name__)
URGENCY = {"warning": 0, "preventive": 1, "other": 2, "news": 3}
HELD_SECONDS = 0.5  # so long may a batch be in hand, since a stop cannot take it back
SHUNNED = timedelta(seconds=2)  # a road that broke is left alone, or it would make a whole campaign unsure
REPORT_AGAIN = timedelta(minutes=5)


class Pump:
    """Carries what is queued to the providers; any number of pumps may share one database."""

    def __init__(self, roads: Roads, now: Callable[[], datetime] = clock.now):
        self.roads = roads
        self.now = now
        self.stopping = Event()
        self._batches: dict[str, int] = {}  # road: how many it carries while a batch may be in hand
        self._shunned: dict[str, datetime] = {}  # road: until when it is left alone
        self._put_off: dict[int, datetime] = {}  # campaign: when its report is tried again

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
            while not self.stopping.is_set() and (sent := self._carry_next(channel)):
                carried += sent
        return carried

    def listen(self) -> None:
        """Takes in the receipts of roads that have to be asked for them."""
        now = self.now()
        for road in self.roads.all():
            with _going_on(f"the receipts of {road.name}"):
                if found := road.collect(now):
                    with database.connection_context():
                        receipts.take(found, now)

    def tidy(self) -> None:
        """Says of what was in hand too long that it is unsure, ends the campaigns that are over, reports on them."""
        now = self.now()
        with database.connection_context():
            for deed in (messages.doubt, messages.send_letters_again, self._finish, self._report):
                with _going_on(deed.__name__):
                    deed(now)

    def stop(self) -> None:
        """Lets what is in hand be recorded, and claims nothing more."""
        self.stopping.set()

    def _finish(self, now: datetime) -> None:
        for campaign in campaigns.running():
            with _going_on(f"the end of campaign {campaign.id}"):
                campaigns.finish(campaign, now)

    def _report(self, now: datetime) -> None:
        """One report that cannot be made holds up no other, and is not tried again at every beat."""
        for campaign in report.missing(now):
            if self._put_off.get(campaign.id, now) > now:
                continue
            self._put_off[campaign.id] = now + REPORT_AGAIN
            with _going_on(f"the report of campaign {campaign.id}"):
                report.make(campaign, now=now)
                del self._put_off[campaign.id]

    def _carry_next(self, channel: str) -> int:
        """One batch of the most urgent that may leave, sought anew each time: a warning overtakes the news."""
        return next((sent for source in _sources(channel) if (sent := self._carry(channel, source))), 0)

    def _carry(self, channel: str, source: Campaign | Letter) -> int:
        now = self.now()
        road = self.roads.choose(channel, is_practice=source.is_practice, now=now)
        if self._shunned.get(road.name, now) > now:
            return 0
        claimed = _claim(channel, source, road, self._batches.get(road.name, road.at_once), now)
        if claimed:
            hand = Hand(road, [one.reference for one in claimed], self.now, lambda: self._may_go_on(source))
            if batch := _written(channel, source, claimed):
                hand.carry(batch)
                self._learn(road, hand, len(claimed) - hand.given_back, now)
            else:
                hand.fail()
        return len(claimed)

    def _may_go_on(self, source: Campaign | Letter) -> bool:
        """Asked while a batch leaves: a stop, a pause or the end of the program take hold between two messages."""
        is_held = isinstance(source, Campaign) and not campaigns.is_running(source)
        return not is_held and not self.stopping.is_set()

    def _learn(self, road: Provider, hand: Hand, number: int, begun_at: datetime) -> None:
        """Measures the next batch by the pace of this one, and leaves a road alone that broke or carried nothing."""
        seconds = (self.now() - begun_at).total_seconds()
        fitting = int(number * HELD_SECONDS / seconds) if seconds > 0 else road.batch_size
        self._batches[road.name] = max(1, road.at_once, min(road.batch_size, fitting))
        if hand.is_broken:
            self._shunned[road.name] = self.now() + SHUNNED
            self._batches.pop(road.name)
        if hand.is_broken or hand.reasons <= NO_ROAD:  # one mailbox that asks to wait is not the road's fault
            self.roads.rest(road, self.now())
            log.warning("road %s carried none of %d messages: %s", road.name, number, ", ".join(hand.reasons))


def _going_on(deed: str) -> mishaps.Contained:
    return mishaps.Contained(log, deed)


def _claim(
    channel: str, source: Campaign | Letter, road: Provider, most: int, now: datetime
) -> list[Claimed]:
    with writing():
        limit = min(most, road.batch_size, throttle.available(road.name, road.rate, now))
        if not limit:
            return []
        claimed = messages.claim(channel, source, limit=limit, now=now)
        if claimed:
            throttle.spend(road.name, road.rate, len(claimed), now)
    return claimed


def _written(channel: str, source: Campaign | Letter, claimed: list[Claimed]) -> list[Outgoing]:
    """What goes out; nothing when it cannot be written, which must not keep the queue."""
    with _going_on(f"the text for {channel} of {type(source).__name__} {source.id}"):
        return [_outgoing(channel, source, one) for one in claimed]
    return []


def _sources(channel: str) -> Iterator[Campaign | Letter]:
    """What has messages queued on this channel: our own letters first, then campaigns by urgency and age."""
    queued = (Message.status == "queued") & (Message.channel == channel)
    letters = Message.select(Message.letter).where(queued, Message.campaign.is_null())
    yield from Letter.select().where(Letter.id.in_(letters)).order_by(Letter.id)
    waiting = Message.select(Message.id).where(queued, Message.campaign == Campaign.id)
    running = Campaign.select().where(Campaign.status == "running", fn.EXISTS(waiting))
    yield from sorted(running, key=lambda campaign: (URGENCY[campaign.kind], campaign.id))


def _outgoing(channel: str, source: Campaign | Letter, message: Claimed) -> Outgoing:
    if isinstance(source, Letter):
        return _outgoing_letter(source, message)
    text = campaigns.text_for(source, channel, message.language)
    return Outgoing(
        reference=message.reference,
        address=message.address,
        names=message.names,
        lang=campaigns.spoken(source, channel, message.language),
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
    only = Bin.get_or_none(Bin.id == bins[0]) if len(bins) == 1 else None
    return f"{only.slug if only else 'news'}.{campaign.organisation.slug}"
