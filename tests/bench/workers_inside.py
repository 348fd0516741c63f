"""What a measurement of workers does on their database: URL NUMBER settles it; URL NUMBER CAMPAIGN BY_PULSE launches and waits."""

import sys
import time

import models
from dispatch import bench, clock
from dispatch.sending import campaigns
from models import Campaign, Pulse, User, database

LAUNCHING = 3  # seconds
LONGEST_SECONDS = 120


def settle(url: str, number: str) -> None:
    models.connect(url)
    models.migrate()
    by, bin = bench.settle(int(number))
    print(bench.draft("email", by, bin).id)


def launch(url: str, number: str, id: str, by_pulse: str) -> None:
    models.connect(url)
    with database.connection_context():
        campaign, begun = Campaign.get_by_id(int(id)), time.monotonic()
        campaigns.launch(campaign, by=User.get(), now=clock.now(), terms_accepted=True)
        models.ring()
        while bench.standing(campaign)["accepted"] < int(number):
            if time.monotonic() - begun > LONGEST_SECONDS:
                sys.exit(f"not accepted in time: {bench.standing(campaign)}")
            time.sleep(0.02)
        print(_between(campaign) if by_pulse == "1" else int(number) / (time.monotonic() - begun))


def _between(campaign: Campaign) -> float:
    """The mean of the seconds that were full, behind those in which the launch itself went on."""
    rows = Pulse.select(Pulse.accepted).where(Pulse.campaign == campaign.id).order_by(Pulse.second)
    seconds = [number for (number,) in rows.tuples()][LAUNCHING:-1]
    return sum(seconds) / len(seconds)


if __name__ == "__main__":
    settle(*sys.argv[1:]) if len(sys.argv) == 3 else launch(*sys.argv[1:])
