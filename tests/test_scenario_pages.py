"""A scenario on the pages: filled in, looked at, launched in three presses; and how long that took."""

import pytest

from dispatch import clock, papers
from dispatch.sending import campaigns, contacts, report, scenarios
from models import Campaign, Message, Template
from tests import joining, town
from tests.cast import NOON
from tests.test_api import given
from tests.test_approval import approve, rule, submit
from tests.test_scenarios import VALUES, scenario

FIELDS = {f"filled-{name}": typed for name, typed in VALUES.items()}


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


@pytest.fixture
def smoke(zavel, sender):
    return scenario(zavel, sender, useful_minutes=90)


@pytest.fixture
def lien(signed_in, sender):
    return signed_in(sender)


def begun(browser, smoke):
    """The page on which it is filled in: the first press."""
    return browser.post(f"/templates/{smoke.id}/use")


def filled(browser, page, **fields):
    form = page.form('form[action$="/fill"]')
    return browser.post(page.select('form[action$="/fill"]')[0]["action"], form | FIELDS | fields)


def test_a_scenario_is_launched_in_three_presses(lien, smoke):
    page = begun(lien, smoke)
    kinds = {control["name"]: control.get("type", control.name) for control in page.select("[name^=filled-]")}
    assert kinds == {
        "filled-place": "text",
        "filled-until": "time",
        "filled-number": "tel",
        "filled-cause": "select",
    }
    look = filled(lien, page)
    assert look.has("POLITIE: gaslek in Molenweg tot 18:30. Info 016 12 34 56")
    chosen = look.form("#launch")
    assert chosen["useful_hours"] == "prepared"
    lien.post(look.select("#launch")[0]["action"], chosen | {"terms": "1", "vouched": "+3216123456"})
    running = Campaign.get()
    assert running.is_running and (running.expires_at - running.launched_at).seconds == 90 * 60


def test_each_open_one_is_said_and_leads_to_its_field(lien, smoke):
    page = filled(lien, begun(lien, smoke), **{"filled-place": "", "filled-cause": ""})
    assert [line.get_text() for line in page.select("[data-errors] li")] == [
        "Plaats: Nog niet ingevuld.",
        "Oorzaak: Nog niet ingevuld.",
    ]
    assert page.form('form[action$="/fill"]')["filled-until"] == "18:30"
    look = lien.get(f"/campaigns/{Campaign.get().id}/review")
    assert look.select('a[href$="/fill?check=1#filled-place"]') and not look.select("#launch")


def test_what_cannot_be_read_stays_in_its_field(lien, smoke):
    form = begun(lien, smoke).form('form[action$="/fill"]') | FIELDS | {"filled-number": "12"}
    page = lien.post(f"/campaigns/{Campaign.get().id}/fill", form)
    assert page.status == 422
    assert page.form('form[action$="/fill"]')["filled-number"] == "12"
    assert page.select("#filled-number-error") and not Campaign.get().filled


def test_what_is_typed_is_read_measured_and_priced_as_one_types(lien, smoke):
    begun(lien, smoke)
    draft = Campaign.get()
    some = {"filled-place": "Molenweg", "filled-number": "12", "filled-until": "18:30"}
    says = lien.htmx(f"/campaigns/{draft.id}/fill/says", some, method="post")
    assert says.select("#says") and says.has("in Molenweg tot 18:30. Info [") and says.has("1 deel")
    assert says.has("Er staat nog iets open")
    joining.tariff()
    long = lien.htmx(f"/campaigns/{draft.id}/fill/says", FIELDS | {"filled-place": "ê" * 40}, method="post")
    assert long.has("2 delen") and long.has("€ 0,11") and not long.has("nog iets open")
    assert not Campaign.get().filled and Campaign.get().version == draft.version, "nothing of it is kept"


def test_what_is_read_in_practice_has_its_mark_and_costs_nothing(lien, smoke):
    lien.post("/practice")
    begun(lien, smoke)
    says = lien.htmx(f"/campaigns/{Campaign.get().id}/fill/says", FIELDS, method="post")
    assert says.has("[OEFENING]") and says.has("Oefenen kost niets.")


def test_without_script_a_button_shows_what_it_says_by_now(lien, smoke):
    form = begun(lien, smoke).form('form[action$="/fill"]') | {"filled-place": "Molenweg", "go": "look"}
    page = lien.post(f"/campaigns/{Campaign.get().id}/fill", form)
    assert page.path.endswith("/fill") and page.has("in Molenweg tot [") and not page.select("[data-errors]")


