"""The pages of a message: written, looked at, launched, followed, reported; by whoever may, and by nobody else."""

from datetime import timedelta

import pytest

from dispatch import clock
from dispatch.providers.base import Outcome
from dispatch.sending import campaigns, doubt, messages, report, scenarios
from models import Audit, Campaign, Member, Membership, Message, Organisation, Tally, Template
from tests import cast

HELLO = "POLITIE: er is een verdachte wagen gezien in de Dorpsstraat. Bel 101."


@pytest.fixture
def beekveld(app):
    """A BIN with six people: a household, somebody who reads French, somebody without any address, one on pause."""
    bin = cast.bin_named("Beekveld")
    cast.member(bin, "Maes", "Els", mobile="+32470000010", email="maes@post.example", street="Dorpsstraat")
    cast.member(bin, "Maes", "Jan", mobile="+32470000010", street="Dorpsstraat")
    cast.member(bin, "Dubois", "Luc", mobile="+32470000011", language="fr", street="Molenweg")
    cast.member(bin, "Peeters", "An", email="an@post.example", street="Molenweg")
    cast.member(bin, "Claes", "Rosa")
    paused = cast.member(bin, "Aerts", "Dirk", mobile="+32470000012")
    Membership.update(paused_at=cast.NOON).where(Membership.member == paused).execute()
    return bin


@pytest.fixture
def sender(beekveld):
    return cast.user("sender", beekveld.organisation, name="Lien Vercauteren")


@pytest.fixture
def lien(signed_in, sender):
    return signed_in(sender)


def wording(bin, **changes) -> dict:
    return {
        "name": "Verdachte wagen",
        "kind": "warning",
        "channels": ["sms", "email"],
        "texts": {
            "sms": {"nl": {"body": HELLO}},
            "email": {"nl": {"subject": "Verdachte wagen", "body": HELLO}},
        },
        "audience": {"bins": [bin.id], "streets": [], "members": []},
        "fallback_language": "nl",
    } | changes


@pytest.fixture
def draft(beekveld, sender):
    """drafted(...) is a draft that is ready to launch, but for what the test changes."""

    def make(by=sender, is_practice=False, **changes) -> Campaign:
        campaign = campaigns.draft(by.organisation, by=by, now=clock.now(), is_practice=is_practice)
        return campaigns.write(campaign, by=by, now=clock.now(), version=1, **wording(beekveld, **changes))

    return make


def tick(app, times: int = 1) -> None:
    """Turns the pump; the test's own connection is closed meanwhile, as the pump opens and closes its own."""
    for _turn in range(times):
        app.extensions["jobs"].pump.tick()


def launched(lien, campaign) -> Campaign:
    lien.post(
        f"/campaigns/{campaign.id}/launch", version=str(campaign.version), terms="1", password=cast.PASSWORD
    )
    return Campaign.get_by_id(campaign.id)


# ── The text ────────────────────────────────────────────────────────────


def test_a_new_message_is_a_draft_of_which_the_text_is_written_first(lien):
    page = lien.post("/campaigns/new")

    assert page.path.endswith("/text")
    assert Campaign.select().where(Campaign.status == "draft").count() == 1


def test_what_is_typed_is_kept_without_script(lien, beekveld):
    page = lien.post("/campaigns/new")
    form = page.form("main form") | {
        "name": "Verdachte wagen",
        "kind": "warning",
        "channels": ["sms"],
        "bins": [str(beekveld.id)],
        "sms-nl-body": "Een regel\r\nen nog een",
        "go": "review",
    }

    shown = lien.post(page.path, form)

    campaign = Campaign.get()
    assert shown.path.endswith("/review")
    assert campaign.name == "Verdachte wagen"
    assert campaign.texts == {"sms": {"nl": {"body": "Een regel\nen nog een"}}}
    assert campaign.audience == {"bins": [beekveld.id], "streets": [], "members": []}


def test_what_is_typed_is_saved_as_one_types(lien, draft):
    campaign = draft()
    form = lien.get(f"/campaigns/{campaign.id}/text").form("main form") | {"name": "Andere naam"}

    answer = lien.htmx(f"/campaigns/{campaign.id}/autosave", form, method="post")

    assert answer.select("#saved [name=version]")[0]["value"] == str(campaign.version + 1)
    assert answer.select("#reach")
    assert Campaign.get_by_id(campaign.id).name == "Andere naam"


