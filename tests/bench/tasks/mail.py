"""One mail by smtplib, as a task of any queue does it."""

import os
import smtplib
from email.message import EmailMessage

from dispatch.bench import LETTER


def send(number: int) -> bool:
    letter = EmailMessage()
    letter["From"], letter["To"] = "bench@belfort.example", f"bewoner{number}@maatstok.example"
    letter["Subject"] = "Nieuws van uw BIN"
    letter.set_content(LETTER)
    with smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SINK"])) as server:
        server.send_message(letter)
    return True