def test_whoever_goes_to_the_text_keeps_what_was_filled_in(lien, smoke):
    form = begun(lien, smoke).form('form[action$="/fill"]') | FIELDS | {"go": "text"}
    page = lien.post(f"/campaigns/{Campaign.get().id}/fill", form)
    assert page.path.endswith("/text")
    assert Campaign.get().filled["place"] == FIELDS["filled-place"]


def test_no_page_launches_what_is_open(lien, smoke):
    begun(lien, smoke)
    draft = Campaign.get()
    page = lien.post(f"/campaigns/{draft.id}/launch", version=draft.version, terms="1", useful_hours="")
    assert page.status == 422
    assert not Message.select().exists()


def test_two_hands_on_the_values_are_told_apart(lien, smoke, sender):
    page = begun(lien, smoke)
    draft = Campaign.get()
    scenarios.fill_in(draft, {"place": "Markt"}, by=sender, now=NOON, version=draft.version)
    form = page.form('form[action$="/fill"]') | FIELDS
    again = lien.post(f"/campaigns/{draft.id}/fill", form)
    assert again.status == 409
    assert again.form('form[action$="/fill"]')["filled-place"] == "Molenweg"
    assert Campaign.get().filled == {"place": "Markt"}


def test_the_moment_stands_there_without_script_and_the_seconds_with_it(lien, smoke):
    page = begun(lien, smoke)
    (timer,) = page.select("[data-since]")
    assert timer.has_attr("hidden") and timer["data-since"].isdecimal()
    assert page.has("Geopend")


# ── What is approved, and what is reported ──────────────────────────────


def test_what_is_approved_is_the_text_with_its_values(zavel, sender, smoke, signed_in):
    chief = zavel.people["organisation_admin"]
    rule(sender.organisation, [chief.id], by=chief)
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, template=smoke)
    draft = scenarios.fill_in(draft, VALUES, by=sender, now=NOON, version=1)
    assert contacts.unverified(draft) == ["+3216123456"]
    asked = submit(draft, sender)
    page = signed_in(chief).get(f"/campaigns/{draft.id}/approval")
    assert page.has("POLITIE: gaslek in Molenweg tot 18:30. Info 016 12 34 56") and "{{" not in page.text
    approve(asked, chief, ticked=["+3216123456"])
    assert Campaign.get_by_id(draft.id).is_approved


def test_another_value_takes_the_approval_back(zavel, sender, smoke):
    chief = zavel.people["organisation_admin"]
    rule(sender.organisation, [chief.id], by=chief)
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, template=smoke)
    draft = scenarios.fill_in(draft, VALUES, by=sender, now=NOON, version=1)
    approve(submit(draft, sender), chief, ticked=["+3216123456"])
    approved = Campaign.get_by_id(draft.id)
    scenarios.fill_in(approved, {"place": "Markt"}, by=sender, now=NOON, version=approved.version)
    assert Campaign.get_by_id(draft.id).status == "draft"


@pytest.fixture
def reported(sender, smoke):
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, template=smoke)
    draft = scenarios.fill_in(draft, VALUES, by=sender, now=NOON, version=1)
    at = NOON + clock.seconds(41)
    tried = [VALUES["number"]]
    return campaigns.launch(draft, by=sender, now=at, terms_accepted=True, vouched=tried)


def test_the_report_keeps_the_seconds_and_the_values(reported):
    data = report.build(reported, "en", NOON)
    assert data["composed"] == "41 seconds"
    assert ("Oorzaak", "gaslek") in data["filled"] and ("Nummer", "016 12 34 56") in data["filled"]
    assert "gaslek in Molenweg" in data["texts"][0]["body"]
    assert papers.campaign_workbook(data, "en") and papers.campaign_report(data, "en")


def test_the_report_on_the_screen_says_the_seconds(lien, reported):
    campaigns.stop(reported, by=reported.author, now=NOON + clock.seconds(60))
    page = lien.get(f"/campaigns/{reported.id}")
    assert page.has("41 s")


# ── Written on a page ───────────────────────────────────────────────────


def saved(browser, smoke, **fields):
    page = browser.get(f"/templates/{smoke.id}")
    form = page.form(f'form[action="/templates/{smoke.id}"]')
    return browser.post(f"/templates/{smoke.id}", form | fields)


