"""The rights matrix: who may write, approve and send what to whom, and who may change that."""

import importlib
import io
import logging
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import clock, matrix, rights
from dispatch.access import pending
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.matrix import Box
from dispatch.rights import Part, Right
from dispatch.sending import campaigns
from models import (
    CHANNELS,
    KINDS,
    ORGANISATION_KINDS,
    ROLES,
    Audit,
    Campaign,
    Document,
    Grant,
    Organisation,
    PendingChange,
    User,
)
from tests import cast, town
from tests.cast import NOON

bins = st.none() | st.integers(1, 3)
some_rights = st.frozensets(
    st.builds(Right, st.sampled_from(rights.SENDING), bins, st.sampled_from(KINDS), st.sampled_from(CHANNELS))
)
parts = st.builds(Part, bins, st.sampled_from(KINDS), st.none() | st.sampled_from(CHANNELS))
deeds = st.sampled_from(rights.SENDING)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def where(zavel):
    return Organisation.get_by_id(zavel.bins["A"].organisation_id)


@pytest.fixture
def second(where):
    return town.user("organisation_admin", where, email="second@zavel.example")


def fresh(user: User) -> User:
    return User.get_by_id(user.id)


def box(holder: str, deed: str = "launch", kind: str = "news", channel: str = "sms") -> Box:
    return Box(holder, f"campaign.{deed}", kind, channel)


def ticked(where, *more: Box, without=()) -> frozenset[Box]:
    return (matrix.boxes(where, None) | set(more)) - set(without)


def change(where, wanted, by, bin=None, version=1):
    return matrix.change(where, bin, wanted, version=version, by=by, now=NOON)


def draft_of(zavel, *letters: str, **wording) -> Campaign:
    sender = zavel.people["sender"]
    made = town.campaign(sender, zavel.bins["A"], "draft")
    audience = {"bins": [zavel.bins[letter].id for letter in letters]}
    return campaigns.write(made, by=sender, now=NOON, version=made.version, audience=audience, **wording)


# ── The judge, as sets ──────────────────────────────────────────────────


@given(some_rights, some_rights, deeds, parts)
def test_a_right_that_is_added_never_takes_another_away(some, more, deed, part):
    assert not rights.gives(some, deed, part) or rights.gives(some | more, deed, part)


@given(some_rights, some_rights, deeds, parts)
def test_a_right_that_is_removed_never_adds_one(some, less, deed, part):
    assert not rights.gives(some - less, deed, part) or rights.gives(some, deed, part)


@given(deeds, parts)
def test_nothing_held_is_nothing_given(deed, part):
    assert not rights.gives(frozenset(), deed, part)


@given(some_rights, deeds, st.integers(1, 3), st.sampled_from(KINDS), st.sampled_from(CHANNELS))
def test_a_part_is_open_only_by_a_right_to_its_deed_kind_channel_and_bin(some, deed, bin, kind, channel):
    exact = {Right(deed, place, kind, channel) for place in (None, bin)}
    assert rights.gives(some, deed, Part(bin, kind, channel)) == bool(exact & some)


def test_a_right_in_another_organisation_never_appears(zavel, where):
    heuvel = town.zone("Heuvel", 2)
    stranger = heuvel.people["reader"]
    rows = [
        {"organisation": where.id, "role": role, "user": user, "deed": deed}
        for (role, user), deed in product((("reader", None), ("", stranger.id)), rights.DEEDS)
    ]
    before = rights.held(fresh(stranger))
    Grant.insert_many(rows).execute()
    assert rights.held(fresh(stranger)) == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ORGANISATION_KINDS)
def test_no_box_opens_the_work_of_another_kind_of_organisation(app, role, kind):
    house = cast.organisation(f"Huis {kind}", kind)
    user = town.user(role, house)
    rows = [{"organisation": house.id, "role": role, "deed": deed} for deed in rights.DEEDS]
    Grant.insert_many(rows).execute()
    assert all(rights.fits(house, right.deed) for right in rights.held(fresh(user)))


