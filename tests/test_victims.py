"""D2: what relatives say is for who may hear it, each look is written down, and after a time it is gone."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch import deeds, retention, tokens
from dispatch.centre import presence, statistics, victims
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from models import Audit, Call, Emergency, VictimNote
from tests import cast, town, truth
from tests.cast import NOON

SAID = {
    "caller": "Wilhelmina Geheim",
    "phone": "0470 99 88 77",
    "sought": "Zoekgeraakt Bo",
    "words": "Laatst bij de fontein",
}
SECRETS = ("wilhelmina", "geheim", "zoekgeraakt", "fontein", "47099", "0470 99", "0470\xa099")


@pytest.fixture
def place(app):
    """An open emergency of which a second line takes the relatives too."""
    made = truth.place()
    return replace(made, emergency=with_line(made.emergency, "+3216007788"))


def with_line(emergency, number: str) -> Emergency:
    Emergency.update(second_line=number).where(Emergency.id == emergency.id).execute()
    return Emergency.get_by_id(emergency.id)


def hand_over(place, to="d2_desk", **facts):
    return victims.hand_over(
        place.emergency, SAID, to=to, language="nl", by=place.operators[0], now=NOON, **facts
    )


def test_only_who_has_the_right_opens_a_note_and_each_look_is_written_down(place):
    note, keeper = hand_over(place), truth.may_see_victims(place.operators[1])
    for who in (*place.operators[::2], place.liaison, place.people["centre_supervisor"]):
        with pytest.raises(NotAllowed):
            victims.open_note(note, by=who, now=NOON)
    for _ in range(2):
        assert victims.open_note(note, by=keeper, now=NOON).caller == "Wilhelmina Geheim"
    looks = Audit.select().where(Audit.deed == "victim.opened", Audit.by == keeper)
    assert looks.count() == 2


def test_whoever_sits_at_the_d2_desk_reads_its_notes_while_they_sit_there(place, signed_in):
    note, line = hand_over(place), hand_over(place, to="second_line")
    (seated, elsewhere), here = place.operators[1:3], f"/victim-notes/{note.id}"
    presence.enter(place.emergency, seated, desk="d2", languages=["nl"], by=seated, now=NOON)
    assert signed_in(seated).get(here).has("Wilhelmina Geheim")
    assert Audit.select().where(Audit.deed == "victim.opened", Audit.by == seated).count() == 1
    assert [one.id for one in victims.seen_by(seated, place.emergency)] == [note.id]
    assert signed_in(seated).get(f"/victim-notes/{line.id}").status == 404
    assert signed_in(elsewhere).get(here).status == 404
    signed_in(seated).post(f"{here}/take")
    presence.leave(place.emergency, seated, by=seated, now=NOON + timedelta(hours=1))
    assert signed_in(seated).get(here).status == 404


def test_a_town_opens_only_what_was_passed_to_its_own_second_line(place):
    there, stranger = truth.neighbour(place.emergency)
    ours, theirs = truth.may_see_victims(place.liaison), truth.may_see_victims(stranger)
    desk = hand_over(place)
    line = hand_over(place, to="second_line", municipality=place.town)
    anybody = hand_over(place, to="second_line")
    assert [note.id for note in victims.seen_by(ours, place.emergency)] == [line.id, anybody.id]
    assert [note.id for note in victims.seen_by(theirs, place.emergency)] == [anybody.id]
    assert desk.id and there.id


def test_what_is_needed_to_call_back_is_asked_by_field(place):
    with pytest.raises(Incomplete) as refusal:
        victims.hand_over(
            place.emergency,
            {"phone": "0470", "words": "x" * 2000},
            to="elders",
            language="nl",
            by=place.operators[0],
            now=NOON,
        )
    assert set(refusal.value.faults) == {"to", "caller", "phone", "words"}
    assert not VictimNote.select().exists()


def test_the_key_and_the_form_count_one_call_together(place, signed_in):
    operator, here = signed_in(place.operators[0]), f"/emergencies/{place.emergency.id}"
    page = operator.post(f"{here}/calls", pressed="r", language="fr")
    form = page.form("#handing form")
    assert form["call"] == str(Call.get().id) and (form["to"], form["lang"]) == ("d2_desk", "fr")
    assert page.has("Niemand zit nu aan de D2-post")
    operator.post(f"{here}/victims", form | SAID)
    assert Call.select().count() == VictimNote.select().count() == 1


def test_a_form_without_the_key_counts_as_a_call(place, signed_in):
    here = f"/emergencies/{place.emergency.id}/victims"
    operator = signed_in(place.operators[0])
    operator.post(here, SAID | {"to": "second_line", "lang": "de", "call": "999"})
    call = Call.get()
    assert (call.kind, call.handed_to, call.language, call.place) == ("d2", "second_line", "de", "")


def test_where_no_second_line_was_given_nobody_is_passed_on_to_it(place, signed_in):
    without, here = with_line(place.emergency, ""), f"/emergencies/{place.emergency.id}"
    operator = signed_in(place.operators[0])
    page = operator.get(f"{here}/calls")
    assert page.select("[name=pressed][value=r]") and not page.select("[name=pressed][value=l]")
    assert operator.post(f"{here}/calls", code="l").status == 422 and not Call.select().exists()
    page = operator.get(f"{here}/victims")
    assert [(one["value"], one.has_attr("checked")) for one in page.select("[name=to]")] == [
        ("d2_desk", True)
    ]
    assert page.has("Niemand zit nu aan de D2-post")
    assert operator.post(f"{here}/victims", SAID | {"to": "second_line"}).status == 422
    with pytest.raises(Incomplete) as refusal:
        hand_over(replace(place, emergency=without), to="second_line")
    assert set(refusal.value.faults) == {"to"} and not VictimNote.select().exists()


def test_a_note_for_a_second_line_that_does_not_exist_is_read_at_the_d2_desk(place):
    note, seated = hand_over(place, to="second_line"), place.operators[1]
    presence.enter(place.emergency, seated, desk="d2", languages=["nl"], by=seated, now=NOON)
    without = with_line(place.emergency, "")
    assert list(victims.seen_by(seated, without)) == [note]
    assert victims.take(note, by=seated, now=NOON).taken_by == seated


def test_a_call_counts_for_whoever_takes_it_over_in_the_end(place, signed_in):
    operator, here = signed_in(place.operators[0]), f"/emergencies/{place.emergency.id}"
    page = operator.post(f"{here}/calls", pressed="l")
    form = page.form("#handing form")
    assert form["to"] == "second_line"
    operator.post(f"{here}/victims", form | SAID | {"to": "d2_desk"})
    operator.post(f"{here}/calls", pressed="l")  # this one was put through: nothing had to be written
    counted = victims.counts(place.emergency)
    assert statistics.handed(place.emergency) == {"d2_desk": 1, "second_line": 1}
    assert (counted["d2_desk"], counted["second_line"], counted["waiting"]) == (1, 1, 1)


def test_what_is_handed_over_by_two_presses_is_one_call_and_one_note(place):
    before = Call.select().count()
    assert hand_over(place) == hand_over(place)
    assert (VictimNote.select().count(), Call.select().count() - before) == (1, 1)


def test_what_was_taken_or_closed_by_mistake_waits_again(place):
    note, keeper = hand_over(place), truth.may_see_victims(place.operators[1])
    with pytest.raises(WrongMoment):
        victims.give_back(note, by=keeper, now=NOON)
    for deed in (victims.take, victims.close):
        deed(note, by=keeper, now=NOON)
        with pytest.raises(NotAllowed):
            victims.give_back(note, by=place.liaison, now=NOON)
        again = victims.give_back(note, by=keeper, now=NOON)
        assert (again.taken_by_id, again.taken_at, again.closed_at) == (None, None, None)
    assert victims.counts(place.emergency)["waiting"] == 1
    VictimNote.update(closed_at=NOON, purged_at=NOON).execute()
    with pytest.raises(WrongMoment):
        victims.give_back(note, by=keeper, now=NOON)


def test_one_calls_back_and_it_is_closed_once(place):
    note, keeper = hand_over(place), truth.may_see_victims(place.operators[1])
    assert victims.take(note, by=keeper, now=NOON).taken_by == keeper
    with pytest.raises(WrongMoment):
        victims.take(note, by=keeper, now=NOON)
    victims.close(note, by=keeper, now=NOON)
    with pytest.raises(WrongMoment):
        victims.close(note, by=keeper, now=NOON)
    hand_over(place, to="second_line")
    assert victims.counts(place.emergency) == {
        "d2_desk": 1,
        "second_line": 1,
        "waiting": 1,
        "taken": 0,
        "closed": 1,
    }


def test_after_its_days_a_note_is_empty_and_still_counted_and_never_while_the_emergency_lasts(place):
    note = hand_over(place)
    keeping = retention.Keeping(victim_days=30)
    long_after = NOON + timedelta(days=400)
    assert retention.due(long_after, keeping)["victims"] == 0
    Emergency.update(ended_at=NOON).where(Emergency.id == place.emergency.id).execute()
    assert retention.due(NOON + timedelta(days=30), keeping)["victims"] == 0
    retention.go_round(NOON + timedelta(days=31), keeping)
    empty = VictimNote.get_by_id(note.id)
    assert (empty.caller, empty.phone, empty.sought, empty.words) == ("", "", "", "") and empty.purged_at
    assert victims.counts(place.emergency)["d2_desk"] == 1
    (row,) = Audit.select().where(Audit.deed == "retention.applied", Audit.facts["victim_notes"] == 1)
    assert row.organisation == place.centre


def test_the_days_are_a_setting(settings):
    import app as belfort

    assert belfort.read_settings(settings | {"BELFORT_VICTIM_DAYS": "7"})["BELFORT_VICTIM_DAYS"] == 7


# ── Nowhere else ────────────────────────────────────────────────────────


def told(data: bytes) -> str:
    """What a response says, a spreadsheet unpacked."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            data = b"\n".join(parts.read(name) for name in parts.namelist())
    return data.decode(errors="replace").casefold()


