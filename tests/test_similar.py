"""About the same message to about the same people: what counts as the same, and what does not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.sending import campaigns, follow_ups, similar
from models import Campaign, Message
from tests import cast
from tests.cast import NOON

GAS = "POLITIE: gaslek in de Stationsstraat. Hou ramen en deuren dicht en blijf binnen. Rook niet."
words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40)


@pytest.mark.parametrize(
    "other",
    [
        GAS,
        GAS.upper(),
        GAS.replace("Hou", "Hoü").replace("deuren", "déuren"),
        "  " + GAS.replace(" ", "  \n"),
        GAS.replace("Stationsstraat", "Stationstraat"),
        GAS.replace("Rook niet.", "Rook niet! Duurt tot 04.30 u."),
        GAS.replace("POLITIE:", "PZ Zavelstreek -"),
        GAS.replace(".", "").replace(",", ""),
    ],
)
def test_a_small_change_leaves_a_text_the_same(other):
    assert similar.are_alike(GAS, other)


@pytest.mark.parametrize(
    "other",
    [
        "POLITIE: verdacht voertuig gezien. Sluit uw deuren en bel 101 als u iets merkt.",
        "Het gaslek is gedicht. U mag uw woning weer verlaten. Bedankt voor uw geduld.",
        "Brandweer ter plaatse, Stationsstraat afgesloten tot nader order.",
        "POLICE: fuite de gaz. Fermez portes et volets et restez chez vous. Ne fumez pas.",
        "POLITIE",
        "",
        "...",
    ],
)
def test_another_message_is_another(other):
    assert not similar.are_alike(GAS, other)


@given(words, words)
def test_likeness_is_the_same_from_both_sides_and_a_text_is_wholly_like_itself(one, other):
    assert similar.likeness(one, other) == similar.likeness(other, one)
    assert 0 <= similar.likeness(one, other) <= 1
    assert similar.likeness(one, one) in (0, 1)  # 0: nothing of it is left without its accents


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_a_group_is_the_same_when_half_of_the_smaller_one_is_in_both(mine, theirs):
    both = len(mine & theirs)
    is_same = bool(mine and theirs) and both * 2 >= min(len(mine), len(theirs))
    assert similar.are_same_group(mine, theirs) == (both if is_same else 0)


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(4):
        cast.member(bin, f"Lid{number}", mobile=f"+3247000000{number}")
    return bin


def draft(sender, bin, text=GAS, **changes) -> Campaign:
    begun = campaigns.draft(
        sender.organisation, by=sender, now=NOON, is_practice=changes.pop("practice", False)
    )
    wording = {
        "name": "Gaslek",
        "kind": "warning",
        "channels": ["sms"],
        "texts": {"sms": {"nl": {"body": text}}},
        "audience": {"bins": [bin.id]},
    }
    return campaigns.write(begun, by=sender, now=NOON, version=1, **wording | changes)


def launched(sender, bin, **changes) -> Campaign:
    return campaigns.launch(draft(sender, bin, **changes), by=sender, now=NOON, terms_accepted=True)


def found(campaign: Campaign, minutes: int = 12):
    return similar.earlier(campaign, campaigns.audience_of(campaign), NOON + timedelta(minutes=minutes))


def test_the_same_message_to_the_same_people_is_found_with_its_age(sender, molenakker):
    first = launched(sender, molenakker)

    again = found(draft(sender, molenakker, GAS.upper()))

    assert (again.campaign, again.seconds, again.people) == (first, 720, 4)


def test_a_mail_of_what_was_an_sms_is_the_same_message(sender, molenakker):
    launched(sender, molenakker)
    mail = {"email": {"nl": {"subject": "Gaslek", "body": GAS}}}

    assert found(draft(sender, molenakker, texts=mail | {"sms": {"nl": {"body": "Zie uw mail."}}}))


def test_the_same_message_to_other_people_or_long_ago_is_none(sender, molenakker):
    elsewhere = cast.bin_named("Kerkdries")
    cast.member(elsewhere, "Ander", mobile="+32470000099")
    launched(sender, molenakker)

    assert not found(draft(sender, elsewhere))
    assert not found(draft(sender, molenakker), minutes=6 * 60)
    assert not found(draft(sender, molenakker, "Buurtfeest op zondag, iedereen welkom."))


def test_practice_and_what_is_real_are_kept_apart_and_so_is_what_was_never_sent(sender, molenakker):
    first = launched(sender, molenakker)

    assert not found(draft(sender, molenakker, practice=True))
    Message.update(status="withheld").where(Message.campaign == first).execute()
    assert not found(draft(sender, molenakker))


def test_what_a_correction_follows_is_no_surprise(sender, molenakker):
    first = launched(sender, molenakker)
    Campaign.update(status="done").where(Campaign.id == first.id).execute()
    update = follow_ups.draft(first, "update", by=sender, now=NOON, only_reached=False)

    same = campaigns.write(update, by=sender, now=NOON, version=1, texts=first.texts)

    assert not found(same)
