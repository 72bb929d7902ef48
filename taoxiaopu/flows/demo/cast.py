"""Who is in the demo's story: staff, companies, owners, consumers. All of it is made up."""

from dataclasses import dataclass

from suppliers.services import Application
from suppliers.states import ProofKind, SupplierKind

PASSWORD = "demo-2026-taoxiaopu"  # noqa: S105  (printed in the table of sign-ins; guards nothing real)
INVITATION = "DUAT"
STAFF = ("staff1@example.com", "staff2@example.com")
NEW_OWNER_PHONE = "13800002701"
NEW_OWNER_ID = "110101199003070054"
GUEST_PHONE = "13900000001"
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"

ADDRESSES = (
    "浙江省杭州市西湖区文三路 100 号",
    "四川省成都市武侯区科华北路 62 号",
    "广东省广州市天河区天河路 208 号",
    "江苏省南京市鼓楼区中山北路 88 号",
    "湖北省武汉市洪山区珞喻路 37 号",
    "陕西省西安市雁塔区长安南路 199 号",
    "福建省厦门市思明区湖滨南路 15 号",
)
RECEIVERS = ("李女士", "周先生", "陈女士", "赵先生", "吴女士", "孙先生", "林女士", "何先生", "郑女士")


def phone_of(buyer: int) -> str:
    """The phone of consumer number ``buyer``; number 0 is the guest whom the table of sign-ins names."""
    return f"1390000{buyer + 1:04d}"


MEMBERS = (
    ("青禾", "member@example.com", "13700000018"),
    ("云舟", "member2@example.com", "13700000026"),
)
MEMBER = MEMBERS[0][1]
BOOK = (
    ("李青禾", "浙江省 杭州市 西湖区", "文三路 100 号 3 幢 502"),
    ("李青禾", "浙江省 杭州市 滨江区", "江南大道 588 号 公司前台"),
    ("陈外婆", "江苏省 南京市 鼓楼区", "中山北路 88 号"),
)


@dataclass(frozen=True, slots=True)
class BrandFile:
    """One brand of the sample catalogue that its company imports: the category and rate in bp that all goods get."""

    brand: str
    category: str
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Company:
    """A supplier: who signs in for it, what it applied with, its freight in fen, the brands it imports."""

    email: str
    nickname: str
    application: Application
    freight_fen: int = 800
    free_from_fen: int = 9900
    files: tuple[BrandFile, ...] = ()
    phone: str = ""


def _application(
    name: str, kind: SupplierKind, code: str, brands: tuple[str, ...], *, levels: int | None = None
) -> Application:
    proof = ProofKind.CHAIN if levels else ProofKind.VOUCHER
    note = "" if levels else "近三年采购合同与增值税专用发票，可逐级追溯至源头工厂与产地合作社"
    return Application(
        name=name,
        kind=kind,
        credit_code=code,
        capital_fen=500_000_000 if kind == SupplierKind.BRAND else 120_000_000,
        is_general_taxpayer=True,
        proof=proof,
        chain_levels=levels,
        voucher_note=note,
        brands=brands,
    )