def test_of_two_who_write_at_once_neither_loses_a_word(lien, draft):
    campaign = draft()
    form = lien.get(f"/campaigns/{campaign.id}/text").form("main form") | {"sms-nl-body": "mijn woorden"}
    texts = {"sms": {"nl": {"body": "haar woorden"}}}
    campaigns.write(campaign, by=campaign.author, now=clock.now(), version=campaign.version, texts=texts)

    autosaved = lien.htmx(f"/campaigns/{campaign.id}/autosave", form, method="post")
    page = lien.post(f"/campaigns/{campaign.id}/text", form)

    assert autosaved.status == 422
    assert page.status == 409
    assert page.has("haar woorden")
    assert page.form("main form")["sms-nl-body"] == "mijn woorden"
    assert Campaign.get_by_id(campaign.id).texts == texts


def test_after_seeing_both_texts_the_next_save_holds(lien, draft):
    campaign = draft()
    form = lien.get(f"/campaigns/{campaign.id}/text").form("main form") | {"name": "Van mij"}
    campaigns.write(campaign, by=campaign.author, now=clock.now(), version=campaign.version, name="Van haar")
    conflict = lien.post(f"/campaigns/{campaign.id}/text", form)

    lien.post(f"/campaigns/{campaign.id}/text", conflict.form("main form") | {"go": "save"})

    assert Campaign.get_by_id(campaign.id).name == "Van mij"


def test_the_counter_names_the_character_that_makes_the_text_dear(lien, draft):
    campaign = draft()
    url = f"/campaigns/{campaign.id}/measure?field=sms-nl-body"

    cheap = lien.htmx(url, {"sms-nl-body": "een café"}, method="post")
    dear = lien.htmx(url, {"sms-nl-body": "une fenêtre"}, method="post")

    assert "GSM-7" in cheap.text
    assert "UCS-2" in dear.text
    assert [button["value"] for button in dear.select("button")] == ["sms-nl-body:ê"]


def test_one_press_puts_the_plain_twin_in_its_place(lien, draft):
    campaign = draft(texts={"sms": {"nl": {"body": "fenêtre “open”"}}})
    form = lien.get(f"/campaigns/{campaign.id}/text").form("main form")

    one = lien.htmx(f"/campaigns/{campaign.id}/autosave", form | {"plain": "sms-nl-body:ê"}, method="post")
    form["version"] = one.select("[name=version]")[0]["value"]
    form["sms-nl-body"] = one.select("textarea")[0].get_text().strip()
    lien.post(f"/campaigns/{campaign.id}/text", form | {"plain": "sms-nl-body:"})

    assert form["sms-nl-body"] == "fenetre “open”"
    assert Campaign.get_by_id(campaign.id).texts["sms"]["nl"]["body"] == 'fenetre "open"'


def test_a_single_member_is_found_and_added(lien, draft):
    campaign = draft()
    an = Member.get(Member.first_name == "An")
    form = lien.get(f"/campaigns/{campaign.id}/text").form("main form")

    found = lien.htmx(f"/campaigns/{campaign.id}/members", {"find": "peet"})
    answer = lien.htmx(f"/campaigns/{campaign.id}/autosave", form | {"add": str(an.id)}, method="post")

    assert found.select(f"button[name=add][value='{an.id}']")
    assert answer.select(f"#chosen [name=members][value='{an.id}']")
    assert Campaign.get_by_id(campaign.id).audience["members"] == [an.id]


def test_the_page_says_who_lacks_a_text_in_their_language(lien, draft):
    page = lien.get(f"/campaigns/{draft().id}/text")

    assert page.select("#reach p.small")
    assert (
        len(page.select("details textarea")) == 6
    )  # German and English, which nobody reads: three texts each


def test_a_draft_is_thrown_away_on_a_page_of_its_own(lien, draft):
    campaign = draft()

    lien.get(f"/campaigns/{campaign.id}/discard")
    lien.post(f"/campaigns/{campaign.id}/discard")

    assert not Campaign.select().exists()


# ── Before sending ──────────────────────────────────────────────────────