def leaks(data: bytes) -> list[str]:
    return [word for word in SECRETS if word in told(data)]


def addresses(app, emergency, activation, note):
    ids = {"emergencies": emergency.id, "activations": activation.id, "victim-notes": note.id}
    for rule in app.url_map.iter_rules():
        first = rule.rule.split("/")[1]
        if "GET" in rule.methods and rule.endpoint != "static" and ("<" not in rule.rule or first in ids):
            address = rule.rule.replace("<int:id>", str(ids.get(first, 0)))
            yield re.sub(r"<any\((\w+).*?\):\w+>", r"\1", address)


def test_no_word_of_a_relative_stands_in_any_page_list_or_export_of_who_may_not_see_it(app, signed_in, place):
    note = hand_over(place)
    keeper = truth.may_see_victims(place.operators[1])
    victims.open_note(note, by=keeper, now=NOON)
    activation = place.emergency.activations.get()
    asked = 0
    for who in (*place.people.values(), place.deputy):
        browser = signed_in(who)
        for address in addresses(app, place.emergency, activation, note):
            answer = browser.browser.get(address)
            asked += answer.status_code == 200
            assert leaks(answer.data) == [], (who.role, address)
    assert asked > 60
    seen = signed_in(keeper)
    assert leaks(seen.browser.get(f"/victim-notes/{note.id}").data), (
        "who may see it, sees it: the words are there"
    )
    for path in ("sheet", "victims", "sheet/lines"):
        assert leaks(seen.browser.get(f"/emergencies/{place.emergency.id}/{path}").data) == [], path
    rows = " ".join(f"{row.deed} {row.facts} {row.subject}" for row in Audit.select())
    assert leaks(rows.encode()) == []


