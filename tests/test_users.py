"""The people of an organisation, and what no administrator does alone."""

from datetime import timedelta

import pytest

from dispatch import accounts, clock
from dispatch.access import particulars, pending, second_factor
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from models import Audit, Grant, Letter, Link, Mandate, Message, PendingChange, User
from tests import cast, town
from tests.cast import NOON, PASSWORD


@pytest.fixture
def first(app):
    return cast.user("organisation_admin", cast.zone(), name="Joris Wauters")


@pytest.fixture
def second(app):
    return cast.user(
        "organisation_admin", cast.zone(), email="second@zavelstreek.example", name="Nora Pauwels"
    )


@pytest.fixture
def reader(app):
    return cast.user("reader", cast.zone(), name="Greet Lambrechts")


def role_of(user) -> str:
    return User.get_by_id(user.id).role


# ── Pages ───────────────────────────────────────────────────────────────


def test_the_list_shows_everybody_of_the_organisation_and_nobody_else(signed_in, first, reader):
    cast.user("reader", cast.organisation("Heuvel"), name="Vreemde Eend")
    page = signed_in(first).get("/users")
    assert page.has("Joris Wauters") and page.has("Greet Lambrechts") and not page.has("Vreemde Eend")


def test_people_of_another_organisation_do_not_exist(signed_in, first):
    stranger = cast.user("reader", cast.organisation("Heuvel"))
    browser = signed_in(first)
    assert browser.get(f"/users/{stranger.id}").status == 404
    for deed in ("role", "close", "second-factor", "reopen", "invite", "particulars"):
        assert browser.post(f"/users/{stranger.id}/{deed}", role="reader", password=PASSWORD).status == 404
    assert User.get_by_id(stranger.id).is_active


def test_closing_an_account_says_first_what_happens_and_ends_every_session_at_once(signed_in, first, reader):
    browser, theirs = signed_in(first), signed_in(reader)
    assert browser.get(f"/users/{reader.id}/close").has("Greet Lambrechts")
    assert theirs.get("/").path == "/"
    browser.post(f"/users/{reader.id}/close")
    assert theirs.get("/").path == "/signin"
    assert not User.get_by_id(reader.id).is_active


def test_nobody_closes_their_own_account(signed_in, first):
    assert signed_in(first).post(f"/users/{first.id}/close").status == 422
    assert User.get_by_id(first.id).is_active


def test_a_role_is_changed_only_by_who_shows_who_they_are_and_the_person_signs_in_again(
    signed_in, first, reader
):
    browser, theirs = signed_in(first), signed_in(reader)
    page = browser.post(f"/users/{reader.id}/role", role="sender")
    assert page.status == 422 and role_of(reader) == "reader"
    browser.post(f"/users/{reader.id}/role", role="sender", password=PASSWORD)
    assert role_of(reader) == "sender" and theirs.get("/").path == "/signin"


@pytest.mark.parametrize("role", ["platform_admin", "authorised_person", "centre_supervisor", "king", ""])
def test_a_role_of_elsewhere_is_refused(signed_in, first, reader, role):
    page = signed_in(first).post(f"/users/{reader.id}/role", role=role, password=PASSWORD)
    assert page.status == 422 and role_of(reader) == "reader"


def test_the_organisation_chooses_whether_everybody_needs_a_second_factor(signed_in, first, reader):
    browser = signed_in(first)
    assert browser.post("/users/rule", asked="1").status == 422
    browser.post("/users/rule", asked="1", password=PASSWORD)
    assert second_factor.is_required(User.get_by_id(reader.id))


def test_identity_that_was_shown_is_not_asked_again_for_five_minutes(signed_in, first, reader):
    browser = signed_in(first)
    browser.post("/users/rule", asked="1", password=PASSWORD)
    assert browser.get(f"/users/{reader.id}").select("input[type=password]") == []
    browser.post(f"/users/{reader.id}/role", role="sender")
    assert role_of(reader) == "sender"


# ── Name, address and BINs ──────────────────────────────────────────────


@pytest.fixture
def coordinator(app):
    return cast.user("coordinator", cast.zone(), bins=(cast.bin_named("Molenakker"),), name="Mark Dhondt")


def correct(browser, user, **typed):
    path = f"/users/{user.id}"
    form = browser.get(path).form("#particulars form") | {"password": PASSWORD} | typed
    return browser.post(f"{path}/particulars", form)