K = SupplierKind
COMPANIES = (
    Company(
        "supplier@example.com",
        "见山运营",
        _application("见山生活用品有限公司", K.BRAND, "91330106MA0DEMA10J", ("见山", "山茶里"), levels=1),
    ),
    Company(
        "supplier2@example.com",
        "栀白研运营",
        _application("栀白研生物科技有限公司", K.BRAND, "91440306MA0DEMA30R", ("栀白研",), levels=1),
        files=(BrandFile("栀白研", "beauty/skincare", 2500),),
    ),
    Company(
        "supplier3@example.com",
        "云岭食品",
        _application(
            "云岭食品贸易有限公司", K.DEALER, "91530102MA0DEMA90E", ("云岭拾穗", "潮间食集"), levels=2
        ),
        freight_fen=600,
        free_from_fen=6900,
        files=(
            BrandFile("云岭拾穗", "food/snacks", 1500),
            BrandFile("潮间食集", "food/snacks", 1600),
        ),
    ),
    Company(
        "supplier4@example.com",
        "豆丁母婴",
        _application("豆丁母婴用品有限公司", K.DEALER, "91320505MA0DEMA40P", ("豆丁芽",), levels=3),
        files=(BrandFile("豆丁芽", "baby/nursing", 2000),),
    ),
    Company(
        "supplier5@example.com",
        "木屿工厂",
        _application("木屿家居制造有限公司", K.FACTORY, "91350203MA0DEMA50Q", ("木屿居",)),
        freight_fen=1200,
        files=(BrandFile("木屿居", "home/living", 2200),),
    ),
    Company(
        "supplier6@example.com",
        "棉里川店",
        _application("棉里川服饰有限公司", K.OFFLINE, "91420106MA0DEMA70B", ("棉里川",)),
        free_from_fen=0,
        phone="13800001745",
        files=(BrandFile("棉里川", "apparel/clothes", 1800),),
    ),
)
SUPPLIER = COMPANIES[0].email
APPLICANT = "applicant@example.com"
SUBMITTED = Company(
    APPLICANT,
    "听泉食品",
    _application("听泉食品贸易有限公司", K.DEALER, "91510107MA0DEMA207", ("听泉",)),
)
REJECTED = Company(
    "rejected@example.com",
    "远帆百货",
    _application("远帆百货有限公司", K.OFFLINE, "91210102MA0DEMA60Y", ("远帆",)),
)
APPROVED = Company(
    "approved@example.com",
    "青岚文具",
    _application("青岚文具贸易有限公司", K.DEALER, "91370202MA0DEMA10E", ("青岚",), levels=2),
)
UNREAD = Company(
    "inreview@example.com",
    "松间运营",
    _application("松间文创有限公司", K.BRAND, "91110108MA0DEMA1AQ", ("松间",), levels=1),
)
MENDING = Company(
    "mending@example.com",
    "远汀运营",
    _application("远汀茶业有限公司", K.DEALER, "91310115MA0DEMA2BE", ("远汀",), levels=2),
)
WHY_MENDING = "授权书没有加盖公章，请重新扫描上传"
DRAFTING = ("drafting@example.com", "半山运营", "半山器物有限公司")
WHY_REJECTED = "采购凭证缺少最近一年的增值税专用发票，请补充后重新提交。"
SUSPENDED = Company(
    "suspended@example.com",
    "北坡工坊",
    _application("北坡工坊制造有限公司", K.FACTORY, "91610113MA0DEMA80R", ("北坡",)),
)
WHY_SUSPENDED = "连续多笔订单逾期未发货，整改期间暂停销售。"
WHY_SHORT = "把两百多名买家的收货信息转给其他商家，限期整改"
LEAVING = Company(
    "leaving@example.com",
    "晚樱运营",
    _application("晚樱饰品有限公司", K.OFFLINE, "91350582MA0DEMA4DW", ("晚樱",)),
)
WHY_LEAVING = "线下门店停业，不再经营线上"
GONE = Company(
    "gone@example.com",
    "青杏运营",
    _application("青杏文具有限公司", K.OFFLINE, "91330782MA0DEMA8GC", ("青杏",)),
)
WHY_GONE = "并入其他公司，停止经营"
WHY_SETTLED = "没有未结事项，账户已核对"


@dataclass(frozen=True, slots=True)
class Host:
    """An owner with a shop: its brands, orders that were finalised in each of the last four judged months (the oldest
    first), orders that are on their way now, and whether each trade splits into two orders in the last month.
    """

    email: str
    phone: str  # its last three digits are the sandbox credit score
    nickname: str
    name: str
    id_number: str
    shop: str
    description: str
    brands: tuple[str, ...]
    finals: tuple[int, int, int, int]
    recent: int = 3
    in_pairs: bool = False
    links: int = 4


