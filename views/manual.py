"""The manual: books for each kind of reader, chapters, a search, and the chapter that belongs to the page one sees."""

from io import BytesIO

from flask import Blueprint, abort, current_app, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import rights
from dispatch.manual import chapters, finding
from dispatch.papers import manual_book
from models import User
from views import contacts, guard, render

pages = Blueprint("manual", __name__)
PDF = "application/pdf"

# The chapter of every room that has pages; an endpoint of its own goes before its room.
CHAPTER_OF = {
    "account": "accounts",
    "activations": "activation",
    "agreements": "joining",
    "annex_1": "agreements",
    "annexes": "agreements",
    "announcements": "sheet",
    "answering": "board",
    "answering.answer": "activation",
    "answering.join": "scale-up",
    "approval": "four-eyes",
    "audit": "audit",
    "bins": "members",
    "board": "board",
    "calls": "calls",
    "campaigns": "writing",
    "campaigns.review": "before-sending",
    "campaigns.live": "running",
    "cards": "members",
    "cap": "cap",
    "closings": "scale-up",
    "control": "running",
    "costs": "costs",
    "credits": "credit",
    "door": "accounts",
    "drills": "practice",
    "exercises": "exercises",
    "filling": "scenarios",
    "final_reports": "costs",
    "follow_ups": "follow-ups",
    "four_eyes": "four-eyes",
    "go": "first-steps",
    "home": "first-steps",
    "imports": "members",
    "inbox": "inbox",
    "lessons": "exercises",
    "liaison": "sheet",
    "manual": "first-steps",
    "members": "members",
    "message_templates": "scenarios",
    "operators": "calls",
    "orders": "joining",
    "organisations": "joining",
    "packs": "operation",
    "patterns": "first-steps",
    "preparation": "preparation",
    "prices": "costs",
    "privacy": "privacy",
    "promises": "agreements",
    "quality": "calls",
    "recordings": "writing",
    "reinforcements": "board",
    "reports": "report",
    "scale_ups": "scale-up",
    "scenarios": "scenarios",
    "sheet": "sheet",
    "signin": "accounts",
    "status": "operation",
    "takeover": "takeover",
    "tariffs": "credit",
    "tokens": "api",
    "upkeep": "data-check",
    "user_tables": "joining",
    "users": "accounts",
    "verified": "four-eyes",
    "victims": "d2",
    "who_may": "rights",
}


def of_page() -> str:
    """The address of the chapter about the page that is asked, or "" for who may not read it or where there is none."""
    name = CHAPTER_OF.get(request.endpoint or "") or CHAPTER_OF.get(request.blueprint or "")
    if not name or request.blueprint == pages.name or not current_user.is_authenticated:
        return ""
    return url_for("manual.chapter", name=name)


@pages.get("/manual")
@guard.signed_in
def index():
    lang = _lang()
    books = [
        {"name": name, "title": _(title), "chapters": _named(chapters.of_book(name), lang)}
        for name, title in chapters.TITLES.items()
    ]
    return render_template("manual/index.html", books=books, typed="")


@pages.get("/manual/search")
@guard.signed_in
def search():
    typed, lang = request.args.get("search", "")[:200], _lang()
    found = _named(finding.find(typed, lang), lang)
    return render_template("manual/search.html", typed=typed, found=found)


@pages.get("/manual/<name>")
@guard.signed_in
def chapter(name: str):
    if name not in chapters.CHAPTERS:
        abort(404)
    lang, book = _lang(), chapters.book_of(name)
    return render_template(
        "manual/chapter.html",
        chapter=chapters.read(name, lang),
        address_of=_address_of,
        name=name,
        book={"name": book, "title": _(chapters.TITLES[book])},
        others=_named(chapters.of_book(book), lang),
    )


@pages.get("/manual/<any(coordinator, sender, joining, centre):book>.pdf")
@guard.signed_in
def paper(book: str):
    lang = _lang()
    title = _(chapters.TITLES[book])
    told = [{"name": name, **_plain(name, lang)} for name in chapters.of_book(book)]
    rung = [(contact["label"], contact["said"]) for contact in contacts.known()]
    content = manual_book({"title": title, "contacts": rung, "chapters": told}, lang)
    return send_file(BytesIO(content), PDF, as_attachment=True, download_name=f"{title}.pdf")


def _plain(name: str, lang: str) -> dict:
    found = chapters.read(name, lang)
    blocks = [
        {"kind": kind, "lines": [[piece._asdict() for piece in line] for line in lines]}
        for kind, lines in found.blocks
    ]
    return {"title": found.title, "blocks": blocks}


def _named(names: list[str], lang: str) -> list[dict]:
    return [
        {
            "name": name,
            "title": chapters.read(name, lang).title,
            "lead": chapters.lead(name, lang),
            "url": url_for("manual.chapter", name=name),
        }
        for name in names
    ]


def _address_of(piece) -> str:
    """Where this part of a line leads, or "": to a chapter, or to a screen that this reader may open."""
    if piece.kind == "chapter":
        return url_for("manual.chapter", name=piece.to)
    if piece.kind == "screen" and may_open(piece.to, current_user):
        return url_for(piece.to)
    return ""


def may_open(endpoint: str, user: User) -> bool:
    """Whether the door of this endpoint lets this person in; a thing behind it may still be another's."""
    asked = current_app.view_functions[endpoint].guarded_by
    return asked not in {*rights.DEEDS, *rights.SENDING, rights.CONTROL} or rights.may(user, asked)


def _lang() -> str:
    return render.locale().language
