"""The lead of a campaign: handed over, taken, given back; who may do what meanwhile, and who sees it."""

from datetime import timedelta

import pytest

from dispatch import accounts, retention, rights
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.sending import approval, campaigns, follow_ups, report, takeover
from models import Audit, Campaign, Handover, Message, Organisation, User
from tests import cast, town
from tests.cast import NOON

WHY = "Onze centrale is onder water."


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


@pytest.fixture
def desk(app):
    return cast.organisation("NCCN", "federal_service", is_national_desk=True, email="desk@nccn.example")


@pytest.fixture
def officer(desk):
    return town.user("sender", desk)


@pytest.fixture
def running(zavel, sender):
    return town.campaign(sender, zavel.bins["A"], "running")


def fresh(row):
    return type(row).get_by_id(row.id)


def may_control(user: User, campaign: Campaign) -> bool:
    return rights.may(fresh(user), "campaign.control", fresh(campaign))


def hand(campaign, by):
    takeover.hand(campaign, by=by, now=NOON, reason=WHY)


def take(campaign, by):
    takeover.take(campaign, by=by, now=NOON, reason=WHY)


def test_a_zone_hands_a_campaign_over_and_watches_from_then_on(zavel, running, sender, officer):
    hand(running, sender)
    assert may_control(officer, running) and not may_control(sender, running)
    assert all(rights.sees_campaign(fresh(user), fresh(running)) for user in (sender, officer))


def test_the_desk_takes_a_campaign_and_gives_it_back(running, sender, officer):
    take(running, officer)
    assert may_control(officer, running) and not may_control(sender, running)
    takeover.give_back(running, by=officer, now=NOON, reason="De zone kan weer.")
    assert may_control(sender, running) and not may_control(officer, running)
    assert rights.sees_campaign(fresh(officer), fresh(running))  # for what it did there it answers
    assert [one.deed for one in takeover.story(running)] == ["taken", "returned"]


@pytest.mark.parametrize("deed", [takeover.hand, takeover.take])
def test_the_lead_changes_only_for_a_reason(running, sender, officer, deed):
    with pytest.raises(Refusal, match="Say why"):
        deed(running, by=sender if deed is takeover.hand else officer, now=NOON, reason=" ")
    assert fresh(running).held_by_id is None


def test_both_houses_find_it_in_their_log(running, sender, desk, officer):
    hand(running, sender)
    logged = Audit.select().where(Audit.deed == "campaign.handed")
    assert {entry.organisation_id for entry in logged} == {running.organisation_id, desk.id}


def test_the_desk_is_told_by_mail(running, sender, desk, officer):
    hand(running, sender)
    assert Message.select().where(Message.address == desk.email).count() == 1


def test_of_a_zone_that_hands_over_and_a_desk_that_takes_one_is_first(running, sender, officer):
    hand(running, sender)
    with pytest.raises(WrongMoment):
        take(running, officer)
    with pytest.raises(NotAllowed):
        hand(running, sender)
    assert Handover.select().count() == 1


@pytest.mark.parametrize("status", ["draft", "stopped"])
def test_what_does_not_run_is_not_taken(zavel, sender, officer, status):
    with pytest.raises(WrongMoment):
        take(town.campaign(sender, zavel.bins["A"], status), officer)


def test_an_exercise_of_a_zone_is_its_own(zavel, sender, officer):
    with pytest.raises(WrongMoment):
        take(town.campaign(sender, zavel.bins["A"], "running", is_practice=True), officer)
    assert not takeover.open_to_desk().exists()


def test_only_the_national_desk_takes(running, zavel, officer):
    other = town.user("sender", cast.organisation("FOD Anders", "federal_service"))
    for who in (other, zavel.people["sender"], town.zone("Heuvel", 2).people["sender"]):
        with pytest.raises(NotAllowed):
            take(running, who)


def test_without_a_national_desk_the_campaign_stays(running, sender):
    with pytest.raises(Refusal, match="no national desk"):
        hand(running, sender)


