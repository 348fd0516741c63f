"""User tables: a spreadsheet of people who get an account, from upload to accounts and back."""

from datetime import timedelta

import pytest

from dispatch.access import identity, sessions
from dispatch.errors import Refusal, WrongMoment
from dispatch.onboarding import user_table
from dispatch.onboarding.account_rows import COLUMN_NAMES, SENTENCES, role_of
from models import Audit, Mandate, Message, PendingChange, User, UserTable
from tests import cast, joining
from tests.cast import NOON

HEAD = "Naam;Voornaam;E-mail;GSM;Rol;BIN;Taal"


@pytest.fixture
def zone(app):
    where = joining.newcomer()
    for name in ("BIN Molenakker", "Kerkdries"):
        cast.bin_named(name, where)
    return where


@pytest.fixture
def platform(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


def uploaded(zone, by, *rows: str, head: str = HEAD) -> UserTable:
    content = "\n".join([head, *rows]).encode()
    return user_table.upload(zone, content, "gebruikers.csv", by=by, now=NOON)


def commit(record, by, **values):
    return user_table.commit(record, by=by, now=NOON, public_url="http://belfort.example", **values)


def seen(record, by) -> list[tuple[str, list[str]]]:
    lines = user_table.preview_of(record, by).lines
    return [(line.outcome, [problem.code for problem in line.problems]) for line in lines]


def test_a_table_becomes_accounts_with_roles_and_bins_and_nobody_has_a_password_yet(zone, platform):
    record = uploaded(
        zone,
        platform,
        "Wauters;Joris;Joris.Wauters@heuvel.example;0470 11 22 33;beheerder;;",
        "Dhondt;Marc;marc@heuvel.example;;coördinator;Molenakker;fr",
        "Vercauteren;Lien;lien@heuvel.example;;verzender;;",
    )
    assert commit(record, platform)["new"] == 3
    made = {user.name: user for user in zone.users}
    assert [made[name].role for name in sorted(made)] == ["reader", "sender", "coordinator"]
    waiting = PendingChange.get()  # nobody becomes administrator by one person's word
    assert waiting.about == made["Joris Wauters"] and waiting.facts == {"role": "organisation_admin"}
    assert {row.address for row in Message.select()} == {user.email for user in made.values()}
    assert made["Joris Wauters"].email == "joris.wauters@heuvel.example"
    assert made["Joris Wauters"].phone == "+32470112233" and made["Marc Dhondt"].language == "fr"
    assert [mandate.bin.name for mandate in Mandate.select()] == ["BIN Molenakker"]
    for user in made.values():
        with pytest.raises(Refusal):
            identity.sign_in(user.email, "", address="127.0.0.1", now=NOON)


def test_every_fault_is_said_at_its_row_and_the_others_come_in(zone, platform):
    record = uploaded(
        zone,
        platform,
        "Goed;An;an@heuvel.example;;lezer;;",
        "Zonder;Bo;;;lezer;;",
        "Raar;Cem;cem@heuvel.example;;tovenaar;;",
        "Leeg;Dirk;dirk@heuvel.example;;;;",
        "Elders;Eef;eef@heuvel.example;;gemachtigde;;",
        "Alleen;Fien;fien@heuvel.example;;coördinator;;",
        "Ver;Gus;gus@heuvel.example;;coördinator;Stationswijk;",
        ";;hanne@heuvel.example;;lezer;;",
        "Ruim;Ida;ida@heuvel.example;;lezer;Kerkdries;",
        ";;;;;;",
    )
    assert seen(record, platform) == [
        ("new", []),
        ("refused", ["no_email"]),
        ("refused", ["unknown_role"]),
        ("refused", ["no_role"]),
        ("refused", ["role_elsewhere"]),
        ("refused", ["no_bin"]),
        ("refused", ["unknown_bin"]),
        ("refused", ["nameless"]),
        ("new", ["bin_unused"]),
        ("blank", []),
    ]
    counts = commit(record, platform)
    assert counts == {"rows": 10, "new": 2, "known": 0, "double": 0, "refused": 7, "blank": 1}
    assert zone.users.count() == 2


def test_the_faulty_rows_come_back_with_the_reason_and_can_be_read_again(zone, platform):
    record = uploaded(zone, platform, "Zonder;Bo;;;lezer;;", "Goed;An;an@heuvel.example;;lezer;;")
    header, rows = user_table.faulty_rows(user_table.preview_of(record, platform), str)
    assert header == [*HEAD.split(";"), "Why not"]
    assert rows == [
        ["Zonder", "Bo", "", "", "lezer", "", "", "E-mail: Without an e-mail address there is no account"]
    ]
    again = uploaded(zone, platform, ";".join(rows[0]), head=";".join(header))
    assert seen(again, platform) == [("refused", ["no_email"])]


def test_somebody_with_two_rows_for_two_bins_gets_one_account_for_both(zone, platform):
    record = uploaded(
        zone,
        platform,
        "Dhondt;Marc;marc@heuvel.example;;coördinator;BIN Molenakker;",
        "Dhondt;Marc;MARC@heuvel.example;;coördinator;kerkdries;",
        "Nys;Bea;bea@heuvel.example;;medecoördinator;Molenakker, Kerkdries;",
        "Dhondt;Marc;marc@heuvel.example;;verzender;;",
    )
    assert [outcome for outcome, _ in seen(record, platform)] == ["new", "double", "new", "refused"]
    commit(record, platform)
    assert User.select().where(User.organisation == zone).count() == 2 and Mandate.select().count() == 4


def test_who_has_an_account_keeps_it_as_it_is(zone, platform):
    cast.user("reader", zone, email="lien@heuvel.example")
    record = uploaded(zone, platform, "Vercauteren;Lien;lien@heuvel.example;;verzender;;")
    assert seen(record, platform) == [("known", [])]
    commit(record, platform)
    assert User.get(User.email == "lien@heuvel.example").role == "reader"


def test_an_address_of_another_organisation_is_refused_without_telling_whose(zone, platform):
    cast.user("sender", cast.zone(), email="lien@heuvel.example")
    record = uploaded(zone, platform, "Vercauteren;Lien;lien@heuvel.example;;verzender;;")
    assert seen(record, platform) == [("refused", ["taken"])]
    assert "Zavelstreek" not in SENTENCES["taken"]


def test_an_administrator_lets_no_other_administrator_in_by_a_table(zone):
    admin = cast.user("organisation_admin", zone)
    record = uploaded(zone, admin, "Nieuw;An;an@heuvel.example;;beheerder;;")
    assert seen(record, admin) == [("refused", ["administrator"])]
    with pytest.raises(Refusal):
        commit(record, admin)
    assert zone.users.count() == 1


@pytest.mark.parametrize("word", ["platform_admin", "platformbeheerder", "platform administrator"])
def test_nobody_becomes_the_platforms_administrator_by_a_table(zone, platform, word):
    record = uploaded(zone, platform, f"Nieuw;An;an@heuvel.example;;{word};;")
    assert seen(record, platform) == [("refused", ["unknown_role"])]


def test_a_table_is_undone_as_long_as_nobody_used_an_account_of_it(zone, platform):
    rows = (
        "Dhondt;Marc;marc@heuvel.example;;coördinator;Kerkdries;",
        "Wauters;Jo;jo@heuvel.example;;beheerder;;",
    )
    record = uploaded(zone, platform, *rows)
    commit(record, platform)
    assert user_table.undo(UserTable.get_by_id(record.id), by=platform, now=NOON) == 2
    assert not zone.users.exists() and not PendingChange.select().exists() and not Mandate.select().exists()
    with pytest.raises(WrongMoment):
        user_table.undo(UserTable.get_by_id(record.id), by=platform, now=NOON)


@pytest.mark.parametrize("use", ["password", "session"])
def test_a_table_of_which_an_account_was_used_is_not_undone_and_names_who(zone, platform, use):
    record = uploaded(
        zone, platform, "Dhondt;Marc;m@heuvel.example;;lezer;;", "Nys;Bea;b@heuvel.example;;lezer;;"
    )
    commit(record, platform)
    marc = User.get(User.email == "m@heuvel.example")
    if use == "password":
        User.update(password_hash="x").where(User.id == marc.id).execute()
    else:
        sessions.begin(marc, now=NOON)
    with pytest.raises(WrongMoment, match="Marc Dhondt used the account"):
        user_table.undo(UserTable.get_by_id(record.id), by=platform, now=NOON)
    assert zone.users.count() == 2 and UserTable.get_by_id(record.id).is_committed


def test_what_was_seen_is_what_is_saved(zone, platform):
    record = uploaded(zone, platform, "Vercauteren;Lien;lien@heuvel.example;;verzender;;")
    expect = user_table.preview_of(record, platform).seen
    cast.user("reader", zone, email="lien@heuvel.example")
    with pytest.raises(WrongMoment):
        commit(record, platform, expect=expect)
    assert UserTable.get_by_id(record.id).is_open


def test_a_table_is_saved_once_and_its_file_is_not_kept(zone, platform):
    record = uploaded(zone, platform, "Vercauteren;Lien;lien@heuvel.example;;verzender;;")
    commit(record, platform)
    assert UserTable.get_by_id(record.id).content is None
    with pytest.raises(WrongMoment):
        commit(record, platform)


def test_the_columns_are_found_by_their_titles_or_as_they_are_set(zone, platform):
    record = uploaded(zone, platform, "An Maes;an@heuvel.example;lecteur", head="A;B;C")
    assert seen(record, platform)[-1][0] == "refused"
    user_table.set_reading(record, {"header_row": 1, "columns": {"full_name": 0, "email": 1, "role": 2}})
    assert seen(record, platform) == [("new", [])]


def test_a_table_that_nobody_saves_is_thrown_away_after_a_week(zone, platform):
    record = uploaded(zone, platform, "An;Maes;an@heuvel.example;;lezer;;")
    user_table.discard_abandoned(NOON + timedelta(days=6))
    assert UserTable.get_by_id(record.id).is_open
    user_table.discard_abandoned(NOON + timedelta(days=8))
    assert UserTable.get_by_id(record.id).status == "discarded" and not zone.users.exists()


def test_the_audit_of_a_table_holds_counts_and_no_people(zone, platform):
    record = uploaded(zone, platform, "Vercauteren;Lien;lien@heuvel.example;;verzender;;")
    commit(record, platform)
    told = " ".join(str(row.facts) for row in Audit.select().where(Audit.deed.startswith("user")))
    assert "'new': 1" in told and "Lien" not in told and "lien@" not in told


@pytest.mark.parametrize(
    "word, role",
    [
        ("Beheerder", "organisation_admin"),
        ("Administrateur", "organisation_admin"),
        ("Verwalter", "organisation_admin"),
        ("verzender", "sender"),
        ("Expéditeur", "sender"),
        ("Co-coördinator", "coordinator"),
        ("Koordinator", "coordinator"),
        ("burgemeester", "authorised_person"),
        ("lid", None),
        ("", None),
    ],
)
def test_a_role_is_known_by_its_word_in_four_languages(word, role):
    assert role_of(word) == role


def test_every_fault_and_column_has_words():
    assert all(SENTENCES.values()) and all(COLUMN_NAMES.values())
