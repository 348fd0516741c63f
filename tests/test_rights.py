"""Who may enter: every address of the house, tried by everybody who has no business there."""

import re

import pytest

from dispatch import rights
from models import Activation, Campaign, Grant, Mandate, Membership, Message, Template, User
from tests import cast, town
from tests.page import Client

ZONE = {
    "approval",
    "bins",
    "campaigns",
    "cap",
    "cards",
    "control",
    "follow_ups",
    "filling",
    "imports",
    "inbox",
    "members",
    "message_templates",
    "privacy",
    "recordings",
    "reports",
    "scenarios",
    "takeover",
    "upkeep",
    "verified",
}
FLOOR = {"board", "calls", "operators", "reinforcements", "quality"}  # who does what there: test_floor_pages
TOLD = {"sheet", "liaison", "victims"}  # who may hear what victims said: tests/test_victims.py
JOINING = {"organisations", "agreements", "orders", "user_tables"}
CENTRE = FLOOR | {
    "announcements",
    "activations",
    "answering",
    "closings",
    "scale_ups",
    "costs",
    "exercises",
    "final_reports",
    "lessons",
}
PROMISES = {"promises", "annexes"}
PREPARED = PROMISES | {"preparation", "annex_1"}
ROOMS = {
    "platform_admin": {"who_may", "inbox", "users", "audit", "credits", "tariffs", "status"}
    | JOINING
    | PROMISES,
    "organisation_admin": ZONE
    | {"who_may", "four_eyes", "users", "audit", "tokens", "credits", "tariffs", "drills", "packs"}
    | JOINING,
    "sender": ZONE | {"credits", "tariffs"},
    "coordinator": ZONE,
    "reader": ZONE,
    "authorised_person": CENTRE | PREPARED | TOLD,
    "centre_supervisor": CENTRE | PROMISES | {"prices"} | TOLD - {"liaison"},
    "operator": CENTRE | TOLD - {"liaison"},
    "liaison_officer": CENTRE | PREPARED | TOLD,
}
EVERYBODY = {
    "accessibility",
    "home",
    "language",
    "manual",
    "patterns",
    "signin",
    "receipts",
    "door",
    "account",
    "go",
    "tour",
    "api",
    "own_data",
    "feed",
    "unsubscribe",
    "confirm",
}  # api, by which token: test_api
OPEN = {
    "static",
    "recordings.lend",
    "health.live",
    "health.ready",
    "health.metrics",
}  # what is lent to whom, and when: test_voice_pages
SHUT = (403, 404)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def things(zavel):
    return town.fill(zavel) | {"users": [zavel.people["reader"]]}


@pytest.fixture
def desk(app):
    return town.contact_centre()


@pytest.fixture
def promised(desk):
    """One of each thing that a town and its centre promised, prepared and practised."""
    return town.promised(desk[0]) | {"exercises": town.exercise(desk[0])}


def of_desk(desk, promised) -> dict[str, list]:
    """Everything of the contact centre, by the first part of its address."""
    people, activations = desk
    asked = activations["requested"]
    return promised | {"activations": activations["draft"] + asked} | town.told(people, asked[0])


def addresses(app, things: dict[str, list], *, with_ids: bool | None = None):
    """(method, address, endpoint) of every page, filled in with these things; the open doors are left out."""
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        if rule.endpoint in OPEN or room in EVERYBODY:
            continue
        has_id = "<int:id>" in rule.rule
        if with_ids is not None and has_id != with_ids:
            continue
        for id in [thing.id for thing in things.get(rule.rule.split("/")[1], ())] if has_id else [0]:
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield method, filled(rule.rule, id), rule.endpoint


def filled(rule: str, id: int) -> str:
    message = Message.get_or_none(Message.campaign == id) if "<int:mid>" in rule else None
    here = {
        "<int:id>": id,
        "<int:mid>": message.id if message else 1,
        "<reason>": "no_mobile",
        "<lang>": "nl",
    }
    for sign, value in here.items():
        rule = rule.replace(sign, str(value))
    return re.sub(r"<any\('?([\w.]+).*?\):\w+>", r"\1", rule)


