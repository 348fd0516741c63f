"""The counters of a campaign, moved in the transaction that moves its messages: no page ever counts rows."""

from collections import Counter
from datetime import datetime

from models import RANKS, Campaign, Pulse, Tally


def counts(campaign: Campaign) -> dict[str, dict[str, int]]:
    """How many messages stand where: {channel: {status: number}}, every status named, from the counters."""
    table = {channel: dict.fromkeys(RANKS, 0) for channel in campaign.channels}
    rows = Tally.select(Tally.channel, Tally.status, Tally.number).where(Tally.campaign == campaign.id)
    for channel, status, number in rows.tuples():
        table.setdefault(channel, dict.fromkeys(RANKS, 0))[status] = number
    return table


def count(changes: dict[tuple[int, str, str], int]) -> None:
    for (campaign, channel, status), number in changes.items():
        if number:
            Tally.insert(campaign=campaign, channel=channel, status=status, number=number).on_conflict(
                conflict_target=[Tally.campaign, Tally.channel, Tally.status],
                update={Tally.number: Tally.number + number},
            ).execute()


def beat(pulse: dict[int, Counter], now: datetime) -> None:
    for campaign_id, beats in pulse.items():
        campaign = Campaign.get_by_id(campaign_id)
        second = int((now - campaign.launched_at).total_seconds())
        accepted, delivered = beats["accepted"], beats["delivered"]
        Pulse.insert(campaign=campaign_id, second=second, accepted=accepted, delivered=delivered).on_conflict(
            conflict_target=[Pulse.campaign, Pulse.second],
            update={Pulse.accepted: Pulse.accepted + accepted, Pulse.delivered: Pulse.delivered + delivered},
        ).execute()
        Campaign.update(moved_at=now).where(Campaign.id == campaign_id).execute()
