"""Where a supplier wants to be told what happens, and every time that it was."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier
from suppliers.states import DeliveryStatus, WebhookEvent
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.personal import EncryptedTextField


class WebhookEndpoint(models.Model):
    """An address of the supplier's own. ``failures`` counts attempts in a row; ``seen_until`` is up to when events were
    looked for.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(_("地址"), max_length=300)
    secret = EncryptedTextField()
    events = models.JSONField(_("事件"))
    is_active = models.BooleanField(_("启用"), default=True)
    failures = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(_("创建时间"))
    seen_until = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("Webhook")
        indexes = [
            models.Index(fields=["seen_until"], name="webhook_active", condition=models.Q(is_active=True))
        ]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event for one endpoint: the outbox, and the log of what was said. ``body`` is the JSON that is signed and sent."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(_("事件"), max_length=16, choices=WebhookEvent)
    ref = models.CharField(max_length=64)
    body = models.TextField()
    status = models.CharField(_("状态"), max_length=8, choices=DeliveryStatus, default=DeliveryStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(_("时间"))
    sent_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(_("回复"), null=True)
    answer = models.TextField(blank=True)
    problem = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event", "ref"], name="webhook_event_once")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_due", condition=models.Q(status="waiting")),
            models.Index(fields=["endpoint", "-id"], name="webhook_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.ref}"
