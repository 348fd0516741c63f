"""A client that proofreads every page it fetches, as a strict colleague would."""

import re
from collections import Counter
from functools import cached_property
from itertools import pairwise

from bs4 import BeautifulSoup, NavigableString, Tag
from flask import Flask

REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "for", "form")
TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
_PROOFREAD: set[int] = set()
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
HEADING = re.compile("h[1-6]$")
PRACTICE_TITLE = re.compile(r"^[^\W\d_]+: ")
UNRENDERED = re.compile(r"%\(\w+\)|\{\{|\}\}|\{%|</?time")


def faults_of_ids(tags: list[Tag]) -> list[str]:
    counted = Counter(tag["id"] for tag in tags if tag.has_attr("id"))
    return [f"id {name!r} stands {n} times" for name, n in counted.items() if n > 1]


def faults_of_references(tags: list[Tag]) -> list[str]:
    ids = {tag["id"] for tag in tags if tag.has_attr("id")}
    wanted = [
        (name, word) for tag in tags for name in REFERENCES if name in tag.attrs for word in words(tag[name])
    ]
    hrefs = [tag["href"] for tag in tags if tag.has_attr("href")]
    wanted += [("href", href[1:]) for href in hrefs if href.startswith("#")]
    return [f'{name}="{word}" points at nothing' for name, word in wanted if word not in ids]


def words(value: str | list[str]) -> list[str]:
    return value.split() if isinstance(value, str) else value


def faults_of_forms(tags: list[Tag]) -> list[str]:
    forms = [tag for tag in tags if tag.name == "form"]
    faults = [
        f"form without {name}: {brief(form)}"
        for form in forms
        for name in ("action", "method")
        if not form.get(name)
    ]
    faults += [
        f"form that posts without csrf_token: {brief(form)}"
        for form in forms
        if form.get("method", "").lower() == "post" and not form.find(attrs={"name": "csrf_token"})
    ]
    faults += [f"Enter presses {brief(button)}" for form in forms for button in pressed_by_enter(form)]
    labelled = {tag["for"] for tag in tags if tag.name == "label" and tag.has_attr("for")}
    controls = [
        tag
        for tag in tags
        if tag.name in ("input", "select", "textarea") and tag.get("type") not in UNLABELLED
    ]
    return faults + [
        f"control without a label: {brief(tag)}" for tag in controls if not has_label(tag, labelled)
    ]


def pressed_by_enter(form: Tag) -> list[Tag]:
    """The button that the Enter key presses in a field of this form, when that does more than the form by itself."""
    buttons = [tag for tag in form.find_all("button") if tag.get("type") == "submit"]
    typed = [tag for tag in form.find_all("input") if tag.get("type") not in {*UNLABELLED, "file"}]
    does_more = [
        tag for tag in buttons[:1] if len(buttons) > 1 and (tag.get("formaction") or tag.get("name"))
    ]
    does_more += [tag for tag in buttons[:1] if {"go", "stop"} & set(tag.get("class", []))]
    return does_more if typed else []


def has_label(control: Tag, labelled: set[str]) -> bool:
    if control.get("aria-label") or control.get("aria-labelledby") or control.find_parent("label"):
        return True
    return bool(control.get("id")) and control["id"] in labelled


def faults_of_inline(tags: list[Tag]) -> list[str]:
    faults = [f"inline style: {brief(tag)}" for tag in tags if tag.has_attr("style")]
    faults += [
        f"inline <{tag.name}>" for tag in tags if tag.name in ("style", "script") and not tag.get("src")
    ]
    return faults + [
        f"inline {name}: {brief(tag)}"
        for tag in tags
        for name, value in tag.attrs.items()
        if name.startswith(("on", "hx-on", "data-hx-on")) or "<time" in str(value)
    ]


def faults_of_words(tags: list[Tag]) -> list[str]:
    faults = [
        f"img without alt: {brief(tag)}" for tag in tags if tag.name == "img" and tag.get("alt") is None
    ]
    named = [
        tag
        for tag in tags
        if tag.name in ("a", "button") and not tag.get("aria-label") and not tag.get_text(strip=True)
    ]
    faults += [f"nothing to read in {brief(tag)}" for tag in named]
    typed = ("textarea", "code")  # where somebody writes the braces of a placeholder
    texts = [
        text
        for tag in tags
        if tag.name not in typed
        for text in tag.contents
        if type(text) is NavigableString
    ]
    left = UNRENDERED.search(" ".join(texts))
    return faults + (
        [f"unrendered {left.group()!r}: {left.string[max(0, left.start() - 40) : left.end() + 40]!r}"]
        if left
        else []
    )


def faults_of_headings(tags: list[Tag]) -> list[str]:
    levels = [int(tag.name[1]) for tag in tags if HEADING.match(tag.name)]
    faults = [] if levels.count(1) == 1 else [f"{levels.count(1)} h1"]
    return faults + [f"h{below} under h{above}" for above, below in pairwise(levels) if below > above + 1]


def faults_of_title(soup: BeautifulSoup) -> list[str]:
    title = text_of(soup.title)
    bare = PRACTICE_TITLE.sub("", title) if "is-practice" in soup.body.get("class", []) else title
    heading = text_of(soup.h1)
    faults = (
        []
        if heading and bare.startswith(heading)
        else [f"title {title!r} does not begin with the h1 {heading!r}"]
    )
    return faults + ([] if soup.html.get("lang") else ["html without lang"])


