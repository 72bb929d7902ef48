"""Users, their real-name evidence, API tokens, and what is sent to their phones and mailboxes."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.letters import KINDS
from accounts.states import Audience
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.personal import EncryptedTextField, blind_index, mask_phone, normalise_phone


class UserManager(BaseUserManager["User"]):
    """Creates users; used by services and by ``createsuperuser``."""

    def create_user(
        self, email: str | None = None, password: str | None = None, *, phone: str = "", **extra: Any
    ) -> "User":
        user = self.model(email=self.normalize_email(email).lower() if email else None, **extra)
        if phone:
            user.set_phone(phone)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """One person. Signs in by e-mail or by phone; the phone is encrypted and found by its blind index."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    email = models.EmailField(_("邮箱"), unique=True, null=True, blank=True)
    phone = EncryptedTextField(_("手机号"), blank=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True, editable=False)
    phone_verified = models.BooleanField(_("手机号已验证"), default=False)
    nickname = models.CharField(_("昵称"), max_length=40)
    language = models.CharField(_("界面语言"), max_length=10, blank=True)  # empty: not chosen
    is_staff = models.BooleanField(_("平台工作人员"), default=False)
    is_active = models.BooleanField(_("可登录"), default=True)
    mfa_required = models.BooleanField(_("须二次验证"), default=False)
    joined_at = models.DateTimeField(_("注册时间"), db_default=models.functions.Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["nickname"]

    class Meta:
        verbose_name = verbose_name_plural = _("用户")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__isnull=False) | models.Q(phone_index__isnull=False),
                name="user_has_a_sign_in",
            )
        ]

    def __str__(self) -> str:
        return self.nickname or self.public_id

    def get_full_name(self) -> str:
        """What the staff's pages call the signed-in person; never the real name."""
        return self.nickname

    def set_phone(self, phone: str) -> None:
        """Set the phone and its blind index. Raises BadPhone."""
        self.phone = normalise_phone(phone)
        self.phone_index = blind_index(self.phone)

    @property
    def needs_second_factor(self) -> bool:
        """Whether the desks stay closed until there is an authenticator: staff always, others when marked."""
        return self.is_staff or self.mfa_required

    @property
    def masked_phone(self) -> str:
        """``138****0701`` or an empty string."""
        return mask_phone(self.phone) if self.phone else ""


class Address(models.Model):
    """Where a member wants parcels sent. What a parcel needs is encrypted; the database holds one default a user."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    receiver = EncryptedTextField(_("收件人"))
    phone = EncryptedTextField(_("手机号"))
    region = EncryptedTextField(_("所在地区"))
    street = EncryptedTextField(_("详细地址"))
    is_default = models.BooleanField(_("默认地址"), default=False)
    created_at = models.DateTimeField(_("添加时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("收货地址")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="one_default_address", condition=models.Q(is_default=True)
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def masked_phone(self) -> str:
        """``138****0701``."""
        return mask_phone(self.phone)

    @property
    def place(self) -> str:
        """Region and street in one, as a parcel carries it."""
        return f"{self.region}{self.street}"


class InboxLetter(models.Model):
    """One letter to one person about one event: its kind and the facts; the words are made when it is read."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=40)
    audience = models.CharField(max_length=8, choices=Audience)
    ref = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    link = models.JSONField(default=list)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True)
    copied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("消息")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "ref"], name="letter_once")]
        indexes = [
            models.Index(fields=["user", "audience", "-id"], name="letter_inbox"),
            models.Index(fields=["user", "audience"], name="letter_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["created_at"], name="letter_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"

    @property
    def title(self) -> str:
        """The headline in the reader's language."""
        kind = KINDS[self.kind]
        return kind.words(kind.title, self.facts)

    @property
    def body(self) -> str:
        """The sentence under it."""
        kind = KINDS[self.kind]
        return kind.words(kind.body, self.facts)

    @property
    def href(self) -> str:
        """The page that it is about, or an empty string."""
        return KINDS[self.kind].href(self.link)

    @property
    def tone(self) -> str:
        """good, bad, wait or empty."""
        return KINDS[self.kind].tone

    @property
    def topic(self) -> str:
        """Code of what it is about."""
        return str(KINDS[self.kind].topic)


class Letterbox(models.Model):
    """What a person wants a copy of by mail, and the hours of a Shanghai day without mail."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="letterbox")
    mail_kinds = ArrayField(models.CharField(max_length=40), default=list)
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__range=(0, 23), quiet_until__range=(0, 23)),
                name="letterbox_quiet_hours",
            )
        ]

    def quiet_ends(self, local: datetime) -> datetime | None:
        """When the quiet hours that a local instant lies in are over; None outside of them."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return None
        hour = local.hour
        inside = start <= hour < end if start < end else hour >= start or hour < end
        if not inside:
            return None
        over = local.replace(hour=end, minute=0, second=0, microsecond=0)
        return over if over > local else over + timedelta(days=1)


class RealName(models.Model):
    """Evidence that a user is a named natural person of age, and the credit score read at application."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="real_name")
    name = EncryptedTextField(_("姓名"))
    id_number = EncryptedTextField(_("身份证号"))
    id_index = models.CharField(max_length=64, unique=True, editable=False)
    credit_score = models.PositiveSmallIntegerField(_("信用分"), null=True)
    credit_checked_at = models.DateTimeField(_("信用查询时间"), null=True)
    consented_at = models.DateTimeField(_("同意时间"))
    verified_at = models.DateTimeField(_("认证时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("实名认证")

    def __str__(self) -> str:
        return f"{self.user}"


class ApiToken(models.Model):
    """A bearer token for ``/api/v1/``: only its digest is kept, the text is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("名称"), max_length=40)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("前缀"), max_length=8)
    created_at = models.DateTimeField(_("创建时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("API 令牌")

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}…"


class Channel(models.TextChoices):
    """The ways to reach a person."""

    SMS = "sms", _("短信")
    MAIL = "mail", _("邮件")


class OutgoingMessage(models.Model):
    """A code or a word on its way to a phone or a mailbox; a job sends it after commit, then its words are wiped.

    ``target_index`` and ``network`` (blind indexes of the address and of the asking network) count how many were sent.
    """

    channel = models.CharField(_("渠道"), max_length=4, choices=Channel)
    target = EncryptedTextField(_("收件人"))
    target_index = models.CharField(max_length=64, editable=False)
    network = models.CharField(max_length=64, editable=False)
    subject = models.CharField(_("主题"), max_length=120, blank=True)
    text = EncryptedTextField(_("内容"), blank=True)
    code = EncryptedTextField(_("验证码"), blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("发出的消息")
        indexes = [
            models.Index(fields=["target_index", "created_at"], name="message_target"),
            models.Index(fields=["network", "created_at"], name="message_network"),
        ]


class SandboxMood(models.TextChoices):
    """How the sandbox's telephone company behaves."""

    WELL = "well", _("正常送达")
    LATE = "late", _("1 分钟后送达")
    FAIL = "fail", _("发送失败")


class SandboxPhone(models.Model):
    """The sandbox's only switch: row 1 says how messages are handled."""

    mood = models.CharField(max_length=4, choices=SandboxMood, default=SandboxMood.WELL)


class SandboxLetter(models.Model):
    """A message as it arrived at the sandbox, where anybody can read it."""

    channel = models.CharField(max_length=4, choices=Channel)
    target = EncryptedTextField()
    subject = models.CharField(max_length=120, blank=True)
    text = EncryptedTextField()
    code = EncryptedTextField(blank=True)
    arrives_at = models.DateTimeField(db_index=True)