def test_no_word_of_a_relative_leaves_with_the_audit(place):
    hand_over(place)
    admin = place.people["organisation_admin"]
    for kind in ("csv", "xlsx"):
        assert leaks(deeds.export(deeds.Question(), kind, "nl", by=admin, now=NOON)) == []


def test_no_word_of_a_relative_is_told_to_programs(app, place):
    hand_over(place)
    zone = town.zone("Zavel", 1)
    _, secret = town.token(zone)
    browser = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and "GET" in rule.methods and "<" not in rule.rule:
            answer = browser.get(rule.rule, headers={"Authorization": f"Bearer {secret}"})
            assert leaks(answer.data) == [], rule.rule
    assert not [scope for scope in tokens.SCOPES if scope.startswith("victim")]


def test_the_pages_hand_over_show_counts_to_all_and_the_words_to_few(place, signed_in):
    here = f"/emergencies/{place.emergency.id}/victims"
    operator = signed_in(place.operators[0])
    refused = operator.post(here, {"caller": "Wilhelmina Geheim", "phone": "12", "to": "d2_desk"})
    assert refused.status == 422 and "Wilhelmina Geheim" in str(refused.form("#handing form"))
    page = operator.post(here, refused.form("#handing form") | SAID)
    note = VictimNote.get()
    assert page.status == 200 and not page.select("a[href^='/victim-notes']")
    assert operator.get(f"/victim-notes/{note.id}").status == 404
    assert "Wie mag lezen wat er gezegd is" in str(page.soup)
    keeper = signed_in(truth.may_see_victims(place.operators[1]))
    assert keeper.get(here).link(f"{note.id}") == f"/victim-notes/{note.id}"
    keeper.post(f"/victim-notes/{note.id}/take")
    keeper.post(f"/victim-notes/{note.id}/take")
    keeper.post(f"/victim-notes/{note.id}/close")
    assert VictimNote.get_by_id(note.id).closed_at
    assert cast.NOON
