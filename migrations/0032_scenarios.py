"""Scenarios: placeholders and what stands in them, texts to follow, versions, and whose copy a template is."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, Model


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organisation(Base):
        pass

    class User(Base):
        pass

    class Template(Base):
        pass

    class TemplateVersion(Base):
        template = ForeignKeyField(Template, backref="versions", on_delete="CASCADE")
        version = IntegerField()
        wording = JSONField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        why = CharField(default="")
        at = DateTimeField()

        class Meta:
            indexes = ((("template", "version"), True),)

    db.create_tables([TemplateVersion])
    whose = ForeignKeyField(Organisation, field=Organisation.id, null=True, on_delete="SET NULL")
    migrator.migrate(
        *(
            migrator.add_column(table, name, field(null=True))
            for table in ("template", "campaign")
            for name, field in (
                ("placeholders", JSONField),
                ("follow_ups", JSONField),
                ("useful_minutes", IntegerField),
            )
        ),
        migrator.add_column("campaign", "filled", JSONField(null=True)),
        migrator.add_column("template", "touched", JSONField(null=True)),
        migrator.add_column("template", "came_from_id", whose),
    )
