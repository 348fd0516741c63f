"""A whole emergency of three days: three municipalities, a province that takes over, forty operators, 23,000 calls.

Everything hangs on `begins_at`, eighteen o'clock in Brussels on a Friday in winter; nothing looks at a clock.
"""

from datetime import datetime, timedelta

from dispatch.centre import activation as centre
from dispatch.centre import (
    closing,
    drafts,
    emergencies,
    exchange,
    handover,
    presence,
    questions,
    reinforcements,
    scale_up,
    sheet,
    statements,
)
from dispatch.centre.exchange import Counted
from models import Activation, Agreement, Emergency, Entry, Organisation
from tests import cast, reckoning, town

MINUTE, QUARTER, HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)
TOWNS = ("Oosterzavel", "Westerzavel", "Hertsdonk")
CALLS, PEAK = 23_000, 3_295
SECONDS = 180  # of talking in each call
FRIDAY_18H = datetime(2026, 11, 20, 17, 0)
SHIFTS = (  # which operators, and hours from the beginning: from, until
    (range(4), 0.75, 8.75),
    (range(4, 40), 2, 10),
    (range(40), 14, 26),
    (range(10), 38, 50),
    (range(4), 62, 72),
)
OPENED_AFTER = (40, 45, 210)  # minutes
ASKED_AFTER = (0, 20, 180)
SCALED_UP_AFTER = 360
CLOSED_AFTER = (72 * 60, 66 * 60, 42 * 60)
FORM = town.FORM | {"emergency": "Ammoniak uit een tank", "place": "Industriepark"}
GOVERNOR = {"name": "Ilse Baert", "phone": "0470 00 30 44", "email": "ilse.baert@zavelland.example"}
ENDING = closing.Typed(
    phases=(("", "", ""), ("", "", ""), ("", "", "")),
    closes_at="",
    redirect="016 00 12 34",
    greeting="De informatielijn is gesloten.",
)


def calls_by_quarter(begins_at: datetime) -> dict[datetime, int]:
    """23,000 calls: a peak of 3,295 in the hour from twenty o'clock, the others even over the staffed quarters."""
    peak = [begins_at + 2 * HOUR + n * QUARTER for n in range(4)]
    numbers = dict(zip(peak, (823, 824, 824, 824), strict=True))
    staffed = {
        begins_at + first * HOUR + n * QUARTER
        for _operators, first, until in SHIFTS
        for n in range(round((until - first) * 4))
    }
    others = sorted(staffed - set(peak))
    share, rest = divmod(CALLS - PEAK, len(others))
    return numbers | {at: share + (n < rest) for n, at in enumerate(others)}