def test_an_administrator_ticks_the_bins_of_a_coordinator(signed_in, first, coordinator):
    kerkdries = cast.bin_named("Kerkdries")
    browser, theirs = signed_in(first), signed_in(coordinator)
    assert theirs.get(f"/bins/{kerkdries.id}").status == 404
    page = correct(
        browser, coordinator, bins=[mandate.bin_id for mandate in coordinator.mandates] + [kerkdries.id]
    )
    assert page.status == 200 and page.has("Kerkdries, Molenakker")
    assert theirs.get(f"/bins/{kerkdries.id}").status == 200
    facts = Audit.get(Audit.deed == "user.bins_changed").facts
    assert facts == {"given": [kerkdries.id], "taken": []}


def test_a_bin_that_was_unticked_is_closed_to_the_coordinator_at_once(signed_in, first, coordinator):
    molenakker, kerkdries = coordinator.mandates[0].bin, cast.bin_named("Kerkdries")
    member = cast.member(molenakker, "Aerts", mobile="+32470001121")
    draft = town.campaign(coordinator, molenakker, "draft")
    theirs = signed_in(coordinator)
    assert theirs.get(f"/campaigns/{draft.id}/text").status == 200
    correct(signed_in(first), coordinator, bins=[kerkdries.id])
    for path in (f"/bins/{molenakker.id}", f"/members/{member.id}", f"/campaigns/{draft.id}/text"):
        assert theirs.get(path).status == 404, path


def test_one_of_two_bins_is_taken_away_and_none_given(first, coordinator):
    molenakker, kerkdries = coordinator.mandates[0].bin, cast.bin_named("Kerkdries")
    Mandate.create(user=coordinator, bin=kerkdries)
    were = [molenakker.id, kerkdries.id]
    accounts.entrust(coordinator, [kerkdries], were=were, by=first, now=NOON)
    assert [row.bin_id for row in Mandate.select()] == [kerkdries.id]
    with pytest.raises(WrongMoment):
        accounts.entrust(coordinator, [molenakker], were=were, by=first, now=NOON)


def test_a_coordinator_keeps_at_least_one_bin(signed_in, first, coordinator):
    page = correct(signed_in(first), coordinator, bins=[], name="Marc Dhondt")
    assert page.status == 422 and page.select("#bins-error") and page.select("#name[value='Marc Dhondt']")
    assert Mandate.select().count() == 1 and User.get_by_id(coordinator.id).name == "Mark Dhondt"


def test_a_coordinator_who_has_no_bin_yet_is_still_put_right(signed_in, first):
    lost = cast.user("coordinator", cast.zone(), name="Mark Dhondt")
    assert correct(signed_in(first), lost, name="Marc Dhondt").h1 == "Marc Dhondt"


def test_who_sees_only_some_bins_takes_no_other_away(signed_in, coordinator):
    mine, theirs = cast.bin_named("Kerkdries"), coordinator.mandates[0].bin
    Mandate.create(user=coordinator, bin=mine)
    by = cast.user("coordinator", cast.zone(), email="by@zavelstreek.example", bins=(mine,))
    for right in ("user.see", "user.change"):
        Grant.create(organisation=by.organisation, user=by, deed=right)
    correct(signed_in(by), coordinator, name="Marc Dhondt")
    assert {row.bin_id for row in Mandate.select().where(Mandate.user == coordinator)} == {mine.id, theirs.id}


def test_two_administrators_who_change_one_person_hear_of_each_other(signed_in, first, coordinator):
    browser = signed_in(first)
    stale = browser.get(f"/users/{coordinator.id}").form("#particulars form") | {"password": PASSWORD}
    correct(browser, coordinator, bins=[cast.bin_named("Kerkdries").id])
    page = browser.post(f"/users/{coordinator.id}/particulars", stale)
    assert page.status == 422 and [row.bin.name for row in Mandate.select()] == ["Kerkdries"]


def test_a_coordinator_is_not_invited_for_no_bin(signed_in, first):
    cast.bin_named("Molenakker")
    form = {"name": "Marc", "email": "marc@zavelstreek.example", "role": "coordinator", "password": PASSWORD}
    page = signed_in(first).post("/users/new", form)
    assert page.status == 422 and page.select("#bins-error") and not Letter.select().exists()


def test_who_became_coordinator_and_has_no_bin_is_given_one(signed_in, first, reader):
    kerkdries, browser = cast.bin_named("Kerkdries"), signed_in(first)
    accounts.change_role(reader, "coordinator", by=first, now=NOON)
    assert correct(browser, reader, bins=[kerkdries.id]).has("Kerkdries")
    assert Mandate.get().user_id == reader.id


def test_a_name_that_was_misspelt_is_put_right(signed_in, first, reader):
    assert correct(signed_in(first), reader, name="Greet Lambrecht").h1 == "Greet Lambrecht"
    assert Audit.select().where(Audit.deed == "user.renamed").count() == 1


