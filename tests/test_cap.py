"""Warnings as other warning systems read them: CAP 1.2 against the schema of OASIS, and the feed that a zone opens."""

from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch import clock
from dispatch.access.limits import Limit
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import campaigns, cap, feed, follow_ups, monthly, scenarios
from models import CHANNELS, LANGUAGES, Audit, Bin, Campaign, Message, Organisation
from tests import cast
from tests.cast import NOON

SCHEMA = Path(__file__).parent / "samples" / "CAP-v1.2-schema.xsd"
HERE = "https://belfort.example"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
SMOKE = {
    "email": {"nl": {"subject": "Brand in de Kerkstraat", "body": "Sluit ramen & deuren <nu>."}},
    "sms": {"nl": {"body": "Brand. Sluit ramen en deuren."}, "fr": {"body": "Incendie. Fermez tout."}},
}
FIRE = {"category": "Fire", "urgency": "Expected", "severity": "Extreme", "certainty": "Observed"}
WORDS = st.text(st.characters(codec=None, exclude_categories=()))  # control characters and half pairs too


@pytest.fixture(scope="session")
def schema():
    """The schema itself, where it can be read."""
    xmlschema = pytest.importorskip("xmlschema", reason="tests/requirements.txt names xmlschema")
    return xmlschema.XMLSchema10(SCHEMA)


@pytest.fixture
def bin(app):
    bin = cast.bin_named("Beekveld")
    Bin.update(town="Oosterzavel", streets=["Beekstraat", "Kerkstraat"]).where(Bin.id == bin.id).execute()
    cast.member(bin, "Verlinden", "Els", mobile="+32470000010", email="els@leden.example", language="nl")
    return Bin.get_by_id(bin.id)


@pytest.fixture
def sender(bin):
    return cast.user("sender", bin.organisation, name="Lien Vercauteren")


def warned(by, bin, at=NOON, *, is_practice=False, useful_for=None, **wording) -> Campaign:
    draft = campaigns.draft(bin.organisation, by=by, now=at, is_practice=is_practice)
    usual = {"name": "Intern: dossier 12", "kind": "warning", "channels": ["sms", "email"], "texts": SMOKE}
    usual["audience"] = {"bins": [bin.id]}
    campaigns.write(draft, by=by, now=at, version=1, **usual | wording)
    return campaigns.launch(draft, by=by, now=at, terms_accepted=True, useful_for=useful_for)


def read(campaign: Campaign) -> ET.Element:
    return ET.fromstring(cap.document(campaign, HERE))


def said(element: ET.Element, path: str) -> list[str]:
    return [found.text for found in element.findall("/".join(CAP + name for name in path.split("/")))]


# ── The document ────────────────────────────────────────────────────────


def test_a_warning_is_an_actual_alert_that_the_schema_of_oasis_accepts(schema, bin, sender):
    campaign = warned(sender, bin, useful_for=timedelta(hours=6))
    schema.validate(cap.document(campaign, HERE).decode())
    alert = read(campaign)
    assert said(alert, "identifier") == [f"belfort.zavelstreek.{campaign.id}"]
    assert said(alert, "sender") == ["zavelstreek@belfort.example"]
    assert said(alert, "status") + said(alert, "msgType") + said(alert, "scope") == [
        "Actual",
        "Alert",
        "Public",
    ]
    assert said(alert, "info/language") == ["nl", "fr"]
    assert said(alert, "info/expires") == ["2026-11-23T18:00:00+01:00"] * 2
    assert said(alert, "info/event") == ["Algemene veiligheid", "Sécurité générale"]
    assert said(alert, "info/headline") == ["Brand in de Kerkstraat", "Incendie. Fermez tout."]
    assert said(alert, "info/description") == ["Sluit ramen & deuren <nu>.", "Incendie. Fermez tout."]
    assert said(alert, "info/area/areaDesc") == ["Beekveld, Oosterzavel: Beekstraat, Kerkstraat"] * 2
    assert not said(alert, "references") and not said(alert, "note")


