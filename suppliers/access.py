"""One object of suppliers for one actor, or NotFound: strangers learn nothing."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from suppliers.models import (
    BulkEdit,
    CatalogueImport,
    Good,
    GoodChange,
    MarketReference,
    MemberInvitation,
    Paper,
    SavedView,
    Sku,
    Supplier,
    SupplierMember,
    WebhookDelivery,
    WebhookEndpoint,
)
from suppliers.selectors import invitations_for
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound


def good_for_supplier(supplier: Supplier, public_id: str) -> Good:
    """A supplier's own good. Raises NotFound."""
    return _one(
        Good.objects.select_related("supplier", "category").filter(supplier=supplier, public_id=public_id)
    )


def good_for_visitor(public_id: str) -> Good:
    """Any good that was ever listed, for a page that may have to say that it is gone, with the platform's ``present``.

    Raises NotFound.
    """
    goods = Good.objects.select_related("supplier", "category").annotate(present=clock.present())
    goods = goods.exclude(status__in=["held", "refused"])
    return _one(goods.filter(public_id=public_id))


def good_for_picture(public_id: str) -> Good:
    """Any good, for its picture: the desks that review a held good show it too. Raises NotFound."""
    return _one(Good.objects.select_related("category").filter(public_id=public_id))


def sku_for_visitor(sku_id: int) -> Sku:
    """A SKU of a good that was ever listed, with good and supplier. Raises NotFound."""
    skus = Sku.objects.select_related("good__supplier", "good__category")
    sku = skus.exclude(good__status__in=["held", "refused"]).filter(pk=sku_id).first()
    if sku is None:
        raise NotFound
    return sku


def good_for_owner(public_id: str) -> Good:
    """A good of the pool for an owner. Raises NotFound."""
    return good_for_visitor(public_id)


def goods_for_owner(public_ids: list[str]) -> list[Good]:
    """Goods of the pool for an owner, in the order asked for. Raises NotFound when one of them is none."""
    if not all(public_id.isalnum() for public_id in public_ids):
        raise NotFound
    goods = Good.objects.select_related("supplier", "category").exclude(status__in=["held", "refused"])
    found = {good.public_id: good for good in goods.filter(public_id__in=public_ids)}
    if len(found) != len(set(public_ids)):
        raise NotFound
    return [found[public_id] for public_id in public_ids]


def known_goods_for_owner(public_ids: list[str]) -> list[Good]:
    """Those of these goods that the pool knows, on sale or not, in the order asked for."""
    goods = Good.objects.select_related("supplier", "category").exclude(status__in=["held", "refused"])
    found = {
        good.public_id: good for good in goods.filter(public_id__in=[i for i in public_ids if i.isalnum()])
    }
    return [found[public_id] for public_id in public_ids if public_id in found]


def upload_for_supplier(supplier: Supplier, name: str) -> str:
    """The name of an uploaded picture that this supplier uses or has put forward. Raises NotFound."""
    if not name.isalnum():
        raise NotFound
    shown = Q(picture=name) | Q(gallery__contains=[name])
    if Good.objects.filter(shown, supplier=supplier).exists():
        return name
    if GoodChange.objects.filter(shown, good__supplier=supplier).exists():
        return name
    if MarketReference.objects.filter(screenshot=name, good__supplier=supplier).exists():
        return name
    raise NotFound


def import_for(supplier: Supplier | None, public_id: str) -> CatalogueImport:
    """A supplier's own import, or a staff one when None. Raises NotFound."""
    rows = CatalogueImport.objects.select_related("category", "supplier")
    row = rows.filter(supplier=supplier, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def bulk_edit_for(supplier: Supplier, public_id: str) -> BulkEdit:
    """A supplier's own change of many goods. Raises NotFound."""
    row = BulkEdit.objects.filter(supplier=supplier, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def colleague(supplier: Supplier, public_id: str) -> SupplierMember:
    """A member of this supplier, by the person's public id. Raises NotFound."""
    members = SupplierMember.objects.select_related("user", "supplier")
    row = members.filter(supplier=supplier, user__public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def invitation_for_supplier(supplier: Supplier, public_id: str) -> MemberInvitation:
    """A supplier's own open invitation. Raises NotFound."""
    row = MemberInvitation.objects.filter(supplier=supplier, public_id=public_id, ended_at=None).first()
    if row is None:
        raise NotFound
    return row


def invitation_for_user(user: User, public_id: str, *, at: datetime) -> MemberInvitation:
    """An invitation that this person may accept. Raises NotFound."""
    row = invitations_for(user, at=at).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def view_for_member(member: SupplierMember, public_id: str) -> SavedView:
    """A view that this member kept. Raises NotFound."""
    row = SavedView.objects.filter(member=member, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def webhook_for(supplier: Supplier, public_id: str) -> WebhookEndpoint:
    """A supplier's own endpoint. Raises NotFound."""
    row = WebhookEndpoint.objects.filter(supplier=supplier, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def delivery_for(supplier: Supplier, public_id: str) -> WebhookDelivery:
    """A delivery to a supplier's own endpoint. Raises NotFound."""
    rows = WebhookDelivery.objects.select_related("endpoint")
    row = rows.filter(endpoint__supplier=supplier, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def paper_for_supplier(supplier: Supplier, public_id: str) -> Paper:
    """A supplier's own paper. Raises NotFound."""
    papers = Paper.objects.select_related("requirement", "supplier").filter(supplier=supplier)
    return _paper(papers, public_id)


def _paper(papers: "QuerySet[Paper]", public_id: str) -> Paper:
    paper = papers.filter(public_id=public_id).first()
    if paper is None:
        raise NotFound
    return paper


def _one(goods: "QuerySet[Good]") -> Good:
    good = goods.first()
    if good is None:
        raise NotFound
    return good
