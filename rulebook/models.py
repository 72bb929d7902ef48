"""Documents, their versions, comments on them, and who accepted which. Parties and people are references."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rulebook.states import (
    COMMENTS_MAX,
    NOTICE,
    AcceptedBy,
    CommentStatus,
    DocumentCode,
    VersionStatus,
)
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.templatetags.kernel_format import reads_chinese

OPEN = (VersionStatus.DRAFT, VersionStatus.IN_COMMENT)
ANNOUNCED = (VersionStatus.PUBLISHED, VersionStatus.SUPERSEDED)


class Document(models.Model):
    """One of the platform's rule documents, and whom it concerns (kinds of actor: buyer, owner, supplier)."""

    code = models.CharField(_("文件"), max_length=16, unique=True, choices=DocumentCode)
    audiences = ArrayField(models.CharField(max_length=12), verbose_name=_("适用对象"))
    position = models.PositiveSmallIntegerField(_("次序"))

    class Meta:
        verbose_name = verbose_name_plural = _("规则文件")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The document's name in the reader's language."""
        return str(DocumentCode(self.code).label)

    @property
    def audience_words(self) -> list[str]:
        """Whom it concerns, for people."""
        return [str(ActorKind(kind).label) for kind in self.audiences]


class Version(models.Model):
    """One version of a document. ``source_*`` is what staff wrote, with ``{{NAMES}}`` of numbers; publishing fills the
    numbers in and freezes ``text_*``. ``changes`` are the numbers of docs/rules.md §10 that it changes.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    edition = models.PositiveSmallIntegerField(_("版本"))
    number = models.CharField(_("编号"), max_length=24, unique=True)
    status = models.CharField(
        _("状态"), max_length=12, choices=VersionStatus, default=VersionStatus.DRAFT, db_index=True
    )
    title_zh = models.CharField(_("标题（中文）"), max_length=80)
    title_en = models.CharField(_("标题（英文）"), max_length=120)
    summary_zh = models.CharField(_("变更说明（中文）"), max_length=500, blank=True)
    summary_en = models.CharField(_("变更说明（英文）"), max_length=800, blank=True)
    source_zh = models.TextField(_("正文（中文）"))
    source_en = models.TextField(_("正文（英文）"))
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    text_hash = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(_("变更项"), default=dict)
    author = models.CharField(_("起草人"), max_length=64)
    drafted_at = models.DateTimeField(_("起草时间"))
    comments_from = models.DateTimeField(_("征求意见开始"), null=True)
    comments_until = models.DateTimeField(_("征求意见截止"), null=True)
    publisher = models.CharField(_("公布人"), max_length=64, blank=True)
    published_at = models.DateTimeField(_("公布时间"), null=True)
    effective_at = models.DateTimeField(_("生效时间"), null=True)
    legal_basis = models.CharField(_("紧急公布的法律依据"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("规则文件版本")
        constraints = [
            models.UniqueConstraint(fields=["document", "edition"], name="rules_edition_once"),
            models.UniqueConstraint(
                fields=["document"], name="rules_one_draft", condition=Q(status__in=OPEN)
            ),
            models.UniqueConstraint(
                fields=["document", "effective_at"],
                name="rules_effective_once",
                condition=Q(status__in=ANNOUNCED),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=ANNOUNCED) | Q(published_at__isnull=False), name="rules_announced_at"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, effective_at=None, publisher="", text_hash="")
                | (
                    Q(
                        published_at__isnull=False,
                        effective_at__isnull=False,
                        text_hash__regex="^[0-9a-f]{64}$",
                    )
                    & ~Q(publisher="")
                    & ~Q(text_zh="")
                    & ~Q(text_en="")
                ),
                name="rules_published_whole",
            ),
            models.CheckConstraint(condition=~Q(publisher=F("author")), name="rules_two_people"),
            # The first version of a document takes nothing away from anybody: there was none before it.
            models.CheckConstraint(
                condition=Q(published_at=None)
                | Q(effective_at__gte=F("published_at") + NOTICE)
                | (~Q(legal_basis="") & Q(effective_at__gte=F("published_at")))
                | Q(edition=1, changes={}, effective_at__gte=F("published_at")),
                name="rules_seven_days",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(effective_at=None) | Q(withdrawn_at__lt=F("effective_at")),
                name="rules_withdrawn_before",
            ),
            models.CheckConstraint(
                condition=Q(status=VersionStatus.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(status=VersionStatus.WITHDRAWN) & Q(withdrawn_at=None)),
                name="rules_withdrawn_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.edition}"

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_zh if reads_chinese() else self.title_en

    @property
    def summary(self) -> str:
        """What changed, in the reader's language."""
        return self.summary_zh if reads_chinese() else self.summary_en

    def is_in_comment(self, at: datetime) -> bool:
        """Whether comments are heard at an instant."""
        return (
            self.status == VersionStatus.IN_COMMENT
            and self.comments_until is not None
            and at <= self.comments_until
        )


class Comment(models.Model):
    """What a party says of a version before it is published, and the platform's public answer."""

    number = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    party_kind = models.CharField(_("身份"), max_length=12, choices=ActorKind)
    party_ref = models.CharField(max_length=64)
    person = models.CharField(max_length=64)
    slot = models.PositiveSmallIntegerField()
    shown_name = models.CharField(_("署名"), max_length=60)
    text = models.CharField(_("意见"), max_length=1000)
    at = models.DateTimeField(_("时间"))
    status = models.CharField(_("状态"), max_length=8, choices=CommentStatus)
    answer = models.CharField(_("回复"), max_length=1000, blank=True)
    answered_by = models.CharField(_("回复人"), max_length=64, blank=True)
    answered_at = models.DateTimeField(_("回复时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("规则意见")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party_kind", "party_ref", "slot"], name="rules_comment_slot"
            ),
            models.CheckConstraint(condition=Q(slot__range=(1, COMMENTS_MAX)), name="rules_comment_slots"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by="", answered_at=None)
                | (~Q(answer="") & ~Q(answered_by="") & Q(answered_at__isnull=False)),
                name="rules_comment_answered",
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="rules_comment_person")]

    def __str__(self) -> str:
        return self.number


class Acceptance(models.Model):
    """One party accepted one version, by one person, on one occasion. Append-only, held by PostgreSQL."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acceptances")
    party_kind = models.CharField(_("身份"), max_length=12, choices=ActorKind)
    party_ref = models.CharField(_("编号"), max_length=64)
    person = models.CharField(_("账号"), max_length=64)
    text_hash = models.CharField(max_length=64)
    channel = models.CharField(_("方式"), max_length=8, choices=AcceptedBy)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("规则同意记录")
        constraints = [
            models.UniqueConstraint(fields=["party_kind", "party_ref", "version"], name="rules_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_party_kind_display()} {self.party_ref}"