TAKES_A_FILE = re.compile(r"/(file|agreement|new|annex|streets|quarters|recordings/\w+)$")


def form(things: dict[str, list]) -> dict:
    """What a form could hold that changes these things, were the door open."""
    ids = {name: things[name][0].id for name in things if things[name]}
    return {
        "name": "Ingebroken",
        "kind": "news",
        "version": Campaign.get_by_id(ids["campaigns"]).version if "campaigns" in ids else 1,
        "channels": "sms",
        "bins": ids.get("bins", 1),
        "bin": ids.get("bins", 1),
        "member": ids.get("members", 1),
        "chosen": ids.get("memberships", 1),
        "sms-nl-body": "Ingebroken",
        "terms": "1",
        "deed": "pause",
        "role": "coordinator",
        "last_name": "Ingebroken",
        "mobile": "0470 55 66 77",
        "choice": "again",
        "expect": "{}",
        "number": "1771",
        "opened_at": "12:00",
        "reason": "Ingebroken",
        "emergency": "Ingebroken",
        "amount": "275",
        "correction": "-5",
        "correction-note": "Ingebroken",
        "payment": "prepaid",
        "password": cast.PASSWORD,
    }


def without_templates(things: dict[str, list]) -> dict[str, list]:
    return {name: some for name, some in things.items() if name != "templates"}


def knock(browser: Client, method: str, address: str, things: dict[str, list]) -> int:
    """How a door answers; asked as for a part of a page, since of a refusal only the number is read here."""
    data = {} if method == "GET" else form(things) | {"csrf_token": browser.token or ""}
    if data and TAKES_A_FILE.search(address):
        data["file"] = town.a_list()
    part = {"HX-Request": "true"}
    return browser.browser.open(address, method=method, data=data, headers=part).status_code


def opened(app, browser: Client, things: dict, **which) -> list[tuple]:
    """The addresses that answered something else than: you may not, or: it does not exist."""
    found = []
    for method, address, _endpoint in addresses(app, things, **which):
        status = knock(browser, method, address, things)
        if status not in SHUT:
            found.append((method, address, status))
    return found


def test_who_has_not_signed_in_is_sent_to_the_sign_in_and_changes_nothing(
    app, client, things, desk, promised
):
    things |= of_desk(desk, promised)
    client.get("/signin")
    before = town.kept()
    for method, address, _endpoint in addresses(app, things):
        answer = client.browser.open(address, method=method, data={"csrf_token": client.token})
        assert answer.status_code == 302 and "/signin" in answer.location, (method, address)
        fragment = client.browser.get(address, headers={"HX-Request": "true"}) if method == "GET" else None
        assert fragment is None or (fragment.status_code, fragment.data) == (401, b""), address
    assert town.kept() == before


@pytest.mark.parametrize("role", ["organisation_admin", "sender", "coordinator A", "reader"])
def test_people_of_another_zone_find_nothing_of_this_one(app, signed_in, zavel, things, promised, role):
    things |= promised
    stranger = signed_in(town.zone("Heuvel", 2).people[role])
    before = town.kept()
    assert opened(app, stranger, things, with_ids=True) == []
    assert town.kept() == before


def test_the_national_desk_finds_nothing_of_a_zone_but_what_runs_and_can_be_taken(
    app, signed_in, zavel, things
):
    desk = cast.organisation("NCCN", "federal_service", is_national_desk=True)
    browser = signed_in(town.user("sender", desk))
    before = town.kept()
    taken = [f"/campaigns/{campaign.id}/take" for campaign in things["campaigns"]]
    knocks = [knocked for knocked in addresses(app, things, with_ids=True) if knocked[1] not in taken]
    assert [
        address for method, address, _ in knocks if knock(browser, method, address, things) not in SHUT
    ] == []
    assert town.kept() == before
    for address in ("/desk", *taken):
        assert signed_in(zavel.people["sender"]).browser.get(address).status_code in (403, 405), address