def test_a_misspelt_address_of_an_invitation_is_put_right_and_a_new_link_goes_there(signed_in, first):
    browser = signed_in(first)
    form = {"name": "Wim", "email": "wim@zavelstreek.exmaple", "role": "reader", "password": PASSWORD}
    browser.post("/users/new", form)
    user = User.get(User.name == "Wim")
    correct(browser, user, email="Wim@Zavelstreek.example")
    assert User.get_by_id(user.id).email == "wim@zavelstreek.example"
    sent = [row.address for row in Message.select().order_by(Message.id)]
    assert sent == ["wim@zavelstreek.exmaple", "wim@zavelstreek.example"]
    assert Link.select().where(Link.ended_at.is_null()).count() == 1


def test_another_address_to_sign_in_with_waits_for_a_second_administrator(signed_in, first, second, reader):
    theirs, old = signed_in(reader), reader.email
    correct(signed_in(first), reader, email="greet@zavelstreek.example")
    assert User.get_by_id(reader.id).email == old and "greet@" not in str(list(Audit.select().dicts()))
    browser, change = signed_in(second), PendingChange.get()
    assert browser.get("/users").has("greet@zavelstreek.example")
    browser.post(f"/users/changes/{change.id}/confirm", password=PASSWORD)
    assert (
        User.get_by_id(reader.id).email == "greet@zavelstreek.example" and theirs.get("/").path == "/signin"
    )
    assert {old, "greet@zavelstreek.example"} <= {row.address for row in Message.select()}


@pytest.mark.parametrize("email", ["wim@zavel", "geen adres", "a@b@c.example", ""])
def test_what_is_no_address_is_refused_with_a_sentence(signed_in, first, reader, email):
    page = correct(signed_in(first), reader, email=email)
    assert page.status == 422 and page.select("#email-error") and not PendingChange.select().exists()


def test_the_address_of_somebody_else_is_not_given(signed_in, first, second, reader):
    assert correct(signed_in(first), reader, email=second.email).status == 422
    change = particulars.correct(
        reader,
        name=reader.name,
        email="new@zavelstreek.example",
        were=(reader.name, reader.email),
        public_url="",
        by=first,
        now=NOON,
    )
    User.update(email="new@zavelstreek.example").where(User.id == first.id).execute()
    with pytest.raises(Refusal):
        pending.confirm(change, by=second, now=NOON)


# ── A second administrator ──────────────────────────────────────────────


def test_becoming_administrator_waits_for_a_second_one(signed_in, first, second, reader):
    signed_in(first).post(f"/users/{reader.id}/role", role="organisation_admin", password=PASSWORD)
    assert role_of(reader) == "reader"
    change = PendingChange.get()
    browser = signed_in(second)
    assert browser.get("/users").has("Greet Lambrechts")
    address = f"/users/changes/{change.id}/confirm"
    assert browser.post(address).status == 422 and role_of(reader) == "reader"
    browser.post(address, password=PASSWORD)
    assert role_of(reader) == "organisation_admin"


def test_who_asked_does_not_confirm_by_the_page_either(signed_in, first, reader):
    browser = signed_in(first)
    browser.post(f"/users/{reader.id}/role", role="organisation_admin", password=PASSWORD)
    browser.post(f"/users/changes/{PendingChange.get().id}/confirm", password=PASSWORD)
    assert role_of(reader) == "reader" and PendingChange.get().status == "asked"


def test_neither_who_asked_nor_who_gains_confirms(first, second, reader):
    change = accounts.change_role(second, "sender", by=second, now=NOON)
    for nobody in (second, reader):
        with pytest.raises(NotAllowed):
            pending.confirm(change, by=nobody, now=NOON)
    change = accounts.ask_second_factor_reset(second, by=first, now=NOON)
    with pytest.raises(NotAllowed):
        pending.confirm(change, by=second, now=NOON)


def test_a_role_for_oneself_waits_for_a_second_one(first, second):
    change = accounts.change_role(first, "sender", by=first, now=NOON)
    assert role_of(first) == "organisation_admin"
    pending.confirm(change, by=second, now=NOON)
    assert role_of(first) == "sender"


def test_forgetting_anothers_second_factor_needs_two_and_signs_them_out(signed_in, first, second, reader):
    cast.with_telephone(reader)
    theirs = signed_in(reader)
    signed_in(first).post(f"/users/{reader.id}/second-factor", password=PASSWORD)
    assert second_factor.of(reader)
    pending.confirm(PendingChange.get(), by=second, now=PendingChange.get().asked_at)
    assert second_factor.of(reader) is None and second_factor.codes_left(reader) == 0
    assert theirs.get("/").path == "/signin"


def test_nobody_forgets_their_own_second_factor_this_way(first):
    with pytest.raises(NotAllowed):
        accounts.ask_second_factor_reset(first, by=first, now=NOON)


