"""An emergency with a liaison officer, a floor of operators and an empty sheet: where the tests of the truth begin."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from dispatch.centre import drafts, sheet
from models import (
    Activation,
    Emergency,
    Entry,
    EntryVersion,
    Grant,
    Organisation,
    Presence,
    User,
)
from tests import cast, town
from tests.cast import NOON


class Standing(NamedTuple):
    """A standing answer as preparation keeps it."""

    question: dict[str, str]
    answer: dict[str, str]
    topic: str = ""


@dataclass
class Place:
    """One town, its centre, and who works on this emergency."""

    emergency: Emergency
    town: Organisation
    centre: Organisation
    liaison: User
    deputy: User
    operators: list[User]
    people: dict[str, User]

    def fresh(self) -> Emergency:
        return Emergency.get_by_id(self.emergency.id)

    def publish(self, question, answer, *, now: datetime = NOON, by: User | None = None, **fields) -> Entry:
        """A new line; texts in Dutch, or {language: words}."""
        draft = drafts.open_new(self.emergency, by=by or self.liaison, now=now)
        texts = {"question": as_languages(question), "answer": as_languages(answer)}
        drafts.jot(draft, texts | fields, by=by or self.liaison, now=now)
        again = type(draft).get_by_id(draft.id)
        return sheet.publish(again, by=by or self.liaison, now=now).entry

    def change(self, entry: Entry, *, now: datetime, by: User | None = None, **fields) -> EntryVersion:
        who = by or self.liaison
        draft = drafts.open_for(entry, sheet.current(entry.id), by=who, now=now)
        for part in ("question", "answer"):
            if part in fields:
                fields[part] = as_languages(fields[part])
        draft = drafts.jot(draft, fields, by=who, now=now)
        return sheet.publish(draft, by=who, now=now)


def as_languages(words) -> dict[str, str]:
    return words if isinstance(words, dict) else {"nl": words}


def place(operators: int = 3) -> Place:
    """An open emergency; its sheet has one line, what the form recommends, as version 1."""
    people, activations = town.contact_centre()
    (asked,) = activations["requested"]
    centre = people["operator"].organisation
    floor = [people["operator"]]
    floor += [town.user("operator", centre, email=f"operator{n}@centre.example") for n in range(1, operators)]
    made = Place(
        emergency=Activation.get_by_id(asked.id).emergency,
        town=people["liaison_officer"].organisation,
        centre=centre,
        liaison=people["liaison_officer"],
        deputy=town.user(
            "liaison_officer", people["liaison_officer"].organisation, email="tweede@town.example"
        ),
        operators=floor,
        people=people,
    )
    for one in floor:
        sits(one, made.emergency)
    return made


def sits(operator: User, emergency: Emergency, **facts) -> Presence:
    return Presence.create(emergency=emergency, operator=operator, languages=["nl"], from_at=NOON, **facts)


def may_see_victims(user: User) -> User:
    Grant.create(organisation=user.organisation, user=user, deed="victim.see", kind="", channel="")
    return User.get_by_id(user.id)


def neighbour(emergency: Emergency, name: str = "Hertsdonk") -> tuple[Organisation, User]:
    """A second municipality that shares the emergency, with its liaison officer."""
    there = cast.organisation(name, "municipality")
    liaison = town.user("liaison_officer", there)
    first = Activation.get(Activation.emergency == emergency)
    Activation.create(
        **{
            **first.__data__,
            "id": None,
            "municipality": there.id,
            "by": liaison.id,
            "document": None,
            "letter": None,
        }
    )
    return there, liaison
