"""Whether somebody practises is kept with the session: a cookie that comes late says how it was."""

from peewee import BooleanField


def up(migrator, db):
    migrator.migrate(migrator.add_column("sign_in", "practises", BooleanField(default=False)))
