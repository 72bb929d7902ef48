"""What the demo's companies list by the form: titles, prices in fen, rates in bp."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """One good that a company lists by the form; price in fen, rate in bp."""

    title: str
    category: str
    brand: str
    description: str
    price_fen: int
    rate_bp: int
    ship_within_h: int = 48
    stock: int = 600
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Season:
    """A good that is on sale for a time: its beginning and end in days from today."""

    listing: Listing
    days: tuple[int, int]


LISTINGS = (
    Listing(
        "山茶里 山茶花籽滋润面霜 50g 秋冬保湿",
        "beauty/skincare",
        "山茶里",
        "山茶花籽油与角鲨烷，质地轻润好推开。净含量 50g，开封后 12 个月内用完。",
        12_900,
        2000,
        barcode="6901234567892",
    ),
    Listing(
        "山茶里 氨基酸洗发水 500ml 温和清爽",
        "beauty/hair",
        "山茶里",
        "氨基酸表活，泡沫细软，适合每天洗发。净含量 500ml。",
        6_900,
        1800,
    ),
    Listing(
        "见山 桂花乌龙茶 100g 罐装",
        "food/tea",
        "见山",
        "当季鲜桂花窨制，汤色清亮。配料：乌龙茶、桂花。保质期 18 个月。",
        5_800,
        1500,
        24,
    ),
    Listing(
        "见山 每日混合坚果 25g*30 袋",
        "food/snacks",
        "见山",
        "六种坚果与果干独立小袋，早餐随手带走。保质期 9 个月。",
        9_900,
        1600,
    ),
    Listing(
        "见山 手作粗陶饭碗 四只装",
        "home/kitchen",
        "见山",
        "高温烧制，哑光釉面，微波炉可用。直径 11.5cm，四只装。",
        8_800,
        2200,
    ),
    Listing(
        "见山 亚麻抱枕套 45*45cm 素色",
        "home/living",
        "见山",
        "55% 亚麻 45% 棉，隐形拉链，可机洗。不含枕芯。",
        4_500,
        2500,
        24,
    ),
    Listing(
        "见山 精梳棉中筒袜 6 双装",
        "apparel/underwear",
        "见山",
        "精梳棉含量 78%，袜口松紧不勒。均码，适合 36-43 码。",
        3_990,
        1800,
    ),
    Listing(
        "见山 榉木积木 60 粒 圆角打磨",
        "baby/toys",
        "见山",
        "整块榉木切割，水性漆，圆角打磨。适合 3 岁以上，配收纳布袋。",
        12_800,
        2000,
    ),
)
HELD = Listing(
    "见山 特供白茶礼盒 200g",
    "food/tea",
    "见山",
    "白毫银针与白牡丹各 100g。",
    26_800,
    1500,
)
REFUSED = Listing(
    "见山 全国第一好睡乳胶枕 60*40cm",
    "home/living",
    "见山",
    "天然乳胶，内外双层枕套可拆洗。",
    19_900,
    2000,
)
DELISTED = Listing(
    "见山 夏凉竹席 1.5m 三件套",
    "home/living",
    "见山",
    "头青竹，背面棉布包边，配两只枕席。",
    16_800,
    1800,
)
SOLD_OUT = Listing(
    "见山 新会陈皮 50g 玻璃罐",
    "food/tea",
    "见山",
    "产地新会，自然晒制。保质期 36 个月。",
    7_900,
    1500,
    stock=0,
)
FRESH = Listing(
    "见山 阳山水蜜桃 8 枚装 现摘",
    "food/fresh",
    "见山",
    "当天采摘，冷链发货，单枚约 250g。",
    8_900,
    1200,
    24,
)
OF_SUSPENDED = (
    Listing(
        "北坡 手冲咖啡滤纸 100 张",
        "home/kitchen",
        "北坡",
        "原木浆，无漂白，适合 1 至 4 人份滤杯。",
        2_900,
        1500,
    ),
    Listing(
        "北坡 铝合金手摇磨豆机",
        "home/kitchen",
        "北坡",
        "不锈钢磨芯，外调研磨度，可拆洗。",
        19_900,
        1800,
    ),
)
DEAR_GOOD = "水洗棉四件套"  # nine of them are above the amount that needs a second arbitrator

DOUBTFUL_TITLE = "山茶里 山茶花籽滋润面霜 50g 顶级保湿"  # an edit of the first listing that waits for staff
SEASONS = (
    Season(
        Listing(
            "山茶里 早春茶花限定护手霜 30g*3",
            "beauty/skincare",
            "山茶里",
            "初春采摘的山茶花，三支装，轻薄不黏。净含量 30g*3。",
            9_900,
            3000,
        ),
        (20, 60),
    ),
    Season(
        Listing(
            "山茶里 当季桂花沐浴露 400ml",
            "beauty/hair",
            "山茶里",
            "当季鲜桂花萃取，泡沫细密，香气清淡。净含量 400ml。",
            5_900,
            3000,
        ),
        (-10, 25),
    ),
    Season(
        Listing(
            "见山 端午艾草香囊 两只装",
            "home/living",
            "见山",
            "手工缝制，内装艾叶与薄荷，可替换。",
            3_900,
            2000,
        ),
        (-60, -2),
    ),
)
FAST = Listing(
    "山茶里 特供装 身体乳 250ml",
    "beauty/skincare",
    "山茶里",
    "山茶花籽油身体乳，按压瓶装。净含量 250ml。",
    7_900,
    3000,
)
