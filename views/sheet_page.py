"""What a screen with the information sheet shows: for its own page, its fragment, and the board that includes it."""

from dataclasses import dataclass
from datetime import datetime

from flask import request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import closing, floor, lines, questions, scale_up, search, situations
from dispatch.centre import request as wording
from dispatch.errors import NotAllowed
from dispatch.words import LANGUAGE_NAMES, N_
from models import Activation, Emergency, Question
from views import guard
from views.render import hour, when

MIXED = N_("You are practising and this emergency is real. Stop practising first.")
SEEN = "answers_seen"  # in the session: the questions whose answer stood on the page that was opened last


@dataclass(frozen=True)
class Asked:
    """What this person asked for a caller, and what came of it."""

    question: Question
    line: lines.Line | None

    @property
    def is_waiting(self) -> bool:
        return self.question.answered_at is None

    @property
    def stage(self) -> str:
        """Where it stands: asked, answered from later on, told."""
        if self.is_waiting:
            return "asked"
        return "later" if self.line and self.line.is_waiting else "told"

    @property
    def held(self) -> str:
        """What a screen keeps of it: the same while it stands where it stood, with the same answer."""
        return (
            f"{self.question.id}.{self.stage}"
            if self.is_waiting
            else f"{_answer_of(self.question)}.{self.stage}"
        )


def mood(emergency: Emergency) -> dict:
    """The pages of an exercise are drawn as one, whoever looks; those of a real emergency never are."""
    return {
        "practice": emergency.is_practice,
        "practice_end_url": url_for("home.leave_practice") if guard.is_practice() else "",
    }


def keep_apart(emergency: Emergency) -> Emergency:
    """A person who practises cannot touch a real emergency by mistake."""
    if guard.is_mixed(emergency):
        raise NotAllowed(MIXED)
    return emergency


def spoken() -> str:
    """The language of the call at hand: as chosen here, or the reader's own."""
    chosen = request.values.get("lang", "")
    return chosen if chosen in LANGUAGE_NAMES else current_user.language


def shown(emergency: Emergency) -> dict:
    """All that `sheet/_sheet.html` asks for; the page around it needs nothing else."""
    now, lang = clock.now(), spoken()
    known = lines.read_by(emergency, current_user)
    confirms = rights.may(current_user, "call.take") and not emergency.ended_at
    return {
        "emergency": emergency,
        "lang_spoken": lang,
        "lines": [worded(line, now) for line in lines.shown(emergency, lang, since=known, now=now)],
        "held": lines.held(emergency, now),
        "asks_reading": confirms and (known or 0) < emergency.sheet_version,
        "has_read": confirms and known == emergency.sheet_version,
        "is_live": not emergency.ended_at,
        "closes": closes(emergency, now),
        "leads": leads(emergency, now),
        "situations": told_situations(emergency, now),
        **readers(emergency),
    }


def closing_words(activation: Activation, now: datetime) -> str:
    """Until when this number answers, or since when no more, and where callers go afterwards; "" while no end is known."""
    plan = closing.holding(activation) if activation.status in ("closing", "closed") else None
    if activation.status == "closed":
        words = _("The number is closed since %(moment)s.", moment=when(closing.closed_at(activation), now))
    elif plan:
        words = _("The number closes: %(moment)s.", moment=when(plan.closes_at, now))
    else:
        return ""
    if not plan or not plan.redirect:
        return words
    afterwards = _("Afterwards callers go to %(number)s.", number=wording.phone(plan.redirect))
    return f"{words} {afterwards}"


def closes(emergency: Emergency, now: datetime) -> list[tuple[str, str]]:
    """The same for each municipality that shares it and of whose number an end is known."""
    told = [(one.municipality.name, closing_words(one, now)) for one in floor.activations_of(emergency)]
    return [(name, words) for name, words in told if words]


def leads(emergency: Emergency, now: datetime) -> list[tuple[str, str]]:
    """Who took it over and whom to call now: the municipalities, in words; [] as long as they carry it themselves."""
    told: dict[str, list[str]] = {}
    for one in floor.activations_of(emergency):
        if said := led_words(one, now):
            told.setdefault(said, []).append(one.municipality.name)
    return [(", ".join(towns), said) for said, towns in told.items()]


def led_words(activation: Activation, now: datetime) -> str:
    """Which higher authority is in control since when, and its liaison officer; "" while the municipality is."""
    holds = scale_up.holding(activation, now)
    if not holds:
        return ""
    liaison = holds.handover["liaison"]
    return _(
        "%(house)s is in control since %(moment)s. Liaison officer: %(name)s, %(phone)s.",
        house=holds.authority.name,
        moment=when(holds.from_at, now),
        name=liaison["name"],
        phone=wording.phone(liaison["phone"]),
    )


def told_situations(emergency: Emergency, now: datetime) -> list[dict]:
    """What happened, as each municipality described it for the operators when it asked."""
    return [
        {
            "activation": one.activation,
            "words": one.words,
            "lang": one.lang,
            "other_language": _(LANGUAGE_NAMES[one.lang]) if one.lang != spoken() else "",
            "said": _(
                "As %(municipality)s described it when it asked for the number, %(moment)s.",
                municipality=one.activation.municipality.name,
                moment=when(one.at, now),
            ),
        }
        for one in situations.of(emergency, now)
    ]


