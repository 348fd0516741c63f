"""The first steps are remembered with the account; who worked here before finds them in the manual."""

from peewee import IntegerField


def up(migrator, db):
    migrator.migrate(migrator.add_column("user", "tour_step", IntegerField(default=0)))
