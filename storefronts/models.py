"""Invitations, owners, standing, shops, picks, share links, clicks, posters and conversations."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefronts.states import (
    OPEN_CONVERSATION,
    Channel,
    ConversationStatus,
    Handler,
    PosterStatus,
    PosterStyle,
    ShopStatus,
    Tier,
    Way,
)
from suppliers.models import Good, Supplier
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.ids import passcode, public_id, share_code

PICK_SLOTS = 1000


class InvitationCode(models.Model):
    """A beta gate and nothing more: no reward, level or count flows from it (docs/rules.md §8.1 I4)."""

    code = models.CharField(_("邀请码"), max_length=8, unique=True)
    max_uses = models.PositiveIntegerField(_("可用次数"))
    uses = models.PositiveIntegerField(_("已用次数"), default=0)
    expires_at = models.DateTimeField(_("失效时间"))
    created_at = models.DateTimeField(_("创建时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("邀请码")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(uses__lte=models.F("max_uses")), name="invitation_uses"
            ),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-HJ-NP-Z2-9]{4,8}$"), name="invitation_alphabet"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Owner(models.Model):
    """A shop owner (掌柜)."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owner")
    joined_at = models.DateTimeField(_("加入时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("掌柜")

    def __str__(self) -> str:
        return str(self.user)


class OwnerStanding(models.Model):
    """What upper apps know of an owner, written down here by them (tier, debt, points and what they do)."""

    owner = models.OneToOneField(Owner, on_delete=models.CASCADE, related_name="standing")
    tier = models.PositiveSmallIntegerField(_("等级"), choices=Tier, default=Tier.ROOKIE)
    points = models.PositiveSmallIntegerField(_("违规分"), default=0)
    debt_fen = models.BigIntegerField(_("欠款（分）"), default=0)
    debt_since = models.DateTimeField(_("欠款起于"), null=True)  # while there is a debt
    debt_told = models.BooleanField(default=False)  # that picking is paused for it
    suspended = models.BooleanField(_("已暂停"), default=False)
    points_year = models.PositiveSmallIntegerField(default=0)  # the year in which the points were counted
    stopped_until = models.DateTimeField(_("停止新分享至"), null=True)
    hidden_until = models.DateTimeField(_("小铺隐藏至"), null=True)
    is_reviewed = models.BooleanField(_("提现须审核"), db_default=False, default=False)
    is_closed = models.BooleanField(_("已清退"), db_default=False, default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("掌柜状况")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(debt_fen=0, debt_since=None, debt_told=False)
                | models.Q(debt_fen__gt=0, debt_since__isnull=False),
                name="standing_debt_since",
            )
        ]
        indexes = [
            models.Index(
                fields=["debt_since"],
                name="standing_debt_untold",
                condition=models.Q(debt_since__isnull=False, debt_told=False),
            ),
            models.Index(
                fields=["points_year"], name="standing_with_points", condition=models.Q(points__gt=0)
            ),
        ]

    def hides_shops(self, at: datetime) -> bool:
        """Whether violation points keep the owner's shops from selling (docs/rules.md §4)."""
        return self.is_closed or (self.hidden_until is not None and at < self.hidden_until)

    def stops_sharing(self, at: datetime) -> bool:
        """Whether violation points stop new shares (docs/rules.md §4)."""
        return self.is_closed or (self.stopped_until is not None and at < self.stopped_until)


class Shop(models.Model):
    """A storefront: a tenant. ``number`` is six random digits that are never reused."""

    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="shops", verbose_name=_("掌柜"))
    number = models.CharField(_("店铺号"), max_length=8, unique=True)
    name = models.CharField(_("店名"), max_length=20)
    name_skeleton = models.CharField(max_length=60, unique=True)
    description = models.CharField(_("简介"), max_length=200, blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=ShopStatus, default=ShopStatus.OPEN)
    opened_at = models.DateTimeField(_("开店时间"))
    renamed_at = models.DateTimeField(_("改名时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("小铺")
        constraints = [models.UniqueConstraint(fields=["owner", "id"], name="shop_of_owner")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Section(models.Model):
    """A named group of a shop's picks, in the order in which consumers see the groups."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="sections")
    name = models.CharField(_("分组名"), max_length=12)
    position = models.PositiveSmallIntegerField(_("排序"))

    class Meta:
        verbose_name = verbose_name_plural = _("分组")
        constraints = [
            models.UniqueConstraint(fields=["shop", "name"], name="section_name_once"),
            models.UniqueConstraint(fields=["shop", "id"], name="section_of_shop"),
        ]

    def __str__(self) -> str:
        return self.name


class Pick(models.Model):
    """A good in a shop. A live pick holds one of the shop's 1,000 slots, so the limit is the database's own.

    Pinned ones come first, then the one with the greatest ``place``. A hidden one is left out of the shop's lists; links to
    it still work. ``seen_`` is what the good cost and paid when it was picked or its owner last took note of it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="picks")
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="picks")
    slot = models.PositiveSmallIntegerField(null=True)
    recommendation = models.CharField(_("推荐理由"), max_length=200, blank=True)
    bought = models.BooleanField(_("掌柜已购买"), default=False)
    picked_at = models.DateTimeField(_("选入时间"))
    told_delisted = models.BooleanField(default=False)
    place = models.BigIntegerField(_("排序"), default=0, db_default=0)
    is_pinned = models.BooleanField(_("置顶"), default=False, db_default=False)
    is_hidden = models.BooleanField(_("已隐藏"), default=False, db_default=False)
    section = models.ForeignKey(
        Section, on_delete=models.PROTECT, null=True, related_name="picks", verbose_name=_("分组")
    )
    seen_price_fen = models.BigIntegerField(_("选入时价格（分）"), null=True)
    seen_rate_bp = models.PositiveIntegerField(_("选入时佣金率（bp）"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("选品")
        indexes = [models.Index(fields=["good"], name="pick_told", condition=models.Q(told_delisted=True))]
        constraints = [
            models.UniqueConstraint(fields=["shop", "good"], name="pick_once"),
            models.UniqueConstraint(fields=["shop", "slot"], name="pick_slot_once"),
            models.CheckConstraint(condition=models.Q(slot__gte=1, slot__lte=PICK_SLOTS), name="pick_limit"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.good}"


class BoughtGood(models.Model):
    """Somebody received a good that they had bought: as an owner they may say how they use it (docs/rules.md §3 C9)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bought_goods")
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="buyers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "good"], name="bought_good_once")]


class ShareLink(models.Model):
    """A short link ``/x/<code>`` of one shop to one good, or to the shop itself."""

    code = models.CharField(max_length=12, unique=True, default=share_code)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="links")
    good = models.ForeignKey(Good, on_delete=models.PROTECT, null=True, related_name="links")
    channel = models.CharField(max_length=8, choices=Channel)
    greeting = models.CharField(_("问候语"), max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "good", "channel"], name="link_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(code__regex=r"^[a-z0-9]{6,12}$"), name="link_code"),
        ]

    def __str__(self) -> str:
        return self.code


class Passcode(models.Model):
    """A text's way to a share link: eleven base-62 characters between ``￥`` marks, for some days (docs/rules.md §1.6)."""

    code = models.CharField(max_length=11, unique=True, default=passcode)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="passcodes")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["link", "-expires_at"], name="passcode_of_link")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[0-9A-Za-z]{11}$"), name="passcode_code"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="passcode_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"￥{self.code}￥"


class Conversation(models.Model):
    """A consumer's questions about one good: pre-sale to the shop's owner, or to the supplier where there is no shop; about an
    order line to the supplier.

    ``asker`` is who asks, as a key: ``u:`` a member, ``t:`` whoever holds a trade, ``v:`` a guest's browser. ``line`` holds
    what the supplier is told of an order line, its phone masked. The supplier reads from message ``supplier_from`` on, the owner
    up to ``owner_until`` (None: all); ``*_read`` are the last messages that each side has seen. A clock runs while somebody has
    to answer: ``due_at`` is what the clock does next, ``pass_at`` when the question goes on.
    """

    number = models.CharField(_("咨询号"), max_length=20, unique=True)
    asker = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="conversations"
    )
    network = models.CharField(max_length=64, blank=True)  # of a guest
    good = models.ForeignKey(
        Good, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("商品")
    )
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("供应商")
    )
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, null=True, related_name="conversations", verbose_name=_("小铺")
    )
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, null=True, related_name="conversations", verbose_name=_("掌柜")
    )
    line_ref = models.CharField(max_length=24, blank=True)  # what it was opened about
    line = models.JSONField(null=True)
    status = models.CharField(_("状态"), max_length=16, choices=ConversationStatus)
    handler = models.CharField(_("由谁回复"), max_length=10, choices=Handler)
    due_at = models.DateTimeField(_("期限"), null=True)
    pass_at = models.DateTimeField(_("转交时间"), null=True)
    messages_count = models.PositiveIntegerField(default=0)
    supplier_from = models.PositiveIntegerField(null=True)
    owner_until = models.PositiveIntegerField(null=True)
    buyer_read = models.PositiveIntegerField(default=0)
    owner_read = models.PositiveIntegerField(default=0)
    supplier_read = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(_("提问时间"))
    last_at = models.DateTimeField(_("最后消息"))
    closed_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("咨询")
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "good", "shop", "line_ref"],
                name="conversation_open_once",
                condition=models.Q(status__in=[str(s) for s in OPEN_CONVERSATION]),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(shop=None, owner=None) | models.Q(shop__isnull=False, owner__isnull=False),
                name="conversation_owner_by_shop",
            ),
            models.CheckConstraint(
                condition=models.Q(handler=Handler.OWNER, owner__isnull=False, supplier_from=None)
                | models.Q(handler__in=[Handler.SUPPLIER, Handler.STAFF], supplier_from__isnull=False),
                name="conversation_handler",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ConversationStatus.CLOSED, closed_at__isnull=False)
                | (~models.Q(status=ConversationStatus.CLOSED) & models.Q(closed_at=None)),
                name="conversation_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(buyer_read__lte=models.F("messages_count"))
                & models.Q(owner_read__lte=models.F("messages_count"))
                & models.Q(supplier_read__lte=models.F("messages_count")),
                name="conversation_read",
            ),
        ]
        indexes = [
            models.Index(fields=["asker", "-id"], name="conversation_of_asker"),
            models.Index(fields=["owner", "-last_at"], name="conversation_of_owner"),
            models.Index(fields=["supplier", "status", "due_at"], name="conversation_of_supplier"),
            models.Index(
                fields=["due_at"], name="conversation_due", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["network", "opened_at"],
                name="conversation_network",
                condition=~models.Q(network=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def alias(self) -> str:
        """How the consumer is called to owner and supplier: by nothing but the conversation's own number."""
        return self.number[-4:]


class ConversationMessage(models.Model):
    """One thing said, contact data hidden before it was stored. Append-only (a trigger holds it)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveIntegerField()
    side = models.CharField(_("发言方"), max_length=12, choices=ActorKind)
    person = models.CharField(max_length=64, blank=True)
    text = models.CharField(_("内容"), max_length=500)
    masked = models.BooleanField(_("隐藏了联系方式"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("咨询消息")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="conversation_message_once"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="conversation_message_seq"),
        ]


class AskerBlock(models.Model):
    """An owner or a supplier takes no pre-sale questions of one asker any more."""

    asker = models.CharField(max_length=64)
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, null=True, related_name="blocks")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="blocks")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "owner", "supplier"], name="asker_block_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False, supplier=None)
                | models.Q(owner=None, supplier__isnull=False),
                name="asker_block_of_one_party",
            ),
        ]


class Click(models.Model):
    """One opening of a share link. ``counted`` says whether it may earn; ``why_not`` says why it may not."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="clicks")
    way = models.CharField(max_length=8, choices=Way, default=Way.LINK, db_default=Way.LINK)
    visitor = models.CharField(max_length=32)
    network = models.CharField(max_length=64)
    at = models.DateTimeField()
    counted = models.BooleanField()
    why_not = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["visitor", "-at"], name="click_of_visitor"),
            models.Index(fields=["link", "-at"], name="click_of_link"),
        ]


class Poster(models.Model):
    """One drawn picture. ``content_hash`` covers everything on it, so that a changed good gets a new poster.

    Of a good (``pick``), or of the shop: without a pick, with up to four of its goods (``shown``: their picks' keys).
    ``price_fen`` is the price that was drawn, for the page that a scan opens.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    pick = models.ForeignKey(Pick, on_delete=models.PROTECT, null=True, related_name="posters")
    shown = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="posters")
    style = models.CharField(max_length=8, choices=PosterStyle)
    content_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=PosterStatus, default=PosterStatus.DRAWING)
    file = models.CharField(max_length=120, blank=True)
    price_fen = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pick", "style", "content_hash"], name="poster_once"),
            models.UniqueConstraint(
                fields=["link", "style", "content_hash"],
                name="shop_poster_once",
                condition=models.Q(pick__isnull=True),
            ),
        ]
