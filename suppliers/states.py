"""Statuses of suppliers, goods, reservations and imports, and the moves that are allowed (docs/rules.md §1.6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM, ActorKind
from taoxiaopu.kernel.transitions import StateTable, move

STAFF, SUPPLIER = ActorKind.STAFF, ActorKind.SUPPLIER


class SupplierKind(models.TextChoices):
    """Four kinds of docs/rules.md §1.1 rule 4."""

    BRAND = "brand", _("品牌商")
    DEALER = "dealer", _("经销商/代理商")
    FACTORY = "factory", _("工厂")
    OFFLINE = "offline", _("线下渠道商")


class ProofKind(models.TextChoices):
    """How the source of goods is proven (docs/rules.md §1.3 rule 31)."""

    CHAIN = "chain", _("品牌授权链路")
    VOUCHER = "voucher", _("采购凭证（可追溯至源头）")


class SupplierStatus(models.TextChoices):
    """Where a supplier stands on the way in and out."""

    DRAFT = "draft", _("填写中")  # saved as typed; nobody at the platform reads it yet
    SUBMITTED = "submitted", _("待审核")
    IN_REVIEW = "in_review", _("审核中")
    NEED_INFO = "need_info", _("待补正")
    REJECTED = "rejected", _("已驳回")
    AWAIT_DEPOSIT = "await_deposit", _("待缴保证金")
    ACTIVE = "active", _("已入驻")
    SUSPENDED = "suspended", _("已暂停")
    EXITING = "exiting", _("退出中")  # nothing new is sold; what is open is finished first
    EXITED = "exited", _("已退出")  # it has its money back; the last state, its people go on reading


# The applicant may still write: the form, and the papers of the checklist.
OPEN_TO_APPLICANT = frozenset({SupplierStatus.DRAFT, SupplierStatus.NEED_INFO, SupplierStatus.REJECTED})
# Waiting for the platform, within ENTRY_REVIEW_H from when it was handed in.
WAITS_FOR_REVIEW = frozenset({SupplierStatus.SUBMITTED, SupplierStatus.IN_REVIEW})
# Not let in yet.
APPLYING = OPEN_TO_APPLICANT | WAITS_FOR_REVIEW
# In, and has to keep its deposit whole.
TOPS_UP = frozenset({SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED})
# On its way out, or gone.
LEAVES = frozenset({SupplierStatus.EXITING, SupplierStatus.EXITED})


SUPPLIERS = StateTable(
    "supplier",
    SupplierStatus,
    (
        move("S1", SupplierStatus.IN_REVIEW, "approve", STAFF, SupplierStatus.AWAIT_DEPOSIT),
        move("S2", SupplierStatus.IN_REVIEW, "reject", STAFF, SupplierStatus.REJECTED),
        move("S3", SupplierStatus.REJECTED, "resubmit", SUPPLIER, SupplierStatus.SUBMITTED, "ENTRY_REVIEW_H"),
        move("S4", SupplierStatus.ACTIVE, "suspend", STAFF, SupplierStatus.SUSPENDED),
        move("S5", SupplierStatus.SUSPENDED, "resume", STAFF, SupplierStatus.ACTIVE),
        move("S6", SupplierStatus.AWAIT_DEPOSIT, "deposit", SYSTEM, SupplierStatus.ACTIVE),
        move("S7", SupplierStatus.DRAFT, "submit", SUPPLIER, SupplierStatus.SUBMITTED, "ENTRY_REVIEW_H"),
        move("S8", SupplierStatus.SUBMITTED, "take", STAFF, SupplierStatus.IN_REVIEW),
        move("S9", SupplierStatus.IN_REVIEW, "ask", STAFF, SupplierStatus.NEED_INFO),
        move(
            "S10", SupplierStatus.NEED_INFO, "resubmit", SUPPLIER, SupplierStatus.SUBMITTED, "ENTRY_REVIEW_H"
        ),
        move(
            "S11",
            [SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED],
            "leave",
            [SUPPLIER, STAFF],
            SupplierStatus.EXITING,
            "EXIT_HOLD_D",
        ),
        # Back to where it left from: leaving ends no suspension.
        move("S12", SupplierStatus.EXITING, "come_back", [SUPPLIER, STAFF], SupplierStatus.ACTIVE),
        move("S12", SupplierStatus.EXITING, "come_back", [SUPPLIER, STAFF], SupplierStatus.SUSPENDED),
        move("S13", SupplierStatus.EXITING, "exit", [SYSTEM, STAFF], SupplierStatus.EXITED),
    ),
    {
        "approve": _("通过"),
        "reject": _("驳回"),
        "resubmit": _("重新提交"),
        "suspend": _("暂停"),
        "resume": _("恢复"),
        "deposit": _("保证金到账"),
        "submit": _("提交"),
        "take": _("开始审核"),
        "ask": _("要求补正"),
        "leave": _("开始退出"),
        "come_back": _("撤回退出"),
        "exit": _("退出完成"),
    },
)


class RequirementKind(models.TextChoices):
    """What fulfils an item of the checklist."""

    TEXT = "text", _("文字说明")
    DOCUMENT = "document", _("证照文件")
    DECLARATION = "declaration", _("承诺声明")


class RequirementScope(models.TextChoices):
    """How often an item is asked for, and which goods it covers: they are hidden when its paper has run out."""

    COMPANY = "company", _("企业一份，覆盖全部商品")
    BRAND = "brand", _("每个品牌的每级授权一份，覆盖该品牌的商品")
    CATEGORY = "category", _("企业一份，在所选类目发布商品前提交，覆盖该类目的商品")


class PaperStatus(models.TextChoices):
    """What became of one paper that was handed in."""

    HANDED = "handed", _("待核对")
    FINE = "fine", _("已通过")
    MEND = "mend", _("需补正")
    REPLACED = "replaced", _("已替换")


PAPERS = StateTable(
    "paper",
    PaperStatus,
    (
        move("E1", [PaperStatus.HANDED, PaperStatus.MEND], "accept", STAFF, PaperStatus.FINE),
        move("E2", [PaperStatus.HANDED, PaperStatus.FINE], "return", STAFF, PaperStatus.MEND),
        move("E3", [PaperStatus.HANDED, PaperStatus.MEND], "replace", SUPPLIER, PaperStatus.REPLACED),
        move("E4", PaperStatus.FINE, "supersede", SYSTEM, PaperStatus.REPLACED),
    ),
    {
        "accept": _("核对无误"),
        "return": _("要求补正"),
        "replace": _("重新上传"),
        "supersede": _("由新件替换"),
    },
)


class GoodStatus(models.TextChoices):
    """Whether a good can be picked and bought."""

    HELD = "held", _("待审核")  # its title holds a word that docs/rules.md §8.3 blocks
    LISTED = "listed", _("已上架")
    DELISTED = "delisted", _("已下架")
    REFUSED = "refused", _("审核未通过")


GOODS = StateTable(
    "good",
    GoodStatus,
    (
        move("G1", GoodStatus.HELD, "approve", STAFF, GoodStatus.LISTED),
        move("G2", GoodStatus.HELD, "refuse", STAFF, GoodStatus.REFUSED),
        move("G3", GoodStatus.LISTED, "delist", [SUPPLIER, STAFF], GoodStatus.DELISTED),
        move("G4", GoodStatus.DELISTED, "list", SUPPLIER, GoodStatus.LISTED),
        move(
            "G5",
            [GoodStatus.LISTED, GoodStatus.DELISTED, GoodStatus.REFUSED],
            "hold",
            SYSTEM,
            GoodStatus.HELD,
        ),
        move("G6", [GoodStatus.HELD, GoodStatus.REFUSED], "clear", SYSTEM, GoodStatus.LISTED),
    ),
    {
        "approve": _("通过"),
        "refuse": _("驳回"),
        "delist": _("下架"),
        "list": _("上架"),
        "hold": _("送审"),
        "clear": _("解除审核"),
    },
)


class ChangeStatus(models.TextChoices):
    """What became of an edit of a live good that needs review."""

    OPEN = "open", _("待审核")
    APPROVED = "approved", _("已通过")
    REFUSED = "refused", _("未通过")
    REPLACED = "replaced", _("已被新的修改取代")
    WITHDRAWN = "withdrawn", _("已撤回")


CHANGES = StateTable(
    "good_change",
    ChangeStatus,
    (
        move("GC1", ChangeStatus.OPEN, "approve", STAFF, ChangeStatus.APPROVED),
        move("GC2", ChangeStatus.OPEN, "refuse", STAFF, ChangeStatus.REFUSED),
        move("GC3", ChangeStatus.OPEN, "replace", SUPPLIER, ChangeStatus.REPLACED),
        move("GC4", ChangeStatus.OPEN, "withdraw", SUPPLIER, ChangeStatus.WITHDRAWN),
    ),
    {
        "propose": _("提交修改"),
        "approve": _("通过"),
        "refuse": _("驳回"),
        "replace": _("重新提交"),
        "withdraw": _("撤回"),
    },
)


class Verdict(models.TextChoices):
    """What staff said of a held good or a change set."""

    APPROVED = "approved", _("通过")
    REFUSED = "refused", _("驳回")


class Tag(models.TextChoices):
    """Three high, one low (docs/rules.md §1.3 rule 28)."""

    MARGIN = "margin", _("高毛利")
    REPURCHASE = "repurchase", _("高复购")
    KNOWN = "known", _("高认知")
    LOW_PRICE = "low_price", _("低门槛")


class Season(models.TextChoices):
    """Where an instant stands to a good's sale window."""

    COMING = "coming", _("未开售")
    ON = "on", _("在售期内")
    OVER = "over", _("已停售")


