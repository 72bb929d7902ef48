"""Staff's pages of deposits that suppliers get back when they leave; they are let go on the supplier's own page."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from commissions import services
from commissions.admin.payouts import booked, state_of
from commissions.models import DepositReturn
from commissions.states import DEPOSIT_RETURNS, DepositReturnStatus
from ledger.models import AccountKind, JournalKind
from ledger.selectors import balances
from payments.selectors import transfer_of
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    code,
    column,
    columns,
    facts_of,
    link_to,
    money,
    name_of,
    rows_by,
    teach_subject,
    trail,
    when,
)

teach_subject("deposit_return", _("保证金退还"), DEPOSIT_RETURNS, find=rows_by(DepositReturn, "number"))


def _reject(row: DepositReturn, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_deposit_return(number=row.number, actor=actor, at=at, reason=answers["reason"])


@admin.register(DepositReturn)
class DepositReturnAdmin(ReadOnlyAdmin):
    """What suppliers that leave get back; large ones wait for two people."""

    empty = _("供应商退出时退还的货款和保证金列在这里")
    chip_field = "status"
    search_fields = ("number", "supplier__name")
    search_help_text = _("按退还单号或供应商查找")
    ordering = ("-id",)
    list_select_related = ("supplier", "account")
    list_display = columns(
        DepositReturn,
        column(_("退还单号"), lambda row: code(row.number), "number"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        "amount_fen",
        column(_("收款账户"), lambda row: str(row.account)),
        column(_("状态"), state_of, "status"),
        column(_("核对时间"), lambda row: when(row.requested_at, "short"), "requested_at"),
        column(_("完结时间"), lambda row: when(row.ended_at, "short"), "ended_at"),
    )
    acts = (
        Act(
            "reject", _("驳回"), _reject, frozenset({DepositReturnStatus.REVIEWING}), ReasonForm, "danger", "close",
            _("金额退回供应商的账户，之后可以重新核对；原因会显示给供应商。"), _("已驳回，金额已退回"),
        ),
    )  # fmt: skip

    def head(self, row: DepositReturn) -> Head:
        return Head(money(row.amount_fen), state_of(row), code(row.number))

    def main(self, request: HttpRequest, row: DepositReturn) -> list[Any]:
        transfer = transfer_of("deposit_return", row.number)
        kinds = (JournalKind.DEPOSIT_RETURN, JournalKind.DEPOSIT_RETURN_BACK)
        facts = [
            Fact(_("供应商"), link_to(row.supplier), hint=_("在供应商页面核对并通过")),
            Fact(_("收款账户"), f"{row.account.name} {row.account}", "good", _("户名与企业名称一致")),
            *facts_of(row, "payable_fen", "bond_fen", "deposit_fen"),
            Fact(_("一审"), name_of(row.endorsed_by) if row.endorsed_by else "—"),
            *facts_of(row, "requested_at", "ended_at", "decision_note"),
        ]
        return [Facts(_("退还"), facts), booked("deposit_return", row.number, kinds, transfer)]

    def side(self, request: HttpRequest, row: DepositReturn) -> list[Any]:
        held = [
            Fact(AccountKind(kind).label, money(fen))
            for (kind, _party), fen in balances(row.supplier.public_id).items()
        ]
        return [Facts(_("供应商现在的余额"), held), trail("deposit_return", row.number)]
