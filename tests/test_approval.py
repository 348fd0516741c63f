"""Four eyes: who may approve, what an edit does, the ladder, the override, and that no road leads around it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import rights
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.sending import approval, campaigns, contacts, follow_ups, report, scenarios, speech
from models import KINDS, Approval, Audit, Campaign, Grant, Letter, Message, Organisation, User
from tests import cast, joining, town
from tests.cast import NOON
from tests.test_follow_ups import put
from tests.test_voice_pages import wav

LINK = "https://belfort.example/campaigns/1/approval"
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def where(zavel):
    return Organisation.get_by_id(zavel.bins["A"].organisation_id)


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


@pytest.fixture
def chief(zavel, where):
    """Whoever approves, and may pass approval over; with another approver further on the ladder."""
    rule(where, [zavel.people["organisation_admin"].id])
    return zavel.people["organisation_admin"]


@pytest.fixture
def colleague(where):
    return town.user("sender", where, email="colleague@zavel.example")


@pytest.fixture
def draft(zavel, sender, chief):
    return town.campaign(sender, zavel.bins["A"], "draft")


def rule(where, ladder, kind="preventive", version=0, is_needed=True, by=None):
    by = by or User.get(User.organisation == where, User.role == "organisation_admin")
    approval.set_rule(
        where,
        kind,
        is_needed=is_needed,
        deadline_seconds=300,
        ladder=ladder,
        version=version,
        by=by,
        now=NOON,
    )


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.get_by_id(campaign.id)


def submit(campaign, by, now=NOON) -> Campaign:
    return campaigns.submit(campaign, by=by, now=now, version=campaign.version, link=LINK)


def approve(campaign, by, **values):
    values = {"version": campaign.version, "confirmed": approval.magnitude(campaign)} | values
    approval.approve(campaign, by=by, now=NOON, **values)


def launch(campaign, by) -> Campaign:
    return campaigns.launch(campaign, by=by, now=NOON, terms_accepted=True)


def edit(campaign, by, **wording) -> Campaign:
    return campaigns.write(campaign, by=by, now=NOON, version=fresh(campaign).version, **wording)


def asked_of(campaign) -> list[int]:
    return approval.latest(campaign).asked


# ── Who, and what is launched ───────────────────────────────────────────


def test_what_needs_approval_does_not_leave_without(draft, sender):
    with pytest.raises(NotAllowed, match="needs the approval of somebody else"):
        launch(draft, sender)
    submit(draft, sender)
    with pytest.raises(NotAllowed, match="needs the approval of somebody else"):
        launch(draft, sender)
    assert fresh(draft).is_submitted and not Message.select().where(Message.campaign == draft.id).exists()


def test_what_was_approved_is_launched(draft, sender, chief):
    approve(submit(draft, sender), chief)
    assert launch(draft, sender).is_running


def test_a_kind_that_needs_no_approval_leaves_as_before(zavel, where, sender, draft):
    rule(where, [], version=1, is_needed=False)
    assert launch(draft, sender).is_running


def test_an_organisation_that_never_chose_asks_nothing(app):
    heuvel = town.zone("Heuvel", 2)
    assert town.campaign(heuvel.people["sender"], heuvel.bins["A"], "running").is_running


def test_the_author_does_not_approve_their_own(draft, sender):
    with pytest.raises(NotAllowed, match="You wrote this yourself"):
        approve(submit(draft, sender), sender)


def test_whoever_changed_the_text_last_does_not_approve_it_either(draft, sender, chief, colleague):
    edited = edit(draft, colleague, name="Anders")
    submit(edited, sender)
    with pytest.raises(NotAllowed, match="You wrote this yourself"):
        approve(edited, colleague)
    approve(edited, chief)


def test_who_has_no_right_to_approve_does_not(draft, sender, zavel):
    submit(draft, sender)
    for who in ("coordinator A", "reader"):
        with pytest.raises(NotAllowed):
            approve(draft, zavel.people[who])


def test_nobody_of_another_zone_approves(draft, sender):
    submit(draft, sender)
    with pytest.raises(NotAllowed):
        approve(draft, town.zone("Heuvel", 2).people["organisation_admin"])


def test_an_edit_takes_the_approval_away_and_is_written_down(draft, sender, chief):
    approve(submit(draft, sender), chief)
    edited = edit(draft, sender, name="Toch anders")
    assert edited.status == "draft" and approval.latest(draft).status == "withdrawn"
    assert Audit.select().where(Audit.deed == "campaign.withdrawn").count() == 1
    with pytest.raises(NotAllowed):
        launch(edited, sender)


def test_another_recording_takes_the_approval_away_and_is_that_hand_s_text(draft, sender, chief, colleague):
    spoken = {"voice": {"nl": {"body": "Blijf binnen."}}}
    approve(submit(edit(draft, sender, channels=["voice"], texts=spoken), sender), chief)
    campaigns.record(fresh(draft), "nl", wav(1), "boodschap.wav", by=chief, now=NOON)
    assert fresh(draft).status == "draft" and approval.latest(draft).status == "withdrawn"
    with pytest.raises(NotAllowed, match="You wrote this yourself"):
        approve(submit(fresh(draft), sender), chief)


def test_a_save_that_changes_nothing_leaves_the_approval(draft, sender, chief):
    approve(submit(draft, sender), chief)
    kept = edit(draft, sender, name=draft.name, texts=draft.texts)
    assert kept.is_approved and kept.version == draft.version
    assert launch(kept, sender).is_running


def test_an_approval_counts_for_the_text_that_was_read(draft, sender, chief):
    seen = submit(draft, sender)
    submit(edit(draft, sender, name="Anders"), sender)
    with pytest.raises(WrongMoment, match="changed after you read it"):
        approve(draft, chief, version=seen.version)


def test_somebody_who_joins_the_list_after_the_approval_stops_the_launch(zavel, draft, sender, chief):
    approve(submit(draft, sender), chief)
    cast.member(zavel.bins["A"], "Nieuw", mobile="+32470998877")
    with pytest.raises(Refusal, match="number of people or messages has changed"):
        launch(draft, sender)
    approve(submit(fresh(draft), sender), chief)
    assert launch(draft, sender).is_running


def test_of_two_approvers_the_second_hears_that_it_was_done(draft, sender, chief, colleague):
    approve(submit(draft, sender), chief)
    with pytest.raises(WrongMoment):
        approve(draft, colleague)
    assert Approval.select().where(Approval.status == "approved").count() == 1


# ── What is approved with the text ──────────────────────────────────────


def test_what_becomes_of_doubt_is_approved_with_the_text(draft, sender, chief):
    asked = campaigns.submit(draft, by=sender, now=NOON, version=draft.version, link=LINK, policy="insist")
    assert asked.policy == "insist" and asked.is_submitted
    approve(asked, chief)
    with pytest.raises(NotAllowed, match="approved with another choice"):
        campaigns.launch(asked, by=sender, now=NOON, terms_accepted=True, policy="ask")
    assert not Message.select().where(Message.campaign == draft.id).exists()
    assert launch(draft, sender).policy == "insist"


def test_another_choice_about_doubt_takes_the_approval_away(draft, sender, chief):
    approve(submit(draft, sender), chief)
    assert edit(draft, sender, policy="insist").status == "draft"


def test_who_passes_approval_over_may_still_choose_about_doubt(draft, sender, chief):
    override(draft, chief)
    assert campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True, policy="insist").is_running


@pytest.mark.parametrize("is_approved", [False, True])
def test_other_words_around_the_calls_take_the_approval_away(where, draft, sender, chief, is_approved):
    spoken = {"voice": {"nl": {"body": "Blijf binnen."}}}
    asked = submit(edit(draft, sender, channels=["voice"], texts=spoken), sender)
    if is_approved:
        approve(asked, chief)
    speech.begin_with(where, "nl", "Hier de politie.", by=None, now=NOON)
    assert fresh(draft).status == "draft" and approval.latest(draft).status == "withdrawn"
    with pytest.raises(NotAllowed):
        launch(draft, sender)
    assert Audit.select().where(Audit.deed == "campaign.withdrawn").count() == 1


def test_other_words_around_the_calls_leave_a_text_message_and_another_zone_alone(draft, sender, chief):
    approve(submit(draft, sender), chief)
    begin = {"by": None, "now": NOON}
    speech.begin_with(draft.organisation, "nl", "Hier de politie.", **begin)
    speech.begin_with(cast.organisation("Heuvel"), "nl", "Hier de politie.", **begin)
    assert fresh(draft).is_approved


def test_the_approver_reads_what_is_said_around_a_call_and_what_becomes_of_doubt(
    where, draft, sender, chief, signed_in
):
    spoken = {"voice": {"nl": {"body": "Blijf binnen."}}}
    asked = submit(edit(draft, sender, channels=["voice"], texts=spoken), sender)
    page = signed_in(chief).get(f"/campaigns/{draft.id}/approval")
    assert page.has(speech.opening(where, "nl")) and page.has(speech.ASKS["nl"])
    assert page.has("Vraag het mij eerst.")
    speech.begin_with(where, "nl", "Hier de politie.", by=None, now=NOON)
    submit(fresh(asked), sender)
    told = signed_in(chief).get(f"/campaigns/{draft.id}/approval")
    assert told.has("Hier de politie.") and told.has("Het begin van de oproepen is veranderd")


def test_the_writer_chooses_about_doubt_where_approval_is_asked_and_only_reads_it_afterwards(
    draft, sender, chief, signed_in
):
    browser, review = signed_in(sender), f"/campaigns/{draft.id}/review"
    form = browser.get(review).form("form#submit")
    assert form["policy"] == "ask"
    browser.post(f"/campaigns/{draft.id}/submit", form, policy="insist")
    approve(fresh(draft), chief)
    page = browser.get(review)
    assert not page.select("form#launch input[name=policy]") and page.has("Verzend het opnieuw.")
    browser.post(f"/campaigns/{draft.id}/launch", page.form("form#launch"), terms="1")
    assert fresh(draft).is_running and fresh(draft).policy == "insist"


# ── What the approver reads ─────────────────────────────────────────────


@pytest.mark.parametrize("confirmed", [{}, {"bins": 1, "people": 2, "messages": 1}])
def test_the_approver_confirms_how_many_it_is_for(draft, sender, chief, confirmed):
    submit(draft, sender)
    with pytest.raises(Incomplete) as refusal:
        approve(draft, chief, confirmed=confirmed)
    assert set(refusal.value.faults) == {"magnitude"} and fresh(draft).is_submitted


def test_a_number_on_no_list_is_ticked_and_kept_as_ticked(draft, where, sender, chief):
    texts = {"sms": {"nl": {"body": "Bel 016/12.34.56 of kijk op www.zavel.be. Info: 1771."}}}
    contacts.verify(where, "1771", by=chief, now=NOON)
    submit(edit(draft, sender, texts=texts), sender)
    read = fresh(draft)
    assert contacts.unverified(read) == ["+3216123456", "www.zavel.be"]
    with pytest.raises(Incomplete) as refusal:
        approve(read, chief, ticked=["+3216123456"])
    assert "www.zavel.be" in str(refusal.value.faults["ticked"])
    approve(read, chief, ticked=["+3216123456", "www.zavel.be"])
    assert approval.latest(draft).ticked == ["+3216123456", "www.zavel.be"]


@given(
    st.integers(10_000_000, 99_999_999), st.sampled_from(["{}", "Bel {} nu.", "({})", "tel:{}", "a {}, b"])
)
def test_no_number_in_a_text_escapes_the_approver(digits, frame):
    assert list(contacts.found_in(frame.format(f"0{digits}")))


@pytest.mark.parametrize(
    "text", ["om 14.30 uur", "van 8:00 tot 9:30", "op 23/11/2026", "op 3.4.2026", "40 huizen"]
)
def test_an_hour_or_a_day_is_no_number_to_ring(text):
    assert list(contacts.found_in(text)) == []


@pytest.mark.parametrize(
    "text", ["wagen ABC-123", "wagen 123-ABC", "wagen 1-ABC-234", "nummerplaat 1 abc 234"]
)
def test_a_number_plate_of_any_time_is_no_number_to_ring(text):
    assert list(contacts.found_in(text)) == []


# ── Not like this ───────────────────────────────────────────────────────


@pytest.mark.parametrize("is_rejected", [False, True])
def test_sent_back_or_rejected_needs_a_reason_and_goes_back_to_the_writer(draft, sender, chief, is_rejected):
    submit(draft, sender)
    with pytest.raises(Refusal, match="Say why"):
        approval.send_back(draft, by=chief, now=NOON, reason=" ", is_rejected=is_rejected)
    approval.send_back(draft, by=chief, now=NOON, reason="Te lang.", is_rejected=is_rejected)
    assert fresh(draft).status == "draft" and approval.latest(draft).reason == "Te lang."
    with pytest.raises(NotAllowed):
        launch(draft, sender)


def test_what_was_rejected_is_not_asked_again_before_it_changes(draft, sender, chief):
    submit(draft, sender)
    approval.send_back(draft, by=chief, now=NOON, reason="Neen.", is_rejected=True)
    with pytest.raises(Refusal, match="Change it before you ask again"):
        submit(fresh(draft), sender)
    assert submit(edit(draft, sender, name="Beter"), sender).is_submitted


# ── The ladder ──────────────────────────────────────────────────────────


def test_whoever_never_chose_how_long_to_wait_waits_longest_for_what_can_wait(where):
    minutes = {kind: approval.rule_for(where, kind).deadline_seconds // 60 for kind in KINDS}
    assert minutes == {"warning": 5, "preventive": 60, "news": 24 * 60, "other": 60}


def on_the_page(browser, **typed) -> dict:
    """What the page of four eyes sends: what stands in it, and what was typed over that."""
    return browser.get("/four-eyes").form() | {
        name.replace("__", "-"): value for name, value in typed.items()
    }


def test_the_page_offers_those_minutes_and_keeps_others(where, chief, signed_in):
    browser = signed_in(chief)
    form = on_the_page(browser)
    assert [form[f"{kind}-minutes"] for kind in KINDS] == ["5", "5", "1440", "60"]  # the fixture chose 5
    browser.post("/four-eyes", form | {"news-needed": "1", "news-minutes": "90", "news-ladder": [chief.id]})
    assert approval.rule_for(where, "news").deadline_seconds == 90 * 60


def test_one_save_keeps_every_kind_that_was_ticked_and_the_quiet_hours(where, chief, signed_in):
    browser = signed_in(chief)
    assert len(browser.get("/four-eyes").select("main button[type=submit]")) == 1
    browser.post(
        "/four-eyes",
        on_the_page(browser, warning__needed="1", news__needed="1", quiet_from="22:00", quiet_until="07:00"),
    )
    asked = {kind for kind in KINDS if approval.rule_for(where, kind).is_needed}
    assert asked >= {"warning", "news"} and Organisation.get_by_id(where.id).quiet_from == "22:00"


def test_one_wrong_kind_keeps_nothing_and_each_fault_is_said_at_its_kind(where, chief, signed_in):
    browser = signed_in(chief)
    typed = {"warning__needed": "1", "news__minutes": "soon", "other__minutes": "0", "quiet_from": "22:00"}
    page = browser.post("/four-eyes", on_the_page(browser, **typed))
    wrong = {field["id"] for field in page.select("[aria-invalid]")}
    assert page.status == 422 and wrong == {"news-minutes", "other-minutes", "quiet_until"}
    assert page.select("#warning-needed[checked]") and page.select("#news-minutes")[0]["value"] == "soon"
    assert (
        not approval.rule_for(where, "warning").is_needed and not Organisation.get_by_id(where.id).quiet_from
    )


def test_only_the_kind_that_was_changed_is_written_down(where, chief, signed_in):
    browser = signed_in(chief)
    written = Audit.select().where(Audit.deed << ("approval.changed", "organisation.quiet_changed"))
    before = written.count()
    browser.post("/four-eyes", on_the_page(browser, warning__needed="1"))
    assert [row.facts["kind"] for row in written.order_by(Audit.id).offset(before)] == ["warning"]


def test_two_who_set_the_quiet_hours_at_once_hear_of_each_other(where, chief, signed_in):
    browser = signed_in(chief)
    stale = on_the_page(browser, warning__needed="1")
    browser.post("/four-eyes", on_the_page(browser, quiet_from="22:00", quiet_until="07:00"))
    assert browser.post("/four-eyes", stale).status == 409
    assert Organisation.get_by_id(where.id).quiet_from == "22:00"
    assert not approval.rule_for(where, "warning").is_needed


def test_approval_is_asked_by_mail_and_sms_with_a_link(draft, sender, chief):
    submit(draft, sender)
    sent = {(m.channel, m.address) for m in Message.select().where(Message.letter.is_null(False))}
    assert sent == {("email", chief.email), ("sms", chief.phone)}
    assert all(LINK in letter.body for letter in Letter.select())


def test_after_the_deadline_the_next_on_the_ladder_is_asked_once(where, draft, sender, chief, colleague):
    rule(where, [chief.id, colleague.id], version=1)
    submit(draft, sender)
    approval.climb(NOON + FIVE_MINUTES - timedelta(seconds=1))
    assert asked_of(draft) == [chief.id]
    for _look in range(2):
        approval.climb(NOON + FIVE_MINUTES)
    assert asked_of(draft) == [chief.id, colleague.id]
    assert Message.select().where(Message.address == colleague.email).count() == 1


def test_after_the_last_of_the_ladder_everybody_who_may_is_asked_and_then_it_is_said(
    draft, sender, chief, colleague
):
    submit(draft, sender)
    for turn in range(1, 5):
        approval.climb(NOON + FIVE_MINUTES * turn)
    assert asked_of(draft) == [chief.id, colleague.id]
    assert Audit.select().where(Audit.deed == "approval.unanswered").count() == 1


def test_the_writer_and_who_left_are_passed_by_on_the_ladder(where, draft, sender, chief, colleague):
    gone = town.user("sender", where, email="gone@zavel.example")
    rule(where, [sender.id, gone.id, colleague.id, chief.id], version=1)
    User.update(is_active=False).where(User.id == gone.id).execute()
    submit(draft, sender)
    assert asked_of(draft) == [colleague.id]


def test_nobody_is_asked_any_more_once_it_is_answered(draft, sender, chief, colleague):
    approve(submit(draft, sender), chief)
    approval.climb(NOON + FIVE_MINUTES * 3)
    assert asked_of(draft) == [chief.id]


def test_nobody_is_asked_about_what_was_launched_meanwhile(where, draft, sender, chief, colleague):
    submit(draft, sender)
    rule(where, [chief.id], version=1, is_needed=False)
    launch(fresh(draft), sender)
    approval.climb(NOON + FIVE_MINUTES)
    assert asked_of(draft) == [chief.id]


def test_an_exercise_walks_the_same_path_and_bothers_nobody(zavel, chief, sender):
    practice = town.campaign(sender, zavel.bins["A"], "draft", is_practice=True)
    with pytest.raises(NotAllowed):
        launch(practice, sender)
    approve(submit(practice, sender), sender)  # who practises plays both parts
    approval.climb(NOON + FIVE_MINUTES * 3)
    assert launch(practice, sender).is_running and not Letter.select().exists()


# ── In an emergency ─────────────────────────────────────────────────────


def override(campaign, by, reason="Gas, nu."):
    approval.override(campaign, by=by, now=NOON, version=campaign.version, reason=reason)


@pytest.mark.parametrize("is_asked", [False, True])
def test_who_holds_that_right_goes_on_without_approval_and_says_why(
    draft, sender, chief, signed_in, is_asked
):
    if is_asked:
        submit(draft, sender)
    override(draft, chief)
    assert launch(draft, sender).is_running
    assert Audit.select().where(Audit.deed == "campaign.overridden").get().by_id == chief.id
    told = signed_in(sender).get(f"/campaigns/{draft.id}/approval").text
    assert ("wachtte deze goedkeuring niet af" in told) == is_asked and "wijzigde het" not in told


def test_without_that_right_or_a_reason_nobody_goes_on(draft, sender, chief):
    with pytest.raises(NotAllowed):
        override(draft, sender)
    with pytest.raises(Refusal, match="Say why"):
        override(draft, chief, reason="")
    assert fresh(draft).status == "draft"


def test_what_needs_no_approval_cannot_be_said_to_have_gone_without(where, draft, chief):
    rule(where, [chief.id], version=1, is_needed=False)
    with pytest.raises(Refusal, match="needs nobody's approval"):
        override(draft, chief)


def test_an_edit_takes_the_override_away_too(draft, sender, chief):
    override(draft, chief)
    with pytest.raises(NotAllowed):
        launch(edit(draft, sender, name="Anders"), sender)


def test_the_report_says_it_in_red_on_screen_and_on_paper(draft, sender, chief, signed_in):
    override(draft, chief)
    launch(draft, sender)
    campaigns.stop(fresh(draft), by=sender, now=NOON)
    page = signed_in(sender).get(f"/campaigns/{draft.id}")
    assert any("Gas, nu." in note.text for note in page.select(".note.late"))
    assert "Gas, nu." in report.build(fresh(draft), "nl", NOON)["alarm"]
    assert report.paper(fresh(draft), "nl", now=NOON).startswith(b"%PDF")


def test_an_approved_one_names_the_approver_in_its_report(draft, sender, chief):
    approve(submit(draft, sender), chief)
    launch(draft, sender)
    built = report.build(fresh(draft), "nl", NOON)
    assert chief.name in built["approval"] and built["alarm"] == ""


# ── On the pages ────────────────────────────────────────────────────────


def test_what_the_approver_confirms_says_what_it_costs(draft, sender, chief, signed_in):
    joining.tariff()
    signed_in(sender).post(f"/campaigns/{draft.id}/submit", version=draft.version)
    said = signed_in(chief).get(f"/campaigns/{draft.id}/approval").text.replace("\xa0", " ")
    people = approval.magnitude(draft)["people"]
    assert f"{people} " in said and "zonder btw" in said and "€ 0," in said


def test_a_correction_is_approved_for_those_whom_the_message_reached(zavel, draft, sender, chief, signed_in):
    cast.member(zavel.bins["A"], "Peeters", mobile="+32470000099")
    approve(submit(draft, sender), chief)
    launch(draft, sender)
    campaigns.stop(draft, by=sender, now=NOON)
    reached, late = Message.select().where(Message.campaign == draft.id).order_by(Message.id).limit(2)
    put(reached, "accepted")
    correction = follow_ups.draft(draft, "correction", by=sender, now=NOON)
    submit(correction, sender)
    assert approval.magnitude(correction) == {"bins": 0, "people": 1, "messages": 1}
    reader = signed_in(chief)
    page = reader.get(f"/campaigns/{correction.id}/approval")
    assert (
        page.has("wie Bericht draft bereikte") and page.has("1 persoon, 1 bericht") and not page.has(" BIN")
    )
    tick = page.select("form#approve input[name=magnitude]")[0]["value"]
    put(late, "accepted")  # its receipt comes while the page is read, and another one after that
    reader.post(f"/campaigns/{correction.id}/approve", page.form("form#approve"), magnitude=tick)
    assert fresh(correction).is_approved and launch(correction, sender).is_running


def test_of_two_approvers_one_sends_the_correction_that_the_other_began_and_left(
    zavel, draft, sender, chief, signed_in
):
    approve(submit(draft, sender), chief)
    launch(draft, sender)
    campaigns.stop(draft, by=sender, now=NOON)
    left = follow_ups.draft(draft, "correction", by=chief, now=NOON)
    mine = follow_ups.draft(draft, "correction", by=sender, now=NOON + timedelta(days=1))
    assert mine == left and mine.author == sender and mine.opened_at == NOON + timedelta(days=1)
    assert "23/11" in str(mine.texts)
    submit(edit(mine, sender, name="Rechtzetting"), sender)
    assert chief in approval.approvers(fresh(mine))
    assert follow_ups.draft(draft, "correction", by=chief, now=NOON).author == sender, (
        "touched, it stays theirs"
    )


def test_a_correction_that_was_approved_untouched_stays_as_it_was_read_when_somebody_else_begins_it(
    zavel, draft, sender, chief, colleague
):
    approve(submit(draft, sender), chief)
    launch(draft, sender)
    campaigns.stop(draft, by=sender, now=NOON)
    approve(submit(follow_ups.draft(draft, "correction", by=sender, now=NOON), sender), chief)
    read = Campaign.get(Campaign.follows == draft.id)
    follow_ups.draft(draft, "correction", by=colleague, now=NOON + timedelta(days=1))
    assert (fresh(read).author, fresh(read).texts) == (sender, read.texts) and fresh(read).is_approved


def test_what_nobody_else_may_approve_is_refused_and_says_why(zavel, draft, sender, chief, signed_in):
    others = User.organisation == sender.organisation_id, User.id != sender.id
    User.update(is_active=False).where(*others).execute()
    writer = signed_in(sender)
    answer = writer.post(f"/campaigns/{draft.id}/submit", version=draft.version)
    assert answer.has("schreef er zelf aan mee") and fresh(draft).is_draft
    User.update(is_active=True).where(*others).execute()
    submit(draft, sender)
    assert writer.get(f"/campaigns/{draft.id}/review").has("goedkeuring van iemand anders")
    User.update(is_active=False).where(*others).execute()
    assert writer.get(f"/campaigns/{draft.id}/review").has("niemand kan die nu geven")


def test_the_writer_asks_the_approver_approves_and_the_writer_sends(draft, sender, chief, signed_in):
    writer, reader = signed_in(sender), signed_in(chief)
    review = f"/campaigns/{draft.id}/review"
    assert not writer.get(review).select("form#launch")
    writer.post(f"/campaigns/{draft.id}/submit", version=draft.version)
    page = reader.get("/campaigns")
    page = reader.get(page.link("Bericht draft"))
    form = page.form("form#approve")
    assert reader.post(f"/campaigns/{draft.id}/approve", form).status == 422  # nothing was ticked
    tick = page.select("form#approve input[name=magnitude]")[0]["value"]
    reader.post(f"/campaigns/{draft.id}/approve", form, magnitude=tick)
    assert fresh(draft).is_approved
    form = writer.get(review).form("form#launch")
    writer.post(f"/campaigns/{draft.id}/launch", form, terms="1")
    assert fresh(draft).is_running


@pytest.mark.parametrize("who", ["sender", "organisation_admin"])
def test_no_page_or_fragment_launches_what_nobody_approved(zavel, draft, signed_in, who):
    browser = signed_in(zavel.people[who])
    form = {"terms": "1", "version": draft.version}
    assert browser.post(f"/campaigns/{draft.id}/launch", form).status in (403, 422)
    assert browser.htmx(f"/campaigns/{draft.id}/launch", form, method="post").status in (403, 422)
    assert fresh(draft).status == "draft"


def test_no_template_and_no_command_launches_what_nobody_approved(app, zavel, draft, sender, signed_in):
    template = scenarios.save_as_template(draft, by=sender, now=NOON)
    browser = signed_in(sender)
    browser.post(f"/templates/{template.id}/use")
    copy = Campaign.select().order_by(Campaign.id.desc()).first()
    assert browser.post(f"/campaigns/{copy.id}/launch", terms="1", version=copy.version).status in (403, 422)
    result = app.test_cli_runner().invoke(
        args=["launch", template.name, "--bin", zavel.bins["A"].name, "--by", sender.email]
    )
    assert result.exit_code != 0 and not Campaign.select().where(Campaign.status == "running").exists()


def test_the_author_finds_no_button_to_approve(draft, sender, signed_in):
    submit(draft, sender)
    browser = signed_in(sender)
    assert not browser.get(f"/campaigns/{draft.id}/approval").select("form#approve")
    assert browser.post(f"/campaigns/{draft.id}/approve", version=draft.version).status == 403


def test_each_number_that_was_not_ticked_is_named(draft, sender, chief):
    said = {"sms": {"nl": {"body": "Bel 016 12 34 56 of kijk op www.zavel.be."}}}
    read = submit(edit(draft, sender, texts=said), sender)
    with pytest.raises(Incomplete) as refusal:
        approve(read, chief, ticked=[])
    assert all(value in str(refusal.value.faults["ticked"]) for value in ("+3216123456", "www.zavel.be"))


def test_the_rules_are_set_on_a_page_and_two_at_once_hear_of_each_other(where, chief, signed_in):
    browser = signed_in(chief)
    form = on_the_page(browser, warning__needed="1", warning__minutes="5", warning__ladder=[chief.id])
    browser.post("/four-eyes", form)
    found = approval.rule_for(where, "warning")
    assert found.is_needed and found.ladder == [chief.id] and found.deadline_seconds == 300
    assert browser.post("/four-eyes", form).status == 409
    assert browser.post("/four-eyes", form | {"warning-version": 1, "warning-minutes": "0"}).status == 422
    assert (
        Audit.select().where(Audit.deed == "approval.changed", Audit.facts["kind"] == "warning").count() == 1
    )


def test_nobody_of_elsewhere_stands_on_a_ladder(where, chief):
    stranger = town.zone("Heuvel", 2).people["organisation_admin"]
    with pytest.raises(NotAllowed):
        rule(where, [stranger.id], version=1)


def test_the_list_of_verified_numbers_and_links(where, chief, signed_in):
    browser = signed_in(chief)
    for value in ("0800 12 345", "https://www.Zavel.be/gas"):
        browser.post("/verified", value=value)
    page = browser.get("/verified")
    assert page.has("+3280012345") and page.has(chief.name) and page.has("www.zavel.be")
    assert browser.post("/verified", value="niets").status == 422
    assert browser.post("/verified", value="0800 12 345").status == 422
    browser.post(f"/verified/{contacts.list_of(where).first().id}/forget")
    assert contacts.list_of(where).count() == 1


def test_a_right_to_approve_that_was_taken_is_no_right(draft, sender, chief):
    submit(draft, sender)
    Grant.delete().where(Grant.deed == "campaign.approve").execute()
    with pytest.raises(NotAllowed):
        approve(draft, chief)
    assert not rights.may(User.get_by_id(chief.id), "campaign.approve")