def test_no_box_lets_a_coordinator_send_a_warning(zavel, where):
    coordinator = zavel.people["coordinator A"]
    Grant.create(organisation=where, user=coordinator, deed="campaign.launch", kind="warning", channel="sms")
    assert not rights.may_send(fresh(coordinator), "warning", "campaign.launch")
    with pytest.raises(NotAllowed):
        change(where, ticked(where, box("coordinator", kind="warning")), zavel.people["organisation_admin"])


def test_a_box_for_all_bins_opens_to_a_coordinator_their_own_only(zavel):
    coordinator = fresh(zavel.people["coordinator A"])
    assert rights.may(coordinator, "campaign.launch", zavel.bins["A"])
    assert not rights.may(coordinator, "campaign.launch", zavel.bins["B"])


SINCE = {  # deeds that came later, each with the step that brought it
    "organisation.change",
    "token.change",
    "preparation.change",
    "activation.take",
    "promise.see",
    "promise.change",
    "sheet.change",
    "call.take",
    "finding.acknowledge",
    "drill.change",
    "credit.see",
    "credit.change",
}
LATER = {"operator", "liaison_officer"}  # roles


@pytest.mark.parametrize("kind", ["police_zone", "municipality", "contact_centre", "platform"])
def test_an_older_database_keeps_exactly_what_its_roles_could_do(app, kind):
    migration = importlib.import_module("migrations.0012_rights")
    old = {tuple(row[name] for name in Box._fields[1:]) + (row["role"],) for row in migration._held(kind)}
    new = {(*row[1:], row[0]) for row in matrix.boxes(cast.organisation("Nieuw", kind), None)}
    assert old == {row for row in new if row[0] not in SINCE and row[-1] not in LATER}


# ── What it decides ─────────────────────────────────────────────────────


@pytest.mark.parametrize("letters", ["A", "B", "AB"])
def test_a_right_in_one_bin_launches_to_that_bin_only(zavel, where, letters):
    sender = zavel.people["sender"]
    draft = draft_of(zavel, *letters)
    Grant.delete().where(Grant.role == "sender", Grant.deed == "campaign.launch").execute()
    Grant.create(
        organisation=where,
        user=sender,
        bin=zavel.bins["A"],
        deed="campaign.launch",
        kind="preventive",
        channel="sms",
    )
    if letters == "A":
        assert campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True).is_running
        return
    with pytest.raises(NotAllowed, match="preventive message, SMS, Zavel B"):
        campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)
    assert Campaign.get_by_id(draft.id).is_draft


def test_a_member_chosen_alone_is_open_where_one_of_their_bins_is(zavel, where):
    sender = zavel.people["sender"]
    member = cast.member(zavel.bins["B"], "Alleen", mobile="+32470009911")
    Grant.delete().where(Grant.role == "sender", Grant.deed == "campaign.launch").execute()
    row = {"organisation": where, "user": sender, "deed": "campaign.launch", "kind": "news", "channel": "sms"}
    Grant.create(**row, bin=zavel.bins["A"])
    audience = {"members": [member.id]}
    assert rights.parts_lacking(fresh(sender), "campaign.launch", "news", ["sms"], audience)
    Grant.create(**row, bin=zavel.bins["B"])
    assert not rights.parts_lacking(fresh(sender), "campaign.launch", "news", ["sms"], audience)


def test_a_right_is_judged_as_it_stands_at_the_launch_and_not_when_the_page_was_opened(zavel):
    sender, draft = zavel.people["sender"], draft_of(zavel, "A")
    assert rights.may(sender, "campaign.launch", draft)  # the person in hand has read their rights
    Grant.delete().where(Grant.role == "sender", Grant.deed == "campaign.launch").execute()
    with pytest.raises(NotAllowed, match="Nothing was sent"):
        campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)


