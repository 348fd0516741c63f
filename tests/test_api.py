"""What programs may: each operation by each token, launches once, members with the checks of a list."""

from datetime import timedelta
from threading import Thread

import pytest

from dispatch import clock, letters, tokens
from dispatch.errors import NotAllowed
from dispatch.sending import approval, takeover
from models import (
    TABLES,
    Audit,
    Campaign,
    Import,
    Member,
    MemberChange,
    Membership,
    Message,
    Organisation,
    Template,
    Token,
    TokenLaunch,
    User,
    database,
)
from tests import cast, town
from views.api.door import OPERATIONS, PREFIX

KEY = "weather-2026-11-25"
ORDER = {"terms_accepted": True}
PROBLEM = "application/problem+json"


class Program:
    """A program with a token."""

    def __init__(self, app, text: str = ""):
        self.browser = app.test_client()
        self.headers = {"Authorization": f"Bearer {text}"} if text else {}

    def ask(self, method: str, path: str, json=None, **headers):
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.open(PREFIX + path, method=method, json=json, headers=sent)

    def get(self, path: str):
        return self.ask("GET", path)

    def launch(self, template: Template, key: str = KEY, **order):
        return self.ask("POST", f"/templates/{template.id}/launch", ORDER | order, Idempotency_Key=key)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def things(zavel):
    return town.fill(zavel)


@pytest.fixture
def template(things):
    return things["templates"][0]


@pytest.fixture
def program(app, zavel):
    return given(app, zavel)


def given(app, zone, *scopes, **values) -> Program:
    return Program(app, town.token(zone, *scopes, now=clock.now(), **values)[1])


def asked_of(things: dict) -> list[tuple]:
    """(operation, path, body) of every operation of a zone, about these things; a centre's: tests/test_floor_pages.py."""
    bin, member = things["bins"][0], things["members"][0]
    bodies = {
        "launch_template": ORDER,
        "bring_members": {"members": [{"last_name": "Nieuw", "mobile": "0470 55 66 77"}]},
        "change_member": {"version": member.version, "town": "Elders"},
    }
    first = {"templates": things["templates"][0], "campaigns": things["campaigns"][1], "bins": bin}
    first["members"] = member
    message = Message.select().where(Message.campaign == things["campaigns"][1]).first()
    found = []
    for here in OPERATIONS:
        if not here.is_open and here.scope != "quarter.bring":
            thing = first.get(here.rule.split("/")[1])
            path = here.rule.replace("<int:id>", str(thing and thing.id))
            path = path.replace("<int:member>", str(member.id)).replace(
                "<reference:reference>", message.reference
            )
            found.append((here, path, bodies.get(here.name)))
    return found


# ── Who may ────────────────────────────────────────────────────────────────


def ask_everything(program: Program, things: dict) -> dict[str, int]:
    return {
        here.name: program.ask(here.method, path, body, Idempotency_Key=KEY).status_code
        for here, path, body in asked_of(things)
    }


def test_every_operation_answers_a_token_that_has_its_scope(program, things):
    assert set(ask_everything(program, things).values()) <= {200, 201, 204}


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer belfort_real_guess"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer \u00e9\u00ff"},
    ],
)
def test_without_a_token_nothing_answers_and_nothing_changes(app, things, shown):
    program, before = Program(app), town.kept()
    program.headers = shown
    assert set(ask_everything(program, things).values()) == {401}
    answer = program.get("/bins")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer") and answer.content_type == PROBLEM
    assert town.kept() == before


def test_a_session_opens_nothing_in_the_api_and_the_api_begins_none(app, zavel, things, signed_in):
    browser = signed_in(zavel.people["organisation_admin"]).browser
    assert browser.get(f"{PREFIX}/bins").status_code == 401
    answer = given(app, zavel).get("/bins")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers


def test_a_token_opens_no_page(app, program):
    answer = program.browser.get("/bins", headers=program.headers)
    assert answer.status_code == 302 and "/signin" in answer.location


@pytest.mark.parametrize("scope", [*tokens.SCOPES])
def test_a_token_does_what_its_scope_says_and_nothing_else(app, zavel, things, scope):
    program = given(app, zavel, scope)
    may = {here.name for here in OPERATIONS if here.scope == scope}
    for name, status in ask_everything(program, things).items():
        assert (status in (200, 201, 204)) == (name in may), name
        assert name in may or status == 403, name


