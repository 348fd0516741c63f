"""The neighbourhood information networks of a zone."""

from datetime import datetime

from dispatch import audit
from dispatch.errors import Refusal
from dispatch.people.names import words
from dispatch.words import N_
from models import Bin, Mandate, Organisation, User, writing

LONGEST_NAME = 80


def create(organisation: Organisation, name: str, *, town: str = "", by: User | None, now: datetime) -> Bin:
    """A new BIN without members; raises Refusal when the zone has one of this name already.

    A coordinator who makes one looks after it.
    """
    name = " ".join(name.split())
    if not name:
        raise Refusal(N_("Give the BIN a name."), field="name")
    if len(name) > LONGEST_NAME:
        raise Refusal(N_("A name has at most %(most)s characters."), most=LONGEST_NAME, field="name")
    with writing():
        if named(organisation, name):
            raise Refusal(N_("There is already a BIN %(name)s in this zone."), name=name, field="name")
        slug = "-".join(words(name)) or "bin"
        town = " ".join(town.split())
        bin = Bin.create(organisation=organisation, name=name, slug=slug, town=town, created_at=now)
        if by and by.role == "coordinator":
            Mandate.create(user=by, bin=bin)
        audit.record("bin.created", bin, by=by, now=now, organisation=organisation.id)
    return bin


def named(organisation: Organisation, name: str) -> Bin | None:
    """The BIN of this name, whatever its case and accents."""
    wanted = words(name)
    bins = Bin.select().where(Bin.organisation == organisation)
    return next((bin for bin in bins if words(bin.name) == wanted), None)
