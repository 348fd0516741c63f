"""The dead man's switch: an address elsewhere that hears of us each minute, and raises the alarm when it does not."""

import requests

SECONDS = 10


def beat(url: str) -> None:
    """Asks the address once; raises requests.RequestException when nobody answers well."""
    with requests.get(url, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
        answer.raise_for_status()
