"""The information sheet: published in one press, read by version, nothing edited silently."""

from datetime import timedelta

import pytest

from dispatch.centre import activation, drafts, lines, sheet
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from models import (
    Activation,
    Audit,
    Emergency,
    Entry,
    EntryDraft,
    EntryVersion,
    SheetReading,
    StandingQuestion,
)
from tests import truth
from tests.cast import NOON
from tests.town import FORM

FOUR = {
    "nl": "Waar kan ik heen?",
    "fr": "Où puis-je aller ?",
    "de": "Wohin kann ich?",
    "en": "Where can I go?",
}
LINDE = {"nl": "Naar De Linde.", "fr": "À De Linde.", "de": "Zu De Linde.", "en": "To De Linde."}


def later(minutes: float):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def place(app):
    return truth.place()


def said(pieces) -> str:
    return "".join({"same": "%s", "ins": "[+%s]", "del": "[-%s]"}[kind] % words for kind, words in pieces)


def shown(place, since=None, now=NOON, lang="nl", **kwargs):
    return lines.shown(place.fresh(), lang, since=since, now=now, **kwargs)


def texts(found) -> list[str]:
    return [said(line.answer) for line in found]


# ── Begun and published ─────────────────────────────────────────────────


def test_a_new_sheet_has_what_the_form_recommends_before_the_first_call(place):
    (line,) = shown(place, since=1)
    assert place.fresh().sheet_version == 1
    assert (said(line.question), said(line.answer)) == ("Wat moet ik doen?", "Blijf binnen.")


def test_a_new_request_takes_the_standing_answers_of_its_town_along(place):
    values = {"municipality": place.town, "topic": "opvang", "changed_at": NOON}
    StandingQuestion.create(question=FOUR, answer=LINDE, **values)
    StandingQuestion.create(question=FOUR, answer=LINDE, removed_at=NOON, **values)
    mayor = place.people["authorised_person"]
    asked = activation.begin(place.town, by=mayor, now=NOON)
    activation.write(asked, FORM, by=mayor, now=NOON)
    activation.submit(asked, by=mayor, now=NOON, password_confirmed=True)
    emergency = Activation.get_by_id(asked.id).emergency
    found = lines.shown(emergency, "fr", since=1, now=NOON)
    assert {said(line.answer) for line in found} == {"Blijf binnen.", "À De Linde."}
    assert emergency.sheet_version == 1


def test_standing_answers_fill_a_sheet_as_one_version_without_what_is_incomplete(place):
    standing = [
        truth.Standing(FOUR, LINDE, "opvang"),
        truth.Standing({"nl": "Zonder antwoord?"}, {}),
        truth.Standing({"nl": "Mag de hond mee?", "fr": "Le chien ?"}, {"nl": "Ja."}),
    ]
    assert sheet.begin(place.emergency, standing, by=place.liaison, now=NOON, municipality=place.town) == 2
    new = Entry.select().where(Entry.municipality == place.town)
    assert [entry.topic for entry in new] == ["opvang", ""]
    assert new[1].versions.get().question == {"nl": "Mag de hond mee?"}
    assert sheet.begin(place.emergency, [], by=place.liaison, now=NOON) == 0


def test_publishing_grows_the_sheet_retires_the_version_before_and_uses_the_draft_up(place):
    entry = place.publish("Tot wanneer?", "Tot 04.30 u.")
    version = place.change(entry, answer="Tot 09.00 u.", now=later(5))
    old = EntryVersion.get(EntryVersion.entry == entry, EntryVersion.sheet_version == 2)
    assert (version.sheet_version, place.fresh().sheet_version) == (3, 3)
    assert (old.retired_at, old.retired_by) == (later(5), place.liaison)
    assert not EntryDraft.select().exists()
    deeds = [row.deed for row in Audit.select().where(Audit.subject == f"entry:{entry.id}")]
    assert deeds == ["entry.published", "entry.published"]


