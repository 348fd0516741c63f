"""The final report of an activation, which makes itself when the number is closed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch import audit, papers
from dispatch.centre import activation as centre
from dispatch.centre import (
    call_backs,
    calls,
    closing,
    figures,
    inquiries,
    lessons,
    moves,
    pictures,
    quality,
    reinforcements,
    statements,
    victims,
)
from dispatch.centre.request import day, moment, phone
from dispatch.errors import Refusal
from dispatch.onboarding.orders import euros
from dispatch.words import (
    ACTIVATION_STATUSES,
    DAY_AND_HOUR,
    LANGUAGE_NAMES,
    N_,
    InFigures,
    lasting,
    translator,
)
from models import (
    Activation,
    Campaign,
    Document,
    EntryVersion,
    FinalReport,
    Lesson,
    Milestone,
    Organisation,
    ScaleUp,
    Statement,
    User,
    writing,
)

KIND = "final_report"
PHASES = {
    "municipal": N_("municipal phase"),
    "provincial": N_("provincial phase"),
    "federal": N_("federal phase"),
}
CALL_KINDS = {
    "d5": N_("general information (D5)"),
    "d2": N_("victims and relatives (D2)"),
    "silent": N_("silent"),
    "abusive": N_("abusive"),
    "wrong_number": N_("wrong number"),
    "press": N_("press"),
}
HANDED_TO = {"d2_desk": N_("to the D2 desk"), "second_line": N_("to the second line")}


# ── Making ──────────────────────────────────────────────────────────────


def make_missing(now: datetime) -> int:
    """Makes the report of every activation that was closed since its last one; returns how many."""
    found = list(missing())
    for activation in found:
        make(activation, now=now)
    return len(found)


def missing() -> list[Activation]:
    """The activations that are closed and have no report since: whoever died while making one leaves it here."""
    closed = Activation.select().where(Activation.status == "closed").order_by(Activation.id)
    return [one for one in closed if _is_missing(one)]


def _is_missing(activation: Activation) -> bool:
    made = FinalReport.get_or_none(FinalReport.activation == activation.id)
    closings = activation.milestones.where(Milestone.status == "closed")
    return not made or closings.where(Milestone.recorded_at > made.made_at).exists()


def make(activation: Activation, *, now: datetime) -> FinalReport:
    """Makes and keeps the report in the municipality's language; of two at once one is kept."""
    lang = activation.municipality.language
    content = papers.final_report(build(activation, lang, now), lang)
    with writing():
        if not _is_missing(activation):
            return FinalReport.get(FinalReport.activation == activation.id)
        document = Document.create(
            organisation=activation.municipality_id,
            kind=KIND,
            filename=filename(activation, "pdf"),
            media_type="application/pdf",
            content=content,
            made_at=now,
        )
        FinalReport.insert(activation=activation.id, document=document, made_at=now).on_conflict(
            conflict_target=[FinalReport.activation],
            update={FinalReport.document: document, FinalReport.made_at: now},
        ).execute()
        audit.record(
            "activation.reported", activation, by=None, now=now, organisation=activation.municipality_id
        )
        return FinalReport.get(FinalReport.activation == activation.id)


def paper(activation: Activation, lang: str, *, now: datetime) -> bytes:
    """The report as PDF: the one that was kept, or a new one in another language or when something came after it."""
    kept = FinalReport.get_or_none(FinalReport.activation == activation.id)
    if kept and lang == activation.municipality.language and not _has_news(activation, kept.made_at):
        return bytes(kept.document.content)
    return papers.final_report(build(activation, lang, now), lang)


def _has_news(activation: Activation, since: datetime) -> bool:
    learned = activation.lessons.where(Lesson.changed_at > since).exists()
    return learned or activation.statements.where(Statement.made_at > since).exists()


def workbook(activation: Activation, lang: str, *, now: datetime) -> bytes:
    return papers.final_report_workbook(build(activation, lang, now), lang)


def take(activation: Activation, kind: str, *, by: User, now: datetime) -> None:
    """Writes down that somebody took the report along as a file."""
    with writing():
        audit.record("activation.report_taken", activation, by=by, now=now, format=kind)


def filename(activation: Activation, ending: str) -> str:
    mood = "exercise-" if activation.is_practice else ""
    return f"{mood}report-{activation.municipality.slug}-{activation.id}.{ending}"


# ── What it says ────────────────────────────────────────────────────────


