"""What staff see and do on the page of a supplier that leaves: what is open in all apps, and letting its money go."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from commissions.models import DepositReturn
from commissions.selectors.suppliers import deposit_returns_of, supplier_account_of
from commissions.states import DepositReturnStatus
from disputes import services
from disputes.leaving import leaving_of
from suppliers.models import Supplier
from suppliers.states import LEAVES, SupplierStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.staff import (
    Act,
    Addition,
    Fact,
    Facts,
    ReasonForm,
    Table,
    link_to,
    money,
    pill,
    teach_page,
    when,
)


def _settle(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.settle_exit(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _blocks(row: Supplier) -> list[Any]:
    at = clock.now()
    leaving = leaving_of(row, at=at)
    why = services.why_not(leaving, at)
    account = supplier_account_of(row)
    facts = [
        Fact(_("退还条件"), why or _("已满足"), "bad" if why else "good"),
        Fact(_("订单"), leaving.orders),
        Fact(_("售后"), leaving.cases),
        Fact(_("争议"), leaving.disputes),
        Fact(_("打款中的货款（笔）"), leaving.payouts),
        Fact(_("可退还时间"), when(leaving.free_at) if leaving.free_at else "—"),
        Fact(_("货款"), money(leaving.payable_fen)),
        Fact(_("类目保证金"), money(leaving.bond_fen)),
        Fact(_("保证金"), money(leaving.deposit_fen)),
        Fact(_("欠款"), money(leaving.debt_fen), "bad" if leaving.debt_fen else ""),
        Fact(_("抵扣后应退"), money(leaving.due_fen)),
        Fact(_("收款账户"), str(account) if account else _("未填写"), "" if account else "bad"),
    ]
    returns = [
        (
            link_to(one, one.number),
            money(one.amount_fen),
            _state(one),
            when(one.requested_at),
        )
        for one in deposit_returns_of(row)
    ]
    heads = (_("退还单号"), _("金额"), _("状态"), _("核对时间"))
    return [Facts(_("退出"), facts), Table(_("保证金退还"), heads, returns, frozenset({1}))]


def _state(one: DepositReturn) -> object:
    """One that the first of two people let go waits for the other."""
    if one.status == DepositReturnStatus.REVIEWING and one.endorsed_by:
        return pill("second_approval", _("待第二人复核"))
    return pill(one.status, one.get_status_display())


def _concerns(row: Supplier) -> bool:
    return row.status in LEAVES


def _may_settle(row: Supplier) -> bool:
    """It leaves; or it is out, and a bank returned what it was sent."""
    return row.status == SupplierStatus.EXITING or (
        row.status == SupplierStatus.EXITED and leaving_of(row, at=clock.now()).due_fen > 0
    )


teach_page(Supplier, Addition(_concerns, blocks=_blocks))
teach_page(
    Supplier,
    Addition(
        _may_settle,
        (
            Act(
                "settle_exit", _("核对并退还保证金"), _settle, frozenset(), ReasonForm, "primary", "payments",
                _("先抵扣欠款，余下的货款和保证金转入对公账户；大额须由两人先后核对。银行确认到账后供应商退出。"),
                _("已核对"),
            ),
        ),
    ),
)  # fmt: skip
