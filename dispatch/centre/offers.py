"""What is prepared, offered while somebody fills in the form of annex 3: one press puts it where it belongs."""

from datetime import datetime

from dispatch.centre import activation as centre
from dispatch.centre import preparation
from dispatch.errors import WrongMoment
from dispatch.words import DAY_OF_A_YEAR, N_, InFigures, translator
from models import Activation, Plan, Reception, SafetyZone, User

PARTS = {"zone": SafetyZone, "reception": Reception, "plan": Plan}
FIELDS = {"place": "place", "zone": "place", "reception": "recommendations", "plan": "description"}
RECEPTION = N_("Reception: %(facts)s.")
PLAN = N_("This plan is followed: %(name)s of %(day)s.")


def of(activation: Activation) -> dict[str, list[tuple[str, str]]]:
    """By kind (place, zone, reception, plan) what can be put into the form: its key, and its name."""
    town = activation.municipality
    places = enumerate(preparation.prefill(town).places)
    found = {"place": [(f"place:{number}", name) for number, name in places]}
    for kind, table in PARTS.items():
        found[kind] = [(f"{kind}:{one.id}", one.name) for one in preparation.of(table, town)]
    return {kind: offered for kind, offered in found.items() if offered}


def put(activation: Activation, key: str, *, by: User, now: datetime) -> str:
    """Adds the words of one prepared part behind what was typed in its field, once; returns the name of the field.

    Raises WrongMoment when it was taken away meanwhile, or the form was submitted.
    """
    kind, _colon, _id = key.partition(":")
    if key not in dict(of(activation).get(kind, [])):
        raise WrongMoment(preparation.GONE)
    field, said = FIELDS[kind], _words(activation, key)
    typed = str(activation.form.get(field) or "").strip()
    if said not in typed:
        between = ", " if field == "place" else "\n"
        centre.write(activation, {field: between.join(filter(None, (typed, said)))}, by=by, now=now)
    return field


def _words(activation: Activation, key: str) -> str:
    kind, _colon, id = key.partition(":")
    if kind not in ("reception", "plan"):
        return dict(of(activation)[kind])[key]
    _ = translator(activation.municipality.language).gettext
    part = PARTS[kind].get_by_id(int(id))
    if kind == "plan":
        return _(PLAN) % {"name": part.name, "day": InFigures(part.dated_on, DAY_OF_A_YEAR).said_by(_)}
    return _(RECEPTION) % {"facts": ", ".join(filter(None, _facts(part, _)))}


def _facts(part: Reception, gettext) -> list[str]:
    """What a caller asks of a place to go to; the contact of the centre is for nobody else."""
    return [
        part.name,
        part.address,
        gettext(N_("accessible to wheelchairs")) if part.is_accessible else "",
        gettext(N_("pets are welcome")) if part.takes_pets else gettext(N_("no pets")),
    ]