def text_of(tag: Tag | None) -> str:
    return " ".join(tag.get_text().split()) if tag else ""


def brief(tag: Tag) -> str:
    return str(tag)[:120]


def proofread_fragment(html: str) -> BeautifulSoup:
    """A piece of a page: no inline code, no double id, every control labelled, every form complete."""
    soup = BeautifulSoup(html, "html.parser")
    tell(faults_of_piece([soup, *soup.find_all(True)]), html)
    return soup


def proofread(html: str) -> BeautifulSoup:
    """A whole page: what holds for a fragment, and its headings, title, language and references."""
    soup = BeautifulSoup(html, "html.parser")
    tags = [soup, *soup.find_all(True)]
    faults = faults_of_headings(tags) + faults_of_title(soup) + faults_of_references(tags)
    tell(faults + faults_of_piece(tags), html)
    return soup


def faults_of_piece(tags: list[Tag]) -> list[str]:
    return faults_of_ids(tags) + faults_of_forms(tags) + faults_of_inline(tags) + faults_of_words(tags)


def tell(faults: list[str], html: str) -> None:
    if faults:
        heading = text_of(BeautifulSoup(html, "html.parser").h1)
        raise AssertionError(f"{heading or 'fragment'}: " + "; ".join(faults))


class Page:
    """What a response says."""

    def __init__(self, response, is_fragment: bool = False):
        self.response, self.status = response, response.status_code
        self.path = response.request.path
        self.is_html = response.mimetype == "text/html"
        self.html = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""
        # But for the key of its forms many tests fetch the same page: it is proofread once.
        known_by = hash((is_fragment, TOKEN.sub("", self.html)))
        if self.is_html and self.html and known_by not in _PROOFREAD:
            self.soup = (proofread_fragment if is_fragment else proofread)(self.html)
            _PROOFREAD.add(known_by)

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html if self.is_html else "", "html.parser")

    @property
    def json(self):
        return self.response.get_json()

    @property
    def data(self) -> bytes:
        return self.response.get_data()

    @property
    def h1(self) -> str:
        return text_of(self.soup.h1)

    @property
    def text(self) -> str:
        return text_of(self.soup)

    @property
    def csrf_token(self) -> str | None:
        found = TOKEN.search(self.html)
        return found[1] if found else None

    def has(self, words: str) -> bool:
        return words in self.text

    def select(self, css: str) -> list[Tag]:
        return self.soup.select(css)

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        found = next((a for a in self.soup.find_all("a", href=True) if words in text_of(a)), None)
        assert found, f"no link {words!r} on {self.h1!r}"
        return found["href"]

    def form(self, css: str = "main form") -> dict[str, object]:
        """What a browser would send for the form, untouched: name to value, or to a list of values."""
        sent: dict[str, object] = {}
        for control in self.soup.select_one(css).find_all(["input", "select", "textarea"]):
            for value in (
                values_of(control) if control.get("name") and not control.has_attr("disabled") else ()
            ):
                name = control["name"]
                sent[name] = value if name not in sent else [*as_list(sent[name]), value]
        return sent


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def values_of(control: Tag) -> list[str]:
    if control.name == "select":
        options = control.find_all("option")
        chosen = [o for o in options if o.has_attr("selected")] or options[:1]
        return [option.get("value", text_of(option)) for option in chosen]
    if control.name == "textarea":
        return [control.get_text().removeprefix("\n")]
    if control.get("type") in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.has_attr("checked") else []
    return [] if control.get("type") in ("file", "submit") else [control.get("value", "")]


class Client:
    """A browser without a screen: keeps its session, sends the forms' token, follows redirects, proofreads."""

    def __init__(self, app: Flask):
        self.browser = app.test_client()
        self.token: str | None = None

    def get(self, path: str, follow: bool = True, **query) -> Page:
        return self._read(self.browser.get(path, query_string=query or None), follow)

    def post(self, path: str, data: dict | None = None, follow: bool = True, **form) -> Page:
        """Posts the form with its token; a value (stream, name) is a file."""
        return self._read(self.browser.post(path, data=self._signed(data, form)), follow)

    def htmx(self, path: str, data: dict | None = None, method: str = "get", **form) -> Page:
        """Asks for a fragment as htmx does; redirects are not followed."""
        headers = {"HX-Request": "true"}
        if method == "get":
            return Page(
                self.browser.get(path, query_string={**(data or {}), **form} or None, headers=headers), True
            )
        return Page(self.browser.post(path, data=self._signed(data, form), headers=headers), True)

    def _signed(self, data: dict | None, form: dict) -> dict:
        if self.token is None:
            self.get("/signin")
        return {"csrf_token": self.token or "", **(data or {}), **form}

    def _read(self, response, follow: bool) -> Page:
        while follow and response.status_code in (301, 302, 303):
            response = self.browser.get(response.location)
        if response.status_code in (301, 302, 303):
            return Page(response, is_fragment=True)
        page = Page(response)
        self.token = page.csrf_token or self.token
        return page
