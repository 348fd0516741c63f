"""What was promised before anything happens: framework contract, agreements, annexes, notices, and what ends."""

import io
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from dispatch.centre import activation, agreements, annexes, calendar, notices, persons
from dispatch.centre.annexes import Person
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.onboarding import contracts, expiry
from models import Agreement, Annex, Audit, Contract, Document, Letter, Message, Notice, PersonsCheck, User
from tests import cast, promising, town
from tests.cast import NOON
from tests.promising import FACTS, MAYOR, TODAY

YEAR = timedelta(days=365)


@pytest.fixture
def parties(app):
    """A town and its centre with an agreement on a framework contract, and the people who look after it."""
    where, centre = cast.municipality_and_centre()
    return {
        "agreement": promising.under_contract(where, centre),
        "town": where,
        "centre": centre,
        "planner": town.user("authorised_person", where),
        "administrator": town.user("organisation_admin", where),
        "supervisor": town.user("centre_supervisor", centre),
        "operator": town.user("operator", centre),
        "platform": town.user("platform_admin", cast.organisation("Platform", "platform")),
    }


def fresh(row):
    return type(row).get_by_id(row.id)


def end(contract: Contract, day: date, by: User) -> None:
    contracts.end_contract(contract, day, "Ernstige problemen", by=by, now=NOON)


# ── Framework contract and agreement ────────────────────────────────────


def test_ending_the_framework_contract_ends_every_agreement_under_it_and_says_which(parties):
    agreement, last = parties["agreement"], date(2026, 12, 15)
    end(agreement.contract, last, parties["platform"])
    agreement = fresh(agreement)
    assert agreement.last_day == last and agreement.ends_on == date(2027, 12, 31)
    assert agreement.holds_on(last) and not agreement.holds_on(last + timedelta(days=1))
    row = Audit.get(Audit.deed == "contract.ended")
    assert row.facts == {"last_day": "2026-12-15", "agreements": [agreement.id]}


def test_after_the_end_of_the_framework_contract_nobody_activates_not_even_for_an_exercise(parties):
    end(parties["agreement"].contract, TODAY, parties["platform"])
    late = NOON + timedelta(days=1)
    for is_practice in (False, True):
        with pytest.raises(Refusal, match="no agreement"):
            activation.begin(parties["town"], by=parties["planner"], now=late, is_practice=is_practice)
    assert activation.begin(parties["town"], by=parties["planner"], now=NOON).is_draft


@pytest.mark.parametrize("by", ["supervisor", "platform"])
def test_the_centre_and_the_platform_write_an_agreement_down(parties, by):
    facts = {"by": parties[by], "now": NOON, **FACTS}
    made = agreements.write_down(parties["town"], parties["agreement"].contract, **facts)
    assert (made.centre, made.last_day) == (parties["centre"], FACTS["ends_on"])
    assert Audit.get(Audit.deed == "agreement.written").organisation_id == parties["town"].id


@pytest.mark.parametrize("by", ["planner", "administrator", "operator"])
def test_nobody_else_writes_one_down_or_ends_one(parties, by):
    with pytest.raises(NotAllowed):
        agreements.write_down(
            parties["town"], parties["agreement"].contract, by=parties[by], now=NOON, **FACTS
        )
    with pytest.raises(NotAllowed):
        agreements.end(parties["agreement"], date(2026, 12, 31), "Zo maar", by=parties[by], now=NOON)


def test_another_centre_touches_nothing(parties):
    stranger = town.user("centre_supervisor", cast.organisation("Ander centrum", "contact_centre"))
    with pytest.raises(NotAllowed):
        agreements.end(parties["agreement"], date(2026, 12, 31), "Zo maar", by=stranger, now=NOON)
    assert not agreements.seen_by(stranger).exists() and not agreements.contracts_seen_by(stranger).exists()


