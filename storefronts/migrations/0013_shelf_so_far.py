"""Picks so far stand in the order in which they were picked, and what was bought stays bought; a section is of its pick's shop."""

from django.db import migrations

SO_FAR = """
UPDATE storefronts_pick p SET place = o.place, seen_price_fen = g.price_from_fen, seen_rate_bp = g.rate_bp
FROM (
    SELECT id, row_number() OVER (PARTITION BY shop_id ORDER BY picked_at, id) AS place FROM storefronts_pick
) o, suppliers_good g
WHERE o.id = p.id AND g.id = p.good_id;
INSERT INTO storefronts_boughtgood (user_id, good_id)
SELECT DISTINCT o.user_id, p.good_id
FROM storefronts_pick p JOIN storefronts_shop s ON s.id = p.shop_id JOIN storefronts_owner o ON o.id = s.owner_id
WHERE p.bought;
"""
KEY = """
ALTER TABLE storefronts_pick
    ADD CONSTRAINT pick_in_shops_section FOREIGN KEY (shop_id, section_id)
        REFERENCES storefronts_section (shop_id, id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("storefronts", "0012_shelf")]
    operations = [
        migrations.RunSQL(SO_FAR, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(KEY, "ALTER TABLE storefronts_pick DROP CONSTRAINT pick_in_shops_section"),
    ]
