"""User tables: a spreadsheet of people who get an account, understood, laid beside who has one, committed, undone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from dispatch import audit, matrix
from dispatch.access import invitations
from dispatch.errors import Refusal, WrongMoment
from dispatch.onboarding import account_rows
from dispatch.onboarding.account_rows import COLUMN_NAMES, SENTENCES, AccountRow
from dispatch.people import preview as previews
from dispatch.people.columns import bare
from dispatch.people.reading import FRAME, Reading, read
from dispatch.people.sheets import Limits
from dispatch.words import N_, Sentence
from models import Bin, Organisation, PendingChange, SignIn, User, UserTable, writing

OUTCOMES = ("new", "known", "double", "refused", "blank")
OVER = N_("This user table is over. Upload it again if it must be read once more.")
CHANGED_MEANWHILE = N_("The accounts changed while you looked at the list. Look at the new report first.")
NOBODY = N_("Nothing was saved: nobody in this table can get an account.")
NOT_COMMITTED = N_("This user table was not saved, or it was undone already.")
USED = N_("%(names)s used the account already. Close the accounts one by one.")
NAMED = 3
ABANDONED_AFTER = timedelta(days=7)


@dataclass
class Line:
    """One row of the table and what becomes of it."""

    number: int
    row: AccountRow
    outcome: str
    bins: list[Bin] = field(default_factory=list)

    @property
    def problems(self) -> list:
        return self.row.problems


@dataclass
class Preview:
    """What a table would do, row by row."""

    organisation: Organisation
    reading: Reading
    lines: list[Line]

    @cached_property
    def counts(self) -> dict[str, int]:
        counted = Counter(line.outcome for line in self.lines)
        return {"rows": len(self.lines)} | {outcome: counted[outcome] for outcome in OUTCOMES}

    @property
    def seen(self) -> dict[str, int]:
        """What a person decides on: when it differs at the commit, the accounts changed meanwhile."""
        return self.counts

    def of(self, outcome: str) -> list[Line]:
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def faulty(self) -> list[Line]:
        return [line for line in self.lines if line.problems]


# ── Before anything is written ──────────────────────────────────────────


def understand(
    content: bytes,
    filename: str,
    asked: Mapping | None = None,
    *,
    limits: Limits | None = None,
    language: str = "nl",
) -> Reading:
    """Reads a table as a member list is read; raises Refusal with a sentence when it is none. Asks no database."""
    asked = dict(asked or {})
    frame = {name: asked[name] for name in FRAME if asked.get(name) not in (None, "")}
    sheet = read(content, filename, frame, limits)
    found = asked.get("columns")
    if found is None:
        found = account_rows.guess(sheet.header, sheet.rows)
    held = {name: at for name, at in found.items() if name in COLUMN_NAMES and at < max(sheet.width, 1)}
    rows = [(number, account_rows.clean(cells, held, language=language)) for number, cells in sheet.rows]
    return Reading(sheet, held, rows)


def upload(
    organisation: Organisation,
    content: bytes,
    filename: str,
    *,
    by: User,
    now: datetime,
    limits: Limits | None = None,
) -> UserTable:
    """Keeps an uploaded table until it is committed or discarded; raises Refusal when it is no table at all."""
    understand(content, filename, limits=limits, language=organisation.language)
    with writing():
        record = UserTable.create(
            organisation=organisation, by=by, filename=filename[-120:], content=content, created_at=now
        )
        audit.record("user_table.uploaded", record, by=by, now=now, organisation=organisation)
    return record


def reading_of(record: UserTable, *, limits: Limits | None = None) -> Reading:
    if not record.is_open:
        raise WrongMoment(OVER)
    language = record.organisation.language
    return understand(
        bytes(record.content), record.filename, record.reading, limits=limits, language=language
    )


def set_reading(record: UserTable, asked: Mapping, *, limits: Limits | None = None) -> Reading:
    """Remembers how the table must be read; raises Refusal, and keeps the former way, when that gives no table."""
    language = record.organisation.language
    found = understand(bytes(record.content or b""), record.filename, asked, limits=limits, language=language)
    with writing():
        here = (UserTable.id == record.id) & (UserTable.status == "uploaded")
        if not UserTable.update(reading=dict(asked)).where(here).execute():
            raise WrongMoment(OVER)
    record.reading = dict(asked)
    return found


def preview_of(record: UserTable, by: User, *, limits: Limits | None = None) -> Preview:
    """What this table would do if `by` saved it now. Writes nothing."""
    return lay(reading_of(record, limits=limits), record.organisation, by)


def discard(record: UserTable, *, by: User | None, now: datetime) -> None:
    """Throws an uploaded table away; nothing of it was kept."""
    with writing():
        _close(record, "discarded", now)
        audit.record("user_table.discarded", record, by=by, now=now, organisation=record.organisation_id)


def discard_abandoned(now: datetime) -> None:
    """Throws away the tables that nobody committed for a week."""
    old = UserTable.select().where(
        UserTable.status == "uploaded", UserTable.created_at < now - ABANDONED_AFTER
    )
    for record in list(old):
        discard(record, by=None, now=now)


def tables_of(organisation: Organisation):
    """The tables of an organisation, newest first."""
    return UserTable.select().where(UserTable.organisation == organisation.id).order_by(UserTable.id.desc())


# ── Beside who has an account ───────────────────────────────────────────


def lay(reading: Reading, organisation: Organisation, by: User) -> Preview:
    """Lays the rows beside the accounts that there are. Writes nothing."""
    bins = {
        bare(name): bin for bin in organisation.bins for name in (bin.name, bin.name.removeprefix("BIN "))
    }
    roles = matrix.roles_of(organisation)
    lines = [Line(number, row, "new") for number, row in reading.rows]
    for line in lines:
        if not line.row.is_blank:
            _judge(line, bins, roles, by)
    _place(lines, organisation)
    return Preview(organisation, reading, lines)


def _judge(line: Line, bins: Mapping[str, Bin], roles: tuple[str, ...], by: User) -> None:
    """Whether this role may be had here, and for which BINs."""
    row = line.row
    if row.role and row.role not in roles:
        row.refuse("role", row.role, "role_elsewhere")
    if row.role == "organisation_admin" and by.role != "platform_admin":
        row.refuse("role", row.role, "administrator")
    if row.role == "coordinator":
        _find_bins(line, bins)
    elif row.bins:
        row.problems.append(account_rows.Problem("bins", ", ".join(row.bins), "bin_unused"))


def _find_bins(line: Line, bins: Mapping[str, Bin]) -> None:
    if not line.row.bins:
        line.row.refuse("bins", "", "no_bin")
    for name in line.row.bins:
        found = bins.get(bare(name)) or bins.get(bare(name.upper().removeprefix("BIN ")))
        if not found:
            line.row.refuse("bins", name, "unknown_bin")
        elif found not in line.bins:
            line.bins.append(found)


def _place(lines: list[Line], organisation: Organisation) -> None:
    """New, known already, or the same person as an earlier row, whose BINs become one list."""
    emails = [line.row.email for line in lines if line.row.email]
    homes = dict(User.select(User.email, User.organisation).where(User.email.in_(emails)).tuples())
    first: dict[str, Line] = {}
    for line in lines:
        row = line.row
        earlier = first.get(row.email) if row.email else None
        if not row.is_refused and homes.get(row.email, organisation.id) != organisation.id:
            row.refuse("email", row.email, "taken")
        if not row.is_refused and earlier and earlier.row.role != row.role:
            row.refuse("role", row.role, "other_role")
        line.outcome = _outcome(line, earlier, row.email in homes)
        if line.outcome == "double":
            earlier.bins += [bin for bin in line.bins if bin not in earlier.bins]
        elif line.outcome in ("new", "known"):
            first[row.email] = line


def _outcome(line: Line, earlier: Line | None, is_known: bool) -> str:
    if line.row.is_blank:
        return "blank"
    if line.row.is_refused:
        return "refused"
    if earlier:
        return "double"
    return "known" if is_known else "new"


def faulty_rows(found: Preview, gettext) -> tuple[list[str], list[list[str]]]:
    """The rows with a fault as they were, and a last column that says why; mended, they can be read again."""
    return previews.faulty_rows(found, gettext, names=COLUMN_NAMES, sentences=SENTENCES)


# ── The commit, and back ────────────────────────────────────────────────


def commit(
    record: UserTable,
    *,
    by: User,
    now: datetime,
    public_url: str,
    limits: Limits | None = None,
    expect: Mapping | None = None,
) -> dict[str, int]:
    """Invites everybody new in one transaction and returns the counts; an account that there is stays as it is.

    `expect` is what the person saw (Preview.seen): WrongMoment, and nothing written, when it is no longer so.
    """
    reading = reading_of(record, limits=limits)
    with writing():
        _close(record, "committed", now)
        found = lay(reading, record.organisation, by)
        if expect is not None and dict(expect) != found.seen:
            raise WrongMoment(CHANGED_MEANWHILE)
        if not found.counts["new"] + found.counts["known"]:
            raise Refusal(NOBODY)
        made = [_invite(line, record.organisation, public_url, by, now) for line in found.of("new")]
        UserTable.update(counts=found.counts, accounts=made).where(UserTable.id == record.id).execute()
        facts = {"organisation": record.organisation_id, **found.counts}
        audit.record("user_table.committed", record, by=by, now=now, **facts)
    return found.counts


def _invite(line: Line, organisation: Organisation, public_url: str, by: User, now: datetime) -> int:
    """Makes one account and mails its link; who is to administer only reads until a second one confirms it."""
    row, bins = line.row, tuple(line.bins)
    facts = {"name": row.name, "email": row.email, "phone": row.phone, "language": row.language}
    where = {"public_url": public_url, "by": by, "now": now}
    return invitations.invite(organisation, role=row.role, bins=bins, **facts, **where).id


def obstacle(record: UserTable) -> Sentence | None:
    """Why this table can no longer be undone; None when nobody used an account of it yet."""
    if not record.is_committed:
        return Sentence(NOT_COMMITTED)
    signed_in = SignIn.select(SignIn.user)
    used = User.select().where(
        User.id.in_(record.accounts),
        (User.password_hash != "") | User.id.in_(signed_in),  # nosec B105 # none was chosen yet
    )
    names = [user.name for user in used.order_by(User.name)]
    more = [f"+ {len(names) - NAMED}"] if len(names) > NAMED else []
    return Sentence(USED, names=", ".join([*names[:NAMED], *more])) if names else None


def undo(record: UserTable, *, by: User, now: datetime) -> int:
    """Takes the accounts of a table away again and returns how many; WrongMoment when one of them was used."""
    with writing():
        present = UserTable.get_by_id(record.id)
        if sentence := obstacle(present):
            raise WrongMoment(sentence)
        here = (UserTable.id == record.id) & (UserTable.status == "committed")
        if not UserTable.update(status="undone", ended_at=now).where(here).execute():
            raise WrongMoment(NOT_COMMITTED)
        PendingChange.delete().where(PendingChange.about.in_(present.accounts)).execute()
        gone = User.delete().where(User.id.in_(present.accounts)).execute()
        facts = {"organisation": present.organisation_id, "accounts": gone}
        audit.record("user_table.undone", present, by=by, now=now, **facts)
    return gone


def _close(record: UserTable, status: str, now: datetime) -> None:
    here = (UserTable.id == record.id) & (UserTable.status == "uploaded")
    if not UserTable.update(status=status, content=None, ended_at=now).where(here).execute():
        raise WrongMoment(OVER)
