"""Categories, goods, SKUs, reservations and imports."""

from datetime import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Coalesce, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from suppliers.models.companies import Supplier
from suppliers.models.terms import GoodTerms
from suppliers.states import GoodStatus, ImportStatus, ReservationStatus, ReturnPolicy, Season
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.templatetags.kernel_format import own_name

LISTED = models.Q(status=GoodStatus.LISTED)


class Category(models.Model):
    """A node of the category tree; the five roots are docs/rules.md §1.3 rule 29."""

    code = models.CharField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=30)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    return_policy = models.CharField(_("退货政策"), max_length=18, choices=ReturnPolicy)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    bond_fen = models.BigIntegerField(_("类目保证金（分）"), default=0, db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("类目")
        constraints = [models.CheckConstraint(condition=models.Q(bond_fen__gte=0), name="category_bond")]

    def __str__(self) -> str:
        return own_name(self.name)

    @property
    def root_code(self) -> str:
        """The code of the root that it stands under."""
        return self.code.partition("/")[0]

    @property
    def number(self) -> str:
        """The reference under which changes are recorded."""
        return self.code


class Good(models.Model):
    """A listing (SPU). ``version`` grows with every change that a buyer or a poster would show."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="goods", verbose_name=_("供应商")
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="goods", verbose_name=_("类目")
    )
    source_id = models.CharField(_("来源编号"), max_length=40, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    brand = models.CharField(_("品牌"), max_length=40, blank=True)
    description = models.TextField(_("商品描述"), max_length=5000, blank=True)
    option_1 = models.CharField(_("规格名一"), max_length=10, blank=True)
    option_2 = models.CharField(_("规格名二"), max_length=10, blank=True)
    price_from_fen = models.BigIntegerField(_("最低价（分）"))
    rate_bp = models.PositiveIntegerField(_("佣金率（bp）"))
    next_rate_bp = models.PositiveIntegerField(_("将生效佣金率（bp）"), null=True, blank=True)
    next_rate_at = models.DateTimeField(_("佣金率生效时间"), null=True, blank=True)
    rate_told_at = models.DateTimeField(_("已告知掌柜"), null=True, blank=True)
    ship_within_h = models.PositiveSmallIntegerField(_("承诺发货（小时）"), default=48)
    status = models.CharField(_("状态"), max_length=8, choices=GoodStatus, default=GoodStatus.LISTED)
    held_words = models.CharField(_("命中词"), max_length=200, blank=True)
    covered_until = models.DateTimeField(_("证照有效至"), null=True, blank=True)  # from then on it is hidden
    picture = models.CharField(_("图片"), max_length=64, blank=True)
    gallery = models.JSONField(
        _("更多图片"), default=list, blank=True
    )  # names of uploads, after the main one
    sale_from = models.DateTimeField(_("开售时间"), null=True, blank=True)
    sale_until = models.DateTimeField(_("停售时间"), null=True, blank=True)  # no longer on sale from then on
    words_version = models.CharField(_("违禁词表版本"), max_length=20, blank=True, default="", db_default="")
    repurchase_bp = models.PositiveSmallIntegerField(_("复购率（bp）"), null=True, blank=True)
    attributes = models.JSONField(_("属性"), default=dict, blank=True)
    keywords = models.CharField(_("可搜索的属性"), max_length=300, blank=True)
    custom = models.JSONField(
        _("定制"), default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    version = models.PositiveIntegerField(_("版本"), default=1)
    market_sales = models.PositiveIntegerField(_("市场销量"), null=True, blank=True)
    market_comments = models.PositiveIntegerField(_("市场评论"), null=True, blank=True)
    market_seen_on = models.DateField(_("市场数据日期"), null=True, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    changed_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("商品")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "source_id"], name="good_source_once", condition=~models.Q(source_id="")
            ),
            models.UniqueConstraint(fields=["supplier", "id"], name="good_of_supplier"),
            models.CheckConstraint(
                condition=models.Q(rate_bp__gte=1, rate_bp__lte=9000), name="good_rate_within_hard_limit"
            ),
            models.CheckConstraint(condition=models.Q(price_from_fen__gt=0), name="good_price"),
            models.CheckConstraint(
                condition=models.Q(next_rate_bp=None, next_rate_at=None, rate_told_at=None)
                | models.Q(next_rate_bp__isnull=False, next_rate_at__isnull=False),
                name="good_next_rate_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(option_2="") | ~models.Q(option_1=""), name="good_options_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(sale_from=None)
                | models.Q(sale_until=None)
                | models.Q(sale_from__lt=models.F("sale_until")),
                name="good_season_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(picture="") | models.Q(gallery=[]), name="good_main_picture_first"
            ),
            models.CheckConstraint(
                condition=models.Q(repurchase_bp=None) | models.Q(repurchase_bp__lte=10_000),
                name="good_repurchase",
            ),
        ]
        indexes = [
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="good_title_search"),
            GinIndex(GoodTerms(), name="good_terms"),
            models.Index(
                Coalesce("market_sales", 0).desc(),
                models.F("id").desc(),
                name="good_by_sales",
                condition=LISTED,
            ),
            models.Index(
                (models.F("price_from_fen") * models.F("rate_bp")).desc(),
                models.F("id").desc(),
                name="good_by_commission",
                condition=LISTED,
            ),
            models.Index(fields=["-rate_bp", "-id"], name="good_by_rate", condition=LISTED),
            models.Index(fields=["price_from_fen", "id"], name="good_by_price", condition=LISTED),
            models.Index(
                fields=["category", "price_from_fen", "id"],
                name="good_of_category_by_price",
                condition=LISTED,
            ),
            models.Index(fields=["supplier", "-id"], name="good_of_supplier_new"),
            models.Index(fields=["supplier", "status", "-id"], name="good_of_supplier_status"),
            models.Index(fields=["supplier", "category", "-id"], name="good_of_supplier_category"),
            models.Index(
                fields=["supplier", "covered_until"],
                name="good_hidden",
                condition=models.Q(status="listed", covered_until__isnull=False),
            ),
            models.Index(
                fields=["next_rate_at"], name="good_rate_due", condition=models.Q(next_rate_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """The reference under which moves are recorded."""
        return self.public_id

    @property
    def is_custom(self) -> bool:
        """Whether it is made to order: bought by a contract that both sides accept."""
        return bool(self.custom)

    @property
    def option_names(self) -> tuple[str, ...]:
        """What its SKUs differ by: no, one or two names (colour, size)."""
        return tuple(name for name in (self.option_1, self.option_2) if name)

    @property
    def pictures(self) -> list[str]:
        """The names of its uploaded pictures, the main one first; empty while it has a drawn one."""
        return [self.picture, *self.gallery] if self.picture else []

    @property
    def is_seasonal(self) -> bool:
        """Whether it is on sale for a time only."""
        return self.sale_from is not None or self.sale_until is not None

    def season_at(self, at: datetime) -> Season:
        """Where an instant stands to its sale window: from its beginning, up to before its end."""
        if self.sale_from is not None and at < self.sale_from:
            return Season.COMING
        return Season.OVER if self.sale_until is not None and self.sale_until <= at else Season.ON

    def is_sellable_at(self, at: datetime) -> bool:
        """Listed, in its season, by a supplier that may sell, with the papers that it needs in force. Needs ``supplier``
        loaded. ``suppliers.selectors.on_sale`` asks the same.
        """
        return self.season_at(at) == Season.ON and self._is_offered_at(at)

    def off_season_at(self, at: datetime) -> Season | None:
        """COMING or OVER where nothing but the season keeps it from being sold. Needs ``supplier`` loaded."""
        season = self.season_at(at)
        return season if season != Season.ON and self._is_offered_at(at) else None

    def _is_offered_at(self, at: datetime) -> bool:
        is_covered = self.covered_until is None or at < self.covered_until
        return self.status == GoodStatus.LISTED and self.supplier.sells_at(at) and is_covered


class Sku(models.Model):
    """One thing to buy: a price and a stock. ``available + reserved + sold = received`` always holds.

    ``value_1`` and ``value_2`` are its values of the good's options. A SKU is switched off, never deleted: orders and
    reservations point to it.
    """

    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="skus", verbose_name=_("商品"))
    name = models.CharField(_("规格"), max_length=60, default=gettext_noop("默认"))
    value_1 = models.CharField(_("规格值一"), max_length=28, blank=True)
    value_2 = models.CharField(_("规格值二"), max_length=28, blank=True)
    barcode = models.CharField(_("条码"), max_length=13, blank=True)
    is_on = models.BooleanField(_("可售"), default=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    price_fen = models.BigIntegerField(_("价格（分）"))
    received = models.BigIntegerField(_("入库"), default=0)
    available = models.BigIntegerField(_("可售"), default=0)
    reserved = models.BigIntegerField(_("预占"), default=0)
    sold = models.BigIntegerField(_("已售"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("规格")
        constraints = [
            models.UniqueConstraint(fields=["good", "name"], name="sku_name_once"),
            models.UniqueConstraint(fields=["good", "id"], name="sku_of_good"),
            models.CheckConstraint(condition=models.Q(price_fen__gte=1), name="sku_price"),
            models.CheckConstraint(
                condition=models.Q(available__gte=0, reserved__gte=0, sold__gte=0), name="sku_never_oversold"
            ),
            models.CheckConstraint(
                condition=models.Q(received=models.F("available") + models.F("reserved") + models.F("sold")),
                name="sku_stock_adds_up",
            ),
        ]
        indexes = [
            # Fewer than LOW_STOCK of a good's SKU are left: what a supplier's first page looks for among all its goods.
            models.Index(
                fields=["good"], name="sku_running_out", condition=models.Q(is_on=True, available__lt=10)
            )
        ]

    def __str__(self) -> str:
        return f"{self.good} · {self.name}"

    def is_sellable_at(self, at: datetime) -> bool:
        """Switched on, of a good that can be bought. Needs ``good__supplier`` loaded."""
        return self.is_on and self.good.is_sellable_at(at)


class StockReservation(models.Model):
    """Stock that one order took from one SKU."""

    order_number = models.CharField(max_length=20)
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="reservations")
    buyer = models.CharField(max_length=64, default="", db_default="")
    quantity = models.PositiveIntegerField()
    returned = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=8, choices=ReservationStatus, default=ReservationStatus.HELD)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_number", "sku"], name="reservation_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="reservation_quantity"),
            models.CheckConstraint(
                condition=models.Q(returned__lte=models.F("quantity")), name="reservation_returned"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sku", "buyer"], name="reservation_unpaid", condition=models.Q(status="held")
            )
        ]


class CatalogueImport(models.Model):
    """An uploaded catalogue: previewed, then worked off by a job. Staff imports have no supplier."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="imports")
    person = models.CharField(max_length=64)
    filename = models.CharField(_("文件"), max_length=120)
    stored_as = models.CharField(max_length=80)
    encoding = models.CharField(_("编码"), max_length=16)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("类目"))
    stock = models.PositiveIntegerField(_("库存"))
    rate_bp = models.PositiveIntegerField(_("佣金率（bp）"))
    status = models.CharField(_("状态"), max_length=8, choices=ImportStatus, default=ImportStatus.PREVIEW)
    lines = models.PositiveIntegerField(default=0)
    goods = models.PositiveIntegerField(default=0)
    to_create = models.PositiveIntegerField(default=0)
    to_update = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0)
    superseded = models.PositiveIntegerField(default=0)
    foreign_brand = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(_("上传时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    columns = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    undone = models.PositiveIntegerField(default=0, db_default=0)
    kept = models.PositiveIntegerField(default=0, db_default=0)
    undone_by = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = _("商品导入")

    def __str__(self) -> str:
        return self.filename

    @property
    def percent(self) -> int:
        """Progress from 0 to 100."""
        if self.status in (ImportStatus.DONE, ImportStatus.UNDOING, ImportStatus.UNDONE):
            return 100
        return min(100, self.done_rows * 100 // self.goods) if self.goods else 0


class ImportLine(models.Model):
    """One line of the report: a repeat, a held title, a foreign brand or an error, with its number and reason."""

    catalogue = models.ForeignKey(CatalogueImport, on_delete=models.CASCADE, related_name="report")
    line_no = models.PositiveIntegerField(_("行号"))
    outcome = models.CharField(_("结果"), max_length=12)
    source_id = models.CharField(_("来源编号"), max_length=40, blank=True)
    reason = models.CharField(_("原因"), max_length=300)

    class Meta:
        indexes = [models.Index(fields=["catalogue", "line_no"], name="import_line_order")]
