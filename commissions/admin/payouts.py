"""Staff's pages of withdrawals and of suppliers' payouts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commissions import services
from commissions.models import (
    DepositReturn,
    SupplierPayout,
    Withdrawal,
)
from commissions.selectors import earnings_of, was_paid_before, withdrawals_of
from commissions.selectors.suppliers import payouts_of
from commissions.selectors.withdrawals import held_back_by, is_late, promised_by
from commissions.states import (
    SUPPLIER_PAYOUTS,
    WITHDRAWALS,
    SupplierPayoutStatus,
    WithdrawalStatus,
)
from ledger.models import AccountKind, JournalKind
from ledger.selectors import balances, journals_of_events
from payments.models import Transfer
from payments.selectors import transfer_of
from payments.states import PayeeKind
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.personal import mask_name
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    NoteForm,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link_to,
    money,
    name_of,
    pill,
    rows_by,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, yuan_sign
from tax.selectors import split_of


def _read_account(entry: AuditEntry) -> str:
    """A changed account is noted by its kind and last four digits."""
    kind, _space, last4 = entry.reason.partition(" ")
    return f"{PayeeKind(kind).label} ****{last4}" if kind in PayeeKind.values else entry.reason


teach_subject("withdrawal", _("提现"), WITHDRAWALS, find=rows_by(Withdrawal, "number"))
teach_subject(
    "supplier_payout",
    _("供应商结算"),
    SUPPLIER_PAYOUTS,
    find=rows_by(SupplierPayout, "number"),
)
teach_subject("payout_account", _("收款账户"), reason=_read_account)


def _approve(row: Withdrawal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_withdrawal(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject(row: Withdrawal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_withdrawal(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _stands(row: Withdrawal, at: datetime) -> SafeString:
    """Where it stands, and whether it is later than promised."""
    late = pill("late", _("已超时"), "bad")
    return format_html("{} {}", state_of(row), late) if is_late(row, at) else state_of(row)


def state_of(row: Withdrawal | SupplierPayout | DepositReturn) -> SafeString:
    """One that the first of two people let go waits for the other."""
    if row.status == "reviewing" and row.endorsed_by:
        return pill("second_approval", _("待第二人复核"))
    return pill(row.status, row.get_status_display(), "good" if row.status == "paid" else "")


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """Owners' withdrawals; those in review wait for a person, large ones for two."""

    empty = _("掌柜申请提现后列在这里；首次和大额的等待审核")
    chip_field = "status"
    search_fields = ("number", "owner__user__nickname")
    search_help_text = _("按提现单号或掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user", "account")
    list_display = columns(
        Withdrawal,
        column(_("提现单号"), lambda row: code(row.number), "number"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        "amount_fen",
        column(_("收款账户"), lambda row: str(row.account)),
        column(_("状态"), lambda row: _stands(row, row.present), "status"),
        "requested_at",
        "ended_at",
    )
    acts = (
        Act(
            "approve", _("通过"), _approve, frozenset({WithdrawalStatus.REVIEWING}), NoteForm, "primary", "check",
            _("通过后提交渠道打款；大额须由两人先后通过。"), _("已通过"),
        ),
        Act(
            "reject", _("驳回"), _reject, frozenset({WithdrawalStatus.REVIEWING}), ReasonForm, "danger", "close",
            _("金额退回掌柜的可提现余额，原因会显示给掌柜。"), _("已驳回，金额已退回"),
        ),
    )  # fmt: skip

    def head(self, row: Any) -> Head:
        return Head(money(row.amount_fen), _stands(row, row.present), code(row.number))

    def main(self, request: HttpRequest, row: Any) -> list[Any]:
        transfer = transfer_of("withdrawal", row.number)
        others = [
            (
                link_to(w),
                money(w.amount_fen),
                _stands(w, row.present),
                when(w.requested_at, "short"),
                when(w.ended_at, "short"),
            )
            for w in withdrawals_of(row.owner)[:20]
            if w.pk != row.pk
        ]
        heads = (_("提现单号"), _("金额"), _("状态"), _("申请时间"), _("完结时间"))
        payee = f"{row.account.get_kind_display()} {mask_name(row.account.name)} ****{row.account.last4}"
        return [
            Facts(
                _("提现"),
                [
                    *self._amounts(row),
                    Fact(_("收款账户"), payee, "good", _("户名与实名一致")),
                    Fact(_("审核原因"), self._why(row) or _("不需要审核")),
                    *self._barred(row),
                    Fact(_("承诺到账"), when(promised_by(row), "day")),
                    Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
                    *facts_of(row, "requested_at", "ended_at", "decision_note"),
                ],
            ),
            booked("withdrawal", row.number, (JournalKind.WITHDRAW, JournalKind.WITHDRAW_BACK), transfer),
            Table(_("该掌柜的其他提现"), heads, others, frozenset({1}), empty=_("这是第一次提现")),
        ]

    def _amounts(self, row: Withdrawal) -> list[Fact]:
        """What the owner asked for, the tax on it, and what reaches the account."""
        split = split_of(row.owner, row.number, row.amount_fen, at=self.moment())
        if split is None:
            return facts_of(row, "amount_fen")
        hint = _("打款时计算") if split.is_final else _("按现在打款预计")
        return [
            Fact(_("税前金额"), money(split.gross_fen)),
            Fact(_("代扣税款"), money(split.tax_fen), hint=hint),
            Fact(_("实付"), money(split.net_fen)),
        ]

    def _barred(self, row: Withdrawal) -> list[Fact]:
        """What keeps staff from letting it go."""
        why = held_back_by(row, self.moment()) if row.status == WithdrawalStatus.REVIEWING else ""
        return [Fact(_("不能通过"), why, "bad")] if why else []

    def _why(self, row: Withdrawal) -> str:
        """Which of the rules sent it to review."""
        rules = rules_at(row.requested_at)
        reasons = []
        if services.needs_two(row):
            limit = yuan_sign(rules.FOUR_EYES_PAYOUT_FEN)
            reasons.append(gettext("超过 {limit}，须两人").format(limit=limit))
        elif row.amount_fen > rules.WITHDRAW_REVIEW_FEN:
            reasons.append(gettext("超过 {limit}").format(limit=yuan_sign(rules.WITHDRAW_REVIEW_FEN)))
        if row.invoice_number:
            reasons.append(gettext("核对发票 {number}").format(number=row.invoice_number))
        if not was_paid_before(row):
            reasons.append(gettext("首次提现"))
        return listed(reasons)

    def side(self, request: HttpRequest, row: Withdrawal) -> list[Any]:
        earned = earnings_of(row.owner)
        wallet = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("可提现余额"), money(earned.withdrawable_fen)),
            Fact(_("已确认佣金"), money(earned.confirmed_fen)),
            Fact(_("欠款"), money(earned.debt_fen), "bad" if earned.debt_fen else ""),
        ]
        return [Facts(_("资金"), wallet), trail("withdrawal", row.number)]