def test_a_draft_keeps_every_letter_and_says_what_is_wrong_by_field(place):
    draft = drafts.open_new(place.emergency, by=place.liaison, now=NOON)
    typed = {"question": {"nl": "Waar?"}, "answer": {"fr": "À la place."}, "until": "negen uur"}
    draft = drafts.jot(draft, typed, by=place.liaison, now=NOON)
    with pytest.raises(Incomplete) as refusal:
        sheet.publish(draft, by=place.liaison, now=NOON)
    assert set(refusal.value.faults) == {"answer-nl", "question-fr", "until"}
    kept = EntryDraft.get_by_id(draft.id)
    assert kept.form["until"] == "negen uur" and kept.form["answer"] == {"fr": "À la place."}
    assert place.fresh().sheet_version == 1


def test_an_hour_that_passed_is_no_end(place):
    with pytest.raises(Incomplete) as refusal:
        place.publish("Tot wanneer?", "Nog even.", until="11:30")
    assert "until" in refusal.value.faults


def test_one_press_twice_publishes_once(place):
    draft = drafts.open_new(place.emergency, by=place.liaison, now=NOON)
    draft = drafts.jot(draft, {"question": {"nl": "A?"}, "answer": {"nl": "B."}}, by=place.liaison, now=NOON)
    sheet.publish(draft, by=place.liaison, now=NOON)
    with pytest.raises(WrongMoment):
        sheet.publish(draft, by=place.liaison, now=NOON)
    assert place.fresh().sheet_version == 2


def test_the_sheet_of_an_emergency_that_is_over_does_not_change(place):
    entry = place.publish("A?", "B.")
    Emergency.update(ended_at=later(1)).where(Emergency.id == place.emergency.id).execute()
    with pytest.raises(WrongMoment):
        place.change(entry, answer="C.", now=later(2))
    with pytest.raises(WrongMoment):
        sheet.withdraw(entry, why="Voorbij", seen=2, by=place.liaison, now=later(2))


def test_operators_and_another_town_do_not_publish(place):
    for who in (place.operators[0], place.people["organisation_admin"]):
        with pytest.raises(NotAllowed):
            place.publish("A?", "B.", by=who)
    _, stranger = truth.neighbour(place.emergency)
    place.publish("Voor ons?", "Ja.", by=stranger, municipality=stranger.organisation_id)
    with pytest.raises(NotAllowed):
        place.publish("Voor hen?", "Ja.", by=stranger, municipality=place.town.id)


def test_a_town_changes_no_answer_of_another_town(place):
    there, stranger = truth.neighbour(place.emergency)
    local = place.publish("Waar?", "Hier.", municipality=place.town.id)
    with pytest.raises(NotAllowed):
        place.change(local, answer="Daar.", by=stranger, now=later(1), municipality=None)
    with pytest.raises(NotAllowed):
        sheet.withdraw(local, why="Weg", seen=2, by=stranger, now=later(1))
    assert there.name in {town.name for town in drafts.towns(place.emergency.id)}


def test_a_save_that_comes_late_does_not_change_what_was_pressed(place):
    draft = drafts.open_new(place.emergency, by=place.liaison, now=NOON)
    pressed = {"question": {"nl": "Waar?"}, "answer": {"nl": "In de sporthal."}}
    drafts.jot(draft, {"answer": {"nl": "In de sp"}}, by=place.liaison, now=NOON)
    version = sheet.publish(draft, fields=pressed, by=place.liaison, now=NOON)
    assert version.answer == {"nl": "In de sporthal."}


# ── Two at once ─────────────────────────────────────────────────────────