ALL_BRANDS = ("见山", "山茶里", "栀白研", "云岭拾穗", "潮间食集", "豆丁芽", "木屿居", "棉里川")
HOSTS = (
    Host(
        "owner@example.com",
        "13800001788",
        "小满",
        "演示掌柜",
        "110101199003070038",
        "小满好物",
        "把日常用得上的好东西分享给你，下单后由供应商发货与售后。",
        ALL_BRANDS,
        (2, 4, 21, 62),
        recent=10,
        in_pairs=True,
        links=8,
    ),
    Host(
        "owner-super@example.com",
        "13800001900",
        "阿桃",
        "林桃",
        "110101199003070062",
        "阿桃的清单",
        "认真挑，慢慢用。每周更新一次清单。",
        ALL_BRANDS,
        (2, 2, 3, 4),
        recent=6,
        in_pairs=True,
        links=8,
    ),
    Host(
        "owner-senior@example.com",
        "13800001801",
        "山杏",
        "许杏",
        "110101199003070070",
        "山杏小院",
        "吃的用的，都是自家桌上常见的。",
        ("云岭拾穗", "潮间食集", "见山", "木屿居"),
        (1, 21, 2, 21),
    ),
    Host(
        "owner-rookie@example.com",
        "13800001702",
        "禾苗",
        "田禾",
        "110101199003070089",
        "禾苗小店",
        "刚开张，先从孩子用的东西分享起。",
        ("豆丁芽", "棉里川"),
        (1, 1, 1, 2),
    ),
    Host(
        "owner5@example.com",
        "13800001760",
        "南枝",
        "梁南枝",
        "110101199003070097",
        "南枝家居",
        "家里的每一个角落，都可以再舒服一点。",
        ("木屿居", "棉里川", "见山"),
        (21, 1, 2, 2),
    ),
    Host(
        "owner6@example.com",
        "13800001730",
        "北辰",
        "方北辰",
        "11010119900307010X",
        "北辰与茶",
        "一壶茶的时间，聊聊好物。",
        ("云岭拾穗", "见山"),
        (1, 1, 1, 2),
    ),
    Host(
        "supplier6@example.com",  # sells what it supplies: own goods, which earn nothing
        "13800001745",
        "可可",
        "沈可",
        "110101199003070118",
        "可可的衣橱",
        "四季衣物，简单耐穿。",
        ("棉里川", "见山"),
        (1, 1, 1, 2),
    ),
    Host(
        "owner8@example.com",
        "13800001715",
        "布丁",
        "丁布",
        "110101199003070126",
        "布丁的浴室",
        "护肤与洗护，讲清楚成分。",
        ("栀白研", "山茶里"),
        (1, 1, 1, 2),
    ),
)
OWNER = HOSTS[0].email
GREETING = "周末愉快，给自己挑一件"
OWNER_PHONE = HOSTS[0].phone
SHOP = HOSTS[0].shop
SUPER, SENIOR, ROOKIE = HOSTS[1], HOSTS[2], HOSTS[3]
DOUBTFUL_NAME = "北辰观坊茶铺"  # held for a person to look at
SECOND_SHOP = "布丁二号铺"  # after the first was closed
OWN_USE = "自己用过两个月，冬天脸不干。"

# What an owner says about a good, by the root of its category.
RECOMMENDATIONS = {
    "food": (
        "热水一冲满屋香，办公室常备。",
        "独立小袋，早上出门顺手带一包。",
        "口味清淡，老人孩子都能吃。",
        "拆开就能吃，追剧时放一碗。",
    ),
    "beauty": (
        "秋冬换季备一瓶，质地清爽不黏。",
        "味道淡淡的，早晚都合适。",
        "小小一支放包里，随时补一点。",
    ),
    "baby": ("圆角打磨得很细，送礼体面。", "面料软，洗过不变形。", "幼儿园老师也问链接。"),
    "home": ("摆拍好看，日常吃饭也顺手。", "素色百搭，客厅卧室都合适。", "做工扎实，用几年没问题。"),
    "apparel": ("两件一起买很划算，家人也能穿。", "不挑人，通勤周末都能穿。"),
}