def test_a_text_beyond_ones_rights_is_not_saved_and_not_lost(signed_in, zavel):
    draft = draft_of(zavel, "A")
    Grant.delete().where(Grant.role == "sender", Grant.channel == "email").execute()
    browser = signed_in(zavel.people["sender"])
    form = browser.get(f"/campaigns/{draft.id}/text").form('form[action$="/text"]')
    typed = form | {"channels": ["sms", "email"], "sms-nl-body": "Nieuw."}
    page = browser.post(f"/campaigns/{draft.id}/text", typed)
    assert page.status == 403 and page.select("textarea#sms-nl-body")[0].text.strip() == "Nieuw."
    assert page.select("[data-errors]") and Campaign.get_by_id(draft.id).channels == ["sms"]
    saved = browser.htmx(f"/campaigns/{draft.id}/autosave", typed, method="post")
    assert saved.status == 422 and Campaign.get_by_id(draft.id).texts == draft.texts


def test_a_page_reads_the_rights_once_however_many_buttons_it_has(signed_in, zavel, caplog):
    browser = signed_in(zavel.people["sender"])
    town.campaign(zavel.people["sender"], zavel.bins["A"], "draft")
    with caplog.at_level(logging.DEBUG, "peewee"):
        browser.get("/")
    assert sum('FROM "grant"' in record.getMessage() for record in caplog.records) == 1


# ── How it changes ──────────────────────────────────────────────────────


def test_a_change_is_written_down_box_by_box(zavel, where):
    admin, taken = zavel.people["organisation_admin"], box("sender")
    assert change(where, ticked(where, box("reader"), without=[taken]), admin) is None
    entry = Audit.select().where(Audit.deed == "rights.changed").get()
    assert entry.by_id == admin.id and entry.facts == {
        "bin": None,
        "gained": ["reader campaign.launch news sms"],
        "lost": ["sender campaign.launch news sms"],
    }
    assert matrix.boxes(where, None) >= {box("reader")} and taken not in matrix.boxes(where, None)


def test_of_two_who_change_at_once_the_second_saves_nothing(zavel, where):
    admin = zavel.people["organisation_admin"]
    change(where, ticked(where, box("reader")), admin)
    with pytest.raises(WrongMoment, match="Somebody else changed the rights"):
        change(where, ticked(where, without=[box("sender")]), admin)
    assert box("sender") in matrix.boxes(where, None)


def test_nobody_gives_themselves_a_right_alone(zavel, where, second):
    admin = zavel.people["organisation_admin"]
    Grant.delete().where(Grant.role == "organisation_admin", Grant.channel == "voice").execute()
    own = box("organisation_admin", channel="voice")
    for wanted in (own, own._replace(holder=f"user:{admin.id}")):
        asked = change(where, ticked(where, wanted), admin)
        assert asked and wanted not in matrix.boxes(where, None)
        with pytest.raises(NotAllowed, match="Another administrator must confirm"):
            pending.confirm(asked, by=admin, now=NOON)
    pending.confirm(asked, by=second, now=NOON)
    assert wanted in matrix.boxes(where, None)
    with pytest.raises(WrongMoment):
        pending.confirm(asked, by=second, now=NOON)


def test_whoever_becomes_an_administrator_needs_a_second_one(zavel, where):
    keeper = Box("sender", "rights.change")
    asked = change(where, ticked(where, keeper), zavel.people["organisation_admin"])
    assert asked and keeper not in matrix.boxes(where, None)
    with pytest.raises(NotAllowed):
        pending.confirm(asked, by=zavel.people["sender"], now=NOON)


def test_a_request_expires_and_one_that_the_matrix_overtook_is_not_done(zavel, where, second):
    admin, keeper = zavel.people["organisation_admin"], Box("sender", "rights.change")
    asked = change(where, ticked(where, keeper), admin)
    with pytest.raises(WrongMoment, match="within seven days"):
        pending.confirm(asked, by=second, now=NOON + pending.LASTS)
    change(where, ticked(where, box("reader")), admin)
    with pytest.raises(WrongMoment):
        pending.confirm(asked, by=second, now=NOON)
    assert PendingChange.get_by_id(asked.id).status == "asked" and keeper not in matrix.boxes(where, None)


