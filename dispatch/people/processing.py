"""The record of processing of a member list (GDPR, article 30): what a person has to say, and what the program knows."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from dispatch import audit
from dispatch.errors import Refusal
from dispatch.people.members import BASES, CONSENT_NEEDS, FIELD_NAMES
from dispatch.retention import Keeping
from dispatch.words import CHANNELS, DAY_OF_A_YEAR, N_, InFigures, moment, translator
from models import Bin, Membership, Processing, User, writing

LONGEST = 2_000
TOLD = ("controller", "contact", "purpose", "basis", "basis_source", "remarks")
PURPOSE = N_(
    "Alerting and informing the members of the neighbourhood information network, and asking for their attention."
)
Sections = list[tuple[str, list[tuple[str, str]]]]


def of(bin: Bin) -> Processing:
    """What was said about this list; where nothing was, what is most likely."""
    said = Processing.get_or_none(Processing.bin == bin.id)
    language = translator(bin.organisation.language).gettext
    return said or Processing(bin=bin, controller=bin.organisation.name, purpose=language(PURPOSE))


def write(
    bin: Bin, told: Mapping[str, str], basis_on: date | None, *, by: User | None, now: datetime
) -> Processing:
    """Keeps what a person says about this list; raises Refusal for what is no ground or too long."""
    values = {name: told.get(name, "").strip() for name in TOLD} | {"basis_on": basis_on}
    if long := [name for name in TOLD if len(values[name]) > LONGEST]:
        raise Refusal(N_("A text has at most %(most)s characters."), most=LONGEST, field=long[0])
    if values["basis"] and values["basis"] not in BASES:
        raise Refusal(N_("This is not one of the six grounds of the regulation."), field="basis")
    if values["basis"] == "consent" and not (basis_on and values["basis_source"]):
        raise Refusal(CONSENT_NEEDS, field="basis_source")
    with writing():
        old = of(bin)
        changed = sorted(name for name, value in values.items() if getattr(old, name) != value)
        row = values | {"bin": bin.id, "changed_at": now, "by": by.id if by else None}
        Processing.insert(row).on_conflict(conflict_target=[Processing.bin], update=row).execute()
        audit.record(
            "processing.changed", bin, by=by, now=now, organisation=bin.organisation_id, fields=changed
        )
    return of(bin)


def record(bin: Bin, lang: str, *, roads: Iterable[tuple[str, str]], keeping: Keeping) -> Sections:
    """The whole record in words: chapters of (name, value). `roads` are (channel, provider), without secrets."""
    _, said = translator(lang).gettext, of(bin)
    grounds = said.basis and _(BASES[said.basis])
    return [
        (
            _("Who answers for it"),
            [
                (_("Controller"), said.controller),
                (_("Contact for questions of members"), said.contact or _("not said yet")),
                (_("List"), bin.name),
                (_("Police zone"), bin.organisation.name),
            ],
        ),
        (
            _("Why"),
            [
                (_("Purpose"), said.purpose),
                (_("Legal basis of the list"), _basis(grounds, said.basis_on, said.basis_source, lang)),
                *[(name, str(number)) for name, number in _bases(bin, lang)],
            ],
        ),
        (
            _("Whose data, and which"),
            [
                (
                    _("People"),
                    _("Members, coordinators and co-coordinators of the network: %(num)d now.")
                    % {"num": living(bin)},
                ),
                (_("Data"), ", ".join(_(name) for name in FIELD_NAMES.values())),
                (_("Made by us"), _("Messages sent to them and what became of each; changes of their data.")),
            ],
        ),
        (
            _("Who receives it"),
            [
                (
                    _("Recipients"),
                    _(
                        "The coordinators of this list and the accounts of the police zone that may see members."
                    ),
                ),
                *[
                    (_("Processor for %(channel)s") % {"channel": _(CHANNELS[channel])}, name)
                    for channel, name in roads
                ],
            ],
        ),
        (_("How long"), keeping.in_words(lang)),
        (
            _("Remarks"),
            [(_("Remarks"), said.remarks or "-"), (_("Last changed"), moment(said.changed_at, lang) or "-")],
        ),
    ]


def living(bin: Bin) -> int:
    return Membership.select().where(Membership.bin == bin.id, Membership.ended_at.is_null()).count()


def _bases(bin: Bin, lang: str) -> list[tuple[str, int]]:
    """How many living members have which ground of their own, in words."""
    _ = translator(lang).gettext
    here = Membership.select(Membership.basis).where(Membership.bin == bin.id, Membership.ended_at.is_null())
    held = [basis for (basis,) in here.tuples()]
    named = {basis: held.count(basis) for basis in BASES if basis in held}
    told = [
        (_("Members with %(basis)s") % {"basis": _(BASES[basis])}, number) for basis, number in named.items()
    ]
    return [*told, (_("Members without a basis of their own"), held.count(""))]


def basis_of(membership: Membership, lang: str) -> str:
    """Why this person may be kept in this list, since when and where that can be read; the list's when they have none."""
    own = membership if membership.basis else of(membership.bin)
    _ = translator(lang).gettext
    return _basis(own.basis and _(BASES[own.basis]), own.basis_on, own.basis_source, lang)


def _basis(ground: str, on: date | None, source: str, lang: str) -> str:
    _ = translator(lang).gettext
    if not ground:
        return _("not said yet")
    return ", ".join(filter(None, (ground, InFigures(on, DAY_OF_A_YEAR).said_by(_) if on else "", source)))
