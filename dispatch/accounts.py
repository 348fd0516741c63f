"""Who has an account: organisations and the people who work there. How they get in: dispatch/access/."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from dispatch import audit, matrix
from dispatch.access import links, passwords, pending, second_factor, sessions
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.people import rows
from dispatch.words import N_
from models import ORGANISATION_KINDS, ROLES, Bin, Mandate, Organisation, PendingChange, User, writing

ADMINISTRATORS = ("organisation_admin", "platform_admin")
TAKEN = N_("There is already an organisation called “%(name)s”.")
NO_ADDRESS = N_("%(email)s is not an e-mail address: one looks like name@example.be.")
CHANGED_MEANWHILE = N_("Somebody else changed this person in the meantime. Nothing of yours was saved.")


def add_organisation(
    name: str, kind: str, *, now: datetime, by: User | None = None, **values
) -> Organisation:
    """Makes a police zone, municipality, contact centre or the platform; raises Refusal when the name is taken."""
    values["email"] = _particulars(name, values.get("email", ""))
    if kind not in ORGANISATION_KINDS:
        raise Refusal(N_("Choose what kind of organisation it is."), field="kind")
    if values.get("is_national_desk") and kind != "federal_service":
        raise Refusal(N_("Only a federal service can be the national desk."))
    with writing():
        same = (Organisation.name == name) | (Organisation.slug == slug(name))
        if Organisation.select().where(same).exists():
            raise Refusal(TAKEN, name=name, field="name")
        desks = Organisation.select().where(Organisation.is_national_desk)
        if values.get("is_national_desk") and desks.exists():
            raise Refusal(N_("There is a national desk already."))
        made = Organisation.create(name=name, kind=kind, slug=slug(name), **values)
        matrix.begin(made)
        audit.record("organisation.added", made, by=by, now=now, organisation=made, kind=kind)
    return made


def correct_organisation(
    organisation: Organisation, *, name: str, email: str, were: tuple[str, str], by: User, now: datetime
) -> None:
    """Gives an organisation another name or address; what it is called in addresses of pages stays.

    were: both as the asker saw them; raises WrongMoment when they are others by now, Refusal at "name" or "email".
    """
    name, email = name.strip(), _particulars(name, email)
    with writing():
        taken = Organisation.select().where(Organisation.name == name, Organisation.id != organisation.id)
        if taken.exists():
            raise Refusal(TAKEN, name=name, field="name")
        here = (Organisation.name == were[0]) & (Organisation.email == were[1])
        changed = Organisation.update(name=name, email=email).where(Organisation.id == organisation.id, here)
        if not changed.execute():
            raise WrongMoment(
                N_("Somebody else changed this organisation in the meantime. Nothing of yours was saved.")
            )
        audit.record("organisation.corrected", organisation, by=by, now=now, organisation=organisation)


def _particulars(name: str, email: str) -> str:
    """The address as it is kept; raises Refusal without a name, or at what no mail could reach."""
    if not name.strip():
        raise Refusal(N_("Type the name of the organisation."), field="name")
    email = email.strip().lower()
    if email and not rows.is_mailbox(email):
        raise Refusal(NO_ADDRESS, email=email, field="email")
    return email


def speak(user: User, lang: str, *, now: datetime) -> None:
    """The pages and letters of this person are in this language from now on."""
    with writing():
        if User.update(language=lang).where(User.id == user.id, User.language != lang).execute():
            audit.record("user.language_chosen", user, by=user, now=now, language=lang)


def slug(name: str) -> str:
    """A name as it stands in addresses and headers: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def add_user(
    *,
    email: str,
    name: str,
    role: str,
    organisation: Organisation,
    password: str | None,
    now: datetime,
    by: User | None = None,
    bins: tuple[Bin, ...] = (),
    phone: str = "",
    language: str = "nl",
    is_demonstration: bool = False,
) -> User:
    """Makes an account; raises Refusal when the address is taken, the role unknown or the password no good.

    password: None for who chooses one by a mailed link. The demonstration's is printed, and judged by nobody.
    """
    email, name = email.strip().lower(), name.strip()
    check(email, name, role)
    if password is not None and not is_demonstration:
        known = passwords.known_of(name=name, email=email, organisation=organisation.name)
        passwords.check(password, about=known)
    fingerprint = passwords.hash_of(password) if password is not None else ""
    with writing():
        if User.select().where(User.email == email).exists():
            raise Refusal(N_("There is already an account for %(email)s."), email=email, field="email")
        user = User.create(
            email=email,
            name=name,
            role=role,
            organisation=organisation,
            phone=phone,
            language=language,
            password_hash=fingerprint,
            is_demonstration=is_demonstration,
            created_at=now,
        )
        for bin in bins:
            Mandate.create(user=user, bin=bin)
        audit.record("user.added", user, by=by, now=now, organisation=organisation, role=role)
    return user


