"""What is asked and shown: forms in, pages and fragments out. No change of its own: that is done in dispatch/."""

import secrets

from flask import Flask, current_app, g, request, session, url_for
from flask_babel import Babel
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from werkzeug.routing import BaseConverter, IntegerConverter

from dispatch import clock, courtesy, demo, logs
from dispatch.access import sessions
from dispatch.audit import asked_from
from dispatch.words import LANGUAGES, USER_ROLES
from models import User, database
from views import (
    accessibility,
    account,
    activations,
    agreements,
    annex_1,
    annexes,
    announcements,
    answering,
    api,
    approval,
    audit,
    bins,
    board,
    calls,
    campaigns,
    cap,
    cards,
    closings,
    commands,
    confirm,
    contacts,
    control,
    costs,
    credits,
    door,
    drills,
    engine_commands,
    exercises,
    feed,
    filling,
    final_reports,
    follow_ups,
    four_eyes,
    go,
    guard,
    health,
    home,
    imports,
    inbox,
    language,
    lessons,
    liaison,
    manual,
    members,
    memory_commands,
    menu,
    message_templates,
    mishaps,
    operation_commands,
    operators,
    orders,
    organisations,
    own_data,
    packed,
    packs,
    patterns,
    preparation,
    prices,
    privacy,
    promises,
    quality,
    receipts,
    recordings,
    reinforcements,
    render,
    reports,
    scale_ups,
    scenarios,
    sheet,
    signin,
    status,
    takeover,
    tariffs,
    tokens,
    tour,
    unsubscribe,
    upkeep,
    user_tables,
    users,
    verified,
    victims,
    who_may,
)

PAGES = (
    signin,
    door,
    accessibility,
    account,
    language,
    users,
    home,
    campaigns,
    filling,
    approval,
    four_eyes,
    verified,
    control,
    follow_ups,
    takeover,
    reports,
    cap,
    feed,
    message_templates,
    scenarios,
    inbox,
    drills,
    bins,
    members,
    imports,
    upkeep,
    own_data,
    confirm,
    unsubscribe,
    cards,
    privacy,
    board,
    calls,
    operators,
    reinforcements,
    quality,
    activations,
    costs,
    final_reports,
    lessons,
    exercises,
    prices,
    sheet,
    liaison,
    announcements,
    victims,
    answering,
    closings,
    scale_ups,
    promises,
    annexes,
    preparation,
    annex_1,
    who_may,
    organisations,
    agreements,
    orders,
    user_tables,
    credits,
    tariffs,
    audit,
    status,
    packs,
    receipts,
    recordings,
    patterns,
    manual,
    tour,
    go,
    tokens,
    api,
    health,
)
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = f"max-age={365 * 24 * 3600}; includeSubDomains"
csrf = CSRFProtect()


class RowNumber(IntegerConverter):
    """The number of a row in an address; what no database can count to is no address at all."""

    regex = r"\d{1,18}"


class Reference(BaseConverter):
    """The reference of a message in an address: what is none never comes further, nor into the audit."""

    regex = "[0-9a-f]{16}"


def register(app: Flask) -> None:
    """Hangs every page, filter, command and safety on the application."""
    app.url_map.converters |= {"int": RowNumber, "reference": Reference}
    app.session_interface = api.Sessions()
    csrf.init_app(app)
    Htmx(app)
    Babel(app, locale_selector=language)
    _remember_who(app)
    render.register(app)
    app.jinja_env.filters["said"] = lambda sentence: sentence.said_by(_)
    app.context_processor(surroundings)
    app.jinja_env.globals.update(chapter_url=manual.of_page, page_mode=guard.page_mode)
    for page in PAGES:
        app.register_blueprint(page.pages)
    csrf.exempt(receipts.pages)  # a gateway has no session; the key in its address is its token
    csrf.exempt(api.pages)  # a program has no session either
    csrf.exempt(own_data.pages)  # what nobody can guess is in its address, and a telephone may refuse cookies
    csrf.exempt(unsubscribe.pages)  # a mail program presses without a page
    csrf.exempt(confirm.pages)  # whoever knows the link may press; a mail program may keep no cookie
    commands.register(app)
    memory_commands.register(app)
    engine_commands.register(app)
    operation_commands.register(app)
    app.wsgi_app = _pages_first(app.wsgi_app)
    app.before_request(_open_database)
    app.teardown_request(_leave)
    app.after_request(_secure)
    packed.register(app)
    app.after_request(guard.note_refusal)
    mishaps.register(app)