def test_a_token_of_another_zone_finds_nothing_of_this_one(app, zavel, things):
    stranger, before = given(app, town.zone("Heuvel", 2)), town.kept()
    for here, path, body in asked_of(things):
        answer = stranger.ask(here.method, path, body, Idempotency_Key=KEY)
        assert answer.status_code == 404 if "<" in here.rule else "Zavel" not in answer.text, path
    after = town.kept()
    assert {**after, "Audit": [], "Token": []} == {**before, "Audit": [], "Token": []}


def stops(app, program: Program) -> bool:
    return program.get("/bins").status_code == 401


def test_a_token_stops_when_its_account_is_closed_leaves_or_loses_the_right(app, zavel, program):
    admin = zavel.people["organisation_admin"]
    elsewhere = cast.organisation("Elders")
    assert not stops(app, program)
    for lost in ({"is_active": False}, {"organisation": elsewhere}, {"role": "sender"}):
        User.update(lost).where(User.id == admin.id).execute()
        assert stops(app, program), lost
        kept = {"is_active": True, "organisation": admin.organisation_id, "role": admin.role}
        User.update(kept).where(User.id == admin.id).execute()
        assert not stops(app, program)


def test_a_token_that_expired_or_was_revoked_is_unknown(app, zavel, program):
    Token.update(expires_at=clock.now() - timedelta(seconds=1)).execute()
    assert stops(app, program)
    Token.update(expires_at=clock.now() + timedelta(days=1)).execute()
    assert not stops(app, program)
    tokens.revoke(Token.get(), by=zavel.people["organisation_admin"], now=clock.now())
    assert stops(app, program)


@pytest.mark.parametrize("role", ["sender", "coordinator A", "reader"])
def test_only_an_administrator_makes_tokens(zavel, role):
    with pytest.raises(NotAllowed):
        town.token(zavel, role=role)


def test_a_token_is_kept_as_a_digest_only(app, zavel):
    token, text = town.token(zavel, now=clock.now())
    rows = [repr([*table.select().tuples()]) for table in TABLES]
    assert any(repr(token.digest) in row for row in rows)
    assert not [row for row in rows if text[-30:] in row]  # what is drawn may hold a sign that parts it