def check(email: str, name: str, role: str) -> None:
    """Raises Refusal at what no account can have."""
    if role not in ROLES:
        raise Refusal(N_("%(role)s is not a role."), role=role, field="role")
    if not rows.is_mailbox(email):
        raise Refusal(NO_ADDRESS, email=email, field="email")
    if not name:
        raise Refusal(N_("Type the name of the person."), field="name")


def close(user: User, *, by: User | None, now: datetime) -> None:
    """Lets a person out of the house: no sign-in any more, every session and every link ends at once."""
    if by and by.id == user.id:
        raise Refusal(N_("You cannot close your own account. Ask another administrator."))
    with writing():
        User.update(is_active=False).where(User.id == user.id).execute()
        sessions.end_all(user, now=now)
        links.end_all(user, now=now)
        pending.drop_asked_by(user, by=by, now=now)
        audit.record("user.closed", user, by=by, now=now, organisation=user.organisation_id)


def reopen(user: User, *, by: User, now: datetime) -> None:
    """Lets a person in again; an administrator only with a second one's word."""
    if user.role in ADMINISTRATORS:
        pending.ask("user.reopen", organisation=user.organisation, about=user, by=by, now=now)
        return
    _reopen(user, by=by, now=now)


def change_role(user: User, role: str, *, by: User, now: datetime) -> PendingChange | None:
    """Gives a person another role. Becoming administrator, or any new role for oneself, waits for a second one's word.

    The person signs in again: the new role may ask a second factor. Raises Refusal for a role of elsewhere.
    """
    if role not in matrix.roles_of(user.organisation):
        raise Refusal(N_("%(role)s is not a role."), role=role, field="role")
    if role == user.role:
        return None
    if role in ADMINISTRATORS or by.id == user.id:
        return pending.ask("user.role", organisation=user.organisation, about=user, by=by, now=now, role=role)
    _give_role(user, role, by=by, now=now)
    return None


def entrust(user: User, bins: Iterable[Bin], *, were: Iterable[int], by: User, now: datetime) -> None:
    """Gives a coordinator these BINs and no others; what falls away is closed to them at once.

    were: the ids that the asker saw; raises WrongMoment when they are others by now, Refusal when the last is taken away.
    """
    wanted, were = {bin.id for bin in bins}, set(were)
    if were and not wanted:
        raise Refusal(
            N_("A coordinator looks after at least one BIN. Tick one, or give this person another role."),
            field="bins",
        )
    with writing():
        held = {row.bin_id for row in Mandate.select().where(Mandate.user == user.id)}
        if held != were:
            raise WrongMoment(CHANGED_MEANWHILE)
        given, taken = sorted(wanted - held), sorted(held - wanted)
        if given or taken:
            Mandate.delete().where(Mandate.user == user.id, Mandate.bin.in_(taken)).execute()
            Mandate.insert_many([{"user": user.id, "bin": id} for id in given]).execute()
            facts = {"organisation": user.organisation_id, "given": given, "taken": taken}
            audit.record("user.bins_changed", user, by=by, now=now, **facts)


def ask_second_factor_reset(user: User, *, by: User, now: datetime) -> PendingChange:
    """Asks to forget the lost telephone of somebody else: whoever can do that alone can sign in as them."""
    if by.id == user.id:
        raise NotAllowed(N_("Change your own second factor on the page of your account."))
    return pending.ask("user.second_factor", organisation=user.organisation, about=user, by=by, now=now)


def set_second_factor_rule(organisation: Organisation, asked: bool, *, by: User, now: datetime) -> None:
    """Whether this organisation asks a second factor of everybody, or only of those who must have one."""
    with writing():
        Organisation.update(asks_second_factor=asked).where(Organisation.id == organisation.id).execute()
        audit.record("organisation.second_factor_rule", organisation, by=by, now=now, asked=asked)


@pending.does("user.role")
def _confirmed_role(change: PendingChange, *, by: User | None, now: datetime) -> None:
    _give_role(change.about, change.facts["role"], by=by, now=now)


@pending.does("user.second_factor")
def _confirmed_reset(change: PendingChange, *, by: User | None, now: datetime) -> None:
    second_factor.remove(change.about, by=by, now=now)


@pending.does("user.reopen")
def _confirmed_reopening(change: PendingChange, *, by: User | None, now: datetime) -> None:
    _reopen(change.about, by=by, now=now)


def _give_role(user: User, role: str, *, by: User | None, now: datetime) -> None:
    with writing():
        User.update(role=role).where(User.id == user.id).execute()
        sessions.end_all(user, now=now)
        audit.record(
            "user.role_changed",
            user,
            by=by,
            now=now,
            organisation=user.organisation_id,
            old=user.role,
            new=role,
        )


def _reopen(user: User, *, by: User | None, now: datetime) -> None:
    with writing():
        User.update(is_active=True).where(User.id == user.id).execute()
        audit.record("user.reopened", user, by=by, now=now, organisation=user.organisation_id)
