"""One row of a user table into an account: who, in which role, for which BINs, and what keeps it out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.people import columns, rows
from dispatch.people.columns import bare
from dispatch.people.rows import Problem
from dispatch.words import N_

COLUMN_NAMES = {
    "full_name": N_("Full name"),
    "last_name": N_("Last name"),
    "first_name": N_("First name"),
    "email": N_("E-mail"),
    "mobile": N_("Mobile"),
    "phone": N_("Phone"),
    "role": N_("Role"),
    "bins": N_("BINs"),
    "language": N_("Language"),
}
SENTENCES = {
    **rows.SENTENCES,
    "no_email": N_("Without an e-mail address there is no account"),
    "no_role": N_("There is no role in this row"),
    "unknown_role": N_(
        "This role is not known. There are: administrator, sender, coordinator, reader, authorised person"
    ),
    "role_elsewhere": N_("This role is not one of this kind of organisation"),
    "administrator": N_(
        "An administrator is let in by the platform, or invited with the word of a second administrator"
    ),
    "no_bin": N_("A coordinator needs a BIN to look after"),
    "unknown_bin": N_(
        "There is no BIN of this name here: the administrator of this organisation makes it first, under Members"
    ),
    "bin_unused": N_("Only a coordinator looks after BINs of their own. The BINs are left out"),
    "other_role": N_("An earlier row gives this address another role"),
    "taken": N_("This address cannot be used here. Ask the platform"),
}
BIN_TITLES = frozenset(
    (
        "bin",
        "bins",
        "binnen",
        "buurt",
        "buurtinformatienetwerk",
        "plp",
        "plps",
        "reseau",
        "quartier",
        "lpp",
        "netzwerk",
    )
)
_ROLE_WORDS = {
    "organisation_admin": "administrator beheerder beheer admin administrateur gestionnaire verwalter organisatiebeheerder "
    "organisationadministrator zonebeheerder",
    "sender": "sender verzender zender dispatcher dispatching operator politie police expediteur absender "
    "gemandateerde gemandateerdpersoon mandataire",
    "reader": "reader lezer kijker leesrecht lecteur leser raadpleger",
    "authorised_person": "authorisedperson gemachtigde gemachtigdepersoon personnehabilitee bevollmachtigteperson "
    "burgemeester bourgmestre burgermeister noodplanner noodplanningscoordinator",
    "centre_supervisor": "supervisor centresupervisor contactcentresupervisor toezichter superviseur",
}
ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
BETWEEN_BINS = re.compile(r"[;,|\n+]|\s/\s")


@dataclass(slots=True)
class AccountRow:
    """A row as it was understood; `bins` are the names that stood there."""

    email: str = ""
    name: str = ""
    phone: str = ""
    role: str = ""
    language: str = ""
    bins: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_blank: bool = False

    @property
    def is_refused(self) -> bool:
        return any(problem.dropped == "row" for problem in self.problems)

    def refuse(self, column: str, value: str, code: str) -> None:
        self.problems.append(Problem(column, value, code, "row"))


def guess(header: Sequence[str], lines: Sequence) -> dict[str, int]:
    """Which column holds what: as in a member list, and the BINs by their title."""
    found = {name: at for name, at in columns.guess(header, lines).items() if name in COLUMN_NAMES}
    for at, title in enumerate(header):
        if bare(title) in BIN_TITLES and "bins" not in found:
            found = {name: column for name, column in found.items() if column != at} | {"bins": at}
    return found


def clean(cells: Sequence[str], held: Mapping[str, int], *, language: str) -> AccountRow:
    """Reads one row; what a person is called and how they are reached is read as in a member list."""
    person = {name: at for name, at in held.items() if name not in ("role", "bins")}
    read = rows.clean(cells, person, language=language)
    if read.is_blank:
        return AccountRow(is_blank=True)
    values = read.values
    row = AccountRow(
        email=values["email"],
        name=f"{values['first_name']} {values['last_name']}".strip(),
        phone=values["mobile"] or values["phone"],
        language=values["language"],
        bins=[name for name in map(str.strip, BETWEEN_BINS.split(_stood(cells, held, "bins"))) if name],
        problems=[problem for problem in read.problems if problem.code != "unreachable"],
    )
    if not row.email:
        row.refuse("email", _stood(cells, held, "email"), "no_email")
    _read_role(row, _stood(cells, held, "role"))
    return row


def _stood(cells: Sequence[str], held: Mapping[str, int], name: str) -> str:
    at = held.get(name)
    return cells[at] if at is not None and at < len(cells) else ""


def _read_role(row: AccountRow, text: str) -> None:
    row.role = role_of(text) or ""
    if not row.role:
        row.refuse("role", text, "unknown_role" if text else "no_role")


def role_of(text: str) -> str | None:
    """The role that a word of three languages names; a coordinator of a BIN and a deputy have the same account."""
    word = bare(text)
    return ROLES.get(word) or (
        "coordinator" if columns.role_of(text) in ("coordinator", "co_coordinator") else None
    )