def test_the_schema_would_find_a_fault(schema, bin, sender):
    content = cap.document(warned(sender, bin), HERE).decode()
    assert not schema.is_valid(content.replace("+01:00", "Z"))
    assert not schema.is_valid(content.replace("Actual", "Real"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.dictionaries(
        st.sampled_from(CHANNELS),
        st.dictionaries(st.sampled_from(LANGUAGES), st.fixed_dictionaries({"subject": WORDS, "body": WORDS})),
    ),
    street=WORDS,
    name=WORDS,
    practice=st.booleans(),
    grave=st.tuples(*map(st.sampled_from, map(list, cap.CHOICES.values()))),
    second=st.integers(0, 40 * 365 * 86400),
)
def test_whatever_is_typed_the_document_is_valid(
    schema, bin, sender, texts, street, name, practice, grave, second
):
    campaign = Campaign(
        id=7,
        organisation=Organisation(id=bin.organisation_id, name=name, slug="zavelstreek", language="nl"),
        kind="warning",
        channels=list(texts),
        texts=texts,
        audience={"streets": [[bin.id, street]]},
        is_practice=practice,
        status="running",
        cap=dict(zip(cap.CHOICES, grave, strict=True)) | {"is_kept_in": practice},
        launched_at=datetime(2020, 1, 1) + timedelta(seconds=second),
        expires_at=datetime(2020, 1, 2) + timedelta(seconds=second),
    )
    content = cap.document(campaign, HERE)
    schema.validate(content.decode())
    assert b"Z</sent>" not in content and len(read(campaign).findall(f"{CAP}info")) >= 1


@pytest.mark.parametrize(
    "at, told",
    [(NOON, "2026-11-23T12:00:00+01:00"), (datetime(2026, 7, 1, 10, 0, 0, 999), "2026-07-01T12:00:00+02:00")],
)
def test_a_moment_stands_on_the_clocks_of_brussels_with_its_offset(at, told):
    assert cap.moment(at) == told


def test_a_vertical_tab_from_a_word_processor_becomes_a_space(bin, sender):
    campaign = warned(
        sender, bin, channels=["sms"], texts={"sms": {"nl": {"body": "Brand.\x0bSluit\x00 alles."}}}
    )
    [told] = said(read(campaign), "info/description")
    # PostgreSQL keeps no U+0000.
    assert told.split(" ") in (["Brand.", "Sluit", "", "alles."], ["Brand.", "Sluit", "alles."])


def test_a_long_text_has_a_short_headline_and_a_recording_alone_is_still_an_alert(bin, sender):
    long = warned(sender, bin, channels=["sms"], texts={"sms": {"nl": {"body": "Brand! " * 60}}})
    assert [len(one) for one in said(read(long), "info/headline")] == [cap.HEADLINE]
    campaign = Campaign.get_by_id(long.id)
    campaign.channels, campaign.texts = ["voice"], {"voice": {"nl": {"body": "", "recording": "x.wav"}}}
    assert said(read(campaign), "info/headline") == ["Algemene veiligheid"]
    assert said(read(campaign), "info/description") == []


def test_chosen_streets_name_their_bin_and_single_people_are_named_nowhere(bin, sender):
    other = cast.bin_named("Dorp")
    single = cast.member(other, "Claes", "Jan", mobile="+32470000011", street="Eikenlaan")
    audience = {"streets": [[bin.id, "Kerkstraat"]], "members": [single.id]}
    alert = read(warned(sender, bin, audience=audience))
    assert said(alert, "info/area/areaDesc") == ["Beekveld, Oosterzavel: Kerkstraat"] * 2


def test_a_practice_is_an_exercise_whatever_it_says(schema, bin, sender):
    campaign = warned(sender, bin, is_practice=True)
    schema.validate(cap.document(campaign, HERE).decode())
    alert = read(campaign)
    assert said(alert, "status") + said(alert, "note") == ["Exercise", "OEFENING"]
    assert all("OEFENING" in one or "EXERCICE" in one for one in said(alert, "info/headline"))
    test = monthly_test(sender, bin, is_practice=True)
    assert said(read(test), "status") == ["Exercise"]


def monthly_test(by, bin, *, is_practice=False, at=NOON, **wording) -> Campaign:
    planned = monthly.plan(
        bin.organisation, is_practice=is_practice, channels=["sms", "email"], bins=[bin.id], by=by, now=at
    )
    return warned(
        by, bin, at, is_practice=is_practice, **monthly._wording(planned, datetime(2026, 12, 3)) | wording
    )


@pytest.fixture
def admin(bin):
    return cast.user("organisation_admin", bin.organisation)


def test_the_monthly_test_is_a_test(schema, bin, admin):
    campaign = monthly_test(admin, bin)
    schema.validate(cap.document(campaign, HERE).decode())
    assert said(read(campaign), "status") == ["Test"]
    assert set(said(read(campaign), "info/severity")) == {"Unknown"}


@pytest.mark.parametrize(
    "text",
    [
        {"body": "Brand in de Kerkstraat!"},
        {"subject": "Brand!", "body": monthly.TEXTS["nl"][1]},
        {"body": monthly.TEXTS["nl"][1], "recording": "x"},
        {"body": f"{monthly.TEXTS['nl'][1]} Brand!"},
    ],
)
def test_a_test_that_says_a_word_more_is_a_test_no_longer(bin, admin, text):
    campaign = monthly_test(admin, bin)
    campaign.texts = campaign.texts | {"sms": campaign.texts["sms"] | {"nl": text}}
    with pytest.raises(Refusal):
        cap.document(campaign, HERE)
    campaign.kind = "warning"
    assert said(read(campaign), "status") == ["Actual"]


def test_a_warning_that_uses_the_words_of_the_test_is_actual(bin, admin):
    assert said(read(monthly_test(admin, bin, kind="warning")), "status") == ["Actual"]


@pytest.mark.parametrize("kind", ["preventive", "news", "other"])
def test_what_is_no_warning_is_told_to_nobody_else(bin, sender, kind):
    with pytest.raises(Refusal):
        cap.document(warned(sender, bin, kind=kind), HERE)


def test_a_warning_to_single_people_and_one_that_was_not_sent_are_told_to_nobody_else(bin, sender):
    single = cast.member(bin, "Claes", "Jan", mobile="+32470000011")
    with pytest.raises(Refusal):
        cap.document(warned(sender, bin, audience={"members": [single.id]}), HERE)
    draft = campaigns.draft(bin.organisation, by=sender, now=NOON)
    campaigns.write(draft, by=sender, now=NOON, version=1, kind="warning", audience={"bins": [bin.id]})
    with pytest.raises(WrongMoment):
        cap.document(Campaign.get_by_id(draft.id), HERE)


# ── The chain ───────────────────────────────────────────────────────────


def followed(campaign: Campaign, what: str, by, at: datetime, **wording) -> Campaign:
    """What follows a campaign that reached everybody and is over."""
    Message.update(status="delivered").where(Message.campaign == campaign.id).execute()
    over = Campaign.status.in_(("running", "paused"))
    Campaign.update(status="done", ended_at=at).where(Campaign.id == campaign.id, over).execute()
    draft = follow_ups.draft(campaign, what, by=by, now=at, only_reached=not wording)
    if wording:
        campaigns.write(draft, by=by, now=at, version=draft.version, **wording)
    return campaigns.launch(draft, by=by, now=at, terms_accepted=True)


MINUTES = [NOON + timedelta(minutes=n) for n in range(9)]


@pytest.mark.parametrize(
    "what, told", [("correction", "Update"), ("update", "Update"), ("all_clear", "Cancel")]
)
def test_what_follows_names_what_it_replaces(schema, bin, sender, what, told):
    first = warned(sender, bin, cap=cap.chosen(FIRE, is_kept_in=False))
    second = followed(first, what, sender, MINUTES[1])
    schema.validate(cap.document(second, HERE).decode())
    alert = read(second)
    assert said(alert, "msgType") == [told]
    assert said(alert, "references") == [
        f"zavelstreek@belfort.example,belfort.zavelstreek.{first.id},2026-11-23T12:00:00+01:00"
    ]
    assert said(read(first), "msgType") == ["Alert"] and said(read(first), "references") == []
    assert said(alert, "info/area/areaDesc") == said(read(first), "info/area/areaDesc")


def test_a_correction_is_as_grave_as_what_it_corrects_and_an_all_clear_is_over(bin, sender):
    first = warned(sender, bin, cap=cap.chosen(FIRE, is_kept_in=False))
    assert cap.classing(followed(first, "correction", sender, MINUTES[1])) == tuple(FIRE.values())
    end = followed(first, "all_clear", sender, MINUTES[2])
    assert cap.classing(end) == ("Fire", "Past", "Minor", "Observed")
    assert set(said(read(end), "info/responseType")) == {"AllClear"}
    again = followed(end, "update", sender, MINUTES[3])
    assert cap.classing(again) == tuple(FIRE.values()), "what comes after an all-clear is grave again"


def test_an_all_clear_of_the_first_warning_ends_its_updates_too(bin, sender, zone):
    now = clock.now()
    first = warned(sender, bin, now)
    update = followed(first, "update", sender, now + timedelta(minutes=1))
    assert feed.in_force(zone, now + timedelta(minutes=2)) == [update]
    end = followed(first, "all_clear", sender, now + timedelta(minutes=3))
    references = said(read(end), "references")[0].split()
    assert [one.split(",")[1] for one in references] == [cap.identifier(first), cap.identifier(update)]
    assert feed.in_force(zone, now + timedelta(minutes=4)) == [end]


def test_an_all_clear_that_was_stopped_ends_nothing(bin, sender, zone):
    now = clock.now()
    first = warned(sender, bin, now)
    end = followed(first, "all_clear", sender, now)
    campaigns.stop(end, by=sender, now=now)
    assert feed.in_force(zone, now + timedelta(minutes=1)) == [Campaign.get_by_id(first.id)]


def test_an_update_that_became_news_replaces_no_warning(bin, sender, zone):
    now = clock.now()
    first = warned(sender, bin, now)
    news = followed(first, "update", sender, now, kind="news")
    assert [one.id for one in feed.in_force(zone, now)] == [first.id]
    with pytest.raises(Refusal):
        cap.document(news, HERE)


def test_a_warning_that_grew_out_of_news_is_a_first_alert(bin, sender):
    news = warned(sender, bin, kind="news")
    assert said(read(followed(news, "update", sender, MINUTES[1], kind="warning")), "msgType") == ["Alert"]


def test_what_follows_stays_out_of_the_feed_or_in_it_with_the_first(bin, sender, zone):
    now, inside = clock.now(), cap.chosen(FIRE, is_kept_in=True)
    kept = warned(sender, bin, now, cap=inside)
    public = warned(sender, bin, now)
    followed(kept, "update", sender, now, cap=cap.chosen(FIRE, is_kept_in=False))
    update = followed(public, "update", sender, now, cap=inside)
    assert feed.in_force(zone, now) == [update]


def test_a_draft_that_follows_is_told_to_nobody_yet(bin, sender, zone):
    now = clock.now()
    first = warned(sender, bin, now)
    draft = follow_ups.draft(first, "all_clear", by=sender, now=now)
    assert [one.id for one in feed.in_force(zone, now)] == [first.id]
    assert cap.earlier(draft) == [first] and cap.message_type(draft) == "Cancel"


# ── The feed ────────────────────────────────────────────────────────────


@pytest.fixture
def zone(bin, admin):
    """The zone, whose feed is open since an hour."""
    feed.open_to_all(bin.organisation, by=admin, now=clock.now() - timedelta(hours=1))
    return Organisation.get_by_id(bin.organisation_id)


def entries(client) -> list[str]:
    found = ET.fromstring(client.browser.get("/warnings/zavelstreek.atom").data)
    return [link.get("href") for link in found.findall(f"{ATOM}entry/{ATOM}link")]


def test_no_feed_is_open_until_an_administrator_opens_it(client, signed_in, bin, admin):
    campaign = warned(admin, bin, clock.now())
    addresses = ("/warnings/zavelstreek.atom", f"/warnings/zavelstreek/{campaign.id}.xml", "/warnings/x.atom")
    assert [client.browser.get(one).status_code for one in addresses] == [404] * 3
    page = signed_in(admin).get("/tokens")
    assert "Public feed" in page.text or "openbare" in page.text.lower()
    signed_in(admin).post("/tokens/feed")
    assert client.browser.get(addresses[0]).status_code == 200
    assert client.browser.get(addresses[1]).status_code == 404, "it was sent before"
    signed_in(admin).post("/tokens/feed/close")
    assert client.browser.get(addresses[0]).status_code == 404
    assert {"feed.opened", "feed.closed"} <= {row.deed for row in Audit.select()}


def test_a_sender_does_not_open_the_feed(signed_in, bin, sender):
    assert signed_in(sender).post("/tokens/feed").status == 403
    assert Organisation.get_by_id(bin.organisation_id).feed_since is None


def test_a_contact_centre_has_no_feed(app):
    _town, centre = cast.municipality_and_centre()
    with pytest.raises(Refusal):
        feed.open_to_all(centre, by=cast.user("organisation_admin", centre), now=NOON)


def test_the_feed_leads_to_documents_and_neither_holds_anything_of_people(client, bin, sender, zone, schema):
    campaign = warned(sender, bin, clock.now())
    address = f"/warnings/zavelstreek/{campaign.id}.xml"
    assert [link.endswith(address) for link in entries(client)] == [True]
    answers = [client.browser.get(one) for one in ("/warnings/zavelstreek.atom", address)]
    assert [one.mimetype for one in answers] == ["application/atom+xml", "application/cap+xml"]
    schema.validate(answers[1].text)
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        for person in ("Verlinden", "els@", "+3247", "0470", "Lien", "Vercauteren", "dossier"):
            assert person not in answer.text


def test_who_has_the_feed_already_is_told_so_until_it_changes(client, bin, sender, zone):
    warned(sender, bin, clock.now())
    first = client.browser.get("/warnings/zavelstreek.atom")
    again = {"If-None-Match": first.headers["ETag"]}
    unchanged = client.browser.get("/warnings/zavelstreek.atom", headers=again)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    warned(sender, bin, clock.now())
    assert client.browser.get("/warnings/zavelstreek.atom", headers=again).status_code == 200


def test_whoever_asks_too_often_waits(app, client, zone):
    app.extensions["limits"]["feed"] = Limit(2, 600)
    asked = ["/warnings/zavelstreek.atom", "/warnings/guess.atom", "/warnings/zavelstreek/1.xml"]
    assert [client.browser.get(one).status_code for one in asked] == [200, 404, 429]


def test_practice_what_is_kept_in_and_what_is_no_warning_never_stand_in_the_feed(client, bin, sender, zone):
    kept = cap.chosen(cap.USUAL._asdict(), is_kept_in=True)
    inside = warned(sender, bin, clock.now(), cap=kept)
    for campaign in (
        inside,
        warned(sender, bin, clock.now(), is_practice=True),
        warned(sender, bin, clock.now(), kind="preventive"),
    ):
        assert client.browser.get(f"/warnings/zavelstreek/{campaign.id}.xml").status_code == 404
    assert entries(client) == []
    assert said(read(inside), "scope") + said(read(inside), "restriction") == [
        "Restricted",
        "Niet voor publicatie.",
    ]


def test_what_is_stopped_or_over_leaves_the_feed_and_its_document_stays(bin, sender, zone):
    now = clock.now()
    short = warned(sender, bin, now, useful_for=timedelta(hours=1))
    stopped = warned(sender, bin, now)
    long = warned(sender, bin, now)
    campaigns.stop(stopped, by=sender, now=now)
    assert {one.id for one in feed.in_force(zone, now)} == {short.id, long.id}
    assert {one.id for one in feed.in_force(zone, now + timedelta(hours=2))} == {long.id}
    assert feed.in_force(zone, now + feed.IN_FORCE) == []
    assert {feed.find(zone, one.id) for one in (short, stopped, long)} == {short, stopped, long}


def test_the_warnings_of_another_zone_are_not_found_under_this_name(client, zone, bin, sender):
    there = cast.organisation("Heuvel")
    elsewhere = cast.bin_named("Heuveltop", there)
    cast.member(elsewhere, "Maes", mobile="+32470000019")
    campaign = warned(cast.user("sender", there), elsewhere, clock.now())
    assert client.browser.get(f"/warnings/zavelstreek/{campaign.id}.xml").status_code == 404


# ── The pages and the command ───────────────────────────────────────────


def drafted(sender, bin) -> Campaign:
    draft = campaigns.draft(bin.organisation, by=sender, now=clock.now())
    wording = {"name": "Brand", "kind": "warning", "channels": ["sms", "email"], "texts": SMOKE}
    return campaigns.write(
        draft, by=sender, now=clock.now(), version=1, audience={"bins": [bin.id]}, **wording
    )


def test_the_sender_chooses_how_grave_it_is_before_sending(signed_in, bin, sender, zone):
    draft, browser = drafted(sender, bin), signed_in(sender)
    assert browser.get(f"/campaigns/{draft.id}/review").select("#in-public"), "everybody will read it"
    browser.get(f"/campaigns/{draft.id}/cap")
    browser.post(f"/campaigns/{draft.id}/cap", FIRE | {"version": draft.version, "kept_in": "1"})
    stored = Campaign.get_by_id(draft.id)
    assert stored.cap == FIRE | {"is_kept_in": True}
    assert not browser.get(f"/campaigns/{draft.id}/review").select("#in-public")
    campaigns.launch(stored, by=sender, now=clock.now(), terms_accepted=True)
    alert = read(Campaign.get_by_id(draft.id))
    assert said(alert, "info/category") == ["Fire", "Fire"]
    assert said(alert, "info/severity") == ["Extreme", "Extreme"]


def test_whoever_approves_reads_how_grave_it_is_and_that_everybody_will_read_it(signed_in, bin, sender, zone):
    draft, browser = drafted(sender, bin), signed_in(sender)
    assert "openbare feed" in browser.get(f"/campaigns/{draft.id}/approval").select("#texts")[0].get_text()


def test_what_two_people_choose_is_not_lost_and_a_word_that_does_not_exist_is_refused(signed_in, bin, sender):
    draft, browser = drafted(sender, bin), signed_in(sender)
    browser.get(f"/campaigns/{draft.id}/cap")
    late = browser.post(f"/campaigns/{draft.id}/cap", FIRE | {"version": draft.version - 1})
    assert late.status == 409
    assert late.select("#category option[selected][value=Fire]")
    wrong = browser.post(f"/campaigns/{draft.id}/cap", FIRE | {"version": draft.version, "urgency": "Soon"})
    assert wrong.status == 422
    assert Campaign.get_by_id(draft.id).cap is None


def test_after_the_launch_nothing_is_chosen_any_more(signed_in, bin, sender):
    campaign, browser = warned(sender, bin, clock.now()), signed_in(sender)
    browser.get(f"/campaigns/{campaign.id}/cap")
    answer = browser.post(f"/campaigns/{campaign.id}/cap", FIRE | {"version": campaign.version}, follow=False)
    assert answer.status == 303 and Campaign.get_by_id(campaign.id).cap is None


def test_a_template_keeps_how_grave_it_is(bin, sender):
    chosen = cap.chosen(FIRE, is_kept_in=False)
    saved = scenarios.save_as_template(warned(sender, bin, cap=chosen), by=sender, now=NOON)
    again = campaigns.draft(bin.organisation, by=sender, now=NOON, template=saved)
    assert cap.classing(again) == tuple(FIRE.values())


def test_the_page_of_a_sent_warning_shows_it_and_hands_it_over(signed_in, bin, sender, zone, schema):
    campaign, browser = warned(sender, bin, clock.now()), signed_in(sender)
    assert browser.get(f"/campaigns/{campaign.id}").select(f'a[href="/campaigns/{campaign.id}/cap"]')
    page = browser.get(f"/campaigns/{campaign.id}/cap")
    assert "belfort.zavelstreek" in page.text and page.select(".note a")
    file = browser.browser.get(f"/campaigns/{campaign.id}/cap.xml")
    assert file.mimetype == "application/cap+xml" and file.headers["Content-Disposition"].startswith("attach")
    schema.validate(file.text)


def test_a_practice_is_saved_under_a_name_that_says_so(signed_in, bin, sender):
    campaign = warned(sender, bin, clock.now(), is_practice=True)
    file = signed_in(sender).browser.get(f"/campaigns/{campaign.id}/cap.xml")
    assert "OEFENING" in file.headers["Content-Disposition"]


def test_a_message_that_is_no_warning_has_no_such_page(signed_in, bin, sender):
    campaign, browser = warned(sender, bin, clock.now(), kind="news"), signed_in(sender)
    assert not browser.get(f"/campaigns/{campaign.id}").select(f'a[href="/campaigns/{campaign.id}/cap"]')
    assert browser.get(f"/campaigns/{campaign.id}/cap").status == 422


def test_the_command_prints_the_document_or_says_why_not(app, bin, sender, schema):
    run = app.test_cli_runner().invoke
    done = run(args=["campaign", "cap", str(warned(sender, bin).id)])
    assert done.exit_code == 0
    schema.validate(done.output)
    news = run(args=["campaign", "cap", str(warned(sender, bin, kind="news").id)])
    assert news.exit_code != 0 and "Traceback" not in news.output
    assert run(args=["campaign", "cap", "999"]).exit_code != 0
