"""A sale window over the API: set, left as it is, taken away, refused."""

from datetime import timedelta

from suppliers.models import Good
from tests.factories import story

FROM, UNTIL = (story.noon(2026, month, day) - timedelta(hours=12) for month, day in ((9, 20), (11, 1)))
GOOD = {
    "title": "冬季护手霜", "category": "beauty", "brand": "山茶花", "price_fen": 9_900, "stock": 5, "rate_bp": 2_000,
}  # fmt: skip
SEASON = {"sale_from": "2026-09-20T00:00:00+08:00", "sale_until": "2026-11-01T00:00:00+08:00"}


def test_a_window_is_set_stays_and_is_taken_away(world):
    made = world.seller.send("post", "supplier/goods/", GOOD | SEASON)
    assert (made.status_code, made.json()["sale_until"]) == (201, SEASON["sale_until"])
    row = Good.objects.get(title="冬季护手霜")
    assert (row.sale_from, row.sale_until) == (FROM, UNTIL)
    path = f"supplier/goods/{row.public_id}/"
    for sent, expected in (
        ({}, (FROM, UNTIL)),
        ({"sale_from": None}, (None, UNTIL)),
        (SEASON | {"sale_until": None}, (FROM, None)),
    ):
        assert world.seller.send("put", path, GOOD | sent).status_code == 200
        row.refresh_from_db()
        assert (row.sale_from, row.sale_until) == expected
    refused = world.seller.send("put", path, GOOD | SEASON | {"sale_until": SEASON["sale_from"]})
    assert refused.status_code == 400
    assert "bad_season" in refused.content.decode()
