"""Staff's pages of withdrawals and of suppliers' payouts."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from commissions import services
from commissions.models import (
    SupplierPayout,
    Withdrawal,
)
from commissions.selectors import (
    earnings_of,
    withdrawals_of,
)
from commissions.states import (
    SUPPLIER_PAYOUTS,
    WITHDRAWALS,
    SupplierPayoutStatus,
    WithdrawalStatus,
)
from payments.selectors import transfer_of
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.personal import mask_name
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
    trail,
    when,
)


def _approve(row: Withdrawal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_withdrawal(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject(row: Withdrawal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_withdrawal(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _stands(row: Withdrawal | SupplierPayout) -> SafeString:
    """Where it stands; one that the first of two people let go waits for the other."""
    if row.status == "reviewing" and row.endorsed_by:
        return pill("second_approval", _("待第二人复核"))
    return pill(row.status, row.get_status_display(), "good" if row.status == "paid" else "")


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """Owners' withdrawals; those in review wait for a person, large ones for two."""

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
        column(_("状态"), _stands, "status"),
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

    def head(self, row: Withdrawal) -> Head:
        return Head(money(row.amount_fen), _stands(row), code(row.number))

    def main(self, request: HttpRequest, row: Withdrawal) -> list[Any]:
        transfer = transfer_of("withdrawal", row.number)
        others = [
            (link_to(w), money(w.amount_fen), _stands(w), when(w.requested_at), when(w.ended_at))
            for w in withdrawals_of(row.owner)[:20]
            if w.pk != row.pk
        ]
        heads = (_("提现单号"), _("金额"), _("状态"), _("申请时间"), _("完结时间"))
        payee = f"{row.account.get_kind_display()} {mask_name(row.account.name)} ****{row.account.last4}"
        return [
            Facts(
                _("提现"),
                [
                    Fact(_("收款账户"), payee, "good", _("户名与实名一致")),
                    Fact(_("打款单"), link_to(transfer)),
                    Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
                    *facts_of(row, "requested_at", "ended_at", "decision_note"),
                ],
            ),
            Table(_("该掌柜的其他提现"), heads, others, frozenset({1})),
        ]

    def side(self, request: HttpRequest, row: Withdrawal) -> list[Any]:
        earned = earnings_of(row.owner)
        wallet = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("可提现余额"), money(earned.withdrawable_fen)),
            Fact(_("已确认佣金"), money(earned.confirmed_fen)),
            Fact(_("欠款"), money(earned.debt_fen), "bad" if earned.debt_fen else ""),
        ]
        return [Facts(_("资金"), wallet), trail("withdrawal", row.number, WITHDRAWALS)]


def _approve_payout(row: SupplierPayout, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_supplier_payout(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject_payout(row: SupplierPayout, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_supplier_payout(number=row.number, actor=actor, at=at, reason=answers["reason"])


@admin.register(SupplierPayout)
class SupplierPayoutAdmin(ReadOnlyAdmin):
    """Suppliers' weekly payouts; large ones wait for two people."""

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
        column(_("状态"), _stands, "status"),
        "requested_at",
        "ended_at",
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
        return Head(money(row.amount_fen), _stands(row), code(row.number))

    def main(self, request: HttpRequest, row: SupplierPayout) -> list[Any]:
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            Fact(_("收款账户"), f"{row.account.name} {row.account}", "good", _("户名与企业名称一致")),
            Fact(_("打款单"), link_to(transfer_of("supplier_payout", row.number))),
            Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
            *facts_of(row, "week", "requested_at", "ended_at", "decision_note"),
        ]
        return [Facts(_("结算"), facts)]

    def side(self, request: HttpRequest, row: SupplierPayout) -> list[Any]:
        return [trail("supplier_payout", row.number, SUPPLIER_PAYOUTS)]
