"""Owners with money to withdraw, and their withdrawals up to any state, through services."""

import json
from datetime import date, datetime, timedelta

from commissions import services as commissions
from commissions.models import DepositReturn, SupplierAccount, SupplierPayout, Withdrawal
from commissions.services import settle_month
from ledger.models import AccountKind
from payments.models import NoticeOutcome, SandboxMessage, Transfer
from payments.providers import sandbox
from payments.services import send_due_transfers
from payments.states import PayeeKind
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.ids import order_number, public_id
from tax import services as tax
from tax.models import TaxProfile
from tax.selectors import tax_profile_of
from tax.states import Identity
from tests.factories import books, story

NAME = "王小满"
ACCOUNT = "6222021234567890"
ANNA, BELA = (Actor(ActorKind.STAFF, name, name) for name in ("anna", "bela"))


def earner(at: datetime, fen: int = 1_800, *, n: int = 1, account: str = ACCOUNT) -> Owner:
    """An owner with ``fen`` withdrawable (a multiple of 18) and an account; earned in the month before ``at``."""
    past = clock.month_bounds(clock.previous_month(clock.month_of(at)))[0] - timedelta(days=10)
    supplier = story.supplier(past, n)
    good = story.good(supplier, past, price_fen=fen * 10_000 // 1_800)
    shop = story.picked_shop(past, good, n=n)
    story.finalised_order(good, past, through=shop)
    settle_month(clock.previous_month(clock.month_of(at)), at=at)
    give_tax_info(shop.owner, at)
    if account:
        give_account(shop.owner, at, account)
    return shop.owner


def actor_of(owner: Owner) -> Actor:
    """The owner herself."""
    return Actor(ActorKind.OWNER, owner.public_id, owner.user.public_id)


def give_account(owner: Owner, at: datetime, account: str = ACCOUNT) -> None:
    """The account that an owner is paid to, and who she is to the tax office unless she said so."""
    if tax_profile_of(owner) is None:
        give_tax_info(owner, at)
    commissions.set_payout_account(
        owner=owner, kind=PayeeKind.BANK, name=NAME, account=account, actor=actor_of(owner), at=at
    )


def give_tax_info(
    owner: Owner,
    at: datetime,
    identity: Identity = Identity.PERSON,
    *,
    valid_until: date | None = None,
    name: str = "",
    number: str = "",
) -> TaxProfile:
    """Who an owner is to the tax office."""
    return tax.give_tax_info(
        owner=owner,
        identity=identity,
        valid_until=valid_until,
        consent=True,
        name=name,
        number=number,
        actor=actor_of(owner),
        at=at,
    )


def ask(owner: Owner, fen: int, at: datetime, *, invoice: str = "") -> Withdrawal:
    """The owner asks for money."""
    return commissions.request_withdrawal(
        owner=owner, amount_fen=fen, actor=actor_of(owner), at=at, invoice_number=invoice
    )


def approved(owner: Owner, fen: int, at: datetime) -> Withdrawal:
    """A withdrawal that was asked for and let go by staff, by two of them where it takes two."""
    row = ask(owner, fen, at)
    for staff in (ANNA, BELA):
        if row.status == "reviewing":
            row = commissions.approve_withdrawal(number=row.number, actor=staff, at=at)
    return row


def transfer_of(row: Withdrawal) -> Transfer:
    """The transfer of a withdrawal."""
    return Transfer.objects.get(cause="withdrawal", cause_ref=row.number)


def arrive(at: datetime) -> list[NoticeOutcome]:
    """Due transfers are sent and the provider's due notices about them come in."""
    send_due_transfers(at=at)
    outcomes = []
    for message in SandboxMessage.objects.filter(sent_at=None, due_at__lte=at).order_by("pk"):
        outcomes.append(take(message.body.encode(), at))
        message.sent_at = at
        message.save()
    return outcomes


def take(body: bytes, at: datetime) -> NoticeOutcome:
    """Hand a notice over, signed."""
    stamp = str(int(at.timestamp()))
    headers = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}
    return receive_notice(provider="sandbox", body=body, headers=headers, at=at)


def notice(row: Withdrawal, kind: str, **changes: object) -> bytes:
    """A notice about a withdrawal's transfer, as the provider writes it."""
    return notice_of(transfer_of(row), kind, **changes)


def notice_of(transfer: Transfer, kind: str, **changes: object) -> bytes:
    """A notice about a transfer."""
    body = {
        "event_id": f"ev-{public_id()}",
        "kind": kind,
        "charge_number": "",
        "refund_number": "",
        "transfer_number": transfer.number,
        "amount_fen": transfer.amount_fen,
        "currency": "CNY",
        "app_id": sandbox.APP_ID,
        "provider_number": "ST1",
    }
    return json.dumps(body | changes).encode()


def paid(owner: Owner, fen: int, at: datetime) -> Withdrawal:
    """A withdrawal that reached the owner's account."""
    row = approved(owner, fen, at)
    arrive(at)
    row.refresh_from_db()
    return row


def a_withdrawal(owner: Owner, at: datetime) -> Withdrawal:
    """A withdrawal of an owner who earned nothing by an order: her balance is posted by hand."""
    credit(owner, 5_000, at)
    give_account(owner, at)
    return ask(owner, 1_000, at)


def a_payout(supplier: Supplier, at: datetime, fen: int = 5_000) -> SupplierPayout:
    """A supplier's payout of the last Tuesday, of money that is in the books only; before its hour that is a week ago."""
    books.earn(AccountKind.SUPPLIER_PAYABLE, supplier.public_id, fen, at - timedelta(days=8))
    commissions.set_supplier_account(
        supplier=supplier,
        name=supplier.name,
        account="120202019001234567",
        actor=story.supplier_actor(supplier),
        at=at,
    )
    commissions.catch_up_supplier_payouts(at=at)
    return SupplierPayout.objects.get(supplier=supplier)


def a_deposit_return(supplier: Supplier, at: datetime) -> DepositReturn:
    """What a supplier that left got back, as the table says it: nothing of it is in the books."""
    return DepositReturn.objects.create(
        number=order_number(),
        supplier=supplier,
        account=SupplierAccount.objects.get(supplier=supplier, replaced_at=None),
        status="rejected",
        amount_fen=1_000,
        payable_fen=0,
        bond_fen=0,
        deposit_fen=1_000,
        requested_at=at,
    )


def a_payment(at: datetime, n: int) -> Withdrawal:
    """A withdrawal of a new owner that was paid, with tax."""
    owner = story.owner(at, n)
    credit(owner, 1_000_000, at)
    give_account(owner, at)
    return paid(owner, 1_000_000, at)


def credit(owner: Owner, fen: int, at: datetime) -> None:
    """Money in an owner's balance without a story; verify finds it."""
    books.withdrawable(owner.public_id, fen, at)
