"""The page of tokens: made, seen once, revoked."""

import pytest

from dispatch import clock
from models import Audit, Token
from tests import cast, town
from views.api.door import PREFIX

FORM = {
    "name": "Weerstation",
    "scopes": ["campaign.see", "campaign.launch"],
    "mood": "practice",
    "days": "90",
    "password": cast.PASSWORD,
}


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def admin(signed_in, zavel):
    return signed_in(zavel.people["organisation_admin"])


def test_a_token_is_shown_once_and_opens_the_api(app, admin):
    page = admin.post("/tokens", FORM)
    text = page.select("#token")[0].get_text()
    assert text.startswith("belfort_practice_")
    answer = app.test_client().get(f"{PREFIX}/campaigns", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200
    assert text not in admin.get("/tokens").text and text[-4:] in admin.get("/tokens").text


def test_a_token_is_practice_unless_real_is_chosen(admin):
    admin.post("/tokens", FORM | {"mood": ""})
    admin.post("/tokens", FORM | {"mood": "real"})
    assert [token.is_practice for token in Token.select().order_by(Token.id)] == [True, False]


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["member.change"]}, "scopes"),
        ({"days": "9999"}, "days"),
        ({"days": "x"}, "days"),
        ({"password": "guess guess guess"}, "password"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_no_token_is_made(admin, missing, field):
    page = admin.post("/tokens", FORM | missing)
    assert page.status == 422 and page.select(f'a[href="#{field}"]')
    assert Token.select().count() == 0


def test_a_revoked_token_is_shut_out_and_the_page_says_so(app, admin, zavel):
    token, text = town.token(zavel, now=clock.now())
    assert admin.get(f"/tokens/{token.id}/revoke").h1
    admin.post(f"/tokens/{token.id}/revoke")
    answer = app.test_client().get(f"{PREFIX}/bins", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401 and "ingetrokken" in admin.get("/tokens").text
    assert admin.post(f"/tokens/{token.id}/revoke").status == 409


def test_the_page_says_when_a_token_was_used_last_and_when_its_account_no_longer_carries_it(
    app, admin, zavel
):
    _, text = town.token(zavel, now=clock.now())
    assert "nooit" in admin.get("/tokens").soup.table.text
    app.test_client().get(f"{PREFIX}/bins", headers={"Authorization": f"Bearer {text}"})
    assert "nooit" not in admin.get("/tokens").soup.table.text
    second = town.user("organisation_admin", zavel.bins["A"].organisation, email="tweede@zavel.example")
    Token.update(by=second).execute()
    type(second).update(role="sender").where(type(second).id == second.id).execute()
    assert "gestopt" in admin.get("/tokens").text


def test_making_and_revoking_are_written_down_without_the_token(admin):
    text = admin.post("/tokens", FORM).select("#token")[0].get_text()
    admin.post(f"/tokens/{Token.get().id}/revoke")
    rows = {row.deed: row for row in Audit.select()}
    assert rows["token.made"].facts == {
        "scopes": ["campaign.see", "campaign.launch"],
        "practice": True,
        "days": 90,
    }
    assert "token.revoked" in rows and text[-8:] not in str([row.facts for row in rows.values()])
