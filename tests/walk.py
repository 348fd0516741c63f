"""Every page of the house as every role finds it: full, empty, running, in practice, and with what was typed refused."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from dispatch import clock, rights
from dispatch.centre import activation as centre
from dispatch.people.checks import Door, ask
from models import Activation, Campaign, User
from tests import cast, town
from tests.cast import NOON
from tests.page import Client
from tests.test_rights import filled, of_desk

PROGRAMS = {"api", "feed", "health", "receipts", "static"}  # what no person reads
EYES = {"full": 2}  # as many roles look at an address; the start page is everybody's own
CHANGES = re.compile(r'csrf_token" value="[^"]*"|"X-CSRFToken": "[^"]*"')
LEAVES = ("/signout", "/practice", "/language")
BEFORE_THE_DOOR = (
    "/signin",
    "/reset",
    "/reset/asked",
    "/link/nothing",
    "/my/nothing",
    "/unsubscribe/nothing",
)


@dataclass(frozen=True)
class Found:
    """One page: whose, in which state, where, and what stood there."""

    role: str
    state: str
    address: str
    endpoint: str
    html: str

    @property
    def is_whole(self) -> bool:
        """Whether it is a page by itself, and not a part that a page includes too."""
        return self.html.lstrip().lower().startswith("<!doctype")

    def __str__(self) -> str:
        return f"{self.address} ({self.role}, {self.state})"


def people_and_things(app: Flask) -> tuple[dict[str, User], dict[str, list]]:
    """A zone, a town, its centre, the platform and the national desk, with one of each thing."""
    zone = town.zone("Zavel", 1)
    floor, activations = town.contact_centre()
    things = town.fill(zone) | {"users": [zone.people["reader"]]}
    promised = town.promised(floor) | {"exercises": town.exercise(floor)}
    things |= of_desk((floor, activations), promised)
    things["activations"] = [*things["activations"], opened(floor)]
    people = floor | {"administrator of the town": floor["organisation_admin"]} | zone.people
    people["platform_admin"] = town.user("platform_admin", cast.organisation("Platform", "platform"))
    desk = cast.organisation("NCCN", "federal_service", is_national_desk=True)
    people["national desk"] = town.user("sender", desk)
    return people, things


def opened(floor: dict[str, User]) -> Activation:
    """A request that the centre opened: its board lives."""
    mayor, supervisor = floor["authorised_person"], floor["centre_supervisor"]
    asked = centre.begin(mayor.organisation, by=mayor, now=NOON)
    centre.write(asked, town.FORM, by=mayor, now=NOON)
    centre.submit(asked, by=mayor, now=NOON, password_confirmed=True)
    asked = Activation.get_by_id(asked.id)
    centre.open(asked, number="1771", opened_at=NOON, by=supervisor, now=NOON)
    return Activation.get_by_id(asked.id)


def newcomers() -> dict[str, User]:
    """People of houses in which nothing happened yet."""
    kinds = {"police_zone": ("organisation_admin", "sender"), "municipality": ("authorised_person",)}
    kinds |= {"contact_centre": ("centre_supervisor",)}
    return {
        role: town.user(role, where)
        for kind, roles in kinds.items()
        for where in [cast.organisation(f"Leeg {kind}", kind)]
        for role in roles
    }


def addresses(app: Flask, things: dict[str, list], method: str) -> Iterator[tuple[str, str]]:
    """(address, endpoint) of everything that answers to this method, once for each of these things."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in PROGRAMS or method not in rule.methods:
            continue
        ids = (
            [thing.id for thing in things.get(rule.rule.split("/")[1], ())]
            if "<int:id>" in rule.rule
            else [0]
        )
        for id in ids:
            address = filled(rule.rule.replace("<name>", "first-steps"), id)
            if "<" not in address:
                yield address, rule.endpoint


class Walk:
    """Goes everywhere and yields each page once: one that says the same to another role is left out."""

    def __init__(self, app: Flask):
        self.app, self.known, self.eyes = app, set(), Counter()

    def pages(self) -> Iterator[Found]:
        people, things = people_and_things(self.app)
        yield from self.before_the_door(things)
        for role, user in people.items():
            yield from self.looked_at(cast.at_a_screen(self.app, user), things, user, role, "full")
        for role, user in newcomers().items():
            yield from self.looked_at(cast.at_a_screen(self.app, user), {}, user, role, "empty")
        yield from self.practised(people, things)
        for role, user in people.items():
            yield from self.refused(cast.at_a_screen(self.app, user), things, user, role)

    def before_the_door(self, things: dict) -> Iterator[Found]:
        visitor = Client(self.app)
        visitor.get("/signin")
        door = Door(self.app.config["SECRET_KEY"], "http://localhost")
        asked = ask(things["members"][0], things["bins"][0], door=door, by=User.get(), now=clock.now())
        link = door.link(asked.code).removeprefix("http://localhost")
        for address in (*BEFORE_THE_DOOR, link, f"{link}/remove"):
            yield from self.seen(visitor.browser.get(address), "nobody", "full", address, address)
        for address in ("/signin", "/reset", link):
            answer = visitor.browser.post(address, data={"csrf_token": visitor.token})
            yield from self.seen(answer, "nobody", "refused", address, address)

    def looked_at(self, browser: Client, things: dict, who: User, role: str, state: str) -> Iterator[Found]:
        for address, endpoint in self.open_to(who, state, things, "GET"):
            yield from self.seen(browser.browser.get(address), role, state, address, endpoint)
        yield from self.seen(browser.browser.get("/nowhere"), role, state, "/nowhere", "an error")

    def open_to(self, who: User, state: str, things: dict, method: str) -> Iterator[tuple[str, str]]:
        """Where this person may knock and not enough others did."""
        for address, endpoint in addresses(self.app, things, method):
            asked = self.app.view_functions[endpoint].guarded_by
            is_theirs = asked not in {*rights.DEEDS, *rights.SENDING} or rights.may(who, asked)
            if is_theirs and (self.eyes[state, address] < EYES.get(state, 1) or address == "/"):
                yield address, endpoint

    def practised(self, people: dict, things: dict) -> Iterator[Found]:
        for role in ("sender", "authorised_person"):
            browser = cast.at_a_screen(self.app, people[role])
            browser.browser.post("/practice", data={"csrf_token": browser.token})
            mine = {"campaigns": self.drilled(people[role])} if role == "sender" else {}
            yield from self.looked_at(browser, things | mine, people[role], role, "practice")

    def drilled(self, sender: User) -> list[Campaign]:
        bin = sender.organisation.bins.get()
        return [town.campaign(sender, bin, status, is_practice=True) for status in ("draft", "running")]

    def refused(self, browser: Client, things: dict, who: User, role: str) -> Iterator[Found]:
        """What comes back on a form that was sent with nothing in it."""
        for address, endpoint in self.open_to(who, "refused", things, "POST"):
            if not address.startswith(LEAVES):
                answer = browser.browser.post(address, data={"csrf_token": browser.token or ""})
                yield from self.seen(answer, role, "refused", address, endpoint)

    def seen(self, answer, role: str, state: str, address: str, endpoint: str) -> Iterator[Found]:
        if answer.mimetype != "text/html" or answer.status_code in (301, 302, 303, 403) or not answer.data:
            return
        self.eyes[state, address] += 1
        html = answer.get_data(as_text=True)
        print_of = hashlib.sha256(CHANGES.sub("", html.partition("<main")[2] or html).encode()).digest()
        if print_of not in self.known:
            self.known.add(print_of)
            yield Found(role, state, address, endpoint, html)