class AttributeKind(models.TextChoices):
    """What an attribute's value is."""

    TEXT = "text", _("文字")
    NUMBER = "number", _("数值")
    CHOICE = "choice", _("单选")
    MULTI = "multi", _("多选")
    YES_NO = "yes_no", _("是或否")
    DATE = "date", _("日期")


class WishKind(models.TextChoices):
    """What a buyer of a customised good is asked for."""

    TEXT = "text", _("短文字")
    CHOICE = "choice", _("从选项中选")
    MEASURE = "measure", _("尺寸")
    NOTE = "note", _("说明")


class ReservationStatus(models.TextChoices):
    """What became of the stock that an order took."""

    HELD = "held", _("已预占")
    TAKEN = "taken", _("已售出")
    RELEASED = "released", _("已释放")
    RETURNED = "returned", _("已回库")


class MovementKind(models.TextChoices):
    """Why a stock changed (docs/rules.md, Trust 4)."""

    RECEIVE = "receive", _("首次入库")
    SET = "set", _("改库存")
    RESERVE = "reserve", _("下单占用")
    RELEASE = "release", _("订单关闭")
    TAKE = "take", _("付款售出")
    RETURN = "return", _("退款回库")
    IMPORT = "import", _("导入")
    UNDO = "undo", _("撤销导入")