def test_there_is_one_national_desk_and_it_is_a_federal_service(desk):
    for kind in ("federal_service", "police_zone"):
        with pytest.raises(Refusal):
            accounts.add_organisation("Nog een", kind, now=NOON, is_national_desk=True)
    assert Organisation.select().where(Organisation.is_national_desk).count() == 1


def test_the_desk_sees_nothing_of_a_campaign_before_it_takes_it(running, officer, signed_in):
    browser = signed_in(officer)
    assert browser.get(f"/campaigns/{running.id}").status == 404
    assert browser.get(f"/campaigns/{running.id}/messages").status == 404
    assert browser.post(f"/campaigns/{running.id}/pause").status == 404
    assert browser.get("/desk").has("Bericht running")


def test_taken_on_the_page_the_desk_pauses_and_the_zone_only_watches(running, sender, officer, signed_in):
    ours, theirs = signed_in(officer), signed_in(sender)
    assert ours.post(f"/campaigns/{running.id}/take", reason="").has("NCCN")
    assert fresh(running).held_by_id is None
    page = ours.post(f"/campaigns/{running.id}/take", reason=WHY)
    assert page.path == f"/campaigns/{running.id}" and page.select('form[action$="/pause"]')
    watching = theirs.get(f"/campaigns/{running.id}")
    assert WHY in watching.text and not watching.select('form[action$="/pause"]')
    for deed in ("pause", "stop", "unsure", "hand-over", "give-back"):
        assert theirs.post(f"/campaigns/{running.id}/{deed}", reason="x").status == 403, deed
    ours.post(f"/campaigns/{running.id}/pause")
    assert fresh(running).is_paused
    ours.post(f"/campaigns/{running.id}/give-back", reason="Klaar.")
    theirs.post(f"/campaigns/{running.id}/resume")
    assert fresh(running).is_running


def test_a_zone_hands_over_on_the_page_while_the_live_fragment_of_others_learns_it(
    running, sender, desk, signed_in
):
    browser = signed_in(sender)
    fragment = browser.htmx(f"/campaigns/{running.id}/live")
    assert fragment.status == 200
    browser.post(f"/campaigns/{running.id}/hand-over", reason=WHY)
    seen = browser.htmx(f"/campaigns/{running.id}/live", seen="0-running-0-0-0")
    assert WHY in seen.text and fresh(running).held_by_id == desk.id


def test_the_report_tells_who_led_it_on_screen_and_on_paper(running, sender, officer, signed_in):
    take(running, officer)
    campaigns.stop(fresh(running), by=officer, now=NOON)
    for who in (sender, officer):
        assert WHY in signed_in(who).get(f"/campaigns/{running.id}").text
    assert WHY in report.build(fresh(running), "nl", NOON)["handovers"][0]


# ── A draft ─────────────────────────────────────────────────────────────


@pytest.fixture
def draft(zavel, sender):
    return town.campaign(sender, zavel.bins["A"], "draft")


@pytest.fixture
def second(desk):
    return town.user("organisation_admin", desk)


def four_eyes(zavel):
    admin = zavel.people["organisation_admin"]
    approval.set_rule(
        Organisation.get_by_id(admin.organisation_id),
        "preventive",
        is_needed=True,
        deadline_seconds=300,
        ladder=[admin.id],
        version=0,
        by=admin,
        now=NOON,
    )


def submit(campaign, by):
    return campaigns.submit(fresh(campaign), by=by, now=NOON, version=fresh(campaign).version)


def approve(campaign, by):
    seen = {"version": fresh(campaign).version, "confirmed": approval.magnitude(fresh(campaign))}
    approval.approve(fresh(campaign), by=by, now=NOON, **seen)


def launch(campaign, by):
    return campaigns.launch(fresh(campaign), by=fresh(by), now=NOON, terms_accepted=True)


def test_the_desk_goes_on_with_a_draft_that_the_zone_handed_over_and_sends_it(draft, sender, officer):
    hand(draft, sender)
    texts = {"sms": {"nl": {"body": "Verlaat uw woning."}}}
    campaigns.write(fresh(draft), by=officer, now=NOON, version=fresh(draft).version, texts=texts)
    sent = launch(draft, officer)
    assert (
        sent.is_running
        and sent.launched_by_id == officer.id
        and sent.organisation_id == sender.organisation_id
    )
    assert Message.select().where(Message.campaign == draft.id).exists()


