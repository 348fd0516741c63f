"""The pictures of a campaign: how fast it went, and how far it reached; the same on its page and on its paper."""

from datetime import datetime

from dispatch import clock
from dispatch.pictures.curve import Point, Words, curve
from dispatch.pictures.picture import Key, Picture, counted
from dispatch.pictures.shares import Share, part_of, shares
from dispatch.sending import estimate, reach, tallies
from dispatch.words import CHANNELS, DAY, N_, translator
from models import Campaign

GOOD, POOR = 0.8, 0.5  # from here on a street is drawn as reached; under it as hardly
MOST_POINTS = 640
MOST_DRAWN = 12  # streets and prefixes beyond these are in the table only
PARTS = {
    "got": N_("delivered or confirmed"),
    "half": N_("accepted, no receipt"),
    "missed": N_("did not arrive"),
    "rest": N_("open or unsure"),
}
CLASSES = {
    "got": N_("for four in five or more"),
    "half": N_("for half to four in five"),
    "low": N_("for less than half"),
    "missed": N_("nothing accepted"),
}


def delivery(campaign: Campaign, lang: str, now: datetime, seconds_left: int = 0) -> Picture:
    """The curve since the launch, drawn on to this moment while the campaign is underway."""
    points = [
        Point(campaign.launched_at + clock.seconds(second), accepted, delivered)
        for second, accepted, delivered in _thinned(tallies.curve(campaign))
    ]
    last, until = points[-1], None
    if campaign.is_underway:
        points.append(Point(max(now, last.at), last.accepted, last.delivered))
        until = now + clock.seconds(seconds_left)
    total = sum(estimate.together(tallies.counts(campaign)).values())
    said = counted(lang)
    words = _delivery_words(lang, said(last.accepted), said(total), said(last.delivered))
    day = translator(lang).gettext(DAY)
    return curve("curve", points, total, words, said, day=day, until=until, is_running=campaign.is_underway)


def _thinned(totals: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """At most so many of the totals as the picture has columns, the first and the last among them."""
    seconds = totals[-1][0] or 1
    return [totals[0], *{row[0] * MOST_POINTS // seconds: row for row in totals[1:]}.values()]


def _delivery_words(lang: str, accepted: str, total: str, delivered: str) -> Words:
    _ = translator(lang).gettext
    desc = _(
        "%(accepted)s of %(total)s messages were accepted, %(delivered)s of them have a delivery receipt."
    )
    return Words(
        title=_("Accepted and delivered since the start"),
        desc=desc % {"accepted": accepted, "total": total, "delivered": delivered},
        accepted=_("accepted"),
        delivered=_("delivered"),
        key=(_("accepted, also what failed later"), _("with a delivery receipt")),
        header=(_("Time"), _("Accepted, also what failed later"), _("With a delivery receipt")),
    )


def by_channel(campaign: Campaign, lang: str) -> Picture | None:
    """What became of the messages of each channel, from the counters."""
    _, table = translator(lang).gettext, tallies.counts(campaign)
    rows = [(_(CHANNELS[channel]), reach.parts(channel, table[channel])) for channel in campaign.channels]
    return _parted("by-channel", _("Reach by channel"), _("Channel"), rows, lang)


def by_prefix(campaign: Campaign, lang: str) -> Picture | None:
    """The same by the begin of the numbers; None until it was counted, and where no number was written to."""
    found, _ = reach.of(campaign), translator(lang).gettext
    rows = [(_prefix(prefix), tuple(counts)) for prefix, *counts in (found.prefixes if found else ())]
    return _parted("by-prefix", _("Reach by the begin of the number"), _("Begin of the number"), rows, lang)


def _prefix(digits: str) -> str:
    return f"0{digits.removeprefix(reach.HOME)}…" if digits.startswith(reach.HOME) else f"{digits}…"


def _parted(id: str, title: str, name: str, rows: list[tuple[str, tuple]], lang: str) -> Picture | None:
    rows = [row for row in rows if sum(row[1])]
    if not rows:
        return None
    _, said = translator(lang).gettext, counted(lang)
    things = [
        Share(label, part_of(parts[0] + parts[1], sum(parts), said), tuple(zip(PARTS, parts, strict=True)))
        for label, parts in rows
    ]
    sums = [sum(column) for column in zip(*(parts for _label, parts in rows), strict=True)]
    desc = _("%(reached)s of %(total)s messages were delivered, confirmed or accepted.")
    facts = {"reached": said(sums[0] + sums[1]), "total": said(sum(sums))}
    header = [name, *(_(label).capitalize() for label in PARTS.values()), _("Together")]
    told = [[label, *map(said, parts), said(sum(parts))] for label, parts in rows]
    told.append([_("Together"), *map(said, sums), said(sum(sums))])
    return shares(id, title, desc % facts, things[:MOST_DRAWN], _key(PARTS, things, lang), header, told)


def _key(labels: dict[str, str], things: list[Share], lang: str) -> list[Key]:
    """Only what is drawn needs a word."""
    _ = translator(lang).gettext
    drawn = {css for thing in things for css, number in thing.parts if number}
    return [Key(css, _(label)) for css, label in labels.items() if css in drawn]


def by_street(campaign: Campaign, lang: str) -> Picture | None:
    """The streets of its BINs, first those where the least was accepted or delivered; None until they were counted."""
    found = reach.of(campaign)
    streets = found.streets if found else []
    if not streets:
        return None
    _, said = translator(lang).gettext, counted(lang)
    several = len({bin for bin, *_rest in streets}) > 1
    rows = [
        (_street(bin, street, several, lang), meant, reached)
        for bin, street, meant, reached in sorted(streets, key=lambda row: (row[3] / row[2], -row[2]))
    ]
    things = [
        Share(name, part_of(reached, meant, said), _coloured(reached, meant)) for name, meant, reached in rows
    ]
    meant, reached = sum(row[1] for row in rows), sum(row[2] for row in rows)
    desc = _(
        "For %(reached)s of %(meant)s people, in %(streets)s streets, a message was accepted or delivered; the least first."
    )
    facts = {"reached": said(reached), "meant": said(meant), "streets": said(len(rows))}
    told = [[name, said(many), said(some), said(many - some)] for name, many, some in rows]
    told.append([_("Together"), said(meant), said(reached), said(meant - reached)])
    header = [_("Street"), _("People"), _("Accepted or delivered"), _("Nothing accepted")]
    key = _key(CLASSES, things[:MOST_DRAWN], lang)
    return shares("by-street", _("Reach by street"), desc % facts, things[:MOST_DRAWN], key, header, told)


def _street(bin: str, street: str, several: bool, lang: str) -> str:
    name = street or translator(lang).gettext("smaller streets together")
    return f"{name}, {bin}" if several and bin else name


def _coloured(reached: int, meant: int) -> tuple[tuple[str, int], ...]:
    share = reached / meant
    css = "got" if share >= GOOD else "half" if share >= POOR else "low"
    return ((css, reached), ("missed", meant - reached))
