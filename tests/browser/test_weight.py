"""A slow telephone: how much it loads before it shows a page; and pages that renew themselves without moving."""

from playwright.sync_api import Page, expect

from dispatch import demo
from tests.browser.conftest import does_not_scroll_sideways
from tests.browser.hands import press
from tests.browser.test_floor import emergency, note_a_call  # noqa: F401 - a fixture

SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 94_000,
}  # 1.6 Mbit/s
FIRST_VIEW = 120_000
SHIFTS = """() => new Promise(done => {
  const seen = [];
  new PerformanceObserver(list => seen.push(...list.getEntries())).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(seen.map(one => ({value: one.value, at: one.startTime,
    what: one.sources.map(source => source.node && (source.node.id || source.node.className || source.node.nodeName))}))), 50);
})"""


def weighed(page: Page, path: str) -> tuple[int, float]:
    """The bytes that come over the wire for this page, nothing kept from before, and the ms until it is painted."""
    wire = page.context.new_cdp_session(page)
    received = []
    wire.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.emulateNetworkConditions", SLOW)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(path, wait_until="networkidle")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    wire.detach()
    return round(sum(received)), painted


def test_a_slow_telephone_loads_little_before_it_shows_a_page(visit):
    page = visit("sender", 390)
    for path in ("/", "/campaigns", "/bins/1"):
        bytes_loaded, painted = weighed(page, path)
        print(f"{path}: {bytes_loaded:,} bytes, painted after {painted:.0f} ms")
        assert 30_000 < bytes_loaded < FIRST_VIEW, path
    assert does_not_scroll_sideways(page)


def moved(page: Page, since: float) -> list[dict]:
    return [shift for shift in page.evaluate(SHIFTS) if shift["at"] >= since]


def settled(page: Page) -> float:
    """The moment from which on nothing but swaps can move anything."""
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    return page.evaluate("performance.now()")


def test_a_running_campaign_renews_itself_without_moving(visit):
    page = visit("sender", 390)
    page.goto("/templates")
    press(page, "/use")
    page.check("[name=terms]")
    page.fill("[name=password]", demo.PASSWORD)
    press(page, "/launch")
    expect(page.locator("#live")).to_be_visible()
    since = settled(page)
    for _ in range(3):
        with page.expect_response(lambda answer: "/live" in answer.url):
            pass
    page.wait_for_timeout(300)
    assert moved(page, since) == []
    page.evaluate("document.querySelector('main').prepend(document.createElement('textarea'))")
    page.wait_for_timeout(300)
    assert moved(page, since) != []  # what moves is seen


def test_the_board_renews_itself_without_moving(visit, emergency):  # noqa: F811
    board = visit("centre_supervisor")
    board.goto("/board")
    since = settled(board)
    first = board.locator("#floor").get_attribute("data-hx-get")
    operator = visit("operator")
    note_a_call(operator, emergency)
    expect(board.locator("#floor")).not_to_have_attribute("data-hx-get", first)
    board.wait_for_timeout(300)
    assert sum(shift["value"] for shift in moved(board, since)) < 0.1
    stale = board.locator("[data-stale]")
    expect(stale).to_be_hidden()
    board.context.set_offline(True)
    expect(stale).to_be_visible()
    board.context.set_offline(False)
    expect(stale).to_be_hidden()
    board.faults.clear()  # Chromium notes that it was offline
