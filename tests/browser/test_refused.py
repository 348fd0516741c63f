"""Axe judges every form that a role can walk to when it comes back with what is wrong."""

import pytest

from models import ROLES
from tests.browser.test_accessibility import faults, shape, walked

TYPED = (
    "input:is([type=text], [type=email], [type=tel], [type=password], [type=file], :not([type])), textarea"
)
# The addresses that the forms of a page in which one types are sent to.
FORMS = f"""() => [...document.querySelectorAll("main form[method=post]:not([data-hx-post])")]
  .filter((one) => one.querySelector("{TYPED}")).map((one) => one.action)"""
# Sends one of them as if nothing had been typed.
EMPTY = f"""action => {{
  const form = [...document.querySelectorAll("main form")].find((one) => one.action === action && one.querySelector("{TYPED}"));
  form.querySelectorAll("{TYPED}").forEach((field) => {{ field.value = ""; }});
  form.noValidate = true;
  form.requestSubmit();
}}"""


@pytest.fixture(scope="module")
def sent():
    """The forms that were sent already, by shape: what two roles see alike is judged once."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_no_form_that_comes_back_has_a_fault_that_axe_knows(visit, sent, role):
    page, found = visit(role), {}
    for url in [url for url, html in walked(page) if 'method="post"' in html]:
        page.goto(url)
        for action in page.evaluate(FORMS):
            if shape(action) in sent:
                continue
            sent.add(shape(action))
            page.goto(url)
            with page.expect_navigation():
                page.evaluate(EMPTY, action)
            if page.locator("[data-errors], .error").count() and (wrong := faults(page)):
                found[shape(action)] = wrong
    page.faults.clear()  # what was refused
    assert found == {} and sent
