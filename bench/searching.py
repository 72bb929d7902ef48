"""``python -m bench.searching owner | search THREADS TIMES SEED | pages``: what the pool's bench asks of the product."""

import json
import random
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import django
from django.conf import settings

django.setup()
settings.DEBUG = False  # which would keep every statement

from django.db import connection  # noqa: E402  # Django first
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.services import sign_up  # noqa: E402
from storefronts.models import Owner, OwnerStanding, Shop  # noqa: E402
from storefronts.selectors import offers  # noqa: E402
from storefronts.selectors.pool import ORDERS, PoolSearch, pool_page  # noqa: E402
from suppliers.models import Good  # noqa: E402

WORDS = [
    "面霜",
    "毛巾",
    "咖啡",
    "泳衣",
    "茶叶",
    "花洒",
    "童装",
    "纯棉 衬衫",
    "滋润面霜",
    "k7号",
    "牌77",
    "敏感",
    "有机 蜂蜜",
    "霜",
    "没有这种",
]
CATEGORIES = ["food", "beauty", "baby", "home", "apparel", "home/3", "beauty/8"]
PAGES = {
    "pool": "/owner/pool/",
    "shop": "/owner/shop/",
    "shelf": "/owner/shop/shelf/?page=5",
    "health": "/owner/shop/health/",
}
SIZE, LOOKS = 20, 20


def make_owner() -> int:
    """An owner with a shop; its key."""
    now = timezone.now()
    user = sign_up(nickname="掌柜", password=secrets.token_hex(8), phone="13800001701")
    owner = Owner.objects.create(user=user, joined_at=now)
    OwnerStanding.objects.create(owner=owner)
    return Shop.objects.create(
        owner=owner, number="100001", name="小店", name_skeleton="bench", opened_at=now
    ).pk


def one_search(chance: random.Random) -> PoolSearch:
    """What an owner may look for: mostly a word, sometimes a category, a price range, any order."""
    low = chance.choice([None, None, 500, 2_000, 10_000])
    return PoolSearch(
        query=chance.choice(WORDS) if chance.random() < 0.8 else "",
        category=chance.choice(CATEGORIES) if chance.random() < 0.3 else "",
        price_from_fen=low,
        price_to_fen=None if low is None else low * chance.choice([2, 5]),
        sort=chance.choice(list(ORDERS)),
    )


def search(threads: int, times: int, seed: int) -> dict[str, object]:
    """Milliseconds of each page, the first and the second of a search, and what was wrong with them."""
    shop = Shop.objects.select_related("owner").get()
    problems: list[str] = []

    def client(number: int) -> list[float]:
        chance, taken = random.Random(100 * seed + number), []  # noqa: S311  # the same searches every time
        for _time in range(times):
            asked, after = one_search(chance), ""
            for _page in range(2):
                start = time.perf_counter()
                found = pool_page(shop, asked, after=after, size=SIZE)
                offers(shop.owner, found.goods, at=timezone.now())
                taken.append((time.perf_counter() - start) * 1000)
                problems.extend(wrong(asked, found.goods))
                after = found.next_key
                if not after:
                    break
        connection.close()
        return taken

    with ThreadPoolExecutor(threads) as clients:
        taken = [ms for one in clients.map(client, range(threads)) for ms in one]
    return {"ms": taken, "problems": problems[:5]}


def wrong(asked: PoolSearch, goods: Sequence[Good]) -> list[str]:
    """What does not belong on a page."""
    return [
        f"{asked} found {good.title}"
        for good in goods
        if not all(word in f"{good.title}\n{good.brand}\n{good.keywords}" for word in asked.query.split())
    ]


def pages() -> dict[str, float]:
    """Milliseconds within which 95 of 100 looks at each page of an owner are answered."""
    client = Client(headers={"host": "localhost"})
    client.force_login(Owner.objects.select_related("user").get().user)
    found = {}
    for name, path in PAGES.items():
        taken = []
        for _look in range(LOOKS + 2):
            start = time.perf_counter()
            answer = client.get(path)
            taken.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        found[name] = sorted(taken[2:])[LOOKS * 95 // 100 - 1]
    return found


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "owner":
        print(make_owner())
    elif what == "search":
        print(json.dumps(search(*map(int, rest))))
    else:
        print(json.dumps(pages()))