def test_a_token_that_asks_too_often_waits_and_another_does_not(app, zavel, program, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_A_MINUTE", 3)
    other = given(app, zavel)
    assert [program.get("/bins").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get("/bins")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60 and refused.json["status"] == 429
    assert other.get("/bins").status_code == 200
    Token.update(minute_at=clock.now() - timedelta(seconds=61)).execute()
    assert program.get("/bins").status_code == 200


def test_every_call_is_written_down_by_ids_alone(program, things):
    for here, path, body in asked_of(things):
        program.ask(here.method, path, body, Idempotency_Key=KEY)
        row = Audit.select().where(Audit.deed == "api.called").order_by(Audit.id.desc()).first()
        assert row.facts["operation"] == here.name and row.subject.startswith("token:")
        ids = [value for name, value in row.facts.items() if name not in ("operation", "reference")]
        assert all(isinstance(value, int) for value in ids)


def test_what_is_no_reference_is_nowhere_and_stands_in_no_audit(program):
    for said in ("Jan-Peeters", "0470112233", "A" * 16, "0123456789abcdef0"):
        assert program.get(f"/messages/{said}").status_code == 404
    assert not Audit.select().where(Audit.deed == "api.called").exists()


# ── Launch ──────────────────────────────────────────────────────────────


def test_a_launch_queues_the_messages_of_the_template_and_leads_to_the_campaign(program, template):
    answer = program.launch(template)
    assert answer.status_code == 201 and answer.json["status"] == "running"
    launched = Campaign.get_by_id(answer.json["id"])
    assert Message.select().where(Message.campaign == launched.id).count() == answer.json["people"] > 0
    read = program.browser.get(answer.location, headers=program.headers).json
    assert read["campaign"] == answer.json and read["counts"]["sms"]["queued"] == answer.json["people"]


def test_a_launch_that_is_asked_again_is_answered_and_not_repeated(program, template):
    first, again = program.launch(template), program.launch(template)
    assert (first.status_code, again.status_code) == (201, 200) and first.json == again.json
    assert Campaign.select().where(Campaign.template == template.id).count() == 1
    assert program.launch(template, key="another-key").status_code == 201


def test_two_programs_that_ask_at_the_same_moment_launch_once(app, zavel, template):
    _, text = town.token(zavel, now=clock.now())
    found = []

    def ask() -> None:
        with database.connection_context():
            found.append(Program(app, text).launch(template))

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in found) == [200] * 5 + [201]
    assert Campaign.select().where(Campaign.template == template.id).count() == 1


def test_a_key_that_was_used_for_something_else_launches_nothing(program, zavel, template):
    program.launch(template)
    answer = program.launch(template, bins=[zavel.bins["B"].id])
    assert answer.status_code == 422 and "Idempotency-Key" in answer.json["faults"]
    assert Campaign.select().where(Campaign.template == template.id).count() == 1


def test_a_refused_launch_leaves_no_draft_and_its_key_can_be_used_again(program, template):
    before = Campaign.select().count()
    Template.update(channels=[]).where(Template.id == template.id).execute()
    answer = program.launch(template)
    assert answer.status_code == 422 and "channels" in answer.json["faults"]
    assert program.launch(template, terms_accepted=False).json["faults"]["terms_accepted"]
    assert (Campaign.select().count(), TokenLaunch.select().count()) == (before, 0)
    Template.update(channels=["sms"]).where(Template.id == template.id).execute()
    assert program.launch(template).status_code == 201


def test_a_program_launches_nothing_that_nobody_approved(program, zavel, template):
    admin = zavel.people["organisation_admin"]
    rule = {"is_needed": True, "deadline_seconds": 300, "ladder": [admin.id], "version": 0}
    approval.set_rule(zavel.bins["A"].organisation, template.kind, **rule, by=admin, now=cast.NOON)
    before = Campaign.select().count()
    answer = program.launch(template)
    assert answer.status_code in (403, 409, 422) and "detail" in answer.json
    assert (Campaign.select().count(), TokenLaunch.select().count()) == (before, 0)


def test_a_program_says_which_numbers_and_links_of_a_text_somebody_tried(program, template):
    texts = {"sms": {"nl": {"body": "Bel 016 12 34 56 of kijk op www.gemeente.example."}}}
    Template.update(texts=texts).where(Template.id == template.id).execute()
    before = Campaign.select().count()
    for vouched in ([], ["016/12.34.56"], ["www.gemeente.example", "1771"]):
        answer = program.launch(template, vouched=vouched)
        assert answer.status_code == 422 and "vouched" in answer.json["faults"]
    assert Campaign.select().count() == before
    answer = program.launch(template, vouched=["016/12.34.56", "https://www.gemeente.example", "1771"])
    assert answer.status_code == 201
    assert Campaign.get_by_id(answer.json["id"]).vouched == ["+3216123456", "www.gemeente.example"]


def test_a_launch_without_a_key_or_with_a_bad_one_is_refused(program, template):
    place = f"/templates/{template.id}/launch"
    assert program.ask("POST", place, ORDER).status_code == 400
    for key in ("short", "x" * 65, "a b c d e f", "é" * 10):
        assert program.ask("POST", place, ORDER, Idempotency_Key=key).status_code == 400
    assert TokenLaunch.select().count() == 0


def test_a_template_that_changed_since_it_was_read_is_not_launched(program, template):
    assert program.launch(template, version=template.version + 1).status_code == 409
    assert program.launch(template, version=template.version).status_code == 201


def test_the_audience_can_be_other_bins_of_the_zone_and_of_no_other(program, zavel, template):
    answer = program.launch(template, bins=[zavel.bins["B"].id])
    launched = Campaign.get_by_id(answer.json["id"])
    assert launched.audience == {"bins": [zavel.bins["B"].id]}
    foreign = town.zone("Heuvel", 2).bins["A"].id
    assert program.launch(template, key="foreign-bin", bins=[foreign]).status_code == 403
    assert Campaign.select().where(Campaign.template == template.id).count() == 1


def test_a_token_for_practice_launches_practice_and_sees_no_real_campaign(app, zavel, things, template):
    practice, real = given(app, zavel, is_practice=True), given(app, zavel)
    exercise = practice.launch(template).json
    assert exercise["is_practice"] and not real.launch(template).json["is_practice"]
    assert not Message.select().where(Message.campaign == exercise["id"], ~Message.is_practice).exists()
    real_ids = {row["id"] for row in real.get("/campaigns?limit=200").json["items"]}
    assert [row["id"] for row in practice.get("/campaigns").json["items"]] == [exercise["id"]]
    assert exercise["id"] not in real_ids
    assert {practice.get(f"/campaigns/{id}").status_code for id in real_ids} == {404}
    assert real.get(f"/campaigns/{exercise['id']}").status_code == 404


def test_a_launch_names_the_account_that_made_the_token(program, zavel, template):
    launched = Campaign.get_by_id(program.launch(template).json["id"])
    assert launched.launched_by == zavel.people["organisation_admin"]


# ── Members ─────────────────────────────────────────────────────────────


def bring(program: Program, bin, *people: dict, **order):
    return program.ask("POST", f"/bins/{bin.id}/members", {"members": list(people)} | order)


def test_members_are_brought_in_with_the_checks_of_a_list(program, zavel):
    bin = zavel.bins["A"]
    answer = bring(
        program,
        bin,
        {"last_name": "Aerts", "first_name": "Jef", "mobile": "0470 12 34 56", "email": "half@"},
        {"last_name": "Aerts", "first_name": "Jef", "phone": "+32470123456", "town": "Zavel"},
        {"last_name": "Zonder", "mobile": "0900 12345"},
        {},
    )
    counts = {name: n for name, n in answer.json["counts"].items() if n}
    assert counts == {"rows": 4, "added": 1, "doubles": 1, "refused": 1, "blank": 1, "absent": 1}
    told = [(one["row"], one["code"], one["is_row_refused"]) for one in answer.json["problems"]]
    assert told == [(1, "email", False), (3, "premium", False), (3, "unreachable", True)]
    jef = Member.get(Member.last_name == "Aerts")
    assert (jef.mobile, jef.town) == ("+32470123456", "Zavel")
    record = Import.get_by_id(answer.json["import_id"])
    assert record.is_committed and MemberChange.get(MemberChange.member == jef.id).source == record


def test_what_a_program_brought_in_can_be_undone_like_an_import(program, zavel, signed_in):
    answer = bring(program, zavel.bins["A"], {"last_name": "Aerts", "mobile": "0470 12 34 56"})
    browser = signed_in(zavel.people["organisation_admin"])
    browser.post(f"/imports/{answer.json['import_id']}/undo")
    assert Import.get_by_id(answer.json["import_id"]).status == "undone"
    assert not Membership.select().join(Member).where(Member.last_name == "Aerts").exists()


def test_a_preview_says_the_same_and_writes_nothing(program, zavel):
    person, before = {"last_name": "Aerts", "mobile": "0470 12 34 56"}, town.kept()
    seen = bring(program, zavel.bins["A"], person, is_preview=True)
    after = town.kept()
    assert {**after, "Audit": [], "Token": []} == {**before, "Audit": [], "Token": []}
    assert seen.json["counts"] == bring(program, zavel.bins["A"], person).json["counts"]
    assert seen.json["import_id"] is None


def test_the_absent_are_ended_only_when_as_many_as_was_said_and_the_list_looks_whole(program, zavel):
    bin = zavel.bins["A"]
    present = Membership.get(Membership.bin == bin).member
    known = {"last_name": present.last_name, "first_name": present.first_name, "mobile": present.mobile}
    cast.member(bin, "Weg", mobile="+32470999999")
    assert bring(program, bin, known, end_absent=2).status_code == 409
    gone = bring(program, bin, known, end_absent=1)
    assert (gone.status_code, gone.json["counts"]["ended"]) == (200, 1)
    cast.member(bin, "Twee", mobile="+32470999998")
    part = bring(program, bin, {"last_name": "Een", "mobile": "0470 11 11 11"}, end_absent=2)
    assert part.status_code == 422 and "end_absent" in part.json["faults"]
    assert not Member.select().where(Member.last_name == "Een").exists()


def test_members_are_taken_out_page_by_page_each_once(program, zavel):
    bin = zavel.bins["A"]
    for number in range(7):
        cast.member(bin, f"Lid{number}", mobile=f"+3247000010{number}")
    found, cursor = [], None
    while cursor is not None or not found:
        page = program.get(f"/bins/{bin.id}/members?limit=3" + (f"&cursor={cursor}" if cursor else "")).json
        found += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert found == sorted(set(found)) and len(found) == 8


def test_a_member_is_changed_from_the_version_that_was_read(program, things):
    (member,) = things["members"]
    path = f"/members/{member.id}"
    version = program.get(path).json["version"]
    changed = program.ask("PATCH", path, {"version": version, "mobile": "0470 12 34 99"})
    assert (changed.json["mobile"], changed.json["version"]) == ("+32470123499", version + 1)
    late = program.ask("PATCH", path, {"version": version, "mobile": "0470 12 34 98"})
    assert late.status_code == 409 and Member.get_by_id(member.id).mobile == "+32470123499"


def test_a_wrong_number_is_told_by_its_field_in_the_language_of_the_account(program, zavel, things):
    (member,) = things["members"]
    order = {"version": member.version, "mobile": "0470 12"}
    answer = program.ask("PATCH", f"/members/{member.id}", order)
    assert (answer.status_code, answer.content_type) == (422, PROBLEM)
    assert answer.json["faults"] == {"mobile": "Dit nummer is te kort"}


def test_a_membership_is_ended_once_and_the_person_stays(program, zavel, things):
    (member,), bin = things["members"], zavel.bins["A"]
    path = f"/bins/{bin.id}/members/{member.id}"
    assert [program.ask("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert Member.select().where(Member.id == member.id).exists()
    assert program.get(f"/members/{member.id}").json["memberships"] == []


def test_a_token_for_practice_changes_no_member(app, zavel, things):
    practice = given(app, zavel, is_practice=True)
    (member,) = things["members"]
    answer = practice.ask("PATCH", f"/members/{member.id}", {"version": member.version, "town": "Elders"})
    assert answer.status_code == 403
    with pytest.raises(tokens.Incomplete):
        town.token(zavel, "member.change", is_practice=True)


def test_a_token_sees_every_bin_of_its_zone_and_none_of_another(zavel, program):
    town.zone("Heuvel", 2)
    names = {row["name"] for row in program.get("/bins").json["items"]}
    assert names == {bin.name for bin in zavel.bins.values()}


# ── What is sent ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"terms_accepted": NaN}', 400),
        (b'{"terms_accepted": ' + b"9" * 5000 + b"}", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"terms_accepted": 1}', 400),
        (b'{"terms_accepted": "true"}', 400),
        (b'{"terms_accepted": true, "version": true}', 400),
        (b'{"terms_accepted": true, "version": 1e400}', 400),
        (b'{"terms_accepted": true, "bins": []}', 400),
        (b'{"terms_accepted": true, "bins": [1.5]}', 400),
        (b'{"terms_accepted": true, "bins": [99999999999999999999]}', 400),
        (b'{"terms_accepted": true, "surprise": 1}', 400),
    ],
)
def test_no_body_breaks_the_launch(program, template, body, status):
    before = Campaign.select().count()
    headers = program.headers | {"Content-Type": "application/json", "Idempotency-Key": KEY}
    place = f"{PREFIX}/templates/{template.id}/launch"
    answer = program.browser.post(place, data=body, headers=headers)
    assert (answer.status_code, answer.content_type) == (status, PROBLEM)
    assert Campaign.select().count() == before


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_only_json_is_read(program, template, media_type):
    headers = program.headers | {"Content-Type": media_type, "Idempotency-Key": KEY}
    place = f"{PREFIX}/templates/{template.id}/launch"
    answer = program.browser.post(place, data=b'{"terms_accepted": true}', headers=headers)
    assert (answer.status_code, TokenLaunch.select().count()) == (415, 0)


@pytest.mark.parametrize("name", ["\ud800", "a\x00b", "\u202e", "=1+1", "x" * 999])
def test_no_text_breaks_an_arrival(program, zavel, name):
    answer = bring(program, zavel.bins["A"], {"last_name": name, "mobile": "0470 12 34 56"})
    assert answer.status_code == (400 if name in ("\ud800",) else 200)


def test_a_body_that_is_too_large_is_not_read(program, zavel):
    answer = program.browser.post(
        f"{PREFIX}/bins/{zavel.bins['A'].id}/members",
        data=b'{"members": [' + b" " * 8_000_001 + b"]}",
        headers=program.headers | {"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.content_type) == (413, PROBLEM)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "cursor=-1", "a=b", "limit="]
)
def test_no_query_is_passed_over(program, query):
    answer = program.get(f"/bins?{query}")
    assert answer.status_code == 400 and answer.json["faults"]


def test_an_address_that_does_not_exist_is_a_problem_too(program):
    for path, status in (("/nowhere", 404), ("/bins/x/members", 404), ("/bins/", 404)):
        answer = program.get(path)
        assert (answer.status_code, answer.content_type) == (status, PROBLEM)
    assert program.ask("PUT", "/bins").headers["Allow"]


def test_an_error_of_ours_is_a_problem_that_tells_nothing(app, program):
    app.testing = False
    app.view_functions["api.list_bins"] = lambda: 1 / 0
    answer = program.get("/bins")
    assert (answer.status_code, answer.content_type) == (500, PROBLEM)
    assert "division" not in answer.text


def test_an_organisation_that_is_no_zone_makes_no_tokens(app):
    people, _ = town.contact_centre()
    with pytest.raises(NotAllowed):
        tokens.make(
            name="x",
            scopes=["campaign.see"],
            is_practice=True,
            days=1,
            by=people["organisation_admin"],
            now=cast.NOON,
        )
    assert Organisation.select().count() == 2


# ── Campaigns under way ─────────────────────────────────────────────────


def test_a_program_pauses_goes_on_and_stops_and_it_stands_under_its_name(things, program):
    campaign = things["campaigns"][1]
    for deed, status in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        answer = program.ask("POST", f"/campaigns/{campaign.id}/{deed}")
        assert (answer.status_code, answer.json["status"]) == (200, status)
    by = {row.by_id for row in Audit.select().where(Audit.deed == "campaign.stopped")}
    assert Token.get_by_id(things["tokens"][0].id).by_id in by
    assert not Message.select().where(Message.campaign == campaign.id, Message.status == "queued").exists()


def test_what_is_over_is_not_stopped_twice(things, program):
    stopped = things["campaigns"][3]
    for deed in ("pause", "resume", "stop"):
        answer = program.ask("POST", f"/campaigns/{stopped.id}/{deed}")
        assert answer.status_code == 409 and answer.content_type == PROBLEM


def test_a_token_for_practice_stops_nothing_real(app, zavel, things):
    practice = given(app, zavel, is_practice=True)
    assert practice.ask("POST", f"/campaigns/{things['campaigns'][1].id}/stop").status_code == 404
    assert Campaign.get_by_id(things["campaigns"][1].id).is_running


def test_what_the_national_desk_leads_a_program_of_the_zone_does_not_stop(things, zavel, program):
    cast.organisation("NCCN", "federal_service", is_national_desk=True)
    sender = zavel.people["sender"]
    takeover.hand(things["campaigns"][1], by=sender, now=clock.now(), reason="Onze centrale is onder water.")
    assert program.ask("POST", f"/campaigns/{things['campaigns'][1].id}/stop").status_code == 403
    assert Campaign.get_by_id(things["campaigns"][1].id).is_running


def test_a_program_reads_what_became_of_one_message_and_nothing_of_whom_it_is_for(things, program):
    campaign = things["campaigns"][1]
    listed = program.get(f"/campaigns/{campaign.id}/messages").json["items"][0]
    message = Message.select().where(Message.campaign == campaign.id).order_by(Message.id).first()
    assert program.get(f"/messages/{message.reference}").json == listed
    assert (listed["reference"], listed["status"]) == (message.reference, "queued")
    assert message.address not in str(listed) and not {"address", "names"} & set(listed)


def test_a_call_that_was_made_again_is_still_found_by_the_reference_of_the_first(things, program):
    message = Message.get(Message.campaign == things["campaigns"][1].id)
    Message.update(first_reference=message.reference, reference="0123456789abcdef").where(
        Message.id == message.id
    ).execute()
    assert program.get(f"/messages/{message.reference}").json["reference"] == "0123456789abcdef"


def test_a_letter_is_no_message_of_a_campaign(app, zavel, program):
    letters.post(
        ["a@b.example"],
        organisation=zavel.bins["A"].organisation,
        subject="x",
        body="y",
        lang="nl",
        now=clock.now(),
    )
    assert program.get(f"/messages/{Message.get(Message.letter.is_null(False)).reference}").status_code == 404
