"""The roads out of the house: per channel the providers in order of preference, and the simulator for practice."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dispatch.providers import open_road
from dispatch.providers.base import DEFAULT_RATES, Provider, RoadURL
from dispatch.providers.simulator import Simulator

REST = timedelta(seconds=10)
LONGEST_REST = timedelta(seconds=80)


def stays_here(url: str) -> bool:
    """Whether a road leads to the simulator or to this machine: nothing that goes by it reaches a stranger."""
    road = RoadURL.parse(url)
    try:
        return road.scheme == "simulator" or ipaddress.ip_address(road.host).is_loopback
    except ValueError:
        return road.host == "localhost"


class WrongRoad(Exception):
    """Practice was about to leave by a road that leads out of the house: a fault of ours, and nothing has left."""


def demand_simulator(road: Provider) -> Simulator:
    """The last look before practice is handed over; raises WrongRoad for anything that is not the simulator itself."""
    if type(road) is not Simulator:
        raise WrongRoad(road.name)
    return road


class Roads:
    """Chooses the road of a message; a practice message can only ever get the simulator."""

    def __init__(
        self,
        urls: Mapping[str, Sequence[str]],
        *,
        public_url: str = "",
        receipt_key: str = "",
        senders: Mapping[str, str] | None = None,
    ):
        self.receipt_key = receipt_key
        # No URL is read here, so no setting can put another road in its place.
        self._practice = {channel: Simulator(channel, DEFAULT_RATES[channel]) for channel in urls}
        self._real = {
            channel: [
                open_road(
                    url,
                    channel=channel,
                    public_url=public_url,
                    receipt_key=receipt_key,
                    sender=(senders or {}).get(channel, ""),
                )
                for url in channel_urls
            ]
            for channel, channel_urls in urls.items()
        }
        self._resting: dict[int, datetime] = {}
        self._troubles: dict[int, int] = {}  # road: how often in a row it could carry nothing
        self._broke_at: dict[int, datetime] = {}  # road: when the first of those was
        self._carried_at: dict[int, datetime] = {}

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self._real)

    def choose(self, channel: str, *, is_practice: bool, now: datetime) -> Provider:
        return self.for_practice(channel) if is_practice else self.for_real(channel, now)

    def for_practice(self, channel: str) -> Simulator:
        """The simulator of this channel: there is no other road for practice."""
        return self._practice[channel]

    def for_real(self, channel: str, now: datetime) -> Provider:
        """The preferred road that is not resting, or the preferred one when all are."""
        roads = self._real[channel]
        return next((road for road in roads if not self.is_resting(road, now)), roads[0])

    def is_resting(self, road: Provider, now: datetime) -> bool:
        return self._resting.get(id(road), now) > now

    def is_on_trial(self, road: Provider) -> bool:
        """Whether it failed when it was last tried: then one message shows whether it carries again."""
        return id(road) in self._troubles

    def rest(self, road: Provider, now: datetime) -> None:
        """Leaves a road that carried nothing alone, longer each time in a row, so that the next of the list is tried."""
        times = self._troubles[id(road)] = self._troubles.get(id(road), 0) + 1
        self._broke_at.setdefault(id(road), now)
        self._resting[id(road)] = now + min(LONGEST_REST, REST * 2 ** (times - 1))

    def trust(self, road: Provider, now: datetime) -> None:
        """Says that a road carries."""
        self._troubles.pop(id(road), None)
        self._broke_at.pop(id(road), None)
        self._carried_at[id(road)] = now

    def broke_at(self, road: Provider) -> datetime | None:
        """Since when this process finds that it carries nothing; None when it carried at the last try, or was not tried."""
        return self._broke_at.get(id(road))

    def carried_at(self, road: Provider) -> datetime | None:
        """When this process last handed something over to it."""
        return self._carried_at.get(id(road))

    def spares(self, channel: str, now: datetime) -> list[Provider]:
        """The real roads behind the one that carries, as far as they do not rest: they carry only what is meant for them."""
        chosen = self.for_real(channel, now)
        return [road for road in self._real[channel] if road is not chosen and not self.is_resting(road, now)]

    def real(self) -> list[Provider]:
        """The roads out of the house, by channel in the order of preference."""
        return [road for roads in self._real.values() for road in roads]

    def all(self) -> list[Provider]:
        return [*self.real(), *self._practice.values()]

    def of_scheme(self, scheme: str, channel: str = "") -> Provider | None:
        """A road that reads the receipts of this kind of provider, of this channel where there is one."""
        found = [road for road in self.all() if road.name.partition(":")[0] == scheme]
        return next((road for road in found if road.channel == channel), next(iter(found), None))

    def plays_alone(self, *, is_practice: bool) -> bool:
        """Whether a call may go by a road on which a recording must say itself who speaks and which key confirms."""
        return not is_practice and any(road.plays_alone for road in self._real.get("voice", ()))

    def close(self) -> None:
        for road in self.all():
            road.close()
