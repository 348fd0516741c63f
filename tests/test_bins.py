import re

import pytest

from dispatch.errors import Refusal, WrongMoment
from dispatch.people import bins, imports, lists, members, news
from models import Audit, Bin, Member, Membership, User
from tests import cast
from tests.cast import NOON


def english(user: User) -> User:
    User.update(language="en").where(User.id == user.id).execute()
    return User.get_by_id(user.id)


@pytest.fixture
def zone(app):
    return cast.zone()


@pytest.fixture
def molenakker(zone):
    bin = cast.bin_named("BIN Molenakker")
    home = {"street": "Molenweg", "house_number": "12"}
    cast.member(bin, "Aerts", "Dirk", mobile="+32470001121", email="dirk@voorbeeld.example", **home)
    cast.member(bin, "Claes", "Rosa", phone="+3216002317", street="Akkerstraat", language="fr")
    return bin


@pytest.fixture
def sender(zone, signed_in):
    return signed_in(english(cast.user("sender", zone)))


def ids_of(bin):
    return [row.id for row in bin.memberships]


# ── Deeds ───────────────────────────────────────────────────────────────


def test_a_zone_has_one_bin_of_a_name(zone):
    by = cast.user("organisation_admin", zone)
    bins.create(zone, " BIN  Molenakker ", town="Aarschot", by=by, now=NOON)
    assert (Bin.get().name, Bin.get().slug, Bin.get().town) == (
        "BIN Molenakker",
        "bin-molenakker",
        "Aarschot",
    )
    for name in ("bin molenakker", "", "x" * 81):
        with pytest.raises(Refusal):
            bins.create(zone, name, by=by, now=NOON)
    assert bins.create(cast.organisation("Andere Zone"), "BIN Molenakker", by=by, now=NOON).id


def test_a_bin_gets_another_name_and_keeps_its_addresses(zone):
    by = cast.user("organisation_admin", zone)
    bin = bins.create(zone, "BIN Molenakker", by=by, now=NOON)
    cast.bin_named("BIN Kerkdries")
    bins.rename(bin, "BIN  Molenveld", was="BIN Molenakker", by=by, now=NOON)
    assert (Bin.get_by_id(bin.id).name, Bin.get_by_id(bin.id).slug) == ("BIN Molenveld", "bin-molenakker")
    for name in ("", "bin kerkdries", "x" * 81):
        with pytest.raises(Refusal):
            bins.rename(bin, name, was="BIN Molenveld", by=by, now=NOON)
    with pytest.raises(WrongMoment):
        bins.rename(bin, "BIN Molen", was="BIN Molenakker", by=by, now=NOON)
    assert Audit.select().where(Audit.deed == "bin.renamed").count() == 1


# ── Pages ───────────────────────────────────────────────────────────────


def test_the_bins_of_a_zone_are_listed_with_their_figures(sender, molenakker):
    cast.bin_named("BIN Kerkdries")
    page = sender.get("/bins")
    assert page.has("BIN Molenakker") and page.has("BIN Kerkdries") and page.has("1 member to mend")
    assert sender.get(page.link("BIN Molenakker")).h1 == "BIN Molenakker"


def test_a_coordinator_with_one_bin_is_there_at_once(zone, molenakker, signed_in):
    cast.bin_named("BIN Kerkdries")
    page = signed_in(cast.user("coordinator", zone, bins=(molenakker,))).get("/bins")
    assert page.h1 == "BIN Molenakker"


def test_an_administrator_corrects_the_name_of_a_bin_on_its_page(zone, molenakker, signed_in):
    admin = signed_in(english(cast.user("organisation_admin", zone)))
    path = admin.get(f"/bins/{molenakker.id}").link("Another name")
    wrong = admin.post(path, admin.get(path).form() | {"name": " "})
    assert wrong.status == 422 and wrong.select("#name-error")
    assert admin.post(path, admin.get(path).form() | {"name": "BIN Molenveld"}).h1 == "BIN Molenveld"
    assert signed_in(cast.user("sender", zone)).post(path, name="BIN X").status == 403


