"""Scenarios: placeholders that are never sent open, what follows, versions, translations, and copies for others."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import demo_scenarios
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.sending import campaigns, follow_ups, lanes, naming, placeholders, scenarios
from dispatch.sending.text import measure
from models import Campaign, Message, Organisation, Template
from tests import town
from tests.cast import NOON

OPEN = [
    {"name": "place", "type": "text", "label": "Plaats"},
    {"name": "until", "type": "time", "label": "Tot"},
    {"name": "number", "type": "phone", "label": "Nummer"},
    {
        "name": "cause",
        "type": "choice",
        "label": "Oorzaak",
        "options": [{"nl": "brand", "fr": "incendie"}, {"nl": "gaslek", "fr": "fuite de gaz"}],
    },
]
TEXTS = {
    "sms": {
        "nl": {"body": "POLITIE: {{cause}} in {{place}} tot {{until}}. Info {{number}}"},
        "fr": {"body": "POLICE: {{cause}}, {{ place }}, jusque {{until}}. Info {{number}}"},
    },
    "email": {"nl": {"subject": "{{cause}} in {{place}}", "body": "Tot {{until}}."}},
}
FOLLOW_UPS = {
    "correction": {"sms": {"nl": {"body": "POLITIE: het was niet {{place}}."}, "fr": {"body": " "}}},
    "all_clear": {"sms": {"nl": {"body": "Voorbij in {{place}}."}, "fr": {"body": "Fini: {{cause}}."}}},
}
VALUES = {"place": "Molenweg", "until": "18u30", "number": "016 12 34 56", "cause": "gaslek"}


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def where(zavel):
    return Organisation.get_by_id(zavel.bins["A"].organisation_id)


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


def scenario(zavel, sender, **wording) -> Template:
    begun = scenarios.begin(sender.organisation, by=sender, now=NOON, name="Rook")
    wording = {
        "channels": ["sms", "email"],
        "texts": TEXTS,
        "placeholders": OPEN,
        "follow_ups": FOLLOW_UPS,
        "audience": {"bins": [zavel.bins["A"].id]},
    } | wording
    return scenarios.revise(begun, by=sender, now=NOON, version=1, **wording)


@pytest.fixture
def smoke(zavel, sender):
    return scenario(zavel, sender)


@pytest.fixture
def draft(smoke, where, sender):
    return campaigns.draft(where, by=sender, now=NOON, template=smoke)


def fill(draft, by, **values) -> Campaign:
    version = Campaign.get_by_id(draft.id).version
    return scenarios.fill_in(draft, values, by=by, now=NOON, version=version)


def launch(draft, by, **said) -> Campaign:
    tried = [VALUES["number"]]
    return campaigns.launch(draft, by=by, now=NOON, terms_accepted=True, vouched=tried, **said)


# ── Never sent open ─────────────────────────────────────────────────────


def test_what_is_open_is_said_one_by_one_and_nothing_is_sent(draft, sender):
    half = fill(draft, sender, place="Molenweg", until="18:30")
    with pytest.raises(Incomplete) as refusal:
        launch(half, sender)
    assert {field: str(fault) for field, fault in refusal.value.faults.items()} == {
        "filled-number": "Fill in: Nummer.",
        "filled-cause": "Fill in: Oorzaak.",
    }
    assert not Message.select().exists() and Campaign.get_by_id(draft.id).is_draft


def test_each_reader_gets_the_values_in_their_own_language(draft, sender):
    running = launch(fill(draft, sender, **VALUES), sender)
    said = {lang: lanes.content_of(running, "sms", lang).text for lang in ("nl", "fr")}
    assert said == {
        "nl": "POLITIE: gaslek in Molenweg tot 18:30. Info 016 12 34 56",
        "fr": "POLICE: fuite de gaz, Molenweg, jusque 18:30. Info 016 12 34 56",
    }
    assert lanes.content_of(running, "email", "nl").subject == "gaslek in Molenweg"


def test_what_was_launched_keeps_what_it_said_whatever_becomes_of_the_scenario(draft, smoke, sender):
    running = launch(fill(draft, sender, **VALUES), sender)
    scenarios.revise(smoke, by=sender, now=NOON, version=2, texts={}, placeholders=[])
    kept = Campaign.get_by_id(running.id)
    assert kept.texts["email"]["nl"] == {"subject": "gaslek in Molenweg", "body": "Tot 18:30."}
    assert kept.filled == VALUES | {"until": "18:30", "number": "+3216123456"}


@pytest.mark.parametrize(
    "text",
    [
        "{{plaats}} is dicht",
        "Tot {{Until}}",
        "Tot {{until",
        "Tot until}}",
        "{{place} of {place}}",
        "{{}}",
        "{{1}}",
    ],
)
def test_braces_that_name_nothing_never_leave(draft, sender, text):
    texts = {"sms": {"nl": {"body": text}}, "email": TEXTS["email"]}
    written = campaigns.write(draft, by=sender, now=NOON, version=1, texts=texts)
    filled = fill(written, sender, **VALUES)
    assert list(campaigns.faults(filled)) == ["sms-nl-body"]
    with pytest.raises(Incomplete):
        launch(filled, sender)


def test_braces_never_leave_without_a_scenario_either(zavel, sender):
    draft = town.campaign(sender, zavel.bins["A"], "draft")
    texts = {"sms": {"nl": {"body": "Kom niet naar {{place}}."}}}
    draft = campaigns.write(draft, by=sender, now=NOON, version=draft.version, texts=texts)
    with pytest.raises(Incomplete):
        launch(draft, sender)


def test_a_value_that_looks_like_a_placeholder_never_leaves(draft, sender):
    with pytest.raises(Incomplete) as refusal:
        fill(draft, sender, place="{{until}}")
    assert str(refusal.value.faults["filled-place"]) == "Plaats holds no braces."
    forced = campaigns.write(
        fill(draft, sender, **VALUES), by=sender, now=NOON, version=2, filled=VALUES | {"place": "{{until}}"}
    )
    with pytest.raises(Incomplete):
        launch(forced, sender)


ANY = st.text(alphabet="{}_placeuntil :08€ê\n", max_size=12)
VALUE = ANY | st.sampled_from(["", "{{place}}", "{", "}}", "18:00", "gaslek", "101", "€ ê"])
PIECE = st.sampled_from(
    ["{{place}}", "{{ until }}", "{{number}}", "{{cause}}", "{{", "}}", "{", "Kom ", "x{{nul}}"]
)


@given(
    pieces=st.lists(PIECE, min_size=1, max_size=6),
    values=st.dictionaries(st.sampled_from([one["name"] for one in OPEN] + ["nul"]), VALUE),
)
def test_whatever_is_filled_in_nothing_open_passes_and_the_length_is_that_of_what_is_read(pieces, values):
    body = "".join(pieces)
    campaign = Campaign(
        channels=["sms"], texts={"sms": {"nl": {"body": body}}}, placeholders=OPEN, filled=values
    )
    said = campaigns.text_for(campaign, "sms", "nl")["body"]
    if not placeholders.faults(campaign):
        assert "{{" not in said and "}}" not in said
    assert campaigns.parts_of(campaign, "sms", "nl") == measure(said).parts


@given(values=st.fixed_dictionaries({one["name"]: ANY for one in OPEN}))
def test_what_is_read_is_kept_in_a_form_that_can_be_read_again(values):
    for one in OPEN:
        try:
            kept = placeholders.read(one, values[one["name"]])
        except Refusal:
            continue
        assert placeholders.read(one, kept) == kept
        assert "{" not in placeholders.said(one, kept, "fr")


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("until", "18", "18:00"),
        ("until", "18 uur", "18:00"),
        ("until", "6.05", "06:05"),
        ("until", "18h30", "18:30"),
        ("number", "1771", "1771"),
        ("number", "0470 12 34 56", "+32470123456"),
        ("cause", "fuite de gaz", "gaslek"),
        ("place", "  Markt\n 1 ", "Markt 1"),
    ],
)
def test_a_value_is_read_as_people_write_it(name, typed, kept):
    assert placeholders.read(next(one for one in OPEN if one["name"] == name), typed) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [("until", "25:00"), ("until", "straks"), ("number", "12"), ("cause", "regen"), ("place", "x" * 101)],
)
def test_what_is_not_of_the_type_is_refused_with_a_sentence(draft, sender, name, typed):
    with pytest.raises(Incomplete) as refusal:
        fill(draft, sender, **{"place": "Markt", name: typed})
    assert list(refusal.value.faults) == [f"filled-{name}"]
    assert not Campaign.get_by_id(draft.id).filled


def test_a_number_plate_that_is_filled_in_is_seen_as_one_that_is_typed(draft, sender):
    filled = fill(draft, sender, **VALUES | {"place": "auto 1-ABC-123"})
    assert [one.said for one in naming.named_in(filled)] == ["1-ABC-123"]


# ── What follows, and until when ────────────────────────────────────────


def test_what_follows_has_the_same_values(draft, sender):
    running = launch(fill(draft, sender, **VALUES), sender)
    assert scenarios.follow_up_text(running, "correction") == {
        "sms": {"nl": {"body": "POLITIE: het was niet Molenweg."}}
    }
    assert scenarios.follow_up_text(running, "all_clear") == {
        "sms": {"nl": {"body": "Voorbij in Molenweg."}, "fr": {"body": "Fini: fuite de gaz."}}
    }
    assert scenarios.follow_up_text(running, "update") == {}


def test_what_follows_begins_as_the_scenario_has_it_and_else_as_usual(draft, sender):
    running = launch(fill(draft, sender, **VALUES), sender)
    begun = follow_ups.draft(running, "all_clear", by=sender, now=NOON)
    assert begun.texts["sms"]["nl"]["body"] == "Voorbij in Molenweg."
    assert begun.texts["email"]["nl"]["body"].startswith("Einde alarm")


def test_without_a_scenario_nothing_follows(zavel, sender):
    running = town.campaign(sender, zavel.bins["A"], "running")
    assert scenarios.follow_up_text(running, "all_clear") == {}


@pytest.mark.parametrize(
    ("said", "minutes"), [({}, 90), ({"useful_for": timedelta(hours=6)}, 360), ({"useful_for": None}, None)]
)
def test_it_is_of_use_as_long_as_the_scenario_says_unless_the_sender_says_otherwise(
    zavel, where, sender, said, minutes
):
    lasting = scenario(zavel, sender, useful_minutes=90)
    draft = campaigns.draft(where, by=sender, now=NOON, template=lasting)
    running = launch(fill(draft, sender, **VALUES), sender, **said)
    assert running.expires_at == (minutes and NOON + timedelta(minutes=minutes))


# ── Versions ────────────────────────────────────────────────────────────


def test_each_save_is_a_version_with_who_and_why(smoke, sender):
    scenarios.revise(smoke, by=sender, now=NOON, version=2, why="Korter", texts={"sms": TEXTS["sms"]})
    told = [(one.version, one.by.id, one.why) for one in scenarios.versions_of(smoke)]
    assert told == [(3, sender.id, "Korter"), (2, sender.id, ""), (1, sender.id, "")]


def test_what_is_saved_as_it_was_makes_no_version(smoke, sender):
    scenarios.revise(smoke, by=sender, now=NOON, version=2, texts=TEXTS)
    assert scenarios.versions_of(smoke).count() == 2


def test_a_version_is_taken_back_as_the_newest(smoke, sender):
    changed = scenarios.revise(smoke, by=sender, now=NOON, version=2, texts={}, placeholders=[])
    back = scenarios.take_back(changed, 2, by=sender, now=NOON, version=3, why="Toch niet")
    assert (back.texts, back.placeholders, back.version) == (TEXTS, OPEN, 4)


def test_of_two_hands_the_second_is_told(smoke, sender):
    scenarios.revise(smoke, by=sender, now=NOON, version=2, name="Rook en roet")
    with pytest.raises(WrongMoment):
        scenarios.revise(smoke, by=sender, now=NOON, version=2, name="Rook?")


@pytest.mark.parametrize(
    ("defined", "field"),
    [
        ({"name": "Plaats!", "type": "text", "label": "Plaats"}, "placeholder-0-name"),
        ({"name": "place", "type": "text", "label": " "}, "placeholder-0-label"),
        ({"name": "place", "type": "choice", "label": "Plaats", "options": []}, "placeholder-0-options"),
    ],
)
def test_a_placeholder_that_is_none_is_not_saved(smoke, sender, defined, field):
    with pytest.raises(Incomplete) as refusal:
        scenarios.revise(smoke, by=sender, now=NOON, version=2, placeholders=[defined])
    assert list(refusal.value.faults) == [field]


def test_a_coordinator_writes_no_scenario_of_a_kind_that_they_may_not_send(zavel, smoke):
    with pytest.raises(NotAllowed):
        scenarios.revise(
            smoke, by=zavel.people["coordinator A"], now=NOON, version=2, kind="warning", texts={}
        )


# ── Languages ───────────────────────────────────────────────────────────


def test_a_language_without_a_text_on_some_channel_is_told(smoke):
    assert scenarios.untranslated(smoke) == [("", "email", "fr"), ("correction", "sms", "fr")]


def test_a_translation_is_stale_until_it_is_touched_after_the_fallback(smoke, sender):
    assert scenarios.stale(smoke) == []
    later, nl, fr = NOON + timedelta(hours=1), {"body": "Ramen dicht."}, TEXTS["sms"]["fr"]
    changed = scenarios.revise(smoke, by=sender, now=later, version=2, texts={"sms": {"nl": nl, "fr": fr}})
    assert scenarios.stale(changed) == [("", "sms", "fr")]
    touched = {"sms": {"nl": nl, "fr": {"body": "Fenêtres fermées."}}}
    mended = scenarios.revise(changed, by=sender, now=later + timedelta(minutes=1), version=3, texts=touched)
    assert scenarios.stale(mended) == []


# ── Shared ──────────────────────────────────────────────────────────────


def test_a_copy_says_where_it_came_from_and_brings_no_audience(smoke, where, sender):
    heuvel = Organisation.get_by_id(town.zone("Heuvel", 2).bins["A"].organisation_id)
    assert list(scenarios.receivers(where)) == [heuvel]
    copy = scenarios.share(smoke, heuvel, by=sender, now=NOON)
    assert (copy.organisation, copy.came_from, copy.audience) == (heuvel, where, {})
    assert (copy.texts, copy.placeholders, copy.follow_ups) == (TEXTS, OPEN, FOLLOW_UPS)
    assert smoke not in scenarios.templates_of(heuvel) and copy in scenarios.templates_of(heuvel)


# ── The demonstration ───────────────────────────────────────────────────


def test_the_demonstrations_scenarios_are_whole_in_two_languages_and_short_when_filled_in():
    for ready in demo_scenarios.SCENARIOS:
        values = {"place": "Stationsstraat", "until": "18:30", "number": "+3216000000", "cause": "een brand"}
        for channel in ready["texts"]:
            texts = [ready["texts"]] + list(ready["follow_ups"].values())
            for said in [one.get(channel, {"nl": "", "fr": ""}) for one in texts]:
                assert set(said) == {"nl", "fr"}
                for lang, words in said.items():
                    filled = placeholders.fill(words, ready["placeholders"], values, lang)
                    assert "{{" not in filled
                    assert channel != "sms" or (
                        measure(filled).encoding == "GSM-7" and measure(filled).parts < 2
                    ), filled