def language() -> str:
    """The reader's language: that of the page's one reader until they choose another, the account's, or as chosen or asked."""
    if reader := g.get("reader_language"):
        return session.get("language") or reader
    if current_user and current_user.is_authenticated:
        return current_user.language
    return session.get("language") or request.accept_languages.best_match(LANGUAGES) or "nl"


NO_HEAD = {"tour": None, "menu": [], "demonstration": False, "live_strip": None, "clock_strip": None}


def surroundings() -> dict:
    """What every page shows around its own: who and where."""
    known = current_user.is_authenticated
    around = {
        "helpdesk": current_app.config["BELFORT_HELPDESK"],
        "contacts": contacts.known(),
        "practice_end_url": url_for("home.leave_practice"),
        "account_url": url_for("account.show"),
        "language_url": url_for("language.choose"),
        "accessibility_url": url_for("accessibility.show"),
        "here": guard.page_here(),
        "help_url": url_for("manual.index") if known else "",
        "go_url": url_for("go.show") if known else "",
        "who": _who() if known else None,
        "practice": known and guard.is_practice(),
        "practises": known and guard.is_practice(),
    }
    return around | (NO_HEAD if request.htmx else _head())


def _head() -> dict:
    """What stands above a whole page, and not above a part that is asked at every beat: where one can go, what goes on."""
    known = current_user.is_authenticated
    return {
        "tour": tour.strip(current_user) if known else None,
        "menu": menu.of(current_user) if known else [],
        "demonstration": demo.is_loaded(),
        "live_strip": home.live_strip() if known else None,
        "clock_strip": home.clock_strip() if known else None,
    }


def _who() -> dict:
    return {
        "id": current_user.id,
        "name": current_user.name,
        "role": _(USER_ROLES[current_user.role]),
        "organisation": current_user.organisation.name,
    }


def _remember_who(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = "basic"  # a phone that changes networks at night stays signed in

    @manager.user_loader
    def load(user_id: str) -> User | None:
        return sessions.user_of(
            user_id,
            session.get("sign_in", ""),
            now=clock.now(),
            idle=app.config["SESSION_IDLE"],
            longest=app.permanent_session_lifetime,
        )

    @manager.request_loader
    def of_token(_request) -> User | None:
        return api.bearer()


def _pages_first(answer):
    """The engine steps aside for people, not for gateways with their thousand receipts a second."""

    def serve(environ, start_response):
        if environ["PATH_INFO"].startswith(("/receipts/", "/inbound/", "/static/", "/health/", "/metrics")):
            return answer(environ, start_response)
        with courtesy.guest():
            return answer(environ, start_response)

    return serve


def _open_database() -> None:
    is_person = request.blueprint not in (receipts.pages.name, feed.pages.name) and not api.is_asked()
    if (
        is_person and not session.permanent
    ):  # only people have a session; written once, for to write it sends the cookie
        session.permanent = True
    database.connect(
        reuse_if_open=True
    )  # once for each thread that serves: opening costs as much as four queries
    asked_from(request.remote_addr or "")
    logs.request.set(secrets.token_hex(6))


def _leave(_error: BaseException | None) -> None:
    asked_from("")
    logs.request.set("")


def _secure(response):
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = logs.request.get()
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
