"""Who is in the demo's story: accounts, companies, goods, consumers. All of it is made up."""

from dataclasses import dataclass

from suppliers.services import Application
from suppliers.states import ProofKind, SupplierKind

PASSWORD = "demo-2026-taoxiaopu"  # noqa: S105  (printed in the table of sign-ins; guards nothing real)
INVITATION = "DUAT"
STAFF = ("staff1@example.com", "staff2@example.com")
SUPPLIER = "supplier@example.com"
APPLICANT = "applicant@example.com"
OWNER = "owner@example.com"
OWNER_PHONE = "13800001788"
OWNER_NAME = "演示掌柜"
OWNER_ID = "110101199003070038"
NEW_OWNER_PHONE = "13800002701"
NEW_OWNER_ID = "110101199003070054"
SHOP = "小满好物"
GUEST_PHONE = "13900000001"
ADDRESSES = (
    "浙江省杭州市西湖区文三路 100 号",
    "四川省成都市武侯区科华北路 62 号",
    "广东省广州市天河区天河路 208 号",
    "江苏省南京市鼓楼区中山北路 88 号",
)
RECEIVERS = ("李女士", "周先生", "陈女士", "赵先生", "吴女士")
BUYERS = tuple(f"139000000{n:02d}" for n in range(1, 19))
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"

COMPANY = Application(
    name="见山生活用品有限公司",
    kind=SupplierKind.BRAND,
    credit_code="91330106MA0DEMA165",
    capital_fen=500_000_000,
    is_general_taxpayer=True,
    proof=ProofKind.CHAIN,
    chain_levels=1,
    voucher_note="",
    brands=("见山", "山茶里"),
)
APPLICANT_COMPANY = Application(
    name="听泉食品贸易有限公司",
    kind=SupplierKind.DEALER,
    credit_code="91510107MA0DEMA24K",
    capital_fen=120_000_000,
    is_general_taxpayer=True,
    proof=ProofKind.VOUCHER,
    chain_levels=None,
    voucher_note="近三年采购合同与增值税专用发票，可逐级追溯至产地合作社",
    brands=("听泉",),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One good that the company lists by the form; price in fen, rate in bp."""

    title: str
    category: str
    brand: str
    description: str
    price_fen: int
    rate_bp: int
    ship_within_h: int = 48


LISTINGS = (
    Listing(
        "山茶里 山茶花籽滋润面霜 50g 秋冬保湿",
        "beauty/skincare",
        "山茶里",
        "山茶花籽油与角鲨烷，质地轻润好推开。净含量 50g，开封后 12 个月内用完。",
        12_900,
        2000,
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
HELD_LISTING = Listing(
    "见山 特供白茶礼盒 200g",
    "food/tea",
    "见山",
    "白毫银针与白牡丹各 100g。",
    26_800,
    1500,
)

# Brands of the sample catalogue with the category and rate that their import fills in.
SAMPLE_BRANDS = {
    "云岭拾穗": ("food/snacks", 1500),
    "潮间食集": ("food/snacks", 1600),
    "栀白研": ("beauty/skincare", 2500),
    "豆丁芽": ("baby/nursing", 2000),
    "木屿居": ("home/living", 2200),
    "棉里川": ("apparel/clothes", 1800),
}
DEAR_GOOD = "水洗棉四件套"  # nine of them are above the amount that needs a second arbitrator
RECOMMENDATIONS = (
    "秋冬换季备一瓶，质地清爽不黏。",
    "洗完头发蓬松，味道淡淡的。",
    "热水一冲满屋桂花香，办公室常备。",
    "独立小袋，早上出门顺手带一包。",
    "摆拍好看，日常吃饭也顺手。",
    "素色百搭，客厅卧室都合适。",
    "六双一起买很划算，家人也能穿。",
    "圆角打磨得很细，送礼体面。",
)
OWN_USE = "自己用过两个月，冬天脸不干。"