def test_from_then_on_the_zone_writes_approves_and_sends_nothing_of_it(zavel, draft, sender, officer):
    hand(draft, sender)
    for who in zavel.people.values():
        for deed in ("campaign.compose", "campaign.approve", "campaign.launch", "campaign.override"):
            assert not rights.may(fresh(who), deed, fresh(draft)), (who.role, deed)
    with pytest.raises(NotAllowed, match="national desk leads"):
        campaigns.write(fresh(draft), by=sender, now=NOON, version=fresh(draft).version, name="Toch")
    with pytest.raises(NotAllowed, match="national desk leads"):
        launch(draft, sender)
    assert rights.sees_campaign(fresh(sender), fresh(draft))


def test_another_service_than_the_desk_does_nothing_with_it(draft, sender, officer):
    hand(draft, sender)
    other = town.user("sender", cast.organisation("FOD Anders", "federal_service"))
    assert not rights.sees_campaign(other, fresh(draft))
    with pytest.raises(NotAllowed):
        launch(draft, other)


def test_whom_it_is_for_stays_as_the_zone_chose(zavel, draft, sender, officer):
    hand(draft, sender)
    everybody = {"bins": [bin.id for bin in zavel.bins.values()]}
    campaigns.write(
        fresh(draft), by=officer, now=NOON, version=fresh(draft).version, name="Nu", audience=everybody
    )
    assert fresh(draft).name == "Nu" and fresh(draft).audience == draft.audience


def test_the_four_eyes_of_the_zone_hold_at_the_desk(zavel, draft, sender, officer, second):
    four_eyes(zavel)
    hand(draft, sender)
    campaigns.write(fresh(draft), by=officer, now=NOON, version=fresh(draft).version, name="Nu")
    with pytest.raises(NotAllowed, match="needs the approval"):
        launch(draft, officer)
    submit(draft, officer)
    assert approval.latest(draft).asked == [second.id]
    with pytest.raises(NotAllowed, match="You wrote this yourself"):
        approve(draft, officer)
    with pytest.raises(NotAllowed):
        approve(draft, zavel.people["organisation_admin"])
    approve(draft, second)
    assert launch(draft, officer).is_running


def test_what_waits_for_approval_is_asked_of_the_desk_once_it_is_handed_over(
    zavel, draft, sender, officer, second
):
    four_eyes(zavel)
    submit(draft, sender)
    hand(draft, sender)
    approval.climb(NOON)
    assert {officer.id, second.id} <= set(approval.latest(draft).asked)
    approve(draft, second)
    assert launch(draft, officer).is_running


def test_what_was_approved_stays_approved_when_it_is_handed_over(zavel, draft, sender, officer):
    four_eyes(zavel)
    submit(draft, sender)
    approve(draft, zavel.people["organisation_admin"])
    hand(draft, sender)
    assert launch(draft, officer).is_running


def test_a_draft_is_given_back_and_the_zone_goes_on(draft, sender, officer):
    hand(draft, sender)
    takeover.give_back(fresh(draft), by=officer, now=NOON, reason="De zone kan weer.")
    with pytest.raises(NotAllowed):
        launch(draft, officer)
    assert launch(draft, sender).is_running and not may_control(officer, draft)


def test_a_draft_for_nobody_is_not_handed_over(zavel, sender, desk):
    empty = campaigns.draft(Organisation.get_by_id(sender.organisation_id), by=sender, now=NOON)
    with pytest.raises(Refusal, match="Choose first who gets it"):
        hand(empty, sender)


def test_a_draft_that_was_handed_over_is_not_thrown_away(draft, sender, officer):
    hand(draft, sender)
    takeover.give_back(fresh(draft), by=officer, now=NOON, reason="De zone kan weer.")
    with pytest.raises(Refusal, match="handed over"):
        campaigns.discard(fresh(draft), by=sender, now=NOON)
    retention.go_round(NOON + timedelta(days=800), retention.Keeping())
    assert Campaign.select().where(Campaign.id == draft.id).exists()


