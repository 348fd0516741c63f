"""Who says no to news gets none any more, not even what waits in the queue at that moment."""

from collections.abc import Sequence
from datetime import datetime

from peewee import Value, fn

from dispatch.people import news
from dispatch.people.audience import ENDED
from dispatch.sending import sweeps
from dispatch.words import N_, translator
from models import Campaign, Member, Message, Recipient, writing

HOW_TO_STOP = N_("No more of this news by e-mail? Press here:")


def told(campaign: Campaign, channel: str, lang: str) -> str:
    """The sentence under a mail of news before the link that ends it; "" under whatever nobody can refuse."""
    if campaign.kind != "news" or channel != "email":
        return ""
    return translator(lang).gettext(HOW_TO_STOP)


def end(people: Sequence[Member], channel: str, *, now: datetime) -> None:
    """Ends the news by this channel for these members, and takes out of the queue what is meant for nobody else."""
    with writing():
        news.end(people, channel, now=now)
        _withhold(people, channel, now)


def _withhold(people: Sequence[Member], channel: str, now: datetime) -> None:
    to_them = Recipient.select(Recipient.message).where(Recipient.member.in_([one.id for one in people]))
    of_news = Campaign.select(Campaign.id).where(Campaign.kind == "news")
    another = Recipient.alias()
    wants = (
        another.select(Value(1))
        .join(Member, on=(Member.id == another.member))
        .where(another.message == Message.id, getattr(Member, ENDED[channel]).is_null())
    )
    sweeps.take_out(
        "news_ended",
        now,
        Message.id.in_(to_them),
        Message.campaign.in_(of_news),
        Message.channel == channel,
        ~fn.EXISTS(wants),
    )