def test_the_last_look_says_how_many_people_and_who_not(lien, draft):
    page = lien.get(f"/campaigns/{draft().id}/review")

    figures = [tag.get_text() for tag in page.select(".facts dd")]
    assert figures[:2] == ["4", "2"]  # people, SMS parts: the household has one number
    assert page.select("#channel tfoot th .why")[0].get_text().startswith("4 ")  # messages
    assert [tag.get_text() for tag in page.select(".counts .when")] == ["1", "1"]
    assert page.select("form button.go")
    assert HELLO in page.text


def test_the_last_look_at_an_unfinished_message_shows_what_to_mend_and_no_button(lien, draft):
    page = lien.get(f"/campaigns/{draft(texts={}).id}/review")

    assert not page.select("button.go")
    assert any("check=1#sms-nl-body" in a["href"] for a in page.select("main a[href]"))


def test_the_names_of_who_is_left_out_stand_behind_a_link(lien, draft):
    campaign = draft()

    page = lien.get(f"/campaigns/{campaign.id}/left-out/no_address")

    assert page.has("Claes, Rosa")
    assert lien.get(f"/campaigns/{campaign.id}/left-out/whatever").status == 404


def test_nothing_is_sent_before_the_terms_are_confirmed(lien, draft):
    campaign = draft()

    page = lien.post(
        f"/campaigns/{campaign.id}/launch", version=str(campaign.version), password=cast.PASSWORD
    )

    assert page.status == 422
    assert page.select("#terms-error")
    assert not Message.select().exists()


def test_nothing_is_sent_when_the_text_changed_after_the_last_look(lien, draft):
    campaign = draft()

    page = lien.post(f"/campaigns/{campaign.id}/launch", version="1", terms="1")

    assert page.status == 409
    assert not Message.select().exists()


def test_a_second_press_is_told_so_and_sends_nothing_twice(lien, draft):
    campaign = draft()
    press = {"version": str(campaign.version), "terms": "1", "password": cast.PASSWORD}

    lien.post(f"/campaigns/{campaign.id}/launch", press)
    again = lien.post(f"/campaigns/{campaign.id}/launch", press)

    assert again.path == f"/campaigns/{campaign.id}"
    assert again.select(".note.warn")
    assert Message.select().count() == 4
    assert Audit.select().where(Audit.deed == "campaign.launched").count() == 1


# ── While it runs ───────────────────────────────────────────────────────


def test_the_live_page_asks_for_itself_until_all_is_over(app, lien, draft):
    campaign = launched(lien, draft(channels=["email"]))
    page = lien.get(f"/campaigns/{campaign.id}")
    poll = page.select("#live")[0]["data-hx-get"]

    before = lien.htmx(poll)
    tick(app)
    after = lien.htmx(poll)

    assert page.select("body.is-live")
    assert before.select("#live")[0].has_attr("data-hx-get")
    assert not after.select("#live")[0].has_attr("data-hx-get")
    assert after.response.headers["HX-Refresh"] == "true"


def test_the_buttons_stay_in_place_while_the_figures_move(lien, draft):
    campaign = launched(lien, draft())
    first = lien.htmx(lien.get(f"/campaigns/{campaign.id}").select("#live")[0]["data-hx-get"])

    assert not first.select("#intervene")
    lien.post(f"/campaigns/{campaign.id}/pause")
    assert lien.htmx(first.select("#live")[0]["data-hx-get"]).select("#intervene")


def test_where_pause_stood_is_never_resume(lien, draft):
    """Somebody else, or one's own first press, paused it meanwhile: what the finger finds there asks before it does."""
    campaign = launched(lien, draft())
    running = lien.get(f"/campaigns/{campaign.id}")
    paused = lien.post(f"/campaigns/{campaign.id}/pause")
    first = [page.select("#intervene .button")[0] for page in (running, paused)]
    assert first[0].parent["action"].endswith("/pause") and first[1]["href"].endswith("/stop")


def test_a_paused_campaign_sends_nothing_until_it_is_resumed(app, lien, draft):
    campaign = launched(lien, draft())

    lien.post(f"/campaigns/{campaign.id}/pause")
    tick(app)
    held = Message.select().where(Message.status == "queued").count()
    lien.post(f"/campaigns/{campaign.id}/resume")
    tick(app)

    assert held == 4
    assert not Message.select().where(Message.status == "queued").exists()