def test_a_coordinator_finds_nothing_of_another_bin(app, signed_in, zavel, things):
    neighbour = signed_in(zavel.people["coordinator B"])
    before = town.kept()
    found = opened(app, neighbour, without_templates(things), with_ids=True)
    found += opened(app, neighbour, {"templates": things["templates"]}, with_ids=True)
    assert [address for _method, address, _status in found] == [f"/templates/{things['templates'][0].id}/use"]
    # A template of the zone is every coordinator's to use, for their own BIN only: here that is nobody.
    draft = Campaign.select().order_by(Campaign.id.desc()).first()
    assert draft.audience == {"bins": [], "streets": [], "members": []}
    before["Campaign"], before["Audit"] = town.kept()["Campaign"], town.kept()["Audit"]
    assert town.kept() == before


@pytest.mark.parametrize("role", [*ROOMS])
def test_a_role_enters_only_its_own_rooms(app, signed_in, zavel, things, desk, promised, role):
    people, _activations = desk
    things |= of_desk(desk, promised)
    platform = cast.organisation("Platform", "platform")
    by_role = {
        "platform_admin": lambda: town.user("platform_admin", platform),
        "coordinator": lambda: zavel.people["coordinator A"],
    }
    who = by_role.get(role, lambda: zavel.people.get(role) or people[role])()
    browser = signed_in(who)
    before = town.kept()
    for method, address, endpoint in addresses(app, things):
        if endpoint.partition(".")[0] not in ROOMS[role]:
            assert knock(browser, method, address, things) in SHUT, (method, address)
    assert town.kept() == before


KEPT_BY_ADMINISTRATORS = ("who_may.", "users.", "preparation.", "annex_1.", "annexes.annex_of_agreement")


def test_a_reader_changes_nothing_anywhere(app, signed_in, zavel, things, desk, promised):
    people, _activations = desk
    things |= of_desk(desk, promised)
    before = town.kept()
    for reader in (
        zavel.people["reader"],
        people["town reader"],
        people["centre reader"],
        people["organisation_admin"],
    ):
        browser = signed_in(reader)
        for method, address, endpoint in addresses(app, things):
            if reader.role == "organisation_admin" and endpoint.startswith(KEPT_BY_ADMINISTRATORS):
                continue  # the rights and the accounts of the town are theirs to give, and its preparation to keep
            if endpoint in ("audit.export", "packs.take") and reader.role == "organisation_admin":
                continue  # who takes the audit or the emergency pack along changes nothing by it
            if method == "POST" or "export" in address or address.endswith("/new"):
                assert knock(browser, method, address, things) in SHUT, (reader.role, address)
    assert town.kept() == before


def test_the_centre_sees_no_draft_and_another_town_or_centre_sees_nothing(app, signed_in, desk, promised):
    people, activations = desk
    drafts, everything = {"activations": activations["draft"]}, of_desk(desk, promised)
    supervisor = signed_in(people["centre_supervisor"])
    strangers = [
        town.user(role, cast.organisation(f"Vreemd {kind}", kind))
        for role, kind in (("authorised_person", "municipality"), ("centre_supervisor", "contact_centre"))
    ]
    before = town.kept()
    assert opened(app, supervisor, drafts, with_ids=True) == []
    for stranger in map(signed_in, strangers):
        assert opened(app, stranger, everything, with_ids=True) == []
    assert town.kept() == before


def test_the_town_does_not_answer_its_own_request_and_the_centre_does_not_fill_it_in(signed_in, desk):
    people, activations = desk
    (asked,) = activations["requested"]
    mayor, supervisor = signed_in(people["authorised_person"]), signed_in(people["centre_supervisor"])
    for deed in ("acknowledge", "open", "refuse", "close"):
        assert mayor.post(f"/activations/{asked.id}/{deed}", number="1771").status == 403
    for deed in ("form", "field", "submit"):
        assert supervisor.post(f"/activations/{asked.id}/{deed}", emergency="x").status == 403
    assert Activation.get_by_id(asked.id).status == "requested"