class ReturnPolicy(models.TextChoices):
    """Seven-day no-reason return by category (docs/rules.md §5.7)."""

    MANDATORY = "mandatory", _("七天无理由退货")
    OPTIONAL_CONFIRM = "optional_confirm", _("拆封后不支持七天无理由退货")
    EXEMPT = "exempt", _("不支持七天无理由退货")


class ImportStatus(models.TextChoices):
    """Progress of an uploaded catalogue."""

    MAPPING = "mapping", _("待对应列")
    PREVIEW = "preview", _("待确认")
    RUNNING = "running", _("导入中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    UNDOING = "undoing", _("撤销中")
    UNDONE = "undone", _("已撤销")


class BulkAction(models.TextChoices):
    """What can be done to many goods at once."""

    PRICE_SET = "price_set", _("售价改为")
    PRICE_PERCENT = "price_percent", _("售价加减百分比")
    PRICE_ADD = "price_add", _("售价加减金额")
    STOCK_SET = "stock_set", _("库存改为")
    STOCK_ADD = "stock_add", _("库存加减")
    RATE_SET = "rate_set", _("佣金率改为")
    LIST = "list", _("上架")
    DELIST = "delist", _("下架")


class MemberRole(models.TextChoices):
    """What a member of a supplier is there for (docs/rules.md §1.7)."""

    ADMIN = "admin", _("管理员")
    GOODS = "goods", _("商品")
    FULFILMENT = "fulfilment", _("仓储发货")
    AFTER_SALES = "after_sales", _("售后")
    FINANCE = "finance", _("财务")
    READ_ONLY = "read_only", _("只读")


class Area(models.TextChoices):
    """A part of the desk, for roles."""

    HOME = "home", _("工作台")
    GOODS = "goods", _("商品")
    ORDERS = "orders", _("订单")
    CASES = "cases", _("售后")
    MONEY = "money", _("结算")
    COMPANY = "company", _("企业设置")


# The parts that each role sees, and those in which it changes things; everybody has the first page and the inbox.
ROLE_SEES: dict[MemberRole, frozenset[Area]] = {
    MemberRole.ADMIN: frozenset(Area),
    MemberRole.GOODS: frozenset({Area.HOME, Area.GOODS}),
    MemberRole.FULFILMENT: frozenset({Area.HOME, Area.GOODS, Area.ORDERS}),
    MemberRole.AFTER_SALES: frozenset({Area.HOME, Area.GOODS, Area.ORDERS, Area.CASES}),
    MemberRole.FINANCE: frozenset({Area.HOME, Area.ORDERS, Area.CASES, Area.MONEY}),
    MemberRole.READ_ONLY: frozenset(set(Area) - {Area.COMPANY}),
}
ROLE_CHANGES: dict[MemberRole, frozenset[Area]] = {
    MemberRole.ADMIN: frozenset(Area),
    MemberRole.GOODS: frozenset({Area.HOME, Area.GOODS}),
    MemberRole.FULFILMENT: frozenset({Area.HOME, Area.ORDERS}),
    MemberRole.AFTER_SALES: frozenset({Area.HOME, Area.CASES}),
    MemberRole.FINANCE: frozenset({Area.HOME, Area.MONEY}),
    MemberRole.READ_ONLY: frozenset({Area.HOME}),
}
# What is left to do once a supplier is out: its letters, and cases and disputes that consumers may still open.
EXITED_CHANGES = frozenset({Area.HOME, Area.CASES})
# Addresses of the desk by the first word of their names; any other belongs to the company's settings.
AREA_OF_WORD: dict[str, Area] = {
    **dict.fromkeys(("home", "inbox", "letter", "view"), Area.HOME),
    **dict.fromkeys(("good", "goods", "earning", "import", "change", "upload", "market"), Area.GOODS),
    **dict.fromkeys(("order", "orders", "line", "exports", "agreement", "agreements"), Area.ORDERS),
    **dict.fromkeys(("case", "cases", "dispute", "penalty", "penalties", "question", "questions"), Area.CASES),
    **dict.fromkeys(
        (
            "payable", "journal", "payout", "payouts", "statement", "statements", "invoice", "invoices", "deposit", "bond",
            "bonds",
        ),
        Area.MONEY,
    ),
    **dict.fromkeys(
        ("freight", "member", "members", "invitation", "trail", "apply", "paper", "papers", "webhook", "webhooks", "exit"),
        Area.COMPANY,
    ),
}  # fmt: skip


class ListPage(models.TextChoices):
    """Lists of the desk whose filters can be kept."""

    GOODS = "goods", _("商品")
    ORDERS = "orders", _("订单")
    CASES = "cases", _("售后")


class WebhookEvent(models.TextChoices):
    """What an endpoint can be told of."""

    CONTRACT_VERSION = "contract.version", _("定制约定有新版本")
    CONTRACT_AGREED = "contract.agreed", _("定制约定达成")
    ORDER_PAID = "order.paid", _("订单付款")
    ORDER_SHIPPED = "order.shipped", _("包裹发出")
    ORDER_REFUNDED = "order.refunded", _("退款")
    CASE_OPENED = "case.opened", _("申请售后")
    GOOD_HELD = "good.held", _("商品送审")


class DeliveryStatus(models.TextChoices):
    """Where a delivery to an endpoint stands."""

    WAITING = "waiting", _("待发送")
    TAKEN = "taken", _("已送达")
    FAILED = "failed", _("已放弃")