def booked(ref_type: str, number: str, kinds: Iterable[JournalKind], transfer: Transfer | None) -> Table:
    """Every journal of a payout: that of the request, and what became of it."""
    found = [journals_of_events(kind, ref_type, {number}).get(number) for kind in kinds]
    if transfer is not None:
        for kind in (JournalKind.PAYOUT_PAID, JournalKind.PAYOUT_RETURNED):
            found.append(journals_of_events(kind, "transfer", {transfer.number}).get(transfer.number))
    journals = sorted((journal for journal in found if journal), key=lambda journal: journal.pk)
    rows = [(link_to(journal), when(journal.occurred_at)) for journal in journals]
    paid = _("打款单 {number}").format(number=transfer.number) if transfer else ""
    return Table(
        _("日记账"), (_("日记账"), _("发生时间")), rows, note=link_to(transfer, paid) if transfer else ""
    )


def _approve_payout(row: SupplierPayout, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_supplier_payout(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject_payout(row: SupplierPayout, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_supplier_payout(number=row.number, actor=actor, at=at, reason=answers["reason"])


@admin.register(SupplierPayout)
class SupplierPayoutAdmin(ReadOnlyAdmin):
    """Suppliers' weekly payouts; large ones wait for two people."""

    empty = _("每周二结算供应商的货款，大额的等待两人审核")
    chip_field = "status"
    search_fields = ("number", "supplier__name")
    search_help_text = _("按结算单号或供应商查找")
    ordering = ("-id",)
    list_select_related = ("supplier", "account")
    list_display = columns(
        SupplierPayout,
        column(_("结算单号"), lambda row: code(row.number), "number"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        "week",
        "amount_fen",
        column(_("收款账户"), lambda row: str(row.account)),
        column(_("状态"), state_of, "status"),
        column(_("完结时间"), lambda row: when(row.ended_at, "short"), "ended_at"),
    )
    acts = (
        Act(
            "approve", _("通过"), _approve_payout, frozenset({SupplierPayoutStatus.REVIEWING}), NoteForm, "primary",
            "check", _("由两人先后通过，之后提交渠道打款。"), _("已通过"),
        ),
        Act(
            "reject", _("暂缓"), _reject_payout, frozenset({SupplierPayoutStatus.REVIEWING}), ReasonForm, "danger",
            "close", _("金额退回应付，下周一并结算；原因会显示给供应商。"), _("已暂缓"),
        ),
    )  # fmt: skip

    def head(self, row: SupplierPayout) -> Head:
        return Head(money(row.amount_fen), state_of(row), code(row.number))

    def main(self, request: HttpRequest, row: SupplierPayout) -> list[Any]:
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            Fact(_("收款账户"), f"{row.account.name} {row.account}", "good", _("户名与企业名称一致")),
            Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
            *facts_of(row, "week", "requested_at", "ended_at", "decision_note"),
        ]
        transfer = transfer_of("supplier_payout", row.number)
        kinds = (JournalKind.SUPPLIER_PAYOUT, JournalKind.SUPPLIER_PAYOUT_BACK)
        others = [
            (link_to(p, p.number), money(p.amount_fen), state_of(p), when(p.week, "day"))
            for p in payouts_of(row.supplier)[:20]
            if p.pk != row.pk
        ]
        heads = (_("结算单号"), _("金额"), _("状态"), _("结算日"))
        return [
            Facts(_("结算"), facts),
            booked("supplier_payout", row.number, kinds, transfer),
            Table(_("该供应商的其他结算"), heads, others, frozenset({1}), empty=_("这是第一次结算")),
        ]

    def side(self, request: HttpRequest, row: SupplierPayout) -> list[Any]:
        held = [
            Fact(AccountKind(kind).label, money(fen))
            for (kind, _party), fen in balances(row.supplier.public_id).items()
        ]
        return [Facts(_("供应商现在的余额"), held), trail("supplier_payout", row.number)]