def test_a_bin_says_who_looks_after_it(zone, molenakker, signed_in):
    admin = signed_in(english(cast.user("organisation_admin", zone)))
    assert admin.get(f"/bins/{molenakker.id}").has("No coordinator looks after this BIN.")
    cast.user("coordinator", zone, bins=(molenakker,), name="Marc Dhondt")
    page = admin.get(f"/bins/{molenakker.id}")
    assert page.has("Marc Dhondt") and admin.get(page.link("Marc Dhondt")).has("BIN Molenakker")


def test_an_administrator_makes_a_bin(zone, signed_in):
    admin = signed_in(english(cast.user("organisation_admin", zone)))
    assert admin.get("/bins").has("There is no BIN yet")
    assert admin.post("/bins/new", name="").status == 422
    page = admin.post("/bins/new", name="BIN Kerkdries", town="Aarschot")
    assert (page.h1, page.status) == ("BIN Kerkdries", 200)
    again = admin.post("/bins/new", name="BIN Kerkdries")
    assert again.status == 422 and again.select("input[value='BIN Kerkdries']")


def test_a_sender_makes_no_bin(sender):
    assert sender.get("/bins/new").status == 403
    assert not sender.get("/bins").has("Make a BIN")


def test_a_search_answers_with_the_list_alone(sender, molenakker):
    fragment = sender.htmx(f"/bins/{molenakker.id}/members", words="rosa")
    assert fragment.select("#members-list") and not fragment.select("h1")
    assert fragment.has("Claes, Rosa") and not fragment.has("Aerts")
    assert fragment.response.headers["HX-Replace-Url"] == f"/bins/{molenakker.id}?words=rosa&page=1"
    assert sender.get(f"/bins/{molenakker.id}", words="rosa").has("1 member found")
    assert sender.get(f"/bins/{molenakker.id}", words="nobody").has("Nobody fits")


def test_a_long_list_has_pages_that_keep_the_search(sender, molenakker):
    for number in range(30):
        cast.member(molenakker, f"Peeters {number:02}", mobile=f"+324700000{number:02}", street="Veldlaan")
    page = sender.get(f"/bins/{molenakker.id}", street="Veldlaan")
    assert page.has("1 to 25 of 30")
    assert sender.get(page.link("Next")).has("26 to 30 of 30")
    assert sender.get(f"/bins/{molenakker.id}", page="x", order="nonsense").status == 200


def test_members_are_paused_and_let_go_on_together(sender, molenakker):
    path = f"/bins/{molenakker.id}/members"
    assert sender.post(path, deed="pause", chosen=ids_of(molenakker)).has("2 memberships paused")
    assert all(row.is_paused for row in Membership.select())
    assert sender.post(path, deed="resume", chosen=ids_of(molenakker)[:1]).has("1 membership resumed")
    assert sender.post(path, deed="pause").has("Nobody was chosen")
    assert sender.post(path, deed="dance", chosen=ids_of(molenakker)).status == 400


def test_a_language_is_set_for_many(sender, molenakker):
    path = f"/bins/{molenakker.id}/members"
    sender.post(path, deed="language", language="de", chosen=ids_of(molenakker))
    assert {row.language for row in Member.select()} == {"de"}
    assert sender.post(path, deed="language", language="xx", chosen=ids_of(molenakker)).status == 422


def test_ending_memberships_is_asked_once_more(sender, molenakker):
    path = f"/bins/{molenakker.id}/members"
    asked = sender.post(path, deed="end", chosen=ids_of(molenakker))
    assert asked.has("2 people leave BIN Molenakker") and asked.has("Dirk Aerts")
    assert not any(row.is_ended for row in Membership.select())
    sender.post(path, asked.form("#verdict form"))
    assert all(row.is_ended for row in Membership.select())