def test_somebody_always_stays_who_may_change_rights(zavel, where):
    keeper = Box("organisation_admin", "rights.change")
    with pytest.raises(Refusal, match="Nobody would be left"):
        change(where, ticked(where, without=[keeper]), zavel.people["organisation_admin"])
    assert keeper in matrix.boxes(where, None)


def test_who_may_not_change_rights_changes_none(zavel, where):
    with pytest.raises(NotAllowed):
        change(where, ticked(where, box("reader")), zavel.people["sender"])


def test_a_person_of_another_zone_is_given_nothing_here(zavel, where):
    stranger = town.zone("Heuvel", 2).people["sender"]
    for holder in (f"user:{stranger.id}", "user:0", "centre_supervisor", "nobody"):
        with pytest.raises(NotAllowed):
            change(where, ticked(where, box(holder)), zavel.people["organisation_admin"])


def test_the_change_says_who_really_gains_and_loses(zavel, where):
    reader, sender = zavel.people["reader"], zavel.people["sender"]
    Grant.create(organisation=where, user=sender, deed="campaign.launch", kind="news", channel="sms")
    gained, lost = [box("reader")], [box("sender"), box("sender", kind="other")]
    found = {effect.user.id: effect for effect in matrix.effects(where, None, gained, lost)}
    assert [right.kind for right in found[sender.id].loses] == ["other"]  # news they keep of their own
    assert found[reader.id].gains and set(found) == {reader.id, sender.id}


# ── The page ────────────────────────────────────────────────────────────


def grid_form(page) -> dict:
    return page.form('form[action="/rights/review"]')


def test_the_grid_is_read_ticked_looked_over_and_saved(signed_in, zavel, where):
    browser = signed_in(zavel.people["organisation_admin"])
    form = grid_form(browser.get("/rights"))
    assert len(form["box"]) == len(matrix.boxes(where, None))
    form["box"] = [*form["box"], "|".join(box("reader"))]
    look = browser.post("/rights/review", form)
    assert look.has("Reader") and matrix.boxes(where, None) == ticked(where, without=[box("reader")])
    browser.post("/rights", look.form('form[action="/rights"]'))
    assert box("reader") in matrix.boxes(where, None)


def test_every_right_that_a_house_can_have_has_its_box_in_the_grid(app, signed_in):
    """Members, templates, reports, agreements, activations, users, and all others: none is given by the code alone."""
    found = set()
    for kind in ORGANISATION_KINDS:
        house = cast.organisation(f"Huis {kind}", kind)
        role = "platform_admin" if kind == "platform" else "organisation_admin"
        page = signed_in(town.user(role, house, email=f"{kind}@huis.example")).get("/rights")
        deeds = {box["value"].split("|")[1] for box in page.select("input[name=box]")}
        assert deeds == {deed for deed in (*rights.SENDING, *rights.DEEDS) if rights.fits(house, deed)}, kind
        found |= deeds
    assert found == {*rights.SENDING, *rights.DEEDS}
    named = (
        "member.change",
        "template.change",
        "report.see",
        "agreement.change",
        "activation.fill",
        "user.change",
    )
    assert set(named) <= found


def test_one_bin_and_one_person_have_boxes_of_their_own(signed_in, zavel, where):
    browser, bin, reader = (
        signed_in(zavel.people["organisation_admin"]),
        zavel.bins["A"],
        zavel.people["reader"],
    )
    page = browser.get(f"/rights?bin={bin.id}&person={reader.id}")
    mine = box(f"user:{reader.id}")
    assert page.select(f'input[value="{"|".join(mine)}"]')
    form = grid_form(page) | {"box": ["|".join(mine)]}
    browser.post("/rights", browser.post("/rights/review", form).form('form[action="/rights"]'))
    assert matrix.boxes(where, bin) == {mine}
    assert rights.may(fresh(reader), "campaign.launch", bin)
    assert not rights.may(fresh(reader), "campaign.launch", zavel.bins["B"])


