"""Owners join by invitation and credit gate, and open shops with a name, a suffix and a number."""

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import verify_real_name
from ledger import posting
from ledger.models import AccountKind
from rulebook.services import accept_present
from rulebook.states import AcceptedBy
from storefronts import errors
from storefronts.models import InvitationCode, Owner, OwnerStanding, ShareLink, Shop
from storefronts.services.standing import follow_violations
from storefronts.states import SHOPS, Channel, ShopStatus
from taoxiaopu.kernel import audit, ids
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_name, lock_rows
from taoxiaopu.kernel.screening import NameVerdict, check_name
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RENAME_PAUSE = timedelta(hours=24)
EXTRA_SHOP_AFTER = timedelta(days=90)
EXTRA_SHOP_POINTS_BELOW = 12


def issue_invitation(
    *, max_uses: int, expires_at: datetime, actor: Actor, at: datetime, code: str = ""
) -> InvitationCode:
    """Make an invitation code: a gate, never a reward (docs/rules.md §8.1 I4). Raises BadInput."""
    code = code.strip().upper() or "".join(secrets.choice(CODE_ALPHABET) for _n in range(6))
    if not 4 <= len(code) <= 8 or set(code) - set(CODE_ALPHABET):
        raise BadInput(what=_("邀请码须为 4 到 8 位大写字母或数字 2-9，不含 I 和 O"))
    if not 1 <= max_uses <= 100_000 or expires_at <= at:
        raise BadInput(what=_("可用次数须为 1 到 100000，失效时间须在将来"))
    try:
        with transaction.atomic():
            row = InvitationCode.objects.create(
                code=code, max_uses=max_uses, expires_at=expires_at, created_at=at
            )
            audit.record(actor=actor, subject_type="invitation", subject_ref=code, event="issue", at=at)
            return row
    except IntegrityError:
        raise BadInput(what=_("该邀请码已存在")) from None


def join(*, user: User, invitation: str, name: str, id_number: str, at: datetime) -> Owner:
    """Become an owner: a valid invitation, a real name of age, a credit score above the gate. Accepts the rules in force.

    The invitation is used up only when everything else holds. Raises InvitationInvalid, CreditGate, AlreadyOwner,
    and the real-name errors of accounts.
    """
    rules = rules_at(at)
    code = invitation.strip().upper()
    if Owner.objects.filter(user=user).exists():
        raise errors.AlreadyOwner
    _require_valid(code, at)
    record = verify_real_name(user=user, name=name, id_number=id_number, at=at)
    if record.credit_score is None or record.credit_score <= rules.CREDIT_MIN_EXCLUSIVE:
        raise errors.CreditGate(score=record.credit_score or 0, gate=rules.CREDIT_MIN_EXCLUSIVE)
    try:
        with transaction.atomic():
            used = InvitationCode.objects.filter(
                code=code, expires_at__gte=at, uses__lt=F("max_uses")
            ).update(uses=F("uses") + 1)
            if not used:
                _require_valid(code, at)
                raise errors.InvitationInvalid(why=_("已被用完"))
            owner = Owner.objects.create(user=user, joined_at=at)
            OwnerStanding.objects.create(owner=owner)
            posting.ensure_accounts(
                [
                    posting.Side(AccountKind.OWNER_CONFIRMED, owner.public_id),
                    posting.Side(AccountKind.OWNER_WITHDRAWABLE, owner.public_id),
                    posting.Side(AccountKind.OWNER_DEBT, owner.public_id),
                ]
            )
            party = Actor(ActorKind.OWNER, owner.public_id, user.public_id)
            accept_present(party=party, channel=AcceptedBy.JOIN, at=at)
            return owner
    except IntegrityError:
        raise errors.AlreadyOwner from None


def _require_valid(code: str, at: datetime) -> None:
    row = InvitationCode.objects.filter(code=code).first()
    if row is None:
        raise errors.InvitationInvalid(why=_("没有这个邀请码，请核对字母和数字"))
    if at > row.expires_at:
        raise errors.InvitationInvalid(why=_("已于 {when} 过期").format(when=local_time(row.expires_at)))
    if row.uses >= row.max_uses:
        raise errors.InvitationInvalid(why=_("已被用完"))


def name_verdict(*, name: str, at: datetime) -> NameVerdict:
    """What the rules say of a shop name while it is typed; whether it is taken is asked when it is saved."""
    rules = rules_at(at)
    return check_name(name, suffix=rules.SHOP_SUFFIX, least=rules.SHOP_NAME_MIN, most=rules.SHOP_NAME_MAX)


def open_shop(*, owner: Owner, name: str, description: str, at: datetime) -> Shop:
    """Open a shop: checked name, unique after normalisation, a random number (docs/rules.md §1.6).

    A doubtful name waits for review and the shop does not sell meanwhile. Raises BadShopName, ShopNameTaken,
    ShopLimit, ExtraShopRefused, OwnerClosed.
    """
    rules = rules_at(at)
    verdict = _good_name(name, at)
    with transaction.atomic():
        lock_rows(Owner.objects.filter(pk=owner.pk))
        _require_room(owner, rules, at)
        _require_free(verdict)
        shop = _create_numbered(
            rules.SHOP_NUMBER_DIGITS,
            owner=owner,
            name=verdict.clean,
            name_skeleton=verdict.skeleton,
            description=_description(description),
            status=ShopStatus.NAME_REVIEW if verdict.needs_review else ShopStatus.OPEN,
            opened_at=at,
        )
        ShareLink.objects.create(shop=shop, good=None, channel=Channel.OTHER, created_at=at)
        follow_violations([shop], at=at)
        return shop


