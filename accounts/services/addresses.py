"""A member's address book. Every change locks the member, so that two of them meet one default and one limit."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import errors
from accounts.models import Address, User
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.personal import normalise_phone
from taoxiaopu.kernel.settings import rules_at


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """An address as typed: receiver 2 to 30 characters, region 2 to 60, street 2 to 120."""

    receiver: str
    phone: str
    region: str
    street: str


def add_address(*, user: User, draft: AddressDraft, is_default: bool = False, at: datetime) -> Address:
    """Put an address into the book; the first one is the default. Raises AddressBookFull, AddressIncomplete, BadPhone."""
    clean = _checked(draft)
    limit = rules_at(at).ADDRESS_LIMIT
    with transaction.atomic():
        book = _locked_book(user)
        if len(book) >= limit:
            raise errors.AddressBookFull(limit=limit)
        if is_default:
            _no_default(user)
        return Address.objects.create(
            user=user,
            receiver=clean.receiver,
            phone=clean.phone,
            region=clean.region,
            street=clean.street,
            is_default=is_default or not book,
            created_at=at,
        )


def change_address(*, user: User, public_id: str, draft: AddressDraft, is_default: bool = False) -> Address:
    """Correct an address; it may become the default, and never ceases to be. Raises NotFound, AddressIncomplete, BadPhone."""
    clean = _checked(draft)
    with transaction.atomic():
        row = _one(_locked_book(user), public_id)
        row.receiver, row.phone = clean.receiver, clean.phone
        row.region, row.street = clean.region, clean.street
        if is_default and not row.is_default:
            _no_default(user)
            row.is_default = True
        row.save()
    return row


def prefer_address(*, user: User, public_id: str) -> None:
    """Make an address the default one. Raises NotFound."""
    with transaction.atomic():
        row = _one(_locked_book(user), public_id)
        _no_default(user)
        Address.objects.filter(pk=row.pk).update(is_default=True)


def remove_address(*, user: User, public_id: str) -> None:
    """Take an address out of the book; the newest other one follows a default. Orders keep their own copy. Raises NotFound."""
    with transaction.atomic():
        book = _locked_book(user)
        row = _one(book, public_id)
        row.delete()
        others = [other for other in book if other.public_id != public_id]
        if row.is_default and others:
            Address.objects.filter(pk=others[-1].pk).update(is_default=True)


def _locked_book(user: User) -> list[Address]:
    """The member's addresses, oldest first, while nobody else changes them."""
    lock_rows(User.objects.filter(pk=user.pk))
    return list(Address.objects.filter(user=user).order_by("pk"))


def _one(book: list[Address], public_id: str) -> Address:
    row = next((address for address in book if address.public_id == public_id), None)
    if row is None:
        raise NotFound
    return row


def _no_default(user: User) -> None:
    Address.objects.filter(user=user, is_default=True).update(is_default=False)


def _checked(draft: AddressDraft) -> AddressDraft:
    receiver, region, street = (
        " ".join(text.split()) for text in (draft.receiver, draft.region, draft.street)
    )
    if not 2 <= len(receiver) <= 30:
        raise errors.AddressIncomplete(what=_("收件人须为 2 到 30 个字"))
    if not 2 <= len(region) <= 60:
        raise errors.AddressIncomplete(what=_("所在地区须为 2 到 60 个字"))
    if not 2 <= len(street) <= 120:
        raise errors.AddressIncomplete(what=_("详细地址须为 2 到 120 个字"))
    if len(region) + len(street) < 5:
        raise errors.AddressIncomplete(what=_("地址至少 5 个字，请写到门牌号"))
    return AddressDraft(receiver, normalise_phone(draft.phone), region, street)
