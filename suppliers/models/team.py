"""Who works for a supplier: invitations, and the views of lists that members keep."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier, SupplierMember
from suppliers.states import ListPage, MemberRole
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.personal import EncryptedTextField


class MemberInvitation(models.Model):
    """An invitation to work for a supplier, addressed to a phone or e-mail that its holder has to have proved."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="invitations")
    contact = EncryptedTextField(_("手机号或邮箱"))
    contact_index = models.CharField(max_length=64, db_index=True)
    role = models.CharField(_("角色"), max_length=12, choices=MemberRole)
    person = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    ended_at = models.DateTimeField(null=True)  # accepted, declined or withdrawn

    class Meta:
        verbose_name = verbose_name_plural = _("成员邀请")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "contact_index"],
                name="invitation_open_once",
                condition=models.Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.supplier}"


class SavedView(models.Model):
    """A list's filters under a name, for one member."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    member = models.ForeignKey(SupplierMember, on_delete=models.CASCADE, related_name="views")
    page = models.CharField(max_length=8, choices=ListPage)
    name = models.CharField(_("名称"), max_length=20)
    query = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "page", "name"], name="saved_view_name_once")
        ]

    def __str__(self) -> str:
        return self.name