def test_the_list_is_taken_along_as_csv_and_as_spreadsheet(sender, molenakker):
    page = sender.get(f"/bins/{molenakker.id}/export.csv")
    assert page.response.mimetype == "text/csv"
    assert "'+32470001121" in page.data.decode("utf-8-sig")
    name = page.response.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="bin-bin-molenakker-\d{4}-\d\d-\d\d\.csv"', name)
    assert sender.get(f"/bins/{molenakker.id}/export.xlsx").data.startswith(b"PK")
    assert sender.get(f"/bins/{molenakker.id}/export.pdf").status == 404


# ── One member ──────────────────────────────────────────────────────────


def test_a_member_is_added_by_hand(sender, molenakker):
    path = f"/bins/{molenakker.id}/members/new"
    wrong = sender.post(path, last_name="Nys", mobile="0470 12")
    assert wrong.status == 422 and wrong.has("This number is too short")
    assert wrong.select("#mobile[value='0470 12'][aria-invalid]")
    assert sender.post(path, last_name="Nys", first_name="Karel", mobile="0470 11 22 33").has(
        "Karel Nys is a member"
    )
    assert Member.get(Member.last_name == "Nys").mobile == "+32470112233"


def test_adding_the_same_person_is_asked_about(sender, molenakker):
    other = cast.bin_named("BIN Kerkdries")
    typed = {"last_name": "aerts", "first_name": "dirk", "mobile": "0470 00 11 21"}
    asked = sender.post(f"/bins/{other.id}/members/new", typed)
    assert asked.status == 422 and asked.has("seems to be here already") and asked.has("BIN Molenakker")
    dirk = Member.get(Member.first_name == "Dirk")
    assert sender.post(f"/bins/{other.id}/members/known", typed, member=dirk.id).h1 == "Dirk Aerts"
    assert (Member.select().count(), dirk.memberships.count()) == (2, 2)
    sender.post(f"/bins/{molenakker.id}/members/new", typed, is_other="1")
    assert Member.select().count() == 3


def test_only_who_was_found_as_a_double_can_be_linked(sender, molenakker):
    other, rosa = cast.bin_named("BIN Kerkdries"), Member.get(Member.first_name == "Rosa")
    typed = {"last_name": "Aerts", "first_name": "Dirk", "mobile": "0470 00 11 21"}
    assert sender.post(f"/bins/{other.id}/members/known", typed, member=rosa.id).status == 400