def test_of_two_who_edit_the_second_sees_both_versions_and_nothing_is_lost(place):
    entry = place.publish("Tot wanneer?", "Tot 04.30 u.")
    version = sheet.current(entry.id)
    mine = drafts.open_for(entry, version, by=place.liaison, now=NOON)
    theirs = drafts.open_for(entry, version, by=place.deputy, now=NOON)
    assert [one.by for one in drafts.others(mine)] == [place.deputy]
    theirs = drafts.jot(theirs, {"answer": {"nl": "Tot 09.00 u."}}, by=place.deputy, now=NOON)
    mine = drafts.jot(mine, {"answer": {"nl": "Tot 10.00 u."}}, by=place.liaison, now=NOON)
    sheet.publish(theirs, by=place.deputy, now=later(1))
    with pytest.raises(sheet.Overtaken):
        sheet.publish(mine, by=place.liaison, now=later(2))
    assert sheet.current(entry.id).answer == {"nl": "Tot 09.00 u."} and place.fresh().sheet_version == 3
    kept = EntryDraft.get_by_id(mine.id)
    assert kept.form["answer"] == {"nl": "Tot 10.00 u."}
    again = drafts.rebase(kept, 3, by=place.liaison, now=later(3))
    sheet.publish(again, by=place.liaison, now=later(3))
    told = [version.answer["nl"] for version, _ in lines.history(entry)]
    assert told == ["Tot 10.00 u.", "Tot 09.00 u.", "Tot 04.30 u."]


def test_a_third_version_in_between_is_shown_again(place):
    entry = place.publish("A?", "een")
    mine = drafts.open_for(entry, sheet.current(entry.id), by=place.liaison, now=NOON)
    place.change(entry, answer="twee", by=place.deputy, now=later(1))
    mine = drafts.rebase(mine, 3, by=place.liaison, now=later(2))
    place.change(entry, answer="drie", by=place.deputy, now=later(3))
    with pytest.raises(sheet.Overtaken):
        sheet.publish(mine, by=place.liaison, now=later(4))


def test_nobody_publishes_or_changes_what_another_is_typing(place):
    draft = drafts.open_new(place.emergency, by=place.liaison, now=NOON)
    with pytest.raises(WrongMoment):
        drafts.jot(draft, {"answer": {"nl": "x"}}, by=place.deputy, now=NOON)
    filled = drafts.jot(draft, {"question": {"nl": "A"}, "answer": {"nl": "B"}}, by=place.liaison, now=NOON)
    with pytest.raises(WrongMoment):
        sheet.publish(filled, by=place.deputy, now=NOON)
    assert EntryDraft.get_by_id(draft.id)


# ── What is seen ────────────────────────────────────────────────────────


def test_what_changed_since_one_read_is_marked_word_by_word_and_what_did_not_is_not(place):
    place.publish("Ik ruik gas in huis", "Ga naar buiten, bel 112.")
    entry = place.publish(
        "Tot wanneer moet ik binnenblijven?", "Tot 04.30 u. U krijgt een sms als het voorbij is."
    )
    answer = "Tot naar schatting 09.00 u. U krijgt een sms als het voorbij is."
    place.change(entry, answer=answer, now=later(5))
    first, *others = shown(place, since=3, now=later(6))
    assert first.state == "changed"
    assert (
        said(first.answer) == "Tot [-04.30] [+naar schatting 09.00] u. U krijgt een sms als het voorbij is."
    )
    assert said(first.question) == "Tot wanneer moet ik binnenblijven?"
    assert {line.state for line in others} == {"same"}
    assert {line.state for line in shown(place, since=4, now=later(6))} == {"same"}


def test_two_changes_since_one_read_are_one_mark(place):
    entry = place.publish("A?", "een twee drie")
    place.change(entry, answer="een twee vier", now=later(1))
    place.change(entry, answer="een zes vier", now=later(2))
    assert texts(shown(place, since=2, now=later(3)))[0] == "een [-twee drie] [+zes vier]"


def test_who_read_nothing_yet_has_the_last_ten_minutes_marked(place):
    place.publish("Oud?", "Ja.", now=later(1))
    place.publish("Nieuw?", "Ja.", now=later(20))
    states = {said(line.question): line.state for line in shown(place, since=None, now=later(21))}
    assert states == {"Wat moet ik doen?": "same", "Oud?": "same", "[+Nieuw?]": "new"}


