"""The emergency pack: on paper when nothing else works, of one organisation alone, and for who may have it."""

import io
from datetime import date, datetime, timedelta

import pytest
from pypdf import PdfReader

from dispatch.errors import Missing, NotAllowed
from dispatch.operation import backups, packs
from dispatch.operation.backups import Folders
from dispatch.operation.packs import Numbers
from models import Audit
from tests import cast, town
from tests.cast import NOON

NIGHT = datetime(2026, 11, 26, 1, 30)  # half past two in Brussels
WHO = Numbers("0800 00 012", "Crisiscentrum, 02 000 00 12")


def said(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path / "backups", tmp_path / "elsewhere")


def test_it_holds_the_lists_texts_people_and_numbers_of_a_zone_and_of_no_other(app):
    zavel, heuvel = town.zone("Zavel", 1), town.zone("Heuvel", 2)
    town.fill(zavel)
    told = said(packs.write(zavel.people["sender"].organisation, WHO, NOON))
    for words in (
        "VERTROUWELIJK",
        "23 november 2026",
        "Zavel A",
        "Zavel B",
        "LidA Zavel",
        "0471 00 00 11",
        "a1@leden.example",
        "Hou deuren en ramen dicht.",
        "sender@zavel.example",
        "0800 00 012",
        "02 000 00 12",
    ):
        assert words.casefold() in told.casefold(), words
    assert "Heuvel" not in told and "heuvel" not in told and "0472 00 00 11" not in told
    assert "Zavel" not in said(packs.write(heuvel.people["sender"].organisation, WHO, NOON))


def test_a_town_finds_its_preparation_and_an_empty_form(app):
    people, _ = town.contact_centre()
    town.promised(people)
    told = said(packs.write(people["authorised_person"].organisation, WHO, NOON))
    assert "Contactcenter Noord" in told and "naam van de verbindingsofficier" in told
    assert "Gaslek" not in told  # what was filled in is no form any more


def test_the_night_makes_one_for_each_organisation_in_both_folders_for_its_owner_alone(app, folders):
    town.zone("Zavel", 1), town.zone("Heuvel", 2)
    assert packs.nightly(folders, WHO, NIGHT - timedelta(hours=1)) == 0
    assert packs.nightly(folders, WHO, NIGHT) == 2
    assert packs.nightly(folders, WHO, NIGHT + timedelta(hours=1)) == 0
    for folder in folders.all:
        found = sorted((folder / packs.SUBFOLDER).iterdir())
        assert [path.name for path in found] == ["heuvel-2026-11-26.pdf", "zavel-2026-11-26.pdf"]
        assert {path.stat().st_mode & 0o777 for path in found} == {0o600}


@pytest.mark.sqlite("a backup is a file of SQLite")
def test_backups_and_packs_do_not_take_each_other_for_their_own(app, folders):
    town.zone("Zavel", 1)
    packs.nightly(folders, WHO, NIGHT)
    backups.make(folders, NIGHT)
    assert len(list((folders.first / packs.SUBFOLDER).iterdir())) == 1


def test_packs_are_kept_as_long_as_backups(app, folders, monkeypatch):
    where = town.zone("Zavel", 1).people["sender"].organisation
    town.zone("Zavel Oost", 2)  # whose files begin with the same word
    monkeypatch.setattr(packs, "write", lambda *_: b"%PDF")
    nights = [NIGHT + timedelta(days=day) for day in range(60)]
    for night in nights:
        packs.nightly(folders, WHO, night)
    days = {night.date() for night in nights}
    reached = set()
    for day in sorted(days):
        reached = backups.kept(reached | {day}, day)
    assert set(packs.kept(folders, where)) == reached and max(reached) == date(2027, 1, 24)


def test_one_organisation_whose_pack_fails_keeps_no_other_from_its_own(app, folders, monkeypatch, caplog):
    first, other = (
        town.zone(name, digit).people["sender"].organisation for name, digit in (("Zavel", 1), ("Heuvel", 2))
    )
    write = packs.write
    monkeypatch.setattr(packs, "write", lambda here, *rest: write(here, *rest) if here == other else 1 / 0)
    packs.nightly(folders, WHO, NIGHT)
    assert packs.kept(folders, other) and not packs.kept(folders, first)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("role", "may"),
    [("organisation_admin", True), ("sender", False), ("reader", False), ("coordinator A", False)],
)
def test_only_who_keeps_the_agreements_and_may_take_every_list_may_have_it(
    app, signed_in, folders, role, may
):
    app.extensions["jobs"].folders = folders
    zavel = town.zone("Zavel", 1)
    browser = signed_in(zavel.people[role])
    assert browser.get("/emergency-pack").status == (200 if may else 403)
    answer = browser.post("/emergency-pack", {}, follow=False)
    assert answer.status == (200 if may else 403)
    assert Audit.select().where(Audit.deed == "pack.taken").count() == may
    if may:
        assert "LidA" in said(answer.data) and answer.response.mimetype == "application/pdf"
        [day] = packs.kept(folders, zavel.people[role].organisation)
        assert browser.get(f"/emergency-pack/{day}").data.startswith(b"%PDF")
        assert browser.get("/emergency-pack/2020-01-01").status == 404
        assert browser.get("/emergency-pack/..").status == 404


def test_nobody_finds_the_pack_of_another_zone(app, folders):
    zavel, heuvel = town.zone("Zavel", 1), town.zone("Heuvel", 2)
    packs.take(folders, WHO, by=zavel.people["organisation_admin"], now=NOON)
    with pytest.raises(Missing):
        packs.take_kept(folders, NOON.date(), by=heuvel.people["organisation_admin"], now=NOON)
    with pytest.raises(NotAllowed):
        packs.take_kept(folders, NOON.date(), by=zavel.people["coordinator A"], now=NOON)


def test_without_a_folder_it_is_made_at_a_press_and_kept_nowhere(app):
    zavel = town.zone("Zavel", 1)
    assert packs.take(backups.NOWHERE, WHO, by=zavel.people["organisation_admin"], now=NOON).startswith(
        b"%PDF"
    )
    assert packs.nightly(backups.NOWHERE, WHO, NIGHT) == 0
    assert packs.kept(backups.NOWHERE, cast.zone()) == []
