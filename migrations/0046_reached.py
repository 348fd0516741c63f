"""How far a campaign reached, by the begin of the numbers and by street: counted once, for a page that never counts."""

from peewee import DateTimeField, ForeignKeyField, JSONField, Model


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Campaign(Base):
        pass

    class Reached(Base):
        campaign = ForeignKeyField(Campaign, primary_key=True, on_delete="CASCADE")
        moved_at = DateTimeField()
        prefixes = JSONField()
        streets = JSONField()

    db.create_tables([Reached])