def test_a_right_is_a_row_and_a_role_a_column(signed_in, zavel, where):
    page = signed_in(zavel.people["organisation_admin"]).get("/rights")
    for table in page.select("table.matrix"):
        assert len(table.select("thead th")) == 1 + len(matrix.roles_of(where))
    assert len(page.select("#other tbody th[scope=row]")) == len(
        {deed for deed in rights.DEEDS if rights.fits(where, deed)}
    )


def test_at_a_bin_the_page_says_what_holds_there_already(signed_in, zavel, where):
    browser, bin = signed_in(zavel.people["organisation_admin"]), zavel.bins["A"]
    page = browser.get(f"/rights?bin={bin.id}")
    held = {one["value"] for one in page.select("input[aria-label$='geldt al']")}
    assert held == {"|".join(one) for one in matrix.boxes(where, None) if one.deed in rights.SENDING}
    assert not page.select("input[name=box][checked]")
    assert not browser.get("/rights").select("input[aria-label$='geldt al']")


def test_the_second_of_two_keeps_their_ticks_and_sees_that_somebody_was_first(signed_in, zavel, where):
    admin = zavel.people["organisation_admin"]
    browser = signed_in(admin)
    form = grid_form(browser.get("/rights"))
    change(where, ticked(where, without=[box("sender")]), admin)
    form["box"] = [*form["box"], "|".join(box("reader"))]
    page = browser.post("/rights", form)
    kept = grid_form(page)
    assert page.status == 409 and "|".join(box("reader")) in kept["box"] and kept["version"] == "2"


def test_a_request_is_confirmed_on_the_page_by_another_and_not_by_who_asked(signed_in, zavel, where, second):
    asker, other = signed_in(zavel.people["organisation_admin"]), signed_in(second)
    keeper = "|".join(Box("sender", "rights.change"))
    form = grid_form(asker.get("/rights"))
    form["box"] = [*form["box"], keeper]
    asker.post("/rights", form)
    asked = PendingChange.get()
    PendingChange.update(expires_at=clock.now() + pending.LASTS).execute()
    assert not asker.get("/rights").select(f'form[action="/rights-asked/{asked.id}/confirm"]')
    assert asker.post(f"/rights-asked/{asked.id}/confirm").status == 403
    assert other.get("/rights").select(f'form[action="/rights-asked/{asked.id}/confirm"]')
    other.post(f"/rights-asked/{asked.id}/confirm")
    assert Box("sender", "rights.change") in matrix.boxes(where, None)


def test_who_may_only_look_finds_boxes_that_cannot_be_ticked(signed_in, zavel, where):
    Grant.create(organisation=where, role="reader", deed="rights.see")
    page = signed_in(zavel.people["reader"]).get("/rights")
    assert page.status == 200 and all(one.has_attr("disabled") for one in page.select("input[name=box]"))


def test_the_agreement_hangs_beside_the_grid_as_it_came(signed_in, zavel):
    browser = signed_in(zavel.people["organisation_admin"])
    page = browser.post("/rights/agreement", file=(io.BytesIO(town.PDF), "cic.pdf"))
    paper = Document.get(Document.kind == matrix.AGREEMENT)
    answer = browser.browser.get(page.link("cic.pdf"))
    assert answer.data == town.PDF == paper.content
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("content", [b"", b"<html>%%EOF", b"%PDF-1.7 cut off", b"PK\x03\x04%PDF-%%EOF"])
def test_what_is_no_pdf_by_content_is_not_attached_whatever_its_name(signed_in, zavel, content):
    browser = signed_in(zavel.people["organisation_admin"])
    page = browser.post("/rights/agreement", file=(io.BytesIO(content), "cic.pdf"))
    assert page.status == 422 and not Document.select().exists()