def test_a_coordinator_does_not_see_a_campaign_that_also_went_to_somebody_outside(signed_in, zavel, things):
    outsider = Membership.get(Membership.bin == zavel.bins["B"]).member
    mixed = town.campaign(zavel.people["sender"], zavel.bins["A"], "running", members=[outsider.id])
    coordinator = signed_in(zavel.people["coordinator A"])
    assert coordinator.get(f"/campaigns/{mixed.id}").status == 404
    assert coordinator.get(f"/campaigns/{mixed.id}/messages").status == 404
    assert not coordinator.get("/campaigns").select(f'a[href="/campaigns/{mixed.id}"]')
    assert signed_in(zavel.people["sender"]).get(f"/campaigns/{mixed.id}").status == 200


def test_a_draft_of_a_coordinator_that_the_police_made_wider_is_theirs_no_longer(signed_in, zavel):
    coordinator = zavel.people["coordinator A"]
    draft = town.campaign(coordinator, zavel.bins["A"], "draft")
    browser = signed_in(coordinator)
    assert browser.get(f"/campaigns/{draft.id}/text").status == 200
    wider = {"bins": [zavel.bins["A"].id, zavel.bins["B"].id]}
    Campaign.update(audience=wider).where(Campaign.id == draft.id).execute()
    assert browser.get(f"/campaigns/{draft.id}/review").status == 404


def test_a_coordinator_cannot_write_to_another_bin_by_naming_it(signed_in, zavel):
    draft = town.campaign(zavel.people["coordinator A"], zavel.bins["A"], "draft")
    browser, other = signed_in(zavel.people["coordinator A"]), zavel.bins["B"]
    outsider = Membership.get(Membership.bin == other).member
    wording = {"name": "x", "kind": "news", "channels": "sms", "sms-nl-body": "x", "version": draft.version}
    reach = {"bins": [other.id], "streets": [f"{other.id}|Kerkstraat"], "members": [outsider.id]}
    browser.post(f"/campaigns/{draft.id}/text", wording | reach, follow=False)
    assert Campaign.get_by_id(draft.id).audience == {"bins": [], "streets": [], "members": []}


def test_every_address_that_names_a_thing_is_walked(app, things, desk, promised):
    walked = {
        *things,
        *of_desk(desk, promised),
        "signin",
        "receipts",
        "account",
        "tariffs",  # prices of the house: tests/test_tariffs.py
        "warnings",  # open to everybody where a zone wants it: tests/test_cap.py
        "api",
    }  # what is one's own: tests/test_sessions.py
    named = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules() if "<int:" in rule.rule}
    assert named <= walked


@pytest.mark.parametrize("role", ["organisation_admin", "sender", "coordinator A", "reader"])
def test_a_right_that_is_taken_from_a_role_shuts_every_address_that_asks_it(
    app, signed_in, zavel, things, role
):
    browser = signed_in(zavel.people[role])
    asks = {
        endpoint: view.guarded_by.replace(rights.CONTROL, "campaign.launch")
        for endpoint, view in app.view_functions.items()
        if endpoint != "static"
    }
    knocks = list(addresses(app, things))
    for deed in {*asks.values()} & {*rights.DEEDS, *rights.SENDING}:
        taken = list(Grant.select().where(Grant.deed == deed).dicts())
        Grant.delete().where(Grant.deed == deed).execute()
        before = town.kept()
        for method, address, endpoint in knocks:
            if asks[endpoint] == deed:
                assert knock(browser, method, address, things) in SHUT, (deed, method, address)
        assert town.kept() == before
        if taken:
            Grant.insert_many(taken).execute()


@pytest.mark.parametrize("taken", [{"kind": "preventive"}, {"channel": "sms"}])
@pytest.mark.parametrize("deed", rights.SENDING)
def test_one_box_that_is_taken_shuts_what_needs_it_and_nothing_else(app, signed_in, zavel, deed, taken):
    draft = town.campaign(zavel.people["sender"], zavel.bins["A"], "draft")
    here = (Grant.deed == deed) & (Grant.role == "sender")
    Grant.delete().where(here, *(getattr(Grant, name) == value for name, value in taken.items())).execute()
    browser = signed_in(zavel.people["sender"])
    is_shut = {
        f"/campaigns/{draft.id}/text": deed == "campaign.compose",
        f"/campaigns/{draft.id}/review": deed == "campaign.launch",
    }
    for address, shut in is_shut.items():
        assert browser.get(address).status == (403 if shut else 200), address


