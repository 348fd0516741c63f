from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from dispatch.people.audience import Audience, Mailing
from dispatch.sending.estimate import estimate, readers, readings, seconds_left, together
from models import RANKS, Campaign, Member

RATES = {"sms": 10.0, "email": 100.0}


def person(id: int, language: str = "nl") -> Member:
    return Member(id=id, last_name=f"Maes {id}", language=language)


def campaign(**values) -> Campaign:
    texts = {
        "sms": {"nl": {"body": "x" * 161}, "fr": {"body": "fenêtre"}},
        "email": {"nl": {"subject": "a", "body": "b"}},
    }
    return Campaign(**({"channels": ["sms", "email"], "texts": texts, "fallback_language": "nl"} | values))


def sms(*people: Member) -> Mailing:
    return Mailing("sms", f"+3247000000{people[0].id}", people[0].language, people)


def test_a_household_counts_as_its_people_and_as_one_message():
    els, jan, luc = person(1), person(2), person(3)
    whom = Audience([els, jan, luc], [sms(els, jan), sms(luc)])

    size = estimate(campaign(channels=["sms"]), whom, RATES)

    assert (size.people, size.messages, size.shared) == (3, 2, 1)
    assert size.legs[0].people == 3


def test_a_family_behind_one_number_is_counted_once_however_many_channels_ring_it():
    els, jan = person(1), person(2)
    spoken = Mailing("voice", sms(els).address, "nl", (els, jan))
    mail = Mailing("email", "huis@post.example", "nl", (els, jan))
    size = estimate(
        campaign(channels=["sms", "email"]), Audience([els, jan], [sms(els, jan), spoken, mail]), RATES
    )
    assert size.shared == 2  # the number, and the mailbox


def test_a_person_with_two_channels_is_one_person_and_two_messages():
    els = person(1)
    whom = Audience([els], [sms(els), Mailing("email", "els@post.example", "nl", (els,))])

    size = estimate(campaign(), whom, RATES)

    assert (size.people, size.messages) == (1, 2)


def test_parts_are_counted_in_the_language_that_each_reader_gets():
    whom = Audience([person(1), person(2, "fr"), person(3, "de")], [])
    whom.mailings = [sms(one) for one in whom.people]

    size = estimate(campaign(channels=["sms"]), whom, RATES)

    assert size.parts == 2 + 1 + 2  # German readers get the Dutch


def test_who_lacks_a_text_in_their_language_is_named_by_channel():
    luc = person(1, "fr")
    whom = Audience([luc], [sms(luc)])

    (reading,) = readings(campaign(), whom)

    assert (reading.own, reading.instead) == (("sms",), ("email",))
    assert reading.foreign == ("ê",)


def test_the_time_is_that_of_the_slowest_channel():
    people = [person(n) for n in range(25)]
    whom = Audience(people, [sms(one) for one in people])

    assert estimate(campaign(), whom, RATES).seconds == 3


def test_a_draft_without_any_text_has_a_size_too():
    els = person(1)

    size = estimate(campaign(texts={}), Audience([els], [sms(els)]), RATES)

    assert (size.people, size.parts) == (1, 0)


def test_readers_are_counted_whether_or_not_they_can_be_reached():
    whom = Audience([person(1, "fr"), person(2)], [], {"no_mobile": [person(1, "fr"), person(2)]})

    assert readers(whom) == {"fr": 1, "nl": 1}


@given(st.dictionaries(st.sampled_from(["sms", "email"]), st.integers(0, 5000), min_size=1))
def test_the_time_left_is_what_the_slowest_queue_needs(queued):
    table = {channel: dict.fromkeys(RANKS, 0) | {"queued": number} for channel, number in queued.items()}

    assert seconds_left(table, RATES) == max(
        ceil(number / RATES[channel]) for channel, number in queued.items()
    )
    assert together(table)["queued"] == sum(queued.values())
