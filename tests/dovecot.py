"""A real mailbox server, which also knows the passwords of a real Postfix; skipped where Debian's package is missing."""

import contextlib
import imaplib
import os
import shutil
import ssl
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import certificate, free_port, wait_until

DOVECOT = "/usr/sbin/dovecot"
USER, PASSWORD = "zone", "geheim van de zone"
CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
log_path = {folder}/dovecot.log
listen = 127.0.0.1
first_valid_uid = 1
mail_location = maildir:{folder}/mail
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = passwd-file
  args = {folder}/passwords
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service auth {{
  unix_listener {folder}/passwords-for-postfix {{
    mode = 0666
  }}
}}
"""


@dataclass
class Dovecot:
    port: int
    sasl: Path

    def mailbox(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        server = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=context, timeout=60)
        server.login(USER, PASSWORD)
        server.select("INBOX")
        return server

    def put(self, *letters: bytes) -> None:
        with self.mailbox() as server:
            for letter in letters:
                assert server.append("INBOX", None, None, letter)[0] == "OK"

    def unread(self) -> int:
        with self.mailbox() as server:
            return len(server.search(None, "UNSEEN")[1][0].split())


@contextlib.contextmanager
def dovecot():
    """A Dovecot of our own with one account."""
    if not Path(DOVECOT).exists() or os.geteuid():
        pytest.skip("Debian's package dovecot-imapd is not installed, or we are not root")
    home = Path(tempfile.mkdtemp(prefix="dovecot", dir="/tmp"))  # its own users must be able to enter
    home.chmod(0o755)
    (home / "mail").mkdir()
    shutil.chown(home / "mail", "mail", "mail")
    certificate(home)
    (home / "passwords").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    server = Dovecot(free_port(), home / "passwords-for-postfix")
    (home / "dovecot.conf").write_text(CONFIGURATION.format(folder=home, port=server.port))
    running = subprocess.Popen([DOVECOT, "-F", "-c", str(home / "dovecot.conf")])
    try:
        wait_until(lambda: server.sasl.exists() and _answers(server), what="dovecot")
        yield server
    finally:
        running.terminate()
        running.wait(15)
        shutil.rmtree(home, ignore_errors=True)


def _answers(server: Dovecot) -> bool:
    with contextlib.suppress(OSError, imaplib.IMAP4.error):
        return server.unread() == 0
    return False
