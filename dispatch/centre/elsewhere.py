"""The texts beside the sheet in which a fact may stand too: greetings, the website, forms, templates of the police, standing answers."""

from collections.abc import Iterable, Iterator

from dispatch.centre import preparation
from dispatch.centre.drafts import towns
from dispatch.centre.facts import Text
from models import Activation, ClosingPlan, Emergency, Milestone, Organisation, Template

FORM_FIELDS = ("recommendations", "extra", "opening_hours")


def texts(emergency: Emergency) -> list[Text]:
    """Every text outside the sheet that the callers or the population of this emergency may hear or read."""
    places = towns(emergency.id)
    return [
        *_openings([emergency.centre, *places]),
        *_announcements(emergency),
        *_closings(emergency),
        *_forms(emergency),
        *_templates(places),
        *_standing(places),
    ]


def _openings(houses: Iterable[Organisation]) -> Iterator[Text]:
    for house in houses:
        if house.openings:
            yield Text(f"opening:{house.id}", house.name, "\n".join(map(str, house.openings.values())))


def _announcements(emergency: Emergency) -> Iterator[Text]:
    for one in emergency.announcements:
        yield Text(f"{one.kind}:{emergency.id}", "", "\n".join(one.words.values()), one.changed_at)


def _closings(emergency: Emergency) -> Iterator[Text]:
    """What callers hear once a number closes, as it was confirmed."""
    planned = ClosingPlan.select(ClosingPlan, Activation).join(Activation)
    for plan in planned.where(Activation.emergency == emergency.id, ClosingPlan.withdrawn_at.is_null()):
        words = f"{plan.greeting}\n{plan.redirect}"
        yield Text(
            f"closing:{plan.activation_id}", plan.activation.municipality.name, words, plan.confirmed_at
        )


def _forms(emergency: Emergency) -> Iterator[Text]:
    """As they were received; what was typed is never changed afterwards."""
    received = Milestone.select(Milestone, Activation).join(Activation)
    for one in received.where(Activation.emergency == emergency.id, Milestone.status == "requested"):
        words = "\n".join(str(one.activation.form.get(name) or "") for name in FORM_FIELDS)
        yield Text(f"form:{one.activation_id}", one.activation.municipality.name, words, one.at)


def _templates(places: Iterable[Organisation]) -> Iterator[Text]:
    zones = {town.parent_id for town in places if town.parent_id}
    here = Template.organisation.in_(list(zones)) & Template.removed_at.is_null()
    for template in Template.select().where(here).order_by(Template.name):
        said = (
            part
            for languages in template.texts.values()
            for text in languages.values()
            for name, part in text.items()
            if name != "recording"
        )
        yield Text(f"template:{template.id}", template.name, "\n".join(said), template.changed_at)


def _standing(places: Iterable[Organisation]) -> Iterator[Text]:
    for town in places:
        for one in preparation.standing(town):
            words = "\n".join((*one.question.values(), *one.answer.values()))
            yield Text(f"standing:{one.id}", next(iter(one.question.values()), ""), words, one.changed_at)
