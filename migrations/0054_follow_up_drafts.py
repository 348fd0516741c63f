"""What follows a campaign that the national desk leads is begun by the zone, and was held by a desk that nobody handed it to."""


def up(migrator, db):
    db.execute_sql(
        "UPDATE campaign SET held_by_id = NULL WHERE follows_id IS NOT NULL AND launched_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM handover WHERE handover.campaign_id = campaign.id)"
    )
