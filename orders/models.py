"""Trades, orders, lines with their snapshots, parcels and holds; days that are over, added up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commissions.states import AttributionKind
from orders.states import Carrier, CompensationReason, CompensationStatus, Evidence, OrderStatus
from storefronts.models import Click, Owner, Shop
from suppliers.models import Good, Sku, Supplier
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.personal import EncryptedTextField, mask_phone, mask_place


class Trade(models.Model):
    """One payment by one buyer, split into orders by supplier and shop. ``user`` is the member whose it is; None: a guest's."""

    number = models.CharField(_("交易号"), max_length=20, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="trades",
        verbose_name=_("会员"),
    )
    buyer = models.CharField(max_length=64, db_index=True)
    visitor = models.CharField(max_length=32)
    receiver = EncryptedTextField(_("收件人"))
    phone = EncryptedTextField(_("手机号"))
    address = EncryptedTextField(_("地址"))
    lookup_code = models.CharField(_("查询码"), max_length=6)
    amount_fen = models.BigIntegerField(_("应付（分）"))
    placed_at = models.DateTimeField(_("下单时间"))
    pay_by = models.DateTimeField(_("付款截止"))

    class Meta:
        verbose_name = verbose_name_plural = _("交易")
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="trade_amount")]

    def __str__(self) -> str:
        return self.number

    @property
    def masked_phone(self) -> str:
        """``138****0701``."""
        return mask_phone(self.phone)

    @property
    def masked_place(self) -> str:
        """``浙江省杭州市``: all of the address that an owner may know."""
        return mask_place(self.address)