def test_a_scenario_that_is_saved_as_it_stands_stays_as_it_was(lien, smoke):
    before = Template.get_by_id(smoke.id)
    saved(lien, smoke)
    after = Template.get_by_id(smoke.id)
    assert {
        name: getattr(after, name) for name in scenarios.KEPT if name not in ("follow_ups", "audience")
    } == {name: getattr(before, name) for name in scenarios.KEPT if name not in ("follow_ups", "audience")}
    assert scenarios.all_texts(after) == scenarios.all_texts(before)


def test_a_scenario_is_written_from_nothing(lien):
    page = lien.post("/templates/new")
    made = Template.get()
    form = page.form(f'form[action="/templates/{made.id}"]') | {
        "name": "Rook",
        "kind": "preventive",
        "channels": ["sms"],
        "placeholder-0-name": "cause",
        "placeholder-0-label": "Oorzaak",
        "placeholder-0-type": "choice",
        "placeholder-0-options": "brand | incendie\ngaslek",
        "sms-nl-body": "POLITIE: {{cause}}.",
        "all_clear-sms-nl-body": "Voorbij: {{cause}}.",
        "useful_minutes": "45",
    }
    assert "why" not in form  # there is nothing yet that one could change
    lien.post(f"/templates/{made.id}", form)
    made = Template.get()
    assert made.placeholders == [
        {
            "name": "cause",
            "label": "Oorzaak",
            "type": "choice",
            "options": [{"nl": "brand", "fr": "incendie"}, {"nl": "gaslek"}],
        }
    ]
    assert (made.useful_minutes, made.follow_ups["all_clear"]["sms"]["nl"]["body"]) == (
        45,
        "Voorbij: {{cause}}.",
    )
    assert "why" in lien.get(f"/templates/{made.id}").form(f'form[action="/templates/{made.id}"]')


def test_a_placeholder_without_a_name_is_told_and_nothing_typed_is_lost(lien, smoke):
    form = lien.get(f"/templates/{smoke.id}").form(f'form[action="/templates/{smoke.id}"]')
    form |= {"placeholder-0-name": "De Plaats", "name": "Rook en roet"}
    page = lien.post(f"/templates/{smoke.id}", form)
    assert page.status == 422
    assert page.select("#placeholder-0-name-error")
    assert page.form(f'form[action="/templates/{smoke.id}"]')["name"] == "Rook en roet"
    assert Template.get_by_id(smoke.id).name == "Rook"


def test_an_older_version_is_looked_at_and_taken_back(lien, smoke):
    saved(lien, smoke, **{"sms-nl-body": "POLITIE: kort.", "why": "Korter"})
    page = lien.get(f"/templates/{smoke.id}/version", version="2")
    assert page.has("POLITIE: {{cause}} in {{place}}")
    lien.post(
        f"/templates/{smoke.id}/take-back", page.form('form[action$="/take-back"]') | {"why": "Te kort"}
    )
    back = Template.get_by_id(smoke.id)
    assert back.version == 4 and back.texts["sms"]["nl"]["body"].startswith("POLITIE: {{cause}} in")


def test_a_stale_translation_is_flagged_on_its_page_and_in_the_list(lien, smoke):
    saved(lien, smoke, **{"sms-nl-body": "POLITIE: {{place}}."})
    for path in (f"/templates/{smoke.id}", "/templates"):
        assert lien.get(path).has("Gewijzigd sinds de vertaling")


def test_a_copy_goes_to_another_zone_and_says_where_it_came_from(lien, smoke, signed_in):
    heuvel = town.zone("Heuvel", 2).people["sender"]
    lien.post(f"/templates/{smoke.id}/share", receiver=heuvel.organisation_id)
    (row,) = signed_in(heuvel).get("/templates").select("main .timetable li")
    assert "Zavel" in row.get_text()
    assert lien.post(f"/templates/{smoke.id}/share", receiver=smoke.organisation_id).status == 422


def test_the_length_of_a_text_is_counted_as_one_types(lien, smoke):
    answer = lien.htmx(
        f"/templates/{smoke.id}/measure?field=sms-nl-body", method="post", **{"sms-nl-body": "abc"}
    )
    assert answer.has("3")


# ── By program, and by command ──────────────────────────────────────────