def readers(emergency: Emergency) -> dict:
    read, present = lines.readers(emergency)
    since = lines.changed_at(emergency)
    now = clock.now()
    return {
        "emergency": emergency,
        "readers_said": _said_of_readers(emergency, since and when(since, now), read, present),
        "readers_held": f"{read}.{present}",
    }


def _said_of_readers(emergency: Emergency, since: str | None, read: int, present: int) -> str:
    if not since:
        return _("Nothing stands on it yet.")
    facts = {"version": emergency.sheet_version, "hour": since, "read": read, "present": present}
    if not present:
        return _("Version %(version)s, since %(hour)s. Nobody sits at the telephone.", **facts)
    return _("Version %(version)s, since %(hour)s. Read by %(read)s of %(present)s.", **facts)


def worded(line: lines.Line, now: datetime) -> dict:
    """A line with the sentence under it."""
    town = getattr(line.entry, "town", None)
    return {
        "line": line,
        "said": _under(line, now),
        "town": town.name if town and line.entry.municipality_id else "",
        "language": _(LANGUAGE_NAMES[line.lang]),
        "missing": [_(LANGUAGE_NAMES[lang]) for lang in line.missing],
        "stale": [_(LANGUAGE_NAMES[lang]) for lang in line.version.stale or ()],
    }


def _under(line: lines.Line, now: datetime) -> str:
    facts = {"hour": when(line.at, now), "name": line.by.name}
    if line.is_gone:
        return _(
            "Withdrawn at %(hour)s. Do not use it any more. Disappears at %(gone)s.",
            gone=hour(line.gone_at),
            **facts,
        )
    if line.is_waiting:
        return _("Holds from %(hour)s, by %(name)s", **facts)
    said = {
        "new": _("New at %(hour)s by %(name)s", **facts),
        "changed": _("Changed at %(hour)s by %(name)s", **facts),
        "same": _("Unchanged since %(hour)s", **facts),
    }[line.state]
    until = line.version.valid_until
    if line.is_expired:
        return _("%(said)s. Was valid until %(until)s", said=said, until=when(until, now))
    return _("%(said)s, valid until %(until)s", said=said, until=when(until, now)) if until else said


def found(emergency: Emergency, words: str) -> dict:
    """The lines that these words are about, for `sheet/_found.html`."""
    words, now = " ".join(words.split())[: questions.LONGEST], clock.now()
    ids = search.find(emergency, words)
    hits = lines.shown(emergency, spoken(), since=emergency.sheet_version, now=now, only=ids) if ids else []
    return {
        "emergency": emergency,
        "words_sought": words,
        "hits": [worded(line, now) for line in hits if not line.is_gone],
        "may_ask": rights.may(current_user, "call.take") and not emergency.ended_at,
        "lang_spoken": spoken(),
    }


def mine(emergency: Emergency) -> dict:
    """What this person asked, with the answers, for `sheet/_mine.html`."""
    now = clock.now()
    asked = questions.of_asker(emergency, current_user, now)
    ids = [one.entry_id for one in asked if one.entry_id]
    told = _told(emergency, ids, now) if ids else []
    by_entry = {line.entry.id: line for line in sorted(told, key=lambda line: not line.is_waiting)}
    rows = [Asked(one, by_entry.get(one.entry_id)) for one in asked]
    return {
        "emergency": emergency,
        "asked": rows,
        "mine_held": ",".join(row.held for row in rows),
        "mine_polls": bool(rows) and not emergency.ended_at,  # an answer may be taken back, too
        "lang_spoken": spoken(),
        "now": now,
    }


def _told(emergency: Emergency, ids: list[int], now: datetime) -> list[lines.Line]:
    """What these entries say, or will from later on."""
    facts = {"since": emergency.sheet_version, "now": now, "only": ids, "with_waiting": True}
    return [line for line in lines.shown(emergency, spoken(), **facts) if not line.is_gone]


def note_seen(asked: list[Asked]) -> None:
    """The page with these was opened: their answers are no news any more."""
    seen = [_answer_of(one.question) for one in asked if not one.is_waiting]
    if seen != session.get(SEEN):
        session[SEEN] = seen


def _answer_of(question: Question) -> str:
    """An answer, told apart from another one that the same question had before."""
    return f"{question.id}.{question.answered_at:%H%M%S}"


def news(emergency: Emergency) -> dict:
    """What came while this person was at the calls, for `calls/_news.html`: the sheet as it is now, answers, who leads."""
    is_live = not emergency.ended_at
    is_unread = (lines.read_by(emergency, current_user) or 0) < emergency.sheet_version
    seen = session.get(SEEN, ())
    now = clock.now()
    answered = [
        one
        for one in questions.of_asker(emergency, current_user, now)
        if one.answered_at and _answer_of(one) not in seen
    ]
    ids = ",".join(str(one.id) for one in answered)
    return {
        "emergency": emergency,
        "unread": emergency.sheet_version if is_live and is_unread else 0,
        "answered": answered if is_live else [],
        "leads": leads(emergency, now),
        "news_held": f"{emergency.sheet_version * is_unread}.{ids}.{lines.course(emergency, now)}",
        "news_polls": is_live,
    }
