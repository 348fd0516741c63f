"""What went wrong that nobody foresaw: told loudly in the log, never in the error's own words, and kept from spreading."""

import logging
import traceback
from pathlib import Path
from typing import Self

DEEPEST = 8


def tell(log: logging.Logger, deed: str, error: BaseException) -> None:
    """Logs what was being done, the kind of error and where in the code; its words may quote a person or a text."""
    steps = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    places = " > ".join(f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in steps)
    log.error("%s: %s at %s", deed, type(error).__name__, places)


class Contained:
    """What fails within this `with` is told and stops nothing after it; `has_failed` says that it did, `error` what it was."""

    def __init__(self, log: logging.Logger, deed: str):
        self.log, self.deed = log, deed
        self.has_failed = False
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind, error: BaseException | None, _trace) -> bool:
        self.has_failed = isinstance(error, Exception)
        if self.has_failed:
            self.error = error
            tell(self.log, self.deed, error)
        return self.has_failed
