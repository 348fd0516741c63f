"""How far a campaign reached: counted by the clock, adding up to everybody, and told without counting again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from dispatch.sending import campaigns, estimate, pictures, reach, report, tallies
from models import RANKS, Campaign, Message, Reached
from tests import cast
from tests.cast import NOON
from tests.test_follow_ups import launched, put

LATER = NOON + timedelta(hours=1)
NUMBERS = ["+32470000{:03}", "+32484000{:03}", "+33612345{:03}"]


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def bins(app):
    """Two BINs: twelve people in the Molenweg, three in the Kerkplein, and one in both who counts in the first."""
    molen, kerk = cast.bin_named("Molenakker"), cast.bin_named("Kerkveld")
    for n in range(12):
        cast.member(
            molen,
            f"Molen{n}",
            mobile=NUMBERS[n % 3].format(n),
            email=f"m{n}@voorbeeld.example",
            street="Molenweg",
        )
    for n in range(3):
        cast.member(kerk, f"Kerk{n}", mobile=NUMBERS[0].format(100 + n), street="Kerkplein")
    cast.member(kerk, "Zonder", street="Kerkplein")  # nothing to write to
    return molen, kerk


def over(sender, bins, statuses: dict[str, str]) -> Campaign:
    """A campaign of both BINs that was stopped, its messages by SMS in these states, by the end of the name."""
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    texts = {
        "sms": {"nl": {"body": "Blijf binnen."}},
        "email": {"nl": {"subject": "Blijf", "body": "Binnen."}},
    }
    wording = {"name": "Gaslek", "kind": "warning", "channels": ["sms", "email"], "texts": texts}
    choice = {"bins": [bin.id for bin in bins]}
    ready = campaigns.write(draft, by=sender, now=NOON, version=1, audience=choice, **wording)
    made = campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)
    for message in made.messages.where(Message.channel == "sms"):
        put(message, statuses.get(message.names.strip(), "failed"))
    campaigns.stop(made, by=sender, now=NOON)
    return Campaign.get_by_id(made.id)


@pytest.mark.parametrize(
    ("digits", "prefix"),
    [("+324700", "+3247"), ("+329123", "+3291"), ("+336123", "+33"), ("+352621", "+352"), ("+121255", "+1"),
     ("erased:", ""), ("", ""), ("+", ""), ("+9990000", "")],
)  # fmt: skip
def test_a_number_begins_with_what_an_operator_was_given_or_with_its_country(digits, prefix):
    assert reach.prefix_of(digits) == prefix


@given(
    st.sampled_from(["sms", "voice", "email"]), st.fixed_dictionaries({s: st.integers(0, 99) for s in RANKS})
)
def test_what_became_of_messages_adds_up_to_all_of_them(channel, row):
    got, half, missed, rest = reach.parts(channel, row)
    assert got + half + missed + rest == sum(row.values())
    assert got == row["delivered"] and half == (0 if channel == "voice" else row["accepted"])
    assert rest >= row["queued"] + row["sending"] + row["unsure"]


def test_by_number_and_by_street_account_for_everybody_and_small_streets_are_told_together(sender, bins):
    campaign = over(sender, bins, {f"Molen{n}": "delivered" for n in range(9)})
    assert reach.count_missing(LATER) == 1
    told = reach.of(campaign)
    sms = tallies.counts(campaign)["sms"]
    assert sum(sum(row[1:]) for row in told.prefixes) == sum(sms.values()) == 15
    assert {row[0]: row[1] for row in told.prefixes} == {"+3247": 3, "+3248": 3, "+33": 3}
    assert told.streets == [["Kerkveld", "", 4, 0], ["Molenakker", "Molenweg", 12, 9]]
    assert sum(row[2] for row in told.streets) == report.people_meant(campaign)
    assert sum(row[3] for row in told.streets) == report.people_reached(campaign)


def test_who_lives_in_two_bins_counts_once(sender, bins):
    both = cast.member(bins[0], "Twee", mobile="+32470000999", street="Molenweg")
    from dispatch.people import members

    members.join(both, bins[1], by=sender, now=NOON)
    campaign = over(sender, bins, {"Twee": "accepted"})
    told = reach.count(campaign)
    assert sum(row[2] for row in told.streets) == report.people_meant(campaign) == 17
    assert sum(row[3] for row in told.streets) == 1


def test_it_is_counted_once_and_again_a_minute_after_something_moved(sender, bins):
    campaign = over(sender, bins, {"Molen0": "accepted"})
    assert [reach.count_missing(LATER) for _ in range(2)] == [1, 0]
    put(campaign.messages.where(Message.status == "accepted", Message.channel == "sms").get(), "delivered")
    moved = Campaign.get_by_id(campaign.id).moved_at
    assert reach.count_missing(moved + timedelta(seconds=30)) == 0
    assert reach.count_missing(moved + timedelta(minutes=2)) == 1
    assert sum(row[1] for row in reach.of(campaign).prefixes) == 1


def test_what_was_counted_stays_when_the_messages_are_forgotten(sender, bins):
    campaign = over(sender, bins, {"Molen0": "delivered"})
    before = reach.count(campaign)
    Campaign.update(forgotten_at=LATER, moved_at=LATER).where(Campaign.id == campaign.id).execute()
    assert reach.count_missing(LATER + timedelta(hours=1)) == 0
    assert reach.of(campaign).streets == before.streets


def test_while_it_runs_nothing_is_counted(sender, bins):
    launched(sender, bins[0])
    assert reach.count_missing(LATER) == 0 and not Reached.select().exists()


def test_the_pictures_say_the_sums_of_the_counters_in_the_language_of_the_reader(sender, bins):
    campaign = over(
        sender, bins, {f"Molen{n}": ("delivered", "accepted", "failed")[n % 3] for n in range(12)}
    )
    assert pictures.by_prefix(campaign, "nl") is None and pictures.by_street(campaign, "nl") is None
    reach.count_missing(LATER)
    together = estimate.together(tallies.counts(campaign))
    channel = pictures.by_channel(campaign, "nl")
    assert channel.rows[-1][-1] == str(sum(together.values())) and channel.rows[-1][1] == "4"
    assert [int(cell) for cell in channel.rows[-1][1:]] == [
        sum(column) for column in zip(*(map(int, row[1:]) for row in channel.rows[:-1]), strict=True)
    ]
    prefix = pictures.by_prefix(campaign, "nl")
    assert prefix.rows[0][0] == "047…" and "8 van 15" in prefix.desc
    street = pictures.by_street(campaign, "nl")
    assert [row[0] for row in street.rows] == [
        "kleinere straten samen, Kerkveld",
        "Molenweg, Molenakker",
        "Samen",
    ]
    assert street.rows[-1][1:] == ["16", "8", "8"]


def test_the_curve_of_a_running_campaign_goes_on_to_this_moment(sender, bins):
    campaign = launched(sender, bins[0])
    picture = pictures.delivery(campaign, "nl", NOON + timedelta(seconds=30), 60)
    assert [mark for mark in picture.marks if mark.attrs.get("class") == "now"]
    assert picture.rows[-1][0] == "12:00:30" and "0 van 24" in picture.desc


def statements_of(deed) -> list[str]:
    """What is asked of the database meanwhile."""
    asked, hooks = [], models.database.obj.query_hooks
    hooks.append(lambda event: asked.append(event.sql))
    deed()
    hooks.pop()
    return asked


def test_no_picture_of_a_page_looks_at_a_message(sender, bins):
    campaign = over(sender, bins, {"Molen0": "delivered"})
    reach.count(campaign)
    draws = (*report.REACHES, lambda one, lang: pictures.delivery(one, lang, LATER))
    asked = [line for draw in draws for line in statements_of(lambda draw=draw: draw(campaign, "nl"))]
    assert asked and not [line for line in asked if '"message"' in line or '"recipient"' in line]


def test_the_report_shows_how_far_it_reached_with_its_tables_and_says_so_while_it_is_counted(
    signed_in, sender, bins
):
    campaign = over(sender, bins, {"Molen0": "delivered"})
    page = signed_in(sender).get(f"/campaigns/{campaign.id}")
    assert len(page.select("#by-channel-table tbody tr")) == 3
    assert page.has("look again in a minute") or page.has("kijk over een minuut opnieuw")
    reach.count(campaign)
    page = signed_in(sender).get(f"/campaigns/{campaign.id}")
    assert len(page.select("section[aria-labelledby=reach-h] svg[role=img] title")) == 3
    assert page.select("#by-street-table tbody tr:last-child td")[0].get_text() == "16"