def test_what_is_withdrawn_stays_in_sight_struck_for_ten_minutes_and_in_the_history_for_ever(place):
    entry = place.publish("Is de sporthal open?", "Ja, er zijn nog plaatsen.")
    sheet.withdraw(entry, why="Volzet", seen=2, by=place.liaison, now=later(5))
    (gone,) = [line for line in shown(place, since=2, now=later(14)) if line.is_gone]
    assert said(gone.answer) == "[-Ja, er zijn nog plaatsen.]" and gone.gone_at == later(15)
    assert place.fresh().sheet_version == 3
    assert not [line for line in shown(place, since=2, now=later(15)) if line.is_gone]
    ((version, before),) = lines.history(entry)
    assert (version.retired_why, version.retired_by, before) == ("Volzet", place.liaison, None)


def test_a_replaced_answer_is_not_shown_as_withdrawn(place):
    entry = place.publish("A?", "een")
    place.change(entry, answer="twee", now=later(1))
    assert [line.state for line in shown(place, since=2, now=later(2))].count("gone") == 0


def test_withdrawing_asks_a_reason_and_the_version_that_one_saw(place):
    entry = place.publish("A?", "een")
    with pytest.raises(Incomplete):
        sheet.withdraw(entry, why="  ", seen=2, by=place.liaison, now=later(1))
    place.change(entry, answer="twee", now=later(1))
    with pytest.raises(sheet.Overtaken):
        sheet.withdraw(entry, why="Weg", seen=2, by=place.liaison, now=later(2))
    assert place.fresh().sheet_version == 3


def test_what_holds_from_later_on_waits_and_what_it_replaces_holds_until_then(place):
    entry = place.publish("Waar?", "In de sporthal.")
    place.change(entry, answer="In de school.", now=later(1), **{"from": "12:30"})
    at = {minute: texts(shown(place, since=3, now=later(minute)))[1] for minute in (2, 31)}
    assert at == {2: "In de sporthal.", 31: "In de school."}
    waiting = [line for line in shown(place, since=3, now=later(2), with_waiting=True) if line.is_waiting]
    assert texts(waiting) == ["In de school."]


def test_a_version_that_was_still_waiting_never_holds_once_another_replaced_it(place):
    entry = place.publish("Waar?", "een")
    place.change(entry, answer="twee", now=later(1), **{"from": "12:30"})
    place.change(entry, answer="drie", now=later(2), **{"from": ""})
    for minute in (3, 31):
        found = texts(shown(place, since=4, now=later(minute)))
        assert found.count("drie") == 1 and not {"een", "twee"} & set(found)


def test_an_answer_whose_end_passed_asks_to_be_checked(place):
    place.publish("Tot wanneer?", "Tot half een.", until="12:30")
    line = {minute: shown(place, since=2, now=later(minute))[-1] for minute in (29, 31)}
    assert (line[29].is_expired, line[31].is_expired) == (False, True)


# ── Languages ───────────────────────────────────────────────────────────


def test_languages_that_miss_are_named_and_another_one_is_shown_instead(place):
    place.publish(FOUR["nl"], LINDE["nl"])
    line = shown(place, since=9, lang="fr")[-1]
    assert (line.lang, line.is_translated, line.missing) == ("nl", False, ("fr", "de", "en"))


def test_translations_are_behind_once_another_language_changed_until_they_follow(place):
    entry = place.publish(FOUR, LINDE)
    assert sheet.current(entry.id).stale == []
    place.change(entry, answer=LINDE | {"nl": "Naar De Eik."}, now=later(1))
    assert sheet.current(entry.id).stale == ["de", "en", "fr"]
    place.change(entry, answer={"fr": "À De Eik."}, now=later(2))
    assert sheet.current(entry.id).stale == ["de", "en"], (
        "the French follows the Dutch, which is not behind it"
    )
    place.change(entry, answer={"de": "Zu De Eik.", "en": "To De Eik."}, now=later(3))
    assert sheet.current(entry.id).stale == []
    assert [line.is_stale for line in shown(place, since=9, lang="fr", now=later(4))] == [False, False]


