"""Is it well? Asked by a balancer, a watchman and Prometheus, which have no account."""

import hmac

from flask import Blueprint, abort, current_app, request

from dispatch import clock
from dispatch.operation import health
from views import guard

pages = Blueprint("health", __name__)


@pages.get("/health/live")
@guard.open_because("a balancer has no account, and it learns only that a process answers")
def live():
    return {"live": True}


@pages.get("/health/ready")
@guard.open_because("a balancer has no account, and it learns only which part is not well")
def ready():
    found = health.checks(current_app.extensions["roads"], is_turning=_is_turning(), now=clock.now())
    return {check.name: check.is_well for check in found}, 200 if all(
        check.is_well for check in found
    ) else 503


@pages.get("/metrics")
@guard.open_because("Prometheus has no account; the token of the settings is its proof")
def metrics():
    token = current_app.config["BELFORT_METRICS_TOKEN"]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(shown.encode(), token.encode()):
        guard.slow_down("tokens")
        abort(404)
    told = health.metrics(current_app.extensions["roads"], is_turning=_is_turning(), now=clock.now())
    return told, 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


def _is_turning() -> bool:
    """Where another process pumps, it says itself whether it turns."""
    return not current_app.config["BELFORT_PUMP"] or current_app.extensions["jobs"].is_turning()