def test_stopping_says_first_what_will_happen_and_then_who_was_reached(app, lien, draft):
    campaign = launched(lien, draft())

    confirm = lien.get(f"/campaigns/{campaign.id}/stop")
    after = lien.post(f"/campaigns/{campaign.id}/stop")

    assert confirm.select(".verdict") and "4" in confirm.text
    assert Campaign.get_by_id(campaign.id).status == "stopped"
    assert Message.select().where(Message.status == "withheld").count() == 4
    assert after.select(".note.warn")[0].get_text().count("0") >= 3  # reached, in hand and unsure: nobody


def test_when_everything_has_left_there_is_nothing_to_stop(app, lien, draft):
    campaign = launched(lien, draft())
    Message.update(status="accepted").execute()
    Tally.update(status="accepted").execute()
    page = lien.get(f"/campaigns/{campaign.id}/stop")
    assert page.has("Er valt niets meer te stoppen") and page.has("4 berichten zijn weg en komen niet terug.")
    assert not page.select("form.deed .stop, button.stop")


def test_what_came_too_late_is_not_said_to_have_left(app, lien, draft):
    campaign = launched(lien, draft())
    campaigns.pause(campaign, by=campaign.author, now=clock.now())
    Message.update(status="expired").execute()
    Tally.update(status="expired").execute()
    page = lien.get(f"/campaigns/{campaign.id}/stop")
    assert page.has("0 berichten zijn weg") and page.has("4 zijn niet aangekomen, of kwamen te laat")


def test_each_group_of_unsure_messages_goes_again_or_stays_as_somebody_chooses(app, lien, draft):
    campaign = launched(lien, draft())
    for channel in ("sms", "email"):
        claimed = messages.claim(channel, campaign, limit=100, now=clock.now(), road=f"road:{channel}")
        unsure = [Outcome(one.reference, "unsure", code="no_answer") for one in claimed]
        messages.record(unsure, road=f"road:{channel}", now=clock.now())

    asked = lien.get(f"/campaigns/{campaign.id}")
    group = {"code": "no_answer", "last": "2"}
    lien.post(f"/campaigns/{campaign.id}/unsure", choice="leave", channel="email", road="road:email", **group)
    lien.post(f"/campaigns/{campaign.id}/unsure", choice="again", channel="sms", road="road:sms", **group)

    assert len(asked.select("[data-group]")) == 2
    left = {one.channel: one.status for one in campaign.messages}
    assert left == {"sms": "queued", "email": "unsure"} and doubt.groups(campaign) == []


def test_what_would_go_again_by_itself_is_not_left_by_one_press(app, lien, draft):
    campaign = launched(lien, draft(kind="warning"))
    claimed = messages.claim("sms", campaign, limit=100, now=clock.now(), road="road:sms")
    messages.record(
        [Outcome(one.reference, "unsure", code="no_answer") for one in claimed],
        road="road:sms",
        now=clock.now(),
    )
    page = lien.get(f"/campaigns/{campaign.id}")
    assert [one["value"] for one in page.select("#doubt input[name=choice]")] == ["again"]
    asked = lien.get(page.select("#doubt .row a")[0]["href"])
    assert asked.has("Krijgen deze mensen niets meer?") and doubt.groups(campaign)
    lien.post(f"/campaigns/{campaign.id}/unsure", asked.form(".verdict form"))
    assert doubt.groups(campaign) == []
    assert lien.get(asked.path).path == f"/campaigns/{campaign.id}"


# ── After ───────────────────────────────────────────────────────────────


@pytest.fixture
def reported(app, lien, draft):
    """A campaign that is over, by mail, so that no receipt has to be waited for."""
    campaign = launched(lien, draft(channels=["email"]))
    tick(app)
    return Campaign.get_by_id(campaign.id)


def test_the_report_accounts_for_everybody(lien, reported):
    page = lien.get(f"/campaigns/{reported.id}")

    numbers = [int(tag.get_text()) for tag in page.select(".sum b")]
    assert reported.is_over
    assert numbers[0] == sum(numbers[1:]) == 6
    assert page.select("figure.chart")