def test_a_program_launches_nothing_that_is_open(app, zavel, smoke):
    program = given(app, zavel)
    refused = program.launch(smoke)
    assert refused.status_code == 422 and not Message.select().exists() and not Campaign.select().exists()
    (told,) = [one for one in program.get("/templates").json["items"] if one["id"] == smoke.id]
    assert [(one["name"], one["is_used"]) for one in told["placeholders"]] == [
        (name, True) for name in VALUES
    ]
    values = [{"name": name, "value": value} for name, value in VALUES.items()]
    assert (
        program.launch(smoke, key="another-key", values=values, vouched=[VALUES["number"]]).status_code == 201
    )
    running = Campaign.get()
    assert "{{" not in str(running.texts) and (running.expires_at - running.launched_at).seconds == 90 * 60


def test_a_command_launches_nothing_that_is_open(app, zavel, smoke, sender):
    words = [
        "campaign",
        "launch",
        "--template",
        smoke.name,
        "--bin",
        zavel.bins["A"].name,
        "--by",
        sender.email,
    ]
    run = app.test_cli_runner().invoke
    refused = run(args=words)
    assert refused.exit_code == 1 and "Oorzaak" in refused.output and not Message.select().exists()
    fills = [part for name, value in VALUES.items() for part in ("--fill", f"{name}={value}")]
    assert run(args=[*words, *fills, "--vouched", VALUES["number"]]).exit_code == 0
    assert Campaign.get().texts["email"]["nl"]["subject"] == "gaslek in Molenweg"


# ── Kept while it is written ────────────────────────────────────────────


def typed_on(browser, scenario, **fields):
    page = browser.get(f"/templates/{scenario.id}")
    return page.form(f'form[action$="/templates/{scenario.id}"]') | fields


def test_what_is_typed_of_a_scenario_is_kept_for_who_types_it_and_is_not_what_is_sent(
    lien, smoke, signed_in, zavel
):
    typing = typed_on(lien, smoke, **{"sms-nl-body": "POLITIE: half getypt", "why": "Nieuw nummer"})
    answer = lien.htmx(f"/templates/{smoke.id}/autosave", typing, method="post")
    assert answer.has("Bewaard voor u om") and answer.select("#saved")
    stored = Template.get_by_id(smoke.id)
    assert stored.version == smoke.version and stored.texts == smoke.texts
    again = lien.get(f"/templates/{smoke.id}")
    kept = again.form(f'form[action$="/templates/{smoke.id}"]')
    assert (kept["sms-nl-body"], kept["why"]) == ("POLITIE: half getypt", "Nieuw nummer")
    assert again.has("U bewaarde dit nog niet")
    other = signed_in(zavel.people["organisation_admin"])
    assert "half getypt" not in str(typed_on(other, smoke))
    begun(lien, smoke)
    assert "half getypt" not in str(Campaign.get().texts)


def test_what_was_typed_becomes_a_version_by_one_press_or_goes_by_another(lien, smoke):
    typing = typed_on(lien, smoke, **{"sms-nl-body": "POLITIE: nieuw"})
    lien.htmx(f"/templates/{smoke.id}/autosave", typing, method="post")
    lien.post(f"/templates/{smoke.id}", typed_on(lien, smoke))
    assert Template.get_by_id(smoke.id).texts["sms"]["nl"]["body"] == "POLITIE: nieuw"
    assert not lien.get(f"/templates/{smoke.id}").has("U bewaarde dit nog niet")
    lien.htmx(f"/templates/{smoke.id}/autosave", typed_on(lien, smoke, name="Anders"), method="post")
    assert typed_on(lien, smoke)["name"] == "Anders"
    lien.post(f"/templates/{smoke.id}/forget")
    assert typed_on(lien, smoke)["name"] == "Rook"


def test_two_hands_on_a_scenario_lose_nothing(lien, smoke, sender):
    mine = typed_on(lien, smoke, name="Van mij")
    scenarios.revise(smoke, by=sender, now=NOON, version=smoke.version, name="Van de ander")
    page = lien.post(f"/templates/{smoke.id}", mine)
    assert page.status == 409 and page.has("Van de ander")
    once_more = page.form(f'form[action$="/templates/{smoke.id}"]')
    assert once_more["name"] == "Van mij"
    assert lien.post(f"/templates/{smoke.id}", once_more).status == 200
    assert Template.get_by_id(smoke.id).name == "Van mij"
