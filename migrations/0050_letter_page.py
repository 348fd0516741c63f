"""A mail of our own leads to the page that it speaks of."""

from peewee import CharField


def up(migrator, db):
    migrator.migrate(migrator.add_column("letter", "page", CharField(null=True)))