def build(activation: Activation, lang: str, now: datetime) -> dict:
    """Everything the report says, worded in one language; its shape is that of papers.final_report."""
    _ = translator(lang).gettext
    openings = moves.openings(activation)
    begins = openings[0][0] if openings else activation.changed_at
    ends = (openings[-1][1] if openings else None) or now
    told = _Told(activation, begins, ends, lang, now)
    return {
        "municipality": activation.municipality.name,
        "practice": activation.is_practice,
        "provisional": activation.status != "closed",
        "figures": told.figures(),
        "facts": told.facts(),
        "calls": pictures.calls(*told.here, lang),
        "curve": told.curve(),
        "staffing": pictures.staffing(figures.staffing(*told.here), lang),
        "chapters": [
            {"title": _(title), "note": _(note) if note else "", "header": [_(word) for word in header], "rows": rows}
            for title, note, header, rows in told.chapters()
        ],
    }  # fmt: skip


class _Told:
    """One activation between its opening and its closing, in one language."""

    def __init__(self, activation: Activation, begins: datetime, ends: datetime, lang: str, now: datetime):
        self.activation, self.emergency = activation, activation.emergency
        self.begins, self.ends, self.lang, self.now = begins, ends, lang, now
        self.here = (self.emergency, begins, ends)
        # A closing is written in minutes: what was noted within its minute belongs to it.
        self.noted = (self.emergency, begins, ends.replace(second=0, microsecond=0) + timedelta(minutes=1))
        self.gettext = translator(lang).gettext
        self.telephone = figures.telephone(*self.here)
        self.clocks = centre.clocks_of(activation, now)
        self.clock = self.clocks[0] if self.clocks else None
        self.openings = moves.openings(activation)

    def figures(self) -> list[tuple[str, str]]:
        _ = self.gettext
        calls = self.telephone.answered if self.telephone else sum(n for _k, n in self.counted("kind"))
        return [
            (
                _("opened after"),
                self.minutes(self.clock.gone_seconds) if self.clock else "-",
            ),
            (_("the promise"), _("kept") if self.was_kept() else _("not kept")),
            (_("calls answered"), str(calls)),
            (_("open during"), self.duration(self.seconds_open())),
        ]

    def was_kept(self) -> bool:
        """Every request was kept in time, the ones after a closing too."""
        promises = [one for one in self.clocks if one]
        return bool(promises) and all(one.is_kept for one in promises)

    def seconds_open(self) -> float:
        return sum(((until or self.ends) - since).total_seconds() for since, until in self.openings)

    def facts(self) -> list[tuple[str, str]]:
        _, activation = self.gettext, self.activation
        return [
            (_("What happened"), activation.form.get("emergency", "")),
            (_("Where"), activation.form.get("place", "")),
            (_("Contact centre"), activation.agreement.centre.name),
            (_("Information number"), phone(activation.number)),
            (_("Requested"), moment(self.clock.requested_at, self.lang) if self.clock else ""),
            (_("Promised by"), moment(self.clock.due_at, self.lang) if self.clock else ""),
            (_("Open since"), moment(self.begins, self.lang)),
            *[(_("Opened again"), moment(since, self.lang)) for since, _until in self.openings[1:]],
            (_("Closing as confirmed"), self.planned_end()),
            (_("Closed"), moment(self.ends, self.lang) if activation.status == "closed" else _("not yet")),
            (_("Shared with"), ", ".join(self.others()) or _("nobody")),
            (_("Figures of"), moment(self.now, self.lang)),
        ]

    def planned_end(self) -> str:
        """The confirmed moment of closing, beside which one sees when it really was."""
        plan = closing.holding(self.activation)
        return moment(plan.closes_at, self.lang) if plan else self.gettext(N_("no plan was confirmed here"))

    def others(self) -> list[str]:
        towns = Organisation.select().join(Activation, on=Activation.municipality == Organisation.id)
        here = (Activation.emergency == self.emergency) & (Activation.id != self.activation.id)
        return [town.name for town in towns.where(here, Activation.status.not_in(("draft", "refused")))]

    def curve(self) -> list[list]:
        return [
            [InFigures(at, DAY_AND_HOUR).in_language(self.lang), offered, answered]
            for at, offered, answered in figures.curve(*self.here)
        ]

    def chapters(self) -> Iterator[tuple]:
        yield N_("Timeline"), "", (N_("When"), N_("What"), N_("By")), self.timeline()
        yield N_("Calls"), "", (N_("What"), N_("Count")), list(self.calls())
        yield (
            N_("Topics"),
            N_("Of the calls that operators noted."),
            (N_("Topic"), N_("Calls"), N_("Part")),
            self.parts("topic"),
        )
        yield N_("Languages"), "", (N_("Language"), N_("Calls"), N_("Part")), self.parts("language")
        header = (N_("Question"), N_("Times"), N_("Asked"), N_("Waited"), N_("Outcome"))
        yield N_("Questions from the floor"), "", header, list(self.questions())
        header = (N_("Hour"), N_("Calls"), N_("Present at most"), N_("Needed"), N_("Short"))
        yield (
            N_("Staffing against need"),
            N_("Needed: so many answer four calls in five within 20 s (Erlang C)."),
            header,
            self.staffing(),
        )
        yield N_("Quality"), "", (N_("What"), N_("Figure")), list(self.quality())
        yield N_("Costs"), self.costs_note(), (N_("Paid by"), N_("Statement"), N_("Amount")), self.costs()
        header = (N_("What is to be done"), N_("Who"), N_("Before"), N_("Done"))
        yield N_("Lessons"), "", header, list(self.lessons())

    # ── Chapters ────────────────────────────────────────────────────────

    def timeline(self) -> list[list[str]]:
        events = [
            *self._moves(),
            *self._call_backs(),
            *self._inquiries(),
            *self._operators_asked(),
            *self._scale_ups(),
            *self._sheet(),
            *self._campaigns(),
        ]
        return [
            [moment(at, self.lang), what, who] for at, what, who in sorted(events, key=lambda one: one[0])
        ]

    def _moves(self) -> Iterator[tuple[datetime, str, str]]:
        for one in centre.milestones(self.activation):
            said = self.gettext(ACTIVATION_STATUSES[one.status])
            yield one.at, f"{said}. {one.note}" if one.note else said, one.by.name

    def _call_backs(self) -> Iterator[tuple[datetime, str, str]]:
        right, wrong = N_("Called back: the code was right"), N_("Called back: the code was WRONG")
        for one in call_backs.of(self.activation):
            yield one.at, self.gettext(right if one.is_right else wrong), one.by.name

    def _inquiries(self) -> Iterator[tuple[datetime, str, str]]:
        _ = self.gettext
        for one in inquiries.of(self.activation):
            yield one.asked_at, _("The centre asked: %(words)s") % {"words": one.words}, one.by.name
            if one.answered_at:
                answered = _("Answered: %(words)s") % {"words": one.answer}
                yield one.answered_at, answered, one.answered_by.name

    def _operators_asked(self) -> Iterator[tuple[datetime, str, str]]:
        said = {
            True: N_("Operators more, agreed: %(number)s. %(answer)s"),
            False: N_("Operators more, declined: %(number)s. %(answer)s"),
            None: N_("Operators more, taken back: %(number)s. %(answer)s"),
        }
        asked = self.gettext(N_("Operators more, asked: %(number)s. %(reason)s"))
        for one in reinforcements.asked_of(self.emergency, most=500):
            facts = {"number": one.operators, "answer": one.answer, "reason": one.reason}
            yield one.asked_at, (asked % facts).strip(), one.by.name
            if one.decided_at:
                decided = self.gettext(said[one.is_agreed]) % facts
                yield one.decided_at, decided.strip(), one.decided_by.name

    def _scale_ups(self) -> Iterator[tuple[datetime, str, str]]:
        taken = self.activation.scale_ups.where(ScaleUp.taken_at.is_null(False))
        for one in taken:
            said = self.gettext(N_("%(phase)s: %(authority)s takes control and costs"))
            facts = {"phase": self.gettext(PHASES[one.phase]), "authority": one.authority.name}
            yield one.from_at, said % facts, one.taken_by.name

    def _sheet(self) -> Iterator[tuple[datetime, str, str]]:
        entries = self.emergency.entries
        versions: dict[int, list[EntryVersion]] = {}
        for one in EntryVersion.select().where(EntryVersion.entry.in_(list(entries))):
            versions.setdefault(one.sheet_version, []).append(one)
        for number, some in versions.items():
            said = translator(self.lang).ngettext(
                "Information sheet, version %(version)s: %(num)d answer",
                "Information sheet, version %(version)s: %(num)d answers",
                len(some),
            )
            yield some[0].published_at, said % {"version": number, "num": len(some)}, some[0].by.name

    def _campaigns(self) -> Iterator[tuple[datetime, str, str]]:
        """What the police zone of the municipality sent from the request to the closing."""
        zone = self.activation.municipality.parent_id
        since = self.clock.requested_at if self.clock else self.begins
        sent = Campaign.select().where(
            Campaign.organisation == zone,
            Campaign.is_practice == self.activation.is_practice,
            Campaign.launched_at.between(since, self.ends),
        )
        for one in sent if zone else ():
            said = self.gettext(N_("Message sent to people: %(name)s (%(people)s)"))
            yield one.launched_at, said % {"name": one.name, "people": one.people}, one.launched_by.name

    def calls(self) -> Iterator[list[str]]:
        _, counted = self.gettext, self.telephone
        if counted:
            yield [_("offered, by the exchange"), str(counted.offered)]
            yield [_("answered"), str(counted.answered)]
            yield [_("abandoned"), str(counted.abandoned)]
            if counted.longest_seconds is not None:
                yield [_("longest wait"), self.duration(counted.longest_seconds)]
        for kind, number in self.counted("kind"):
            yield [_("noted: %(kind)s") % {"kind": _(CALL_KINDS[kind])}, str(number)]
        for where, number in figures.handed_over(*self.noted):
            yield [_("passed on %(where)s") % {"where": _(HANDED_TO[where])}, str(number)]
        notes = victims.counts(self.emergency)
        yield [_("notes about relatives that were passed on"), str(notes["d2_desk"] + notes["second_line"])]
        yield [_("of these never closed"), str(notes["waiting"] + notes["taken"])]
        about = dict(self.counted("municipality")).get(self.activation.municipality_id, 0)
        yield [
            _("noted about %(municipality)s") % {"municipality": self.activation.municipality.name},
            str(about),
        ]

    def counted(self, by: str) -> list[tuple]:
        return figures.counted(*self.noted, by)

    def parts(self, by: str) -> list[list[str]]:
        rows = self.counted(by)
        total = sum(number for _value, number in rows)
        return [
            [self._value(by, value), str(number), f"{100 * number / total:.0f} %"] for value, number in rows
        ]

    def _value(self, by: str, value: str) -> str:
        if by == "language":
            return self.gettext(LANGUAGE_NAMES[value]) if value in LANGUAGE_NAMES else value
        return calls.topic_name(value, self.gettext) or self.gettext(N_("no topic noted"))

    def questions(self) -> Iterator[list[str]]:
        _ = self.gettext
        for one in figures.questions(*self.here):
            outcome = _("answered") if one.entry_id else one.dismissed_why or _("no answer")
            waited = self.duration(figures.waited(one, self.ends).total_seconds())
            yield [one.words, str(one.number), moment(one.asked_at, self.lang), waited, outcome]

    def staffing(self) -> list[list[str]]:
        return [
            [
                InFigures(one.at, DAY_AND_HOUR).in_language(self.lang),
                str(one.calls),
                str(one.present),
                str(one.needed),
                str(max(0, one.needed - one.present)),
            ]
            for one in figures.staffing(*self.here)
        ]

    def quality(self) -> Iterator[list[str]]:
        _, counted = self.gettext, self.telephone
        if counted and counted.in_time is not None and counted.offered:
            yield [_("answered within 20 s"), f"{100 * counted.in_time / counted.offered:.0f} %"]
        if counted:
            yield [_("mean wait"), self.duration(counted.mean_wait)]
        for aspect, (good, heard) in quality.by_aspect(self.activation.emergency).items():
            if heard:
                yield [_(quality.ASPECTS[aspect]), f"{good} / {heard}"]
        asked = figures.questions(*self.here)
        if asked:
            waits = sorted(figures.waited(one, self.ends).total_seconds() for one in asked)
            yield [_("questions answered"), f"{sum(bool(one.entry_id) for one in asked)} / {len(asked)}"]
            yield [_("half of the questions waited at most"), self.duration(waits[(len(waits) - 1) // 2])]

    def costs_note(self) -> str:
        return statements.DEMONSTRATION if any(one["is_demonstration"] for one in self._contents()) else ""

    def costs(self) -> list[list[str]]:
        drawn = statements.of_activation(self.activation)
        corrected = {one.corrects_id for one in drawn}
        last = [one for one in drawn if one.id not in corrected]
        if last:
            return [[one.bearer.name, str(one.number), self.amount(one.content)] for one in last]
        provisional = self.gettext(N_("provisional"))
        return [[one["bearer"], provisional, self.amount(one)] for one in self._contents()]

    def amount(self, content: dict) -> str:
        mark = f" ({self.gettext(N_('demonstration amount'))})" if content["is_demonstration"] else ""
        return euros(content["mills"], self.lang) + mark

    def _contents(self) -> list[dict]:
        try:
            return list(statements.reckon(self.activation, self.now).values())
        except Refusal:
            return []

    def lessons(self) -> Iterator[list[str]]:
        for one in lessons.of(self.activation):
            done = moment(one.done_at, self.lang) if one.done_at else self.gettext(N_("not yet"))
            yield [one.words, one.owner, day(one.due_on, self.lang), done]

    def minutes(self, seconds: int) -> str:
        """Of an hour that people write in minutes the seconds say nothing; less than one minute is one."""
        return self.gettext(N_("about %(minutes)s min")) % {"minutes": max(1, -(-seconds // 60))}

    def duration(self, seconds: float) -> str:
        return lasting(seconds, self.lang)
