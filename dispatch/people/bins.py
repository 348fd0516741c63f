"""The neighbourhood information networks of a zone."""

from datetime import datetime

from dispatch import audit
from dispatch.errors import Refusal, WrongMoment
from dispatch.people.names import words
from dispatch.words import N_
from models import Bin, Mandate, Organisation, User, writing

LONGEST_NAME = 80
TAKEN = N_("There is already a BIN %(name)s in this zone.")


def create(organisation: Organisation, name: str, *, town: str = "", by: User | None, now: datetime) -> Bin:
    """A new BIN without members; raises Refusal when the zone has one of this name already.

    A coordinator who makes one looks after it.
    """
    name = _checked(name)
    with writing():
        if named(organisation, name):
            raise Refusal(TAKEN, name=name, field="name")
        slug = "-".join(words(name)) or "bin"
        town = " ".join(town.split())
        bin = Bin.create(organisation=organisation, name=name, slug=slug, town=town, created_at=now)
        if by and by.role == "coordinator":
            Mandate.create(user=by, bin=bin)
        audit.record("bin.created", bin, by=by, now=now, organisation=organisation.id)
    return bin


def rename(bin: Bin, name: str, *, was: str, by: User, now: datetime) -> None:
    """Gives a BIN another name; its addresses on pages and in files stay.

    was: the name that the asker saw; raises WrongMoment when it is another by now, Refusal when the zone has one of this name.
    """
    name = _checked(name)
    with writing():
        other = named(bin.organisation, name)
        if other and other != bin:
            raise Refusal(TAKEN, name=name, field="name")
        if not Bin.update(name=name).where(Bin.id == bin.id, Bin.name == was).execute():
            raise WrongMoment(
                N_("Somebody else gave this BIN another name in the meantime. Nothing of yours was saved.")
            )
        if name != was:
            audit.record("bin.renamed", bin, by=by, now=now, organisation=bin.organisation_id)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal(N_("Give the BIN a name."), field="name")
    if len(name) > LONGEST_NAME:
        raise Refusal(N_("A name has at most %(most)s characters."), most=LONGEST_NAME, field="name")
    return name


def coordinators(bin: Bin) -> list[User]:
    """Who looks after it, by name: coordinators whose account is open."""
    here = (Mandate.bin == bin.id) & User.is_active & (User.role == "coordinator")
    return list(User.select().join(Mandate).where(here).order_by(User.name))


def named(organisation: Organisation, name: str) -> Bin | None:
    """The BIN of this name, whatever its case and accents."""
    wanted = words(name)
    bins = Bin.select().where(Bin.organisation == organisation)
    return next((bin for bin in bins if words(bin.name) == wanted), None)