def test_a_coordinator_may_not_send_a_warning(signed_in, zavel):
    draft = town.campaign(zavel.people["coordinator A"], zavel.bins["A"], "draft")
    Campaign.update(kind="warning").where(Campaign.id == draft.id).execute()
    browser = signed_in(zavel.people["coordinator A"])
    assert browser.post(f"/campaigns/{draft.id}/launch", terms="1", version=draft.version).status == 403
    assert Campaign.get_by_id(draft.id).is_draft


def test_a_coordinator_takes_away_their_own_templates_only(signed_in, zavel, things):
    (police,) = things["templates"]
    coordinator = zavel.people["coordinator A"]
    own = Template.create(**{**police.__data__, "id": None, "by": coordinator, "name": "Eigen"})
    browser = signed_in(coordinator)
    assert browser.post(f"/templates/{police.id}/remove").status == 403
    browser.post(f"/templates/{own.id}/remove")
    assert [t.removed_at is None for t in (Template.get_by_id(police.id), Template.get_by_id(own.id))] == [
        True,
        False,
    ]


def test_what_is_judged_is_what_is_launched(signed_in, zavel):
    """Between the look and the launch the police widens the audience: the older version is not launched."""
    draft = town.campaign(zavel.people["coordinator A"], zavel.bins["A"], "draft")
    browser = signed_in(zavel.people["coordinator A"])
    assert browser.post(f"/campaigns/{draft.id}/launch", terms="1", version=draft.version + 1).status == 409
    assert browser.post(f"/campaigns/{draft.id}/launch", terms="1").status == 409
    assert Campaign.get_by_id(draft.id).is_draft


def test_a_mandate_that_ended_shuts_the_door_at_once(signed_in, zavel, things):
    browser = signed_in(zavel.people["coordinator A"])
    bin = zavel.bins["A"]
    assert browser.get(f"/bins/{bin.id}").status == 200
    Mandate.delete().where(Mandate.user == zavel.people["coordinator A"].id).execute()
    assert browser.get(f"/bins/{bin.id}").status == 404
    assert opened(browser.browser.application, browser, without_templates(things), with_ids=True) == []


def test_an_account_that_is_switched_off_is_out_at_once(signed_in, zavel):
    browser = signed_in(zavel.people["sender"])
    User.update(is_active=False).where(User.id == zavel.people["sender"].id).execute()
    assert browser.browser.get("/bins").status_code == 302


def test_no_number_in_an_address_is_more_than_not_found(app, signed_in, zavel):
    app.testing = False
    browser = signed_in(zavel.people["organisation_admin"]).browser
    deep = ("/imports/{}/report", "/campaigns/{}/messages/1", "/memberships/{}/end", "/templates/{}/remove")
    for id in ("0", "-1", "x", "9" * 18, "9" * 40, "1e3", "٣", "1%00", "../1", "%ff"):
        for place in ("/bins/{}", "/members/{}", "/campaigns/{}", *deep):
            assert browser.get(place.format(id)).status_code in (308, 404), place.format(id)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "OPTIONS"])
def test_other_methods_change_nothing_and_tell_nobody(app, signed_in, zavel, things, method):
    browser, stranger = signed_in(zavel.people["organisation_admin"]), Client(app)
    before = town.kept()
    for address in sorted({address for _method, address, _endpoint in addresses(app, things)}):
        answer = browser.browser.open(address, method=method, headers={"X-CSRFToken": browser.token})
        assert answer.status_code < 500, address
        assert stranger.browser.open(address, method=method).status_code in (200, 302, 400, 405), address
    after = town.kept()
    assert {**after, "Audit": []} == {**before, "Audit": []}  # a HEAD of an export is noted as one