def test_a_report_that_takes_long_to_make_says_so_before_it_is_asked_for(lien, reported, monkeypatch):
    assert not lien.get(f"/campaigns/{reported.id}").has("tot een minuut")
    monkeypatch.setattr(report, "MOST_ON_PAPER", 1)
    assert lien.get(f"/campaigns/{reported.id}").has("Het downloaden begint vanzelf")


def test_the_report_is_kept_as_pdf_and_as_spreadsheet(lien, reported):
    pdf = lien.get(f"/campaigns/{reported.id}/report.pdf")
    xlsx = lien.get(f"/campaigns/{reported.id}/report.xlsx")

    assert pdf.data.startswith(b"%PDF-")
    assert xlsx.data.startswith(b"PK")


def test_each_message_is_found_by_name_and_state_and_tells_its_story(lien, reported):
    url = f"/campaigns/{reported.id}/messages"

    page = lien.get(url, search="peeters")
    none = lien.htmx(f"{url}/found", {"status": "failed"})
    story = lien.get(page.link("An Peeters"))

    assert len(page.select("#messages tbody tr")) == 1
    assert not none.select("tbody tr")
    assert len(story.select(".timetable li")) == 3
    assert story.has(HELLO)


def test_a_message_that_has_not_left_has_a_story_too(lien, draft):
    campaign = launched(lien, draft(channels=["sms"]))

    story = lien.get(lien.get(f"/campaigns/{campaign.id}/messages").link("Maes"))

    assert len(story.select(".timetable li")) == 1
    assert story.has("Els Maes") and story.has("Jan Maes")  # one number, two people


def test_a_template_is_launched_in_three_presses(lien, reported):
    lien.post(f"/campaigns/{reported.id}/template", name="Wagen")
    template = Template.get()

    look = lien.post(f"/templates/{template.id}/use")  # one, and the second is the tick
    sent = lien.post(
        look.select("#launch")[0]["action"], look.form("#launch") | {"terms": "1", "password": cast.PASSWORD}
    )

    assert lien.get("/templates").has("Wagen")
    assert sent.select("#live")
    assert Campaign.select().where(Campaign.template == template, Campaign.status == "running").exists()


def test_a_removed_template_is_gone_from_the_list(lien, reported):
    lien.post(f"/campaigns/{reported.id}/template", name="Wagen")
    template = Template.get()

    lien.get(f"/templates/{template.id}/remove")
    page = lien.post(f"/templates/{template.id}/remove")

    assert not page.select("main .timetable")
    assert lien.post(f"/templates/{template.id}/use").status == 404
    assert page.has("Verwijderd in de laatste 30 dagen")
    assert lien.post("/templates/back", template=template.id).select("main .timetable")
    assert lien.post("/templates/back", template=template.id).status == 404  # it is there


# ── Who may ─────────────────────────────────────────────────────────────

SEEN = ["", "/messages", "/report.pdf", "/report.xlsx", "/live", "/messages/found", "/left-out/no_address"]
WRITTEN = ["/text", "/review", "/discard", "/members", "/stop"]
PRESSED = [
    "/text",
    "/autosave",
    "/measure",
    "/discard",
    "/launch",
    "/pause",
    "/resume",
    "/stop",
    "/unsure",
    "/template",
]


def test_another_organisations_campaign_does_not_exist(signed_in, draft):
    campaign = draft()
    stranger = signed_in(cast.user("sender", cast.organisation("Elders")))

    assert {stranger.get(f"/campaigns/{campaign.id}{page}").status for page in SEEN + WRITTEN} == {404}
    assert {stranger.post(f"/campaigns/{campaign.id}{deed}").status for deed in PRESSED} == {404}


def test_a_reader_sees_and_has_no_buttons(lien, signed_in, sender, draft):
    campaign = launched(lien, draft())
    reader = signed_in(cast.user("reader", sender.organisation))

    page = reader.get(f"/campaigns/{campaign.id}")

    assert page.status == 200
    assert not page.select("main form[method=post]")
    assert {reader.post(f"/campaigns/{campaign.id}{deed}").status for deed in PRESSED} == {403}
    assert reader.post("/campaigns/new").status == 403


