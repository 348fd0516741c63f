"""The counters of a campaign, moved in the transaction that moves its messages: no page ever counts rows."""

import json
from collections import Counter
from datetime import datetime

from dialect import moment
from models import RANKS, Campaign, Prepared, Pulse, Tally, among, slots


def counts(campaign: Campaign) -> dict[str, dict[str, int]]:
    """How many messages stand where: {channel: {status: number}}, every status named, from the counters."""
    table = {channel: dict.fromkeys(RANKS, 0) for channel in campaign.channels}
    rows = Tally.select(Tally.channel, Tally.status, Tally.number).where(Tally.campaign == campaign.id)
    for channel, status, number in rows.tuples():
        table.setdefault(channel, dict.fromkeys(RANKS, 0))[status] = number
    return table


def curve(campaign: Campaign) -> list[tuple[int, int, int]]:
    """(seconds since the launch, accepted, delivered), running totals; accepted includes delivered."""
    points, accepted, delivered = [(0, 0, 0)], 0, 0
    rows = Pulse.select(Pulse.second, Pulse.accepted, Pulse.delivered).where(Pulse.campaign == campaign.id)
    for second, more_accepted, more_delivered in rows.order_by(Pulse.second).tuples():
        accepted, delivered = accepted + more_accepted, delivered + more_delivered
        points.append((second, accepted, delivered))
    return points


_place = slots(4)
_COUNT = Prepared(
    Tally.insert(campaign=_place[0], channel=_place[1], status=_place[2], number=_place[3]).on_conflict(
        conflict_target=[Tally.campaign, Tally.channel, Tally.status],
        update={Tally.number: Tally.number + _place[3]},
    )
)
_BEAT = Prepared(
    Pulse.insert(campaign=_place[0], second=_place[1], accepted=_place[2], delivered=_place[3]).on_conflict(
        conflict_target=[Pulse.campaign, Pulse.second],
        update={Pulse.accepted: Pulse.accepted + _place[2], Pulse.delivered: Pulse.delivered + _place[3]},
    )
)
_LAUNCHED = Prepared(Campaign.select(Campaign.id, Campaign.launched_at).where(among(Campaign.id, _place[0])))
_MOVED = Prepared(Campaign.update(moved_at=_place[0]).where(Campaign.id == _place[1]))


def count(changes: dict[tuple[int, str, str], int]) -> None:
    """In one order, so that of two who count at once none waits for the other."""
    _COUNT.run([(*key, number) for key, number in sorted(changes.items()) if number])


def beat(pulse: dict[int, Counter], now: datetime) -> None:
    launched = ((id, moment(at)) for id, at in _LAUNCHED.rows(json.dumps(list(pulse))))
    _BEAT.run(
        [
            (id, int((now - at).total_seconds()), pulse[id]["accepted"], pulse[id]["delivered"])
            for id, at in launched
        ]
    )
    _MOVED.run((now, id) for id in pulse)
