"""Blocks of staff pages that show an order: who receives it, and where its money went."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import DEBIT_NORMAL, Account, Journal
from ledger.selectors import journals_of_order
from orders.models import Order
from orders.selectors import contract_of, proof_of, versions_of
from taoxiaopu.kernel.personal import mask_name
from taoxiaopu.kernel.staff import Fact, Facts, Table, code, facts_of, link_to, money, names_of, when


def masked_address(text: str) -> str:
    """The province and city, the rest hidden."""
    return f"{text[:6]}****" if text else ""


def delivery_facts(order: Order, revealed: Any = None) -> Facts:
    """Who the parcel goes to: masked, or in full when it was revealed."""
    trade = order.trade
    if revealed is not None:
        return Facts(
            _("收货信息（本次查看已记录）"),
            [
                Fact(_("收件人"), revealed.receiver),
                Fact(_("手机号"), code(revealed.phone)),
                Fact(_("地址"), revealed.address),
            ],
        )
    return Facts(
        _("收货信息"),
        [
            Fact(_("收件人"), mask_name(trade.receiver)),
            Fact(_("手机号"), code(trade.masked_phone)),
            Fact(_("地址"), masked_address(trade.address)),
        ],
    )


def proof_blocks(order: Order) -> list[Table]:
    """The clicks on which the order's owner rests: the one that decided, and those that lost, with the reason."""
    if order.owner is None:
        return []
    proof = proof_of(order, for_staff=True)
    clicks = [*([proof.click] if proof.click else []), *proof.lost] if proof else []
    rows = [
        (
            when(click.at),
            click.way,
            click.channel,
            code(click.link),
            click.shop,
            click.lost or _("采用"),
            click.why_not or "—",
        )
        for click in clicks
    ]
    heads = (_("时间"), _("来自"), _("渠道"), _("链接"), _("小铺"), _("结果"), _("不计入的原因"))
    note = gettext("选定规则：{rule}").format(rule=proof.rule) if proof else _("下单时还没有保留点击证据")
    empty = _("没有点击：在小铺页面下单")
    return [Table(_("归因证据"), heads, rows, note=note, empty=empty)]


def money_tables(order: Order) -> list[Table]:
    """Every transfer of the order, and a table per account that adds up: debits equal credits."""
    journals = list(journals_of_order(order.number))
    accounts: dict[int, Account] = {}
    for journal in journals:
        for transfer in journal.transfers.all():
            accounts[transfer.debit_id], accounts[transfer.credit_id] = transfer.debit, transfer.credit
    names = names_of({account.party for account in accounts.values()})
    return [_account_table(journals, accounts, names), _transfer_table(journals, names)]


def _account_name(account: Account, names: dict[str, str]) -> object:
    whose = names.get(account.party, account.party)
    words = f"{account.get_kind_display()} · {whose}" if whose else account.get_kind_display()
    return link_to(account, words)


def _account_table(journals: list[Journal], accounts: dict[int, Account], names: dict[str, str]) -> Table:
    moved = {pk: [0, 0] for pk in accounts}
    for journal in journals:
        for transfer in journal.transfers.all():
            moved[transfer.debit_id][0] += transfer.amount_fen
            moved[transfer.credit_id][1] += transfer.amount_fen
    rows = []
    for pk, account in sorted(accounts.items(), key=lambda item: (item[1].kind, item[1].party)):
        debit, credit = moved[pk]
        net = debit - credit if account.kind in DEBIT_NORMAL else credit - debit
        rows.append((_account_name(account, names), money(debit), money(credit), money(net)))
    debits, credits = sum(d for d, _c in moved.values()), sum(c for _d, c in moved.values())
    return Table(
        _("钱去了哪里"),
        (_("账户"), _("借方"), _("贷方"), _("本单净额")),
        rows,
        frozenset({1, 2, 3}),
        (_("合计"), money(debits), money(credits), _("借贷相等") if debits == credits else _("借贷不等")),
        _("付款后才有资金记录"),
        _("本单在每个账户上的进出；净额按账户自己的方向计算。") if rows else "",
    )


def _transfer_table(journals: list[Journal], names: dict[str, str]) -> Table:
    rows = [
        (
            when(journal.occurred_at, "short"),
            link_to(journal, journal.get_kind_display()),
            _account_name(transfer.debit, names),
            _account_name(transfer.credit, names),
            money(transfer.amount_fen),
        )
        for journal in journals
        for transfer in journal.transfers.all()
    ]
    return Table(
        _("逐笔分录"),
        (_("时间"), _("事件"), _("借"), _("贷"), _("金额")),
        rows,
        frozenset({4}),
        empty=_("暂无分录"),
    )


def contract_blocks(order: Order) -> list[Any]:
    """What both sides agreed on about a customised good, version by version; nothing for goods from stock."""
    contract = contract_of(order)
    if contract is None:
        return []
    rows = [
        (
            sight.version.number,
            sight.version.get_side_display(),
            when(sight.version.at, "short"),
            "\n".join(f"{clause.label}: {clause.value}" for clause in sight.clauses if clause.value),
            when(sight.buyer_accepted_at, "short"),
            when(sight.supplier_accepted_at, "short"),
            code(sight.version.seal[:12]),
        )
        for sight in versions_of(contract)
    ]
    heads = (
        _("版本"), _("提出方"), _("提出时间"), _("内容"), _("买家接受"), _("商家接受"), _("校验码"),
    )  # fmt: skip
    facts = facts_of(contract, "agree_by", "agreed_version", "agreed_at", "production_at", "fee_fen")
    return [
        Facts(_("定制约定"), facts),
        Table(_("约定的版本"), heads, rows, note=_("每一版都不能修改或删除")),
    ]