def _require_room(owner: Owner, rules: Rules, at: datetime) -> None:
    standing = OwnerStanding.objects.get(owner=owner)
    if standing.is_closed:
        raise errors.OwnerClosed
    shops = list(Shop.objects.filter(owner=owner).exclude(status=ShopStatus.CLOSED))
    limit = rules.SHOPS_PER_TIER[standing.tier - 1]
    if len(shops) >= limit:
        raise errors.ShopLimit(limit=limit)
    is_settled = any(shop.opened_at + EXTRA_SHOP_AFTER <= at for shop in shops)
    if shops and not (is_settled and standing.points < EXTRA_SHOP_POINTS_BELOW and standing.debt_fen == 0):
        raise errors.ExtraShopRefused(days=EXTRA_SHOP_AFTER.days, points=EXTRA_SHOP_POINTS_BELOW)


def rename_shop(*, shop: Shop, name: str, actor: Actor, at: datetime) -> Shop:
    """Change a shop's name, at most once in 24 hours. Raises RenamedToday, BadShopName, ShopNameTaken."""
    verdict = _good_name(name, at)
    with transaction.atomic():
        row = _locked(shop.number)
        if row.renamed_at is not None and at < row.renamed_at + RENAME_PAUSE:
            raise errors.RenamedToday(when=local_time(row.renamed_at + RENAME_PAUSE, "short"))
        _require_free(verdict, but=row)
        audit.record(
            actor=actor,
            subject_type="shop",
            subject_ref=row.number,
            event="rename",
            at=at,
            reason=f"{row.name} → {verdict.clean}",
        )
        row.name, row.name_skeleton, row.renamed_at = verdict.clean, verdict.skeleton, at
        try:
            with transaction.atomic():
                row.save(update_fields=["name", "name_skeleton", "renamed_at"])
        except IntegrityError:  # another shop took the name since it was looked for
            raise errors.ShopNameTaken(name=verdict.clean) from None
        if verdict.needs_review and row.status == ShopStatus.OPEN:
            SHOPS.apply(row, "review_name", actor=Actor.system("screening"), at=at)
    return row


def edit_shop(*, shop: Shop, name: str, description: str, actor: Actor, at: datetime) -> None:
    """Change name and description together or not at all; the same name is no renaming. Raises as ``rename_shop``
    and ``describe_shop``.
    """
    with transaction.atomic():
        if _good_name(name, at).clean != shop.name:
            rename_shop(shop=shop, name=name, actor=actor, at=at)
        describe_shop(shop=shop, description=description)


def describe_shop(*, shop: Shop, description: str) -> None:
    """Change a shop's description. Raises BadInput."""
    Shop.objects.filter(pk=shop.pk).update(description=_description(description))


def approve_shop_name(*, number: str, actor: Actor, at: datetime, note: str = "") -> Shop:
    """Staff passes a doubtful name; the shop opens. Raises NotFound, MoveRefused."""
    return _move(number, "approve_name", actor, at, note)


def hide_shop(*, number: str, actor: Actor, at: datetime, reason: str) -> Shop:
    """Staff hides a shop. Raises NotFound, MoveRefused."""
    return _move(number, "hide", actor, at, reason)


def show_shop(*, number: str, actor: Actor, at: datetime, note: str = "") -> Shop:
    """Staff shows a hidden shop again. Raises NotFound, MoveRefused."""
    return _move(number, "show", actor, at, note)


def close_shop(*, number: str, actor: Actor, at: datetime, reason: str) -> Shop:
    """Staff closes a shop for good; its number is never used again. Raises NotFound, MoveRefused."""
    return _move(number, "close", actor, at, reason)


def _move(number: str, event: str, actor: Actor, at: datetime, reason: str) -> Shop:
    with transaction.atomic():
        row = _locked(number)
        SHOPS.apply(row, event, actor=actor, at=at, reason=reason)
        follow_violations([row], at=at)
        return row


def _locked(number: str) -> Shop:
    rows = lock_rows(Shop.objects.filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def _good_name(name: str, at: datetime) -> NameVerdict:
    verdict = name_verdict(name=name, at=at)
    if verdict.problem is not None:
        raise errors.BadShopName(why=verdict.sentence)
    return verdict


def _require_free(verdict: NameVerdict, *, but: Shop | None = None) -> None:
    """Nobody else has the name, and nobody takes it until this transaction ends. Raises ShopNameTaken."""
    lock_name(f"shop name {verdict.skeleton}")
    others = Shop.objects.filter(name_skeleton=verdict.skeleton)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise errors.ShopNameTaken(name=verdict.clean)


def _description(text: str) -> str:
    text = text.strip()
    if len(text) > 200:
        raise BadInput(what=_("简介最多 200 字"))
    return text


def _create_numbered(digits: int, **fields: object) -> Shop:
    for _attempt in range(50):
        number = ids.shop_number(digits)
        if Shop.objects.filter(number=number).exists():
            continue
        try:
            with transaction.atomic():
                return Shop.objects.create(number=number, **fields)
        except IntegrityError:  # another shop took the name, or this number, since they were looked for
            if Shop.objects.filter(name_skeleton=fields["name_skeleton"]).exists():
                raise errors.ShopNameTaken(name=fields["name"]) from None
    raise RuntimeError("shop numbers are running out: raise SHOP_NUMBER_DIGITS")