def test_a_coordinator_neither_sees_nor_writes_beyond_their_own_bins(signed_in, beekveld, draft):
    mine = cast.bin_named("Molenakker")
    outsider = Member.get(Member.first_name == "An")
    who = signed_in(cast.user("coordinator", beekveld.organisation, bins=(mine,)))
    theirs = draft()

    page = who.post("/campaigns/new")
    form = page.form("main form") | {
        "kind": "news",
        "bins": [str(beekveld.id), str(mine.id)],
        "streets": [f"{beekveld.id}|Molenweg"],
        "members": [str(outsider.id)],
    }
    who.post(page.path, form)
    written = Campaign.select().order_by(Campaign.id.desc()).get()

    assert who.get(f"/campaigns/{theirs.id}").status == 404
    assert written.audience == {"bins": [mine.id], "streets": [], "members": []}
    assert who.post(page.path, form | {"kind": "warning"}).status == 403


def test_who_may_send_no_warning_is_told_whom_to_ask_for_one(signed_in, lien, beekveld):
    Organisation.update(phone="016 00 17 00").where(Organisation.id == beekveld.organisation_id).execute()
    who = signed_in(cast.user("coordinator", beekveld.organisation, bins=(beekveld,)))
    page = who.post("/campaigns/new")
    assert not page.select("input[name=kind][value=warning]")
    assert page.has("U mag geen waarschuwing versturen. Vraag het aan Zavelstreek: 016 00 17 00.")
    assert not lien.post("/campaigns/new").has("U mag geen waarschuwing")


def test_a_coordinator_gets_of_a_template_only_their_own_bins(lien, signed_in, beekveld, draft):
    mine = cast.bin_named("Molenakker")
    who = signed_in(cast.user("coordinator", beekveld.organisation, bins=(mine,)))
    campaign = draft(kind="news", audience={"bins": [beekveld.id, mine.id], "streets": [], "members": []})
    template = scenarios.save_as_template(campaign, by=campaign.author, now=clock.now())

    who.post(f"/templates/{template.id}/use")

    assert Campaign.select().order_by(Campaign.id.desc()).get().audience["bins"] == [mine.id]


# ── Practice ────────────────────────────────────────────────────────────


def test_in_practice_a_new_message_is_practice_and_only_those_are_listed(lien, draft):
    draft(name="Een echte")
    lien.post("/practice")

    page = lien.post("/campaigns/new")

    assert page.select("body.is-practice")
    assert Campaign.select().order_by(Campaign.id.desc()).get().is_practice
    assert not lien.get("/campaigns").has("Een echte")


def test_a_practice_campaign_is_marked_whatever_the_mode(lien, draft):
    campaign = draft(is_practice=True)

    page = lien.get(f"/campaigns/{campaign.id}/review")
    live = lien.post(
        f"/campaigns/{campaign.id}/launch", version=str(campaign.version), terms="1", password=cast.PASSWORD
    )

    assert page.select("body.is-practice") and live.select("body.is-practice")
    assert not live.select("body.is-live")
    assert page.select(".sms b.drill")


def test_who_practises_cannot_send_a_real_message_by_mistake(lien, draft):
    campaign = draft()
    lien.post("/practice")

    page = lien.get(f"/campaigns/{campaign.id}/review")
    pressed = lien.post(
        f"/campaigns/{campaign.id}/launch", version=str(campaign.version), terms="1", password=cast.PASSWORD
    )

    assert not page.select("button.go") and not page.select("body.is-practice")
    assert pressed.status == 422
    assert not Message.select().exists()


def test_the_list_shows_what_runs_what_waits_and_what_is_done(lien, reported, draft):
    draft(name="Nog te schrijven")
    launched(lien, draft(name="Loopt"))

    page = lien.get("/campaigns")

    assert [tag["id"] for tag in page.select("main .part")] == ["underway", "drafts", "over"]
    assert page.has("Nog te schrijven") and page.has("Loopt") and page.has(reported.name)


def test_the_curve_reaches_to_this_moment_while_it_runs(app, lien, draft):
    campaign = launched(lien, draft())
    Campaign.update(launched_at=clock.now() - timedelta(seconds=30)).execute()

    page = lien.get(f"/campaigns/{campaign.id}")

    assert page.select("figure.chart path.now")