def test_both_find_a_handed_draft_in_their_log_and_the_desk_is_told(draft, sender, desk, officer):
    hand(draft, sender)
    logged = Audit.select().where(Audit.deed == "campaign.handed")
    assert {entry.organisation_id for entry in logged} == {draft.organisation_id, desk.id}
    assert Message.select().where(Message.address == desk.email).count() == 1


def test_the_desk_finds_whose_draft_it_is_who_handed_it_over_and_why(
    zavel, draft, sender, officer, signed_in
):
    four_eyes(zavel)
    submit(draft, sender)
    hand(draft, sender)
    ours = signed_in(officer)
    for page, part in ((ours.get("/"), "#drafts"), (ours.get("/desk"), "#handed")):
        said = page.select(part)[0].get_text(" ")
        for words in (sender.organisation.name, sender.name, WHY, "wacht op goedkeuring"):
            assert words in said, (page.path, words)
    whom = ours.get(f"/campaigns/{draft.id}/text").select("#audience")[0].get_text(" ")
    assert sender.organisation.name in whom and zavel.bins["A"].name in whom


def test_the_zone_still_finds_on_its_start_page_what_it_handed_over(draft, sender, desk, signed_in):
    hand(draft, sender)
    part = signed_in(sender).get("/").select("#handed")[0].get_text(" ")
    assert fresh(draft).name in part and WHY in part


def test_on_the_pages_the_zone_hands_a_draft_over_and_the_desk_writes_and_sends(
    draft, sender, officer, signed_in
):
    theirs, ours = signed_in(sender), signed_in(officer)
    assert ours.get(f"/campaigns/{draft.id}/text").status == 404
    page = theirs.get(f"/campaigns/{draft.id}/review")
    assert page.select('form[action$="/hand-over"]')
    watched = theirs.post(f"/campaigns/{draft.id}/hand-over", reason=WHY)
    assert watched.path.endswith("/approval") and WHY in watched.text
    assert (
        theirs.get("/campaigns").select("#handed") and theirs.get(f"/campaigns/{draft.id}/text").status == 403
    )
    page = ours.get(f"/campaigns/{draft.id}/text")
    assert (
        page.status == 200 and not page.select("input[name=bins]") and not page.select('a[href$="/discard"]')
    )
    form = page.form("main form")
    ours.post(f"/campaigns/{draft.id}/text", form | {"sms-nl-body": "Verlaat uw woning.", "go": "review"})
    form = ours.get(f"/campaigns/{draft.id}/review").form("form#launch")
    ours.post(f"/campaigns/{draft.id}/launch", form, terms="1")
    sent = fresh(draft)
    assert sent.is_running and sent.texts["sms"]["nl"]["body"] == "Verlaat uw woning."
    watching = theirs.get(f"/campaigns/{draft.id}")
    assert watching.status == 200 and not watching.select('form[action$="/pause"]')


# ── What follows ────────────────────────────────────────────────────────


def test_what_the_desk_took_and_stopped_is_corrected_by_the_zone(running, sender, officer, signed_in):
    Message.update(status="accepted").where(Message.campaign == running.id).execute()
    take(running, officer)
    campaigns.stop(fresh(running), by=officer, now=NOON)
    zone = signed_in(sender)
    page = zone.post(f"/campaigns/{running.id}/follow", what="correction")
    made = Campaign.get(Campaign.follows == running.id)
    assert page.path == f"/campaigns/{made.id}/text" and page.status == 200 and made.held_by is None
    assert campaigns.launch(made, by=sender, now=NOON, terms_accepted=True).is_running


def test_a_correction_that_was_handed_to_the_desk_is_not_begun_again_beside_it(running, sender, officer):
    campaigns.stop(running, by=sender, now=NOON)
    made = follow_ups.draft(running, "correction", by=sender, now=NOON)
    hand(made, sender)
    with pytest.raises(WrongMoment, match="NCCN has this draft already"):
        follow_ups.draft(running, "correction", by=sender, now=NOON)
    takeover.give_back(fresh(made), by=officer, now=NOON, reason=WHY)
    assert follow_ups.draft(running, "correction", by=sender, now=NOON) == made
