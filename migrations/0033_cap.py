"""Warnings for other warning systems: how grave each is, and since when they stand in a feed for everybody."""

from peewee import DateTimeField, JSONField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("organisation", "feed_since", DateTimeField(null=True)),
        migrator.add_column("campaign", "cap", JSONField(null=True)),
        migrator.add_column("template", "cap", JSONField(null=True)),
    )