def test_an_administrator_who_was_let_out_comes_in_again_only_by_two(first, second):
    third = cast.user("organisation_admin", cast.zone(), email="third@zavelstreek.example")
    accounts.close(third, by=first, now=NOON)
    accounts.reopen(User.get_by_id(third.id), by=first, now=NOON)
    assert not User.get_by_id(third.id).is_active
    pending.confirm(PendingChange.get(), by=second, now=NOON)
    assert User.get_by_id(third.id).is_active


def test_a_change_is_done_once_and_dies_after_seven_days(first, second, reader):
    change = accounts.change_role(reader, "organisation_admin", by=first, now=NOON)
    with pytest.raises(WrongMoment):
        pending.confirm(change, by=second, now=NOON + timedelta(days=7))
    pending.confirm(change, by=second, now=NOON)
    with pytest.raises(WrongMoment):
        pending.confirm(change, by=second, now=NOON)
    with pytest.raises(WrongMoment):
        pending.refuse(change, by=second, now=NOON)
    assert Audit.select().where(Audit.deed == "user.role_changed").count() == 1


def test_a_refused_change_is_never_done(first, second, reader):
    change = accounts.change_role(reader, "organisation_admin", by=first, now=NOON)
    pending.refuse(change, by=first, now=NOON)
    with pytest.raises(WrongMoment):
        pending.confirm(change, by=second, now=NOON)
    assert role_of(reader) == "reader"


def test_the_same_change_asked_twice_is_one(first, reader):
    for _ in range(2):
        accounts.change_role(reader, "organisation_admin", by=first, now=NOON)
    assert PendingChange.select().count() == 1


def test_what_somebody_asked_who_was_let_out_is_dropped(first, second, reader):
    change = accounts.change_role(reader, "organisation_admin", by=first, now=NOON)
    accounts.close(first, by=second, now=NOON)
    with pytest.raises(WrongMoment):
        pending.confirm(change, by=second, now=NOON)


def test_where_there_is_one_administrator_the_platform_is_the_second(signed_in, first, reader):
    change = accounts.change_role(reader, "organisation_admin", by=first, now=NOON)
    elsewhere = cast.user("organisation_admin", cast.organisation("Heuvel"))
    platform = cast.user("platform_admin", cast.organisation("Platform", "platform"))
    assert signed_in(elsewhere).post(f"/users/changes/{change.id}/confirm", password=PASSWORD).status == 404
    with pytest.raises(NotAllowed):
        pending.confirm(change, by=elsewhere, now=NOON)
    pending.confirm(change, by=platform, now=NOON)
    assert role_of(reader) == "organisation_admin"


def test_two_accounts_of_elsewhere_do_not_add_up(reader):
    with pytest.raises(Refusal):
        accounts.change_role(reader, "platform_admin", by=reader, now=NOON)


def test_where_nobody_else_could_confirm_the_page_names_the_command_and_it_does_it(app, signed_in):
    house = cast.organisation("Platform", "platform")
    lone = cast.user("platform_admin", house)
    invited = cast.user("reader", house, email="second@platform.example")
    accounts.change_role(invited, "platform_admin", by=lone, now=clock.now())
    command = signed_in(lone).get("/users").select("code")[0].get_text()
    assert command == "flask user confirm --email second@platform.example"
    run = app.test_cli_runner()
    assert run.invoke(args=command.split()[1:]).exit_code == 0 and role_of(invited) == "platform_admin"
    assert run.invoke(args=command.split()[1:]).exit_code == 1
    assert Audit.get(Audit.deed == "user.role_changed").by_id is None


def test_the_command_does_nothing_where_a_second_administrator_can_confirm(
    app, signed_in, first, second, reader
):
    accounts.change_role(reader, "organisation_admin", by=first, now=clock.now())
    assert not signed_in(first).get("/users").select("code")
    done = app.test_cli_runner().invoke(args=["user", "confirm", "--email", reader.email])
    assert done.exit_code == 1 and role_of(reader) == "reader"


# ── Who hears of it ─────────────────────────────────────────────────────


def test_the_other_administrators_are_mailed_that_somebody_waits_for_them(first, second, reader):
    accounts.change_role(reader, "organisation_admin", by=first, now=NOON)
    assert [row.address for row in Message.select()] == [second.email]


def test_the_administrator_of_the_machine_lets_in_who_lost_everything(app, first):
    cast.with_telephone(first)
    run = app.test_cli_runner()
    assert run.invoke(args=["user", "forget-telephone", "--email", "nobody@b.example"]).exit_code == 1
    assert second_factor.of(first)
    assert run.invoke(args=["user", "forget-telephone", "--email", first.email]).exit_code == 0
    assert second_factor.of(first) is None
    assert Audit.select().where(Audit.deed == "user.second_factor_removed").exists()