class ThreeDays:
    """Who takes part, and each day as a step of its own."""

    def __init__(self, begins_at: datetime = FRIDAY_18H):
        self.begins_at = begins_at
        first, self.house = cast.municipality_and_centre()
        self.towns = [first, *(cast.another_town(name, self.house) for name in TOWNS[1:])]
        self.province, self.federal = cast.higher_authorities()
        self.mayors = [town.user("authorised_person", one) for one in self.towns]
        self.liaison = town.user("liaison_officer", first)
        self.supervisor = town.user("centre_supervisor", self.house)
        self.governor = town.user("liaison_officer", self.province)
        self.operators = reckoning.operators(self.house, 40)
        for one in Agreement.select().order_by(Agreement.id):
            reckoning.tariff(one)
        self.activations: list[Activation] = []

    def after(self, minutes: float) -> datetime:
        return self.begins_at + timedelta(minutes=minutes)

    @property
    def emergency(self) -> Emergency:
        return Activation.get_by_id(self.activations[0].id).emergency

    def of(self, number: int) -> Activation:
        return Activation.get_by_id(self.activations[number].id)

    # ── The first evening ───────────────────────────────────────────────

    def open_everywhere(self) -> None:
        """Each town asks; the second and third join the first, under one number and one sheet."""
        steps = [(at, self._ask, n) for n, at in enumerate(ASKED_AFTER)]
        steps += [(at, self._open, n) for n, at in enumerate(OPENED_AFTER)]
        for minutes, step, number in sorted(steps, key=lambda step: step[0]):
            step(number, self.after(minutes))

    def _ask(self, number: int, now: datetime) -> None:
        by = self.mayors[number]
        draft = centre.begin(self.towns[number], by=by, now=now)
        draft = centre.write(draft, FORM, by=by, now=now)
        asked = centre.submit(draft, by=by, now=now, password_confirmed=True)
        self.activations.append(asked)
        centre.acknowledge(self.of(number), by=self.supervisor, now=now + 2 * MINUTE)
        if number:
            emergencies.join(self.of(number), self.emergency, by=self.supervisor, now=now + 3 * MINUTE)

    def _open(self, number: int, now: datetime) -> None:
        centre.open(self.of(number), number="1771", opened_at=now, by=self.supervisor, now=now)

    def staff(self) -> None:
        """Every shift sits down and leaves on the quarter hour."""
        for operators, first, until in SHIFTS:
            for operator in (self.operators[number] for number in operators):
                facts = {"desk": "d5", "languages": ["nl"], "by": self.supervisor}
                presence.enter(self.emergency, operator, now=self.after(first * 60), **facts)
                presence.leave(self.emergency, operator, by=self.supervisor, now=self.after(until * 60))

    def ask_for_more(self) -> None:
        """The supervisor sees the peak come, asks for 36 more, and the municipality agrees to the price."""
        now = self.after(115)
        asked = reinforcements.ask(
            self.emergency,
            operators=36,
            until_at=self.after(600),
            reason="De oproepen verdubbelen elk kwartier.",
            by=self.supervisor,
            now=now,
        )
        self.reinforcement = reinforcements.decide(
            asked, is_agreed=True, answer="Akkoord.", by=self.mayors[0], now=now + MINUTE
        )

    def ring(self) -> None:
        """The telephone exchange brings every quarter hour."""
        rows = [
            Counted(
                begins_at=at,
                offered=number,
                answered=number,
                abandoned=0,
                waited_seconds=number * 12,
                talked_seconds=number * SECONDS,
                in_time=number,
            )
            for at, number in sorted(calls_by_quarter(self.begins_at).items())
        ]
        exchange.bring(
            self.emergency, rows, source="centrale.csv", by=self.supervisor, now=self.after(72 * 60)
        )

    def tell(self) -> Entry:
        """A caller asks what nobody answered; twenty minutes later it stands on the sheet, in four languages."""
        operator, now = self.operators[0], self.after(60)
        asked = questions.ask(
            self.emergency, "Mogen de ramen open?", language="nl", by=operator, now=now, topic="ramen"
        )
        draft = drafts.open_new(self.emergency, by=self.liaison, now=now + 18 * MINUTE, asked=asked)
        words = {
            "question": {"nl": "Mogen de ramen open?", "fr": "Puis-je ouvrir les fenêtres ?"},
            "answer": {"nl": "Nee, tot middernacht niet.", "fr": "Non, pas avant minuit."},
        }
        drafts.jot(draft, words, by=self.liaison, now=now + 19 * MINUTE)
        published = sheet.publish(
            type(draft).get_by_id(draft.id), by=self.liaison, now=now + 20 * MINUTE
        ).entry
        version = self.emergency.sheet_version
        sheet.mark_read(self.emergency, version, by=operator, now=now + 21 * MINUTE)
        return published

    # ── The night: the province takes over ──────────────────────────────

    def scale_up(self) -> None:
        now = self.after(SCALED_UP_AFTER - 10)
        for number, by in enumerate(self.mayors):
            scale_up.offer(
                [self.of(number)],
                to=self.province,
                from_at=self.after(SCALED_UP_AFTER),
                reason="De gouverneur kondigde de provinciale fase af.",
                states=[handover.state(self.of(number), now)],
                by=by,
                now=now,
                is_confirmed=True,
            )
        handover.take(
            self.of(0),
            liaison=GOVERNOR,
            with_others=True,
            by=self.governor,
            now=now + 5 * MINUTE,
            is_confirmed=True,
        )

    # ── The end, town by town ───────────────────────────────────────────

    def plan_the_end(self, number: int) -> None:
        at = self.after(CLOSED_AFTER[number])
        here = at + HOUR  # on the clock of Brussels in winter
        closing.confirm(
            self.of(number),
            closing.Typed(**{**vars(ENDING), "closes_at": f"{here:%d/%m %H:%M}"}),
            by=self.governor,
            now=at - 3 * HOUR,
            is_confirmed=True,
        )

    def close(self, number: int) -> None:
        at = self.after(CLOSED_AFTER[number])
        centre.close(self.of(number), at=at, by=self.supervisor, now=at)

    def draw_up(self) -> list:
        return [
            one
            for number in range(3)
            for one in statements.draw_up(self.of(number), by=self.supervisor, now=self.after(73 * 60))
        ]

    def live(self, *, to_the_end: bool = True) -> "ThreeDays":
        """All of it, in the order in which it happens; without the last closing when it is not to end."""
        self.open_everywhere()
        self.tell()
        self.ask_for_more()
        self.scale_up()
        self.staff()
        self.ring()
        for number in (2, 1, 0):
            self.plan_the_end(number)
            if number or to_the_end:
                self.close(number)
        return self


# ── What it costs, from the plan alone ──────────────────────────────────


def bearers_owe(told: dict, begins_at: datetime, towns: list[Organisation], province: Organisation) -> dict:
    """Mills by (town, bearer), from the plan above and the prices: no row of the database is looked at."""
    owed: dict = {}
    opened = [begins_at + n * MINUTE for n in OPENED_AFTER]
    closed = [begins_at + n * MINUTE for n in CLOSED_AFTER]
    taken = begins_at + SCALED_UP_AFTER * MINUTE
    cuts = sorted({*opened, *closed[1:], taken})

    def bear(number: int, at: datetime, mills: int) -> None:
        bearer = province if at >= taken else towns[number]
        key = towns[number].id, bearer.id
        owed[key] = owed.get(key, 0) + mills

    def cut_of(at: datetime) -> datetime:
        return max([cut for cut in cuts if cut <= at], default=cuts[0])

    def share(cut: datetime, mills: int) -> None:
        there = [n for n in range(3) if opened[n] <= cut < closed[n]]
        each, left = divmod(mills, len(there))
        for place, number in enumerate(there):
            bear(number, cut, each + (place < left))

    for number, at in enumerate(opened):
        bear(number, at, told["activation"])
    piles: dict[tuple[datetime, str], int] = {}
    for operators, first, until in SHIFTS:
        for n in range(round((until - first) * 4)):
            at = begins_at + first * HOUR + n * QUARTER
            pile = cut_of(at), _rate(at + HOUR)
            piles[pile] = piles.get(pile, 0) + len(operators)
    for (cut, rate), quarters in piles.items():
        share(cut, quarters * told[f"d5_{rate}"])
    talked: dict[datetime, int] = {}
    for at, calls in calls_by_quarter(begins_at).items():
        talked[cut_of(at)] = talked.get(cut_of(at), 0) + calls * SECONDS
    for cut, seconds in talked.items():
        share(cut, (seconds * told["telephone"] * 2 + 60) // 120)  # half a mill up
    return owed


def _rate(here: datetime) -> str:
    if here.isoweekday() > 5:
        return "weekend"
    return "day" if 7 <= here.hour < 20 else "night"