def test_a_member_is_changed_in_place_and_the_history_tells(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    page = sender.get(f"/members/{dirk.id}")
    form = page.form(f"main form[action$='/members/{dirk.id}']")
    saved = sender.post(f"/members/{dirk.id}", form | {"mobile": "0470 99 88 77", "language": "fr"})
    assert saved.has("Dirk Aerts is saved")
    assert saved.has("Mobile: from 0470 00 11 21 to 0470 99 88 77")
    assert saved.has("Language: from Dutch to French")


def test_two_who_change_one_member_see_each_other(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    form = sender.get(f"/members/{dirk.id}").form(f"main form[action$='/members/{dirk.id}']")
    members.change(dirk, {"street": "Veldlaan"}, version=1, by=None, now=NOON)
    page = sender.post(f"/members/{dirk.id}", form | {"street": "Kerkstraat"})
    assert page.status == 409 and page.has("Veldlaan") and page.select("#street[value=Kerkstraat]")
    again = page.form(f"main form[action$='/members/{dirk.id}']")
    assert sender.post(f"/members/{dirk.id}", again).status == 200
    assert Member.get_by_id(dirk.id).street == "Kerkstraat"


def test_a_membership_changes_on_the_members_page(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    row = Membership.get(Membership.member == dirk)
    assert sender.post(f"/memberships/{row.id}/role", role="coordinator").has("The role is changed")
    assert sender.post(f"/memberships/{row.id}/role", role="king").status == 422
    assert sender.post(f"/memberships/{row.id}/pause").has("paused since")
    assert sender.post(f"/memberships/{row.id}/pause").status == 409
    sender.post(f"/memberships/{row.id}/resume")
    assert sender.get(f"/memberships/{row.id}/end").has("leaves BIN Molenakker")
    assert sender.post(f"/memberships/{row.id}/end").has("Ended on")
    other = cast.bin_named("BIN Kerkdries")
    assert sender.post(f"/members/{dirk.id}/join", bin=other.id).has("BIN Kerkdries")


def test_what_no_longer_works_is_said_with_its_reason(sender, molenakker):
    Member.update(mobile_fault="no_such_number", email="").where(Member.first_name == "Dirk").execute()
    dirk = Member.get(Member.first_name == "Dirk")
    assert sender.get(f"/members/{dirk.id}").has("Mobile does not work")


# ── Who left ────────────────────────────────────────────────────────────


def test_a_membership_that_was_ended_by_a_slip_is_a_membership_again_with_one_press(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    row = Membership.get(Membership.member == dirk)
    Membership.update(role="co_coordinator").where(Membership.id == row.id).execute()
    page = sender.post(f"/memberships/{row.id}/end")
    again = page.form(f"main form[action$='/members/{dirk.id}/join']")
    assert page.has("Make a member again")
    assert not sender.post(f"/members/{dirk.id}/join", again).has("Ended on")
    row = Membership.get_by_id(row.id)
    assert not row.is_ended and row.role == "co_coordinator"


def test_former_members_are_listed_found_and_made_members_again_together(sender, molenakker):
    here = f"/bins/{molenakker.id}"
    ended = sender.post(f"{here}/members", deed="end", sure="1", chosen=ids_of(molenakker))
    assert ended.has("Aerts, Dirk") and ended.has("2 former members found") and ended.has("ended on")
    assert not sender.get(here).has("Aerts, Dirk") and sender.get(here).select("select#former")
    found = sender.get(f"{here}?words=aerts")
    assert found.has("1 former member fits too")
    assert sender.get(found.link("1 former member fits too")).has("Aerts, Dirk")
    back = sender.post(f"{here}/members", deed="rejoin", chosen=ids_of(molenakker))
    assert back.has("2 people are members again") and back.has("Aerts, Dirk")


def test_who_was_erased_is_no_former_member(sender, molenakker):
    members.end(Membership.get(), by=None, now=NOON)
    Member.update(erased_at=NOON).execute()
    assert not lists.former(molenakker).exists()


def test_who_wants_no_more_news_is_seen_in_the_list_and_on_the_page(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    news.end([dirk], "email", now=NOON)
    listed = sender.get(f"/bins/{molenakker.id}?missing=no_news")
    assert listed.has("Aerts, Dirk") and listed.has("no more news by e-mail") and not listed.has("Claes")
    assert sender.get(f"/members/{dirk.id}").has("Wants no more news by e-mail, since 23 November 2026")


# ── What is typed ───────────────────────────────────────────────────────


def test_a_number_in_two_notations_is_one_number_to_two_who_change_a_member(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    form = sender.get(f"/members/{dirk.id}").form(f"main form[action$='/members/{dirk.id}']")
    members.change(dirk, {"street": "Veldlaan"}, version=1, by=None, now=NOON)
    page = sender.post(f"/members/{dirk.id}", form | {"mobile": "+32 470 001 121"})
    told = page.select("div.note table")[0].text
    assert page.status == 409 and "Street" in told and "Mobile" not in told


def test_the_last_number_of_somebody_is_not_taken_away_by_a_slip(sender, molenakker):
    dirk = Member.get(Member.first_name == "Dirk")
    form = sender.get(f"/members/{dirk.id}").form(f"main form[action$='/members/{dirk.id}']")
    page = sender.post(f"/members/{dirk.id}", form | {"mobile": "", "email": ""})
    assert page.status == 422 and page.has("Type a number or an e-mail address")
    Member.update(mobile="", email="").where(Member.id == dirk.id).execute()
    assert sender.post(f"/members/{dirk.id}", form | {"mobile": "", "email": "", "street": "X"}).status == 200


def test_a_member_without_a_name_is_asked_for_one_in_the_words_of_a_form(sender, molenakker):
    page = sender.post(f"/bins/{molenakker.id}/members/new", mobile="0470 00 11 99")
    assert page.status == 422 and page.has("Type a name") and not page.has("in this row")


@pytest.mark.parametrize(
    "postcode, kept", [("320", 0), ("99", 0), ("0999", 0), ("3200", 1), ("F-59000", 1), ("5611 AB", 1)]
)
def test_a_postcode_that_can_be_none_is_refused_with_a_sentence(sender, molenakker, postcode, kept):
    typed = {"last_name": "Peeters", "mobile": "0470 00 11 99", "postcode": postcode}
    page = sender.post(f"/bins/{molenakker.id}/members/new", typed)
    assert page.has("from 1000 to 9999") is not bool(kept)
    assert Member.select().where(Member.last_name == "Peeters").count() == kept


# ── Rights ──────────────────────────────────────────────────────────────


def test_a_reader_sees_and_changes_nothing(zone, molenakker, signed_in):
    reader, dirk = signed_in(english(cast.user("reader", zone))), Member.get(Member.first_name == "Dirk")
    page = reader.get(f"/bins/{molenakker.id}")
    assert page.has("Aerts, Dirk") and not page.has("Add a member") and not page.select("td.pick")
    shown = reader.get(f"/members/{dirk.id}")
    assert shown.has("0470 00 11 21") and not shown.select("main form")
    row = Membership.get(Membership.member == dirk)
    for path in (f"/members/{dirk.id}", f"/memberships/{row.id}/pause", f"/bins/{molenakker.id}/members"):
        assert reader.post(path).status == 403
    assert reader.get(f"/bins/{molenakker.id}/export.csv").status == 403


@pytest.mark.parametrize("stranger", ["coordinator", "other zone"])
def test_another_bin_does_not_exist_for_who_may_not_see_it(app, zone, molenakker, signed_in, stranger):
    by = cast.user("sender", zone)
    record = imports.upload(molenakker, b"Naam;GSM\nNys;0470112233\n", "x.csv", by=by, now=NOON)
    if stranger == "coordinator":
        browser = signed_in(cast.user("coordinator", zone, bins=(cast.bin_named("BIN Kerkdries"),)))
    else:
        browser = signed_in(cast.user("organisation_admin", cast.organisation("Andere Zone")))
    ids = {"bins": molenakker.id, "members": Member.get().id, "imports": record.id}
    ids["memberships"] = Membership.get().id
    asked = 0
    for rule in app.url_map.iter_rules():
        room = rule.rule.split("/")[1]
        if rule.endpoint.split(".")[0] not in ("bins", "members", "imports") or "id" not in rule.arguments:
            continue
        path = rule.rule.replace("<int:id>", str(ids[room]))
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
        for method in rule.methods & {"GET", "POST"}:
            page = (browser.get if method == "GET" else browser.post)(path)
            needs_more = stranger == "coordinator" and path.endswith("/name")  # refused before one looks
            assert page.status == (403 if needs_more else 404), (method, path)
            asked += 1
    assert asked > 20


def test_a_coordinator_sees_only_the_memberships_of_their_own_bins(zone, molenakker, signed_in):
    other, dirk = cast.bin_named("BIN Kerkdries"), Member.get(Member.first_name == "Dirk")
    members.join(dirk, other, by=None, now=NOON)
    page = signed_in(english(cast.user("coordinator", zone, bins=(molenakker,)))).get(f"/members/{dirk.id}")
    assert page.has("BIN Molenakker") and not page.has("BIN Kerkdries")
