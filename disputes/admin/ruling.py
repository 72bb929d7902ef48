"""The form with which staff rules, the template answers, and the panel that previews a ruling to the fen."""

import hashlib
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from disputes.models import Dispute
from disputes.services import Preview, RulingDraft
from disputes.states import Liable, RulingOutcome
from taoxiaopu.kernel.forms import YuanField
from taoxiaopu.kernel.staff import StaffForm, Table, money

RULES: tuple[tuple[str, str | Promise], ...] = (
    (gettext_noop("§5.5 签收"), _("§5.5 是否签收：供应商以物流签收记录举证")),
    (gettext_noop("§5.5 发货"), _("§5.5 是否按时发货：以首次揽收时间为准")),
    (gettext_noop("§5.5 质量"), _("§5.5 质量：耐用品六个月内由供应商举证")),
    (gettext_noop("§5.5 真伪"), _("§5.5 真伪：供应商出示采购链路")),
    (gettext_noop("§5.5 描述"), _("§5.5 描述不符：以下单快照为准")),
    (gettext_noop("§5.5 承诺"), _("§5.5 掌柜承诺不实：以保存的分享文案为准")),
    (gettext_noop("§5.5 期满"), _("§5.5 逾期未举证：作不利推定")),
    (gettext_noop("§5.7 七天"), _("§5.7 七天无理由退货")),
)
ANSWERS: tuple[str | Promise, ...] = (
    _("供应商在举证期内未提交签收记录，按规则作不利推定，支持消费者全额退款。"),
    _("下单快照与实物照片明显不符，供应商未能说明，支持退款。"),
    _("供应商已提供完整采购链路，消费者未提交相反证据，驳回申请。"),
    _("商品存在瑕疵但可正常使用，双方各有责任，支持部分退款。"),
    _("掌柜的推荐文案与商品事实不符，由掌柜承担责任。"),
    _("商品在运输中损坏，供应商应先行赔付并向物流追偿。"),
)


class RulingForm(StaffForm):
    """Outcome, who is liable, the amount of a partial refund, the rule and the reason."""

    outcome = forms.ChoiceField(label=_("裁定"), choices=RulingOutcome.choices)
    liable = forms.ChoiceField(label=_("责任方"), choices=Liable.choices)
    amount = YuanField(label=_("部分退款金额（元）"), required=False, help_text=_("仅部分退款时填写。"))
    rule_number = forms.ChoiceField(label=_("规则条款"), choices=RULES)
    reason = forms.CharField(
        label=_("理由（双方可见）"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == RulingOutcome.PARTIAL_REFUND and not data.get("amount"):
            self.add_error("amount", _("请填写退款金额"))
        return data


def draft_of(answers: dict[str, Any]) -> RulingDraft:
    """The form's answers as the service takes them."""
    return RulingDraft(
        outcome=RulingOutcome(answers["outcome"]),
        liable=Liable(answers["liable"]),
        amount_fen=answers.get("amount") or 0,
        reason=answers["reason"],
        rule_number=answers["rule_number"],
    )


def digest_of(draft: RulingDraft, preview: Preview) -> str:
    """What was previewed, so that nothing else can be confirmed."""
    parts = (
        draft.outcome,
        draft.liable,
        draft.rule_number,
        draft.reason,
        preview.refund_fen,
        preview.freight_fen,
        preview.supplier_fen,
        preview.owner_fen,
        preview.platform_fen,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def effect_table(dispute: Dispute, preview: Preview) -> Table:
    """What moves, from whom to whom, adding up to the fen."""
    total = preview.refund_fen + preview.freight_fen
    source = (
        _("从担保款退回，佣金按剩余金额重算")
        if preview.from_escrow
        else _("订单已结清：向各方追回后退给消费者")
    )
    owner = dispute.order.owner
    rows = [
        (_("供应商"), dispute.order.supplier.name, money(preview.supplier_fen)),
        (_("掌柜（佣金减少）"), str(owner) if owner else "—", money(preview.owner_fen)),
        (_("平台（服务费减奖励）"), "—", money(preview.platform_fen)),
    ]
    if preview.freight_fen:
        rows.insert(1, (_("供应商（运费）"), dispute.order.supplier.name, money(preview.freight_fen)))
    return Table(
        _("执行后的资金变动"),
        (_("承担方"), _("主体"), _("金额")),
        rows,
        frozenset({2}),
        (_("退给消费者"), "", money(total)),
        note=source,
    )