@pytest.mark.parametrize(
    "field, value",
    [
        ("signatory", "  "),
        ("centre_signatory", ""),
        ("signed_on", date(2026, 11, 24)),
        ("begins_on", date(2025, 12, 31)),
        ("ends_on", date(2026, 1, 4)),
        ("ends_on", date(2029, 1, 1)),
        ("promise_minutes", 0),
        ("operators", 401),
    ],
)
def test_a_wrong_fact_is_named_at_its_field_and_nothing_is_kept(parties, field, value):
    with pytest.raises(Incomplete) as refused:
        agreements.write_down(
            parties["town"],
            parties["agreement"].contract,
            by=parties["supervisor"],
            now=NOON,
            **FACTS | {field: value},
        )
    assert list(refused.value.faults) == [field] and Agreement.select().count() == 1


def test_what_is_written_down_can_be_mended_until_the_signed_paper_is_there(parties):
    who = {"by": parties["supervisor"], "now": NOON}
    made = agreements.write_down(parties["town"], parties["agreement"].contract, **who, **FACTS)
    assert agreements.mend(made, **who, **FACTS | {"operators": 6}).operators == 6
    assert Audit.get(Audit.deed == "agreement.mended").facts == {"fields": ["operators"]}
    agreements.attach(made, promising.PDF, "getekend.pdf", **who)
    with pytest.raises(WrongMoment):
        agreements.mend(made, **who, **FACTS | {"operators": 8})
    assert fresh(made).operators == 6


@pytest.mark.parametrize("content", [b"", b"<html>%%EOF", b"%PDF-1.7 cut off", b"PK\x03\x04%PDF-%%EOF"])
def test_a_signed_agreement_is_a_pdf_by_its_content(parties, content):
    with pytest.raises(Refusal) as refused:
        agreements.attach(parties["agreement"], content, "getekend.pdf", by=parties["supervisor"], now=NOON)
    assert refused.value.field == "file" and Document.select().count() == 1


def test_an_agreement_ends_early_once_and_not_in_the_past(parties):
    agreement, who = parties["agreement"], {"by": parties["supervisor"], "now": NOON}
    with pytest.raises(Refusal, match="past"):
        agreements.end(agreement, TODAY - timedelta(days=1), "Fusie", **who)
    agreements.end(agreement, date(2026, 12, 31), "Fusie", **who)
    assert fresh(agreement).last_day == date(2026, 12, 31)
    with pytest.raises(WrongMoment):
        agreements.end(fresh(agreement), date(2026, 12, 1), "Nog eens", **who)


def test_under_a_contract_of_a_contact_centre_nobody_joins_the_alerting(parties):
    zone = cast.zone()
    assert parties["agreement"].contract not in contracts.open_contracts(NOON)
    with pytest.raises(Incomplete) as refused:
        contracts.write_down(
            zone,
            contract=parties["agreement"].contract,
            type=2,
            signatory="a",
            provider_signatory="b",
            signed_on=TODAY,
            by=parties["platform"],
            now=NOON,
        )
    assert list(refused.value.faults) == ["contract"]


# ── What ends ───────────────────────────────────────────────────────────


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)


def test_the_parties_are_warned_by_the_day_on_which_the_framework_contract_really_ends(parties):
    end(parties["agreement"].contract, date(2027, 3, 1), parties["platform"])
    (mine,) = expiry.promises(parties["town"])
    assert (mine.kind, mine.last_day) == ("agreement", date(2027, 3, 1))
    assert [one.kind for one in expiry.promises(parties["centre"])] == ["contract"]
    assert expiry.warn(at(date(2027, 2, 10))) == 3  # the town, the centre and the platform
    told = {row.address for row in Message.select().where(Message.letter.is_null(False))}
    assert told == {parties[who].email for who in ("administrator", "planner", "supervisor", "platform")}


@pytest.mark.parametrize(
    "months, day", [(12, date(2026, 12, 31)), (6, date(2027, 6, 30)), (1, date(2027, 11, 30))]
)
def test_an_agreement_is_told_of_twelve_six_and_one_months_ahead(parties, months, day):
    before = at(day - timedelta(days=1))
    assert expiry.promises(parties["town"])[0].months_left(before.date()) != months
    assert expiry.promises(parties["town"])[0].months_left(day) == months