class Order(models.Model):
    """One supplier's part of a trade through one shop, or through none: the platform's own pages.

    ``attribution`` and ``evidence`` are decided when it is placed and never again; empty without an owner. ``basis`` is a copy of
    what was known then: the rule, the click with its link, and the clicks that lost (docs/rules.md §6.4).
    """

    number = models.CharField(_("订单号"), max_length=20, unique=True)
    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="orders", verbose_name=_("交易"))
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="orders", verbose_name=_("供应商")
    )
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, null=True, related_name="orders", verbose_name=_("小铺")
    )
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, null=True, related_name="orders", verbose_name=_("掌柜")
    )
    click = models.ForeignKey(Click, on_delete=models.PROTECT, null=True, related_name="orders")
    attribution = models.CharField(
        _("归因"), max_length=10, choices=AttributionKind, blank=True, default="", db_default=""
    )
    evidence = models.CharField(
        _("归因依据"), max_length=20, choices=Evidence, blank=True, default="", db_default=""
    )
    basis = models.JSONField(
        _("归因证据"), null=True
    )  # orders.services.attribution writes it, selectors read it
    status = models.CharField(
        _("状态"), max_length=16, choices=OrderStatus, default=OrderStatus.PENDING_PAYMENT
    )
    goods_fen = models.BigIntegerField(_("商品金额（分）"))
    freight_fen = models.BigIntegerField(_("运费（分）"))
    freight_refunded_fen = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField(_("下单时间"))
    paid_at = models.DateTimeField(_("付款时间"), null=True)
    ship_by = models.DateTimeField(_("发货截止"), null=True)
    shipped_at = models.DateTimeField(_("发货时间"), null=True)
    confirm_by = models.DateTimeField(_("自动收货"), null=True)
    completed_at = models.DateTimeField(_("收货时间"), null=True)
    final_by = models.DateTimeField(_("售后截止"), null=True)
    finalised_at = models.DateTimeField(_("结清时间"), null=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True)
    is_late = models.BooleanField(_("逾期发货"), default=False)
    printed_at = models.DateTimeField(_("配货单打印时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("订单")
        constraints = [
            models.CheckConstraint(
                condition=Q(goods_fen__gte=1, freight_fen__gte=0, freight_refunded_fen__gte=0)
                & Q(freight_refunded_fen__lte=F("freight_fen")),
                name="order_amounts",
            ),
            models.CheckConstraint(
                condition=Q(shop=None, owner=None) | Q(shop__isnull=False, owner__isnull=False),
                name="order_owner_by_shop",
            ),
            models.UniqueConstraint(fields=["supplier", "id"], name="order_of_supplier"),
        ]
        indexes = [
            models.Index(
                fields=["supplier", "ship_by", "id"],
                include=["printed_at"],
                name="order_waiting",
                condition=Q(status__in=["paid", "part_shipped"]),
            ),
            models.Index(fields=["supplier", "status", "-id"], name="order_of_supplier_status"),
            models.Index(
                fields=["supplier", "paid_at"], name="order_paid", condition=Q(paid_at__isnull=False)
            ),
            models.Index(
                fields=["supplier", "finalised_at"],
                name="order_finalised",
                condition=Q(finalised_at__isnull=False),
            ),
            models.Index(
                fields=["supplier", "closed_at"],
                name="order_refunded_whole",
                condition=Q(status="closed_refunded"),
            ),
            models.Index(fields=["owner", "-id"], name="order_of_owner"),
            models.Index(
                fields=["status", "placed_at"], name="order_unpaid", condition=Q(status="pending_payment")
            ),
            models.Index(
                fields=["status", "placed_at"], name="order_agreeing", condition=Q(status="await_agreement")
            ),
            models.Index(
                fields=["status", "confirm_by"], name="order_to_confirm", condition=Q(status="shipped")
            ),
            models.Index(
                fields=["status", "final_by"], name="order_to_finalise", condition=Q(status="completed")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def paid_fen(self) -> int:
        """What the buyer paid for this order: goods and freight."""
        return self.goods_fen + self.freight_fen


class OrderLine(models.Model):
    """One SKU of an order. Price, rate, fee and bonus are frozen; ``snapshot`` is what the consumer saw.

    ``supplier`` is the order's and the good's: keys over two columns each hold it to both, the SKU to the good and the parcel
    to the order (L14, ``orders/migrations/0009``).
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    ref = models.CharField(_("行号"), max_length=24, unique=True)
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="order_lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="order_lines")
    title = models.CharField(_("商品"), max_length=120)
    sku_name = models.CharField(_("规格"), max_length=60)
    snapshot = models.JSONField(_("下单快照"))
    quantity = models.PositiveIntegerField(_("数量"))
    unit_price_fen = models.BigIntegerField(_("单价（分）"))
    paid_fen = models.BigIntegerField(_("实付（分）"))
    rate_bp = models.PositiveIntegerField()
    fee_bp = models.PositiveIntegerField()
    bonus_bp = models.PositiveIntegerField()
    refunded_fen = models.BigIntegerField(_("已退（分）"), default=0)
    shipped_in = models.ForeignKey("Parcel", on_delete=models.PROTECT, null=True, related_name="lines")

    class Meta:
        verbose_name = verbose_name_plural = _("订单行")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1, paid_fen=F("unit_price_fen") * F("quantity"), refunded_fen__gte=0
                )
                & Q(refunded_fen__lte=F("paid_fen")),
                name="line_amounts",
            ),
            models.UniqueConstraint(fields=["order", "sku"], name="line_sku_once"),
        ]
        indexes = [
            models.Index(
                fields=["supplier", "order"],
                include=["refunded_fen"],
                name="line_refunded",
                condition=Q(refunded_fen__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ×{self.quantity}"

    @property
    def remaining_fen(self) -> int:
        """What was paid and not refunded."""
        return self.paid_fen - self.refunded_fen

    @property
    def is_refunded(self) -> bool:
        """Whether nothing of the line is left."""
        return self.refunded_fen == self.paid_fen


class Parcel(models.Model):
    """A parcel that a supplier handed to a carrier."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels")
    carrier = models.CharField(_("快递公司"), max_length=8, choices=Carrier)
    tracking_number = models.CharField(_("运单号"), max_length=24)
    shipped_at = models.DateTimeField(_("发货时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("包裹")
        constraints = [models.UniqueConstraint(fields=["order", "id"], name="parcel_of_order")]
        indexes = [models.Index(fields=["tracking_number", "-shipped_at"], name="parcel_tracking")]

    def __str__(self) -> str:
        return f"{self.get_carrier_display()} {self.tracking_number}"


class Hold(models.Model):
    """A mark by a case or dispute: the order waits. ``seconds_left`` is what its clock had left."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=12)
    cause_ref = models.CharField(max_length=20)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    seconds_left = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause", "cause_ref"], name="hold_once")]
        indexes = [models.Index(fields=["order"], name="hold_open", condition=Q(lifted_at=None))]


class LineRefund(models.Model):
    """One refund of one line (and of freight with it): the cause, the amounts, once."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=12)
    cause_ref = models.CharField(max_length=20)
    goods_fen = models.BigIntegerField()
    freight_fen = models.BigIntegerField(default=0)
    owner_side = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "cause", "cause_ref"], name="line_refund_once"),
            models.CheckConstraint(
                condition=Q(goods_fen__gte=1, freight_fen__gte=0), name="line_refund_amount"
            ),
        ]


class Compensation(models.Model):
    """What a supplier pays a buyer for one broken promise about one line, in fen. ``sent`` counts how often it was sent."""

    number = models.CharField(_("赔付单号"), max_length=20, unique=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="compensations", verbose_name=_("订单")
    )
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="compensations")
    reason = models.CharField(_("原因"), max_length=16, choices=CompensationReason)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    status = models.CharField(
        _("状态"), max_length=12, choices=CompensationStatus, default=CompensationStatus.PROCESSING
    )
    sent = models.PositiveSmallIntegerField(_("付款次数"), default=1)
    asked_at = models.DateTimeField(_("赔付时间"))
    ended_at = models.DateTimeField(_("完结时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("赔付")
        constraints = [
            models.UniqueConstraint(fields=["line", "reason"], name="compensation_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="compensation_amount"),
        ]

    def __str__(self) -> str:
        return self.number


class Contract(models.Model):
    """What buyer and supplier of an order of a customised good agree on. ``latest`` counts its versions; the others name one:
    the newest that each side accepted, and the one that both did.

    ``fee_fen`` is what the supplier kept when the buyer cancelled in production.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="contract", verbose_name=_("订单")
    )
    agree_by = models.DateTimeField(_("确认截止"))
    latest = models.PositiveSmallIntegerField(_("版本数"), default=1)
    buyer_version = models.PositiveSmallIntegerField(_("买家接受的版本"), null=True)
    supplier_version = models.PositiveSmallIntegerField(_("商家接受的版本"), null=True)
    agreed_version = models.PositiveSmallIntegerField(_("达成的版本"), null=True)
    agreed_at = models.DateTimeField(_("达成时间"), null=True)
    production_at = models.DateTimeField(_("开始制作时间"), null=True)
    fee_fen = models.BigIntegerField(_("取消费（分）"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("定制约定")
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_version=None, agreed_at=None, production_at=None)
                | Q(
                    agreed_version__isnull=False,
                    agreed_at__isnull=False,
                    buyer_version__isnull=False,
                    supplier_version__isnull=False,
                    buyer_version=F("agreed_version"),
                    supplier_version=F("agreed_version"),
                    latest=F("agreed_version"),
                ),
                name="contract_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(fee_fen=None) | Q(fee_fen__gte=0, production_at__isnull=False),
                name="contract_fee_in_production",
            ),
        ]

    def __str__(self) -> str:
        return str(self.order_id)


class ContractVersion(models.Model):
    """One version of a contract: never changed, never deleted. ``wishes`` is a list of ``{"label", "value"}``.

    ``seal`` is set by the database: a SHA-256 over the order's number, the version before and all that this one says.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    side = models.CharField(_("提出方"), max_length=12, choices=ActorKind)
    making = models.CharField(_("制作内容"), max_length=300)
    wishes = models.JSONField(_("定制要求"), default=list)
    terms = models.CharField(_("修改约定与双方责任"), max_length=500, blank=True)
    lead_d = models.PositiveSmallIntegerField(_("制作天数"))
    cancel_fee_bp = models.PositiveIntegerField(_("取消费（bp）"))
    seal = models.CharField(_("校验码"), max_length=64, blank=True)
    at = models.DateTimeField(_("提出时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("定制约定版本")
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="contract_version_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, lead_d__gte=1, cancel_fee_bp__lte=10_000),
                name="contract_version_bounds",
            ),
            models.CheckConstraint(
                condition=Q(side__in=[str(ActorKind.BUYER), str(ActorKind.SUPPLIER)]),
                name="contract_version_side",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class ContractAcceptance(models.Model):
    """One side accepted one version. Never changed, never deleted; who writes a version accepts it by that."""

    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="acceptances")
    side = models.CharField(_("接受方"), max_length=12, choices=ActorKind)
    person = models.CharField(max_length=64)
    at = models.DateTimeField(_("接受时间"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="contract_accepted_once"),
            models.CheckConstraint(
                condition=Q(side__in=[str(ActorKind.BUYER), str(ActorKind.SUPPLIER)]),
                name="contract_acceptance_side",
            ),
        ]


class RolledDay(models.Model):
    """A Shanghai day that is over and kept in the three tables below, for all suppliers at once (decision 23).

    Days follow each other without a gap, from the first on which anything was paid.
    """

    day = models.DateField(primary_key=True)
    made_at = models.DateTimeField()


class ChangedDay(models.Model):
    """A note that a kept day of a supplier is no longer what its orders say: until it is made anew, its orders are asked.

    Only ever added, by whoever changes an order of an earlier day, so that nobody waits for anybody.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["supplier", "day"], name="changed_day_of_supplier")]


class SupplierDay(models.Model):
    """What a supplier sold on one day and what of that went back by now; how many orders ended on it."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    orders = models.IntegerField()  # paid on it
    goods_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()  # of these orders' lines, whenever it went back
    finalised = models.IntegerField()  # on it, whenever they were paid
    refunded_whole = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "day"], name="supplier_day_once")]


class GoodDay(models.Model):
    """How much of one good was paid on one day, in how many orders."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="+", db_index=False)
    orders = models.IntegerField()
    units = models.IntegerField()
    paid_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "day", "good"],
                include=["orders", "units", "paid_fen"],
                name="good_day_once",
            )
        ]


class ShopDay(models.Model):
    """What was sold of a supplier's goods through one shop on one day; without a shop, on the platform's own pages."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    orders = models.IntegerField()
    goods_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "day", "shop"],
                include=["orders", "goods_fen"],
                nulls_distinct=False,
                name="shop_day_once",
            )
        ]