def test_who_asks_for_a_language_that_is_behind_reads_first_what_holds_and_beside_it_the_older_words(place):
    entry = place.publish(FOUR, LINDE)
    place.change(entry, answer=LINDE | {"nl": "Naar De Eik."}, now=later(1))
    line = next(one for one in shown(place, since=9, lang="fr", now=later(2)) if one.entry == entry)
    assert (said(line.answer), line.lang, line.is_translated) == ("Naar De Eik.", "nl", False)
    assert (line.outdated.lang, line.outdated.answer) == ("fr", LINDE["fr"])
    place.change(entry, answer={"fr": "À De Eik."}, now=later(3))
    line = next(one for one in shown(place, since=9, lang="fr", now=later(4)) if one.entry == entry)
    assert (said(line.answer), line.lang, line.outdated) == ("À De Eik.", "fr", None)


def test_a_language_that_misses_is_told_in_one_that_holds(place):
    two = {lang: FOUR[lang] for lang in ("nl", "fr")}
    entry = place.publish(two, {"nl": "Naar De Linde.", "fr": "À De Linde."})
    place.change(entry, answer={"fr": "À De Eik."}, now=later(1))
    line = next(one for one in shown(place, since=9, lang="de", now=later(2)) if one.entry == entry)
    assert (line.lang, said(line.answer), line.outdated) == ("fr", "À De Eik.", None)


def test_a_slip_that_is_mended_leaves_no_translation_behind_when_the_author_says_so(place):
    entry = place.publish(FOUR, LINDE)
    place.change(entry, answer=LINDE | {"nl": "Naar De Lindeboom."}, holds=["fr", "de"], now=later(1))
    assert sheet.current(entry.id).stale == ["en"]


# ── Reading ─────────────────────────────────────────────────────────────


def test_it_is_counted_who_of_those_present_has_read_the_sheet_as_it_is(place):
    a, b, _c = place.operators
    place.publish("A?", "B.")
    sheet.mark_read(place.emergency, 2, by=a, now=NOON)
    sheet.mark_read(place.emergency, 2, by=a, now=NOON)
    sheet.mark_read(place.emergency, 1, by=b, now=NOON)
    assert lines.readers(place.fresh()) == (1, 3)
    place.publish("C?", "D.")
    assert lines.readers(place.fresh()) == (0, 3)
    assert lines.read_by(place.emergency, a) == 2 and SheetReading.select().count() == 2


def test_who_left_the_telephone_is_not_counted(place):
    a, b, _c = place.operators
    for one in (a, b):
        sheet.mark_read(place.emergency, 1, by=one, now=NOON)
    place.emergency.presences.model.update(until_at=NOON).where(
        place.emergency.presences.model.operator == b
    ).execute()
    assert lines.readers(place.fresh()) == (1, 2)


def test_nobody_reads_a_version_that_is_not_there_and_the_liaison_confirms_nothing(place):
    with pytest.raises(WrongMoment):
        sheet.mark_read(place.emergency, 5, by=place.operators[0], now=NOON)
    with pytest.raises(NotAllowed):
        sheet.mark_read(place.emergency, 1, by=place.liaison, now=NOON)


# ── What a screen holds ─────────────────────────────────────────────────


def test_a_screen_is_current_until_a_publication_or_the_clock_changes_the_sheet(place):
    entry = place.publish("A?", "B.", until="12:30")
    kept = lines.held(place.fresh(), NOON)
    assert lines.is_current(place.fresh(), kept, later(29))
    assert not lines.is_current(place.fresh(), kept, later(31)), "the end of an answer passed"
    sheet.withdraw(entry, why="Weg", seen=2, by=place.liaison, now=later(1))
    assert not lines.is_current(place.fresh(), kept, later(1))
    after = lines.held(place.fresh(), later(1))
    assert lines.is_current(place.fresh(), after, later(10)) and not lines.is_current(
        place.fresh(), after, later(12)
    )
    for nonsense in ("", "3", "3.x", "x.0", "3.-1", "3.²"):
        assert not lines.is_current(place.fresh(), nonsense, NOON)