def test_the_calendar_has_each_partys_own_days_in_order(parties):
    agreement = parties["agreement"]
    promising.annex_1(agreement, parties["planner"])
    annexes.add(agreement, 6, {"text": "Nieuw"}, date(2027, 1, 1), by=parties["planner"], now=NOON)
    of_town = [(one.day, one.kind) for one in calendar.of(parties["planner"], NOON)]
    assert of_town[0] == (date(2027, 1, 1), "annex")
    assert (TODAY + YEAR, "persons") in of_town and (agreement.last_day, "agreement") in of_town
    assert of_town == sorted(of_town)
    assert {one.kind for one in calendar.of(parties["platform"], NOON)} >= {"contract", "agreement"}
    stranger = town.user("authorised_person", cast.organisation("Verderzavel", "municipality"))
    assert not [one for one in calendar.of(stranger, NOON) if one.municipality]


# ── Annexes ─────────────────────────────────────────────────────────────

LAST = 7
days = st.integers(0, LAST)
steps = st.lists(st.tuples(st.sampled_from("ca"), st.sampled_from([4, 5, 6]), days), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_a_new_version_changes_no_older_one_and_no_day_before_its_own(parties, written):
    """Against a model that keeps everything: the last written that has begun counts, the agreement's own first."""
    agreement = parties["agreement"]
    Annex.delete().execute()
    known: list[tuple] = []
    for side, number, ahead in written:
        before = {day: ids(agreement, day) for day in range(ahead)}
        rows = list(Annex.select().tuples())
        of = agreement if side == "a" else agreement.contract
        made = annexes.add(of, number, {"text": str(len(known))}, day_of(ahead), by=None, now=NOON)
        known.append((side, number, ahead, made.id))
        assert list(Annex.select().where(Annex.id != made.id).tuples()) == rows
        assert {day: ids(agreement, day) for day in range(ahead)} == before
    for day in range(LAST + 1):
        assert ids(agreement, day) == modelled(known, day)


def day_of(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def ids(agreement: Agreement, ahead: int) -> dict[int, int]:
    return {number: annex.id for number, annex in annexes.in_force(agreement, day_of(ahead)).items()}


def modelled(known: list[tuple], day: int) -> dict[int, int]:
    found = {}
    for wanted in "ca":
        found |= {number: id for side, number, ahead, id in known if side == wanted and ahead <= day}
    return found


def test_a_version_after_the_first_cannot_begin_on_a_day_that_is_over(parties):
    with pytest.raises(Refusal) as refused:
        annexes.add(
            parties["agreement"].contract,
            4,
            {},
            TODAY - timedelta(days=1),
            by=parties["supervisor"],
            now=NOON,
        )
    assert refused.value.field == "from_on"
    made = annexes.add(parties["agreement"].contract, 4, {}, TODAY, by=parties["supervisor"], now=NOON)
    assert made.version == 2


@pytest.mark.parametrize(
    "who, numbers",
    [
        ("supervisor", (2, 3, 4, 5, 6, 7)),
        ("platform", (2, 3, 4, 5, 6, 7)),
        ("planner", (3, 6)),
        ("administrator", (3, 6)),
        ("operator", ()),
    ],
)
def test_each_side_writes_its_own_annexes(parties, who, numbers):
    assert annexes.writable_by(parties[who], parties["agreement"]) == numbers
    for number in set(range(8)) - set(numbers):
        with pytest.raises(NotAllowed):
            annexes.write(parties["agreement"], number, "x", TODAY, by=parties[who], now=NOON)


def test_an_activation_keeps_the_versions_that_were_in_force_when_it_was_received(parties, signed_in):
    agreement, planner = parties["agreement"], parties["planner"]
    draft = activation.begin(parties["town"], by=planner, now=NOON)
    activation.write(draft, town.FORM, by=planner, now=NOON)
    activation.submit(draft, by=planner, now=NOON, password_confirmed=True)
    kept = [annex.id for annex in annexes.in_force(agreement, TODAY).values()]
    annexes.add(agreement.contract, 4, {"text": "duurder"}, TODAY, by=parties["supervisor"], now=NOON)
    assert fresh(draft).annexes == kept and len(kept) == 3
    page = signed_in(planner).get(f"/activations/{draft.id}")
    links = [row["href"] for row in page.select("#annexes a")]
    assert links == [f"/annexes/{id}" for id in kept]


# ── Annex 1 and its notice ──────────────────────────────────────────────


def test_every_change_of_annex_1_is_a_version_a_paper_a_mail_and_a_notice_that_waits(parties):
    agreement, planner = parties["agreement"], parties["planner"]
    notice = promising.annex_1(agreement, planner)
    annex = annexes.in_force(agreement, TODAY)[1]
    assert notice.subject == f"annex:{annex.id}" and notice.acknowledged_at is None
    assert notice.document.content.startswith(b"%PDF-") and notice.document_id == annex.document_id
    mail = Message.get(Message.letter == notice.letter_id)
    assert mail.address == parties["centre"].email
    assert notice.letter.document_id == notice.document_id and notice.letter.organisation == parties["town"]
    assert [one.id for one in notices.waiting(planner)] == [notice.id]
    assert [one.id for one in notices.waiting(parties["supervisor"])] == [notice.id]


def test_the_centre_acknowledges_once_and_the_municipality_cannot(parties):
    notice = promising.annex_1(parties["agreement"], parties["planner"])
    for who in ("planner", "operator", "platform"):
        with pytest.raises(NotAllowed):
            notices.acknowledge(notice, by=parties[who], now=NOON)
    notices.acknowledge(notice, by=parties["supervisor"], now=NOON)
    with pytest.raises(WrongMoment):
        notices.acknowledge(fresh(notice), by=parties["supervisor"], now=NOON)
    assert notices.waiting(parties["planner"]) == []
    assert Audit.select().where(Audit.deed == "notice.acknowledged").count() == 1


def test_of_two_who_change_annex_1_at_once_the_second_changes_nothing(parties):
    agreement, planner = parties["agreement"], parties["planner"]
    promising.annex_1(agreement, planner)
    with pytest.raises(WrongMoment, match="Somebody else"):
        persons.rewrite(agreement, [MAYOR], TODAY, version=0, by=planner, now=NOON)
    assert Annex.select().where(Annex.number == 1).count() == Notice.select().count() == 1


def test_the_same_list_again_tells_nobody(parties):
    promising.annex_1(parties["agreement"], parties["planner"], MAYOR)
    with pytest.raises(Refusal, match="Nothing changed"):
        promising.annex_1(parties["agreement"], parties["planner"], MAYOR)
    assert Letter.select().count() == 1


@pytest.mark.parametrize(
    "people, field",
    [
        ([], "name-0"),
        ([Person("", "Burgemeester", False, ("016 22 33 44",))], "name-0"),
        ([Person("An", "", False, ("016 22 33 44",))], "function-0"),
        ([Person("An", "Planner")], "ways-0"),
        ([MAYOR, Person("An", "Planner", False, ("12",))], "ways-1"),
        ([MAYOR, Person("An", "Planner", True, ("016 22 33 44",))], "mayor-1"),
        ([Person("An", "Planner", False, ("016 22 33 44",), 999)], "user-0"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_at_that_person(parties, people, field):
    with pytest.raises(Incomplete) as refused:
        persons.rewrite(parties["agreement"], people, TODAY, version=0, by=parties["planner"], now=NOON)
    assert field in refused.value.faults and not Notice.select().exists()


def test_only_the_municipality_changes_annex_1(parties):
    for who in ("supervisor", "platform", "operator"):
        with pytest.raises(NotAllowed):
            persons.rewrite(parties["agreement"], [MAYOR], TODAY, version=0, by=parties[who], now=NOON)


def test_the_paper_says_who_came_who_went_and_who_changed():
    before = [MAYOR, Person("An", "Planner", False, ("+321",)), Person("Bo", "Schepen", False, ("+322",))]
    after = [MAYOR, Person("An", "Adjunct", False, ("+321",)), Person("Cas", "Schepen", False, ("+323",))]
    found = [(what, person.name) for what, person in persons.changes(before, after)]
    assert found == [("changed", "An"), ("added", "Cas"), ("removed", "Bo")]


@pytest.mark.parametrize("lang", ["nl", "fr", "de", "en"])
def test_the_notice_is_a_tagged_paper_in_the_language_of_the_centre(parties, lang):
    type(parties["centre"]).update(language=lang).where(
        type(parties["centre"]).id == parties["centre"].id
    ).execute()
    odd = Person("Öztürk #[$x$] ﷽", "Schepen *vet*", False, ("+4930123456", "016 22 33 44"))
    notice = promising.annex_1(fresh(parties["agreement"]), parties["planner"], MAYOR, odd)
    paper = PdfReader(io.BytesIO(bytes(notice.document.content)))
    catalog = paper.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"].startswith(lang)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()
    said = "".join(page.extract_text() for page in paper.pages)
    assert "Greet Moons" in said and "Oosterzavel" in said and "#[$x$]" in said
    assert notice.letter.language == lang


# ── Who may activate ────────────────────────────────────────────────────


def test_without_an_annex_1_the_role_is_enough_and_with_one_only_who_it_names(parties):
    where, planner = parties["town"], parties["planner"]
    other = town.user("authorised_person", where, email="ander@oosterzavel.example")
    assert annexes.may_activate(planner, where, TODAY) and annexes.may_activate(other, where, TODAY)
    promising.annex_1(parties["agreement"], planner, from_on=day_of(2))
    assert annexes.may_activate(other, where, day_of(1)) and not annexes.has_persons(where, day_of(1))
    assert annexes.may_activate(planner, where, day_of(2))
    assert not annexes.may_activate(other, where, day_of(2))


def test_the_mayor_with_an_account_may_and_nobody_of_elsewhere(parties):
    where, planner = parties["town"], parties["planner"]
    mayor = town.user("authorised_person", where, email="burgemeester@oosterzavel.example")
    promising.annex_1(
        parties["agreement"], planner, Person("Greet", "Burgemeester", True, ("016 22 33 44",), mayor.id)
    )
    assert annexes.may_activate(mayor, where, TODAY) and not annexes.may_activate(planner, where, TODAY)
    elsewhere = cast.organisation("Verderzavel", "municipality")
    assert not annexes.may_activate(mayor, elsewhere, TODAY)
    assert not annexes.may_activate(parties["supervisor"], where, TODAY)


# ── Still right? ────────────────────────────────────────────────────────


def test_a_year_after_the_last_word_the_municipality_is_asked_once(parties):
    notice = promising.annex_1(parties["agreement"], parties["planner"])
    before = Letter.select().count()
    assert persons.ask(NOON + YEAR - timedelta(days=1)) == 0
    assert persons.ask(NOON + YEAR) == 1 and persons.ask(NOON + YEAR + timedelta(days=3)) == 0
    told = Message.select().where(Message.letter != notice.letter_id)
    assert {row.address for row in told} == {parties["planner"].email, parties["administrator"].email}
    assert Letter.select().count() == before + 1


def test_one_press_confirms_and_the_next_question_comes_a_year_later(parties):
    agreement = parties["agreement"]
    promising.annex_1(agreement, parties["planner"])
    persons.ask(NOON + YEAR)
    assert persons.is_due(agreement, (NOON + YEAR).date())
    persons.confirm(agreement, by=parties["administrator"], now=NOON + YEAR)
    assert PersonsCheck.get().confirmed_by == parties["administrator"]
    assert not persons.is_due(agreement, (NOON + YEAR).date())
    assert persons.ask(NOON + YEAR + timedelta(days=300)) == 0
    Agreement.update(ends_on=date(2030, 1, 1)).execute()
    Contract.update(ends_on=date(2030, 1, 1)).execute()
    assert persons.ask(NOON + YEAR + YEAR) == 1


def test_a_change_is_a_confirmation_too_and_who_has_no_annex_1_is_not_asked(parties):
    assert persons.ask(NOON + YEAR) == 0
    promising.annex_1(parties["agreement"], parties["planner"])
    later = NOON + timedelta(days=300)
    promising.annex_1(parties["agreement"], parties["planner"], MAYOR, from_on=later.date(), now=later)
    assert persons.ask(NOON + YEAR) == 0


def test_nobody_of_the_centre_confirms_for_the_municipality(parties):
    promising.annex_1(parties["agreement"], parties["planner"])
    with pytest.raises(NotAllowed):
        persons.confirm(parties["agreement"], by=parties["supervisor"], now=NOON)


# ── On the screen ───────────────────────────────────────────────────────


@pytest.fixture
def today(monkeypatch):
    """The pages ask the real clock: what they show is written down on its day."""
    from dispatch import clock

    return clock.local(clock.now()).date()


def test_the_supervisor_writes_an_agreement_down_and_adds_the_paper(signed_in, parties):
    browser = signed_in(parties["supervisor"])
    form = browser.get("/centre-agreements/new").form('form[action$="/new"]')
    days = {name: FACTS[name].isoformat() for name in ("signed_on", "begins_on", "ends_on")}
    names = {"signatory": "Greet Moons", "centre_signatory": "Wim Nys"}
    page = browser.post("/centre-agreements/new", form | days | names)
    made = Agreement.select().order_by(Agreement.id.desc()).get()
    assert page.path == f"/centre-agreements/{made.id}" and page.select("#signed .badge.unsure")
    page = browser.post(f"{page.path}/file", file=(io.BytesIO(promising.PDF), "getekend.pdf"))
    answer = browser.browser.get(f"/centre-agreements/{made.id}/file")
    assert answer.data == promising.PDF and "attachment" in answer.headers["Content-Disposition"]


def test_what_was_typed_stays_when_something_is_wrong(signed_in, parties):
    browser = signed_in(parties["supervisor"])
    form = browser.get("/centre-agreements/new").form('form[action$="/new"]')
    page = browser.post("/centre-agreements/new", form | {"signatory": "Greet Moons", "signed_on": "straks"})
    assert page.status == 422 and page.select('input[value="Greet Moons"]') and page.select("[data-errors]")
    assert Agreement.select().count() == 1


def test_the_page_says_that_the_framework_contract_ends_first(signed_in, parties):
    end(parties["agreement"].contract, date(2027, 3, 1), parties["platform"])
    for who in ("planner", "supervisor", "platform"):
        page = signed_in(parties[who]).get(f"/centre-agreements/{parties['agreement'].id}")
        assert page.status == 200 and page.has("1 maart 2027") and page.has("Ernstige problemen"), who


def test_the_platform_writes_a_framework_contract_of_the_centre_down_and_ends_it_in_words(signed_in, parties):
    browser = signed_in(parties["platform"])
    facts = {"name": "Raam 2", "provider": "Federaal", "begins_on": "2026-01-01", "ends_on": "2031-12-31"}
    browser.post("/contracts/new", facts | {"centre": parties["centre"].id})
    assert Contract.get(Contract.name == "Raam 2").centre == parties["centre"]
    page = browser.get(f"/contracts/{parties['agreement'].contract_id}/end")
    assert page.select(".verdict button.stop")
    page = browser.post(page.path, last_day="2027-03-01", why="Ernstige problemen")
    assert fresh(parties["agreement"]).last_day == date(2027, 3, 1)


def test_annex_1_is_changed_told_red_and_acknowledged_on_the_pages(signed_in, parties, today):
    mine, theirs = signed_in(parties["planner"]), signed_in(parties["supervisor"])
    form = mine.get("/preparation/persons").form('form[action="/preparation/persons"]')
    typed = {"name-0": "Greet Moons", "function-0": "Burgemeester", "ways-0": "016 22 33 44\n0470 00 30 12"}
    page = mine.post("/preparation/persons", form | typed | {"mayor-0": "1"})
    assert page.status == 200 and page.select(".note.late") and page.has("Greet Moons")
    (person,) = annexes.authorised_persons(parties["agreement"], today)
    assert person.ways == ("+3216223344", "+32470003012") and person.is_mayor
    notice = Notice.get()
    assert mine.browser.get(f"/notices/{notice.id}/file").data.startswith(b"%PDF-")
    assert theirs.get("/centre-agreements").select(".note.late") and theirs.get("/").select(".note.late")
    page = theirs.post(f"/notices/{notice.id}/acknowledge")
    assert page.status == 200 and not page.select(".note.late")
    assert not mine.get("/preparation/persons").select(".note.late")
    assert mine.post(f"/notices/{notice.id}/acknowledge").status == 403


def test_a_faulty_list_of_persons_loses_nothing(signed_in, parties):
    browser = signed_in(parties["planner"])
    form = browser.get("/preparation/persons").form('form[action="/preparation/persons"]')
    page = browser.post("/preparation/persons", form | {"name-1": "An Claes", "ways-1": "12"})
    assert page.status == 422 and page.select('input[value="An Claes"]') and page.has("12")
    assert not Annex.select().where(Annex.number == 1).exists()


def test_one_press_on_the_page_says_that_annex_1_is_still_right(signed_in, parties):
    promising.annex_1(parties["agreement"], parties["planner"])
    signed_in(parties["planner"]).post("/preparation/persons/confirm")
    assert PersonsCheck.get().confirmed_at is not None


@pytest.mark.parametrize("who", ["planner", "supervisor", "platform"])
def test_every_page_of_the_promises_opens_for_its_parties(signed_in, parties, who):
    promising.annex_1(parties["agreement"], parties["planner"])
    annexes.add(
        parties["agreement"],
        3,
        {"questions": [{"topic": "a", "question": {"nl": "?"}, "answer": {}}]},
        TODAY,
        by=None,
        now=NOON,
    )
    browser, id = signed_in(parties[who]), parties["agreement"].id
    pages = ["/promises", "/centre-agreements", "/centre-agreements/calendar", f"/centre-agreements/{id}"]
    pages += [f"/annexes/{annex.id}" for annex in Annex.select()] + [
        f"/centre-agreements/{id}/annex",
        "/readiness",
    ]
    for address in pages:
        assert browser.get(address).status == 200, address
    contract = browser.get(f"/centre-contracts/{parties['agreement'].contract_id}").status
    assert contract == (404 if who == "planner" else 200)


def test_a_version_of_an_annex_is_written_on_its_page_and_the_older_one_stays(signed_in, parties, today):
    browser, contract = signed_in(parties["supervisor"]), parties["agreement"].contract
    old = annexes.versions(contract).where(Annex.number == 5).get()
    facts = {"number": "5", "text": "Nieuwe centrale.", "from_on": today.isoformat()}
    paper = {"file": (io.BytesIO(promising.PDF), "bijlage.pdf")}
    browser.post(f"/centre-contracts/{contract.id}/annex", facts | paper)
    new = annexes.versions(contract).where(Annex.number == 5).first()
    assert (new.version, new.content) == (2, {"text": "Nieuwe centrale."}) and fresh(
        old
    ).content == old.content
    assert browser.browser.get(f"/annexes/{new.id}/file").data == promising.PDF
    wrong = browser.post(f"/centre-contracts/{contract.id}/annex", facts | {"text": ""})
    assert wrong.status == 422 and wrong.select("[data-errors]")
