"""Cases (A1-A21) and disputes (D1-D12) of docs/rules.md §5.4 and §5.5, penalties (P1-P4) of §4: states and moves."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM, ActorKind
from taoxiaopu.kernel.transitions import StateTable, move

BUYER, SUPPLIER, STAFF = ActorKind.BUYER, ActorKind.SUPPLIER, ActorKind.STAFF
OWNER = ActorKind.OWNER


class CaseStatus(models.TextChoices):
    """Where an after-sales case stands."""

    WAIT_SUPPLIER = "wait_supplier", _("等待商家处理")
    REJECTED = "rejected", _("商家已拒绝")
    IN_DISPUTE = "in_dispute", _("平台介入中")
    REFUNDING = "refunding", _("退款中")
    SUCCEEDED = "succeeded", _("退款成功")
    CLOSED = "closed", _("已关闭")


C = CaseStatus
CASES = StateTable(
    "case",
    CaseStatus,
    (
        move("A2", C.WAIT_SUPPLIER, "agree", SUPPLIER, C.REFUNDING),
        move("A4", C.WAIT_SUPPLIER, "reject", SUPPLIER, C.REJECTED, "AS_AFTER_REJECT_D"),
        move("A6", C.WAIT_SUPPLIER, "shipped_meanwhile", SYSTEM, C.CLOSED),
        move("A7", C.WAIT_SUPPLIER, "silence_refunds", SYSTEM, C.REFUNDING, "AS_UNSHIPPED_H"),
        move("A7b", C.WAIT_SUPPLIER, "custom_disputes", SYSTEM, C.IN_DISPUTE, "AS_CUSTOM_H"),
        move("A9", C.WAIT_SUPPLIER, "silence_disputes", SYSTEM, C.IN_DISPUTE, "AS_RECEIVED_H"),
        move("A11", C.REJECTED, "modify", BUYER, C.WAIT_SUPPLIER),
        move("A12", C.REJECTED, "escalate", BUYER, C.IN_DISPUTE),
        move("A12", C.REJECTED, "lapse", SYSTEM, C.CLOSED, "AS_AFTER_REJECT_D"),
        move("A19", [C.WAIT_SUPPLIER, C.REJECTED], "withdraw", BUYER, C.CLOSED),
        move("A20", C.REFUNDING, "refunded", SYSTEM, C.SUCCEEDED),
        move("A21", C.IN_DISPUTE, "rule_refund", SYSTEM, C.REFUNDING),
        move("A21", C.IN_DISPUTE, "rule_reject", SYSTEM, C.CLOSED),
    ),
    {
        "apply": _("申请退款"),
        "agree": _("同意退款"),
        "reject": _("拒绝"),
        "shipped_meanwhile": _("商家已发货"),
        "silence_refunds": _("商家超时未处理，自动退款"),
        "custom_disputes": _("定制商品制作中，商家超时未处理，平台介入"),
        "silence_disputes": _("商家超时未处理，平台介入"),
        "modify": _("修改申请"),
        "escalate": _("申请平台介入"),
        "lapse": _("超时关闭"),
        "withdraw": _("撤销申请"),
        "refunded": _("退款到账"),
        "rule_refund": _("平台裁定退款"),
        "rule_reject": _("平台裁定不退款"),
    },
)
OPEN_CASE = (C.WAIT_SUPPLIER, C.REJECTED, C.IN_DISPUTE, C.REFUNDING)


class CaseReason(models.TextChoices):
    """Why the consumer wants money back. ``NO_REASON`` is the owner's side in tier figures (docs/rules.md §7.1 R)."""

    NO_REASON = "no_reason", _("不想要了（七天无理由）")
    NOT_RECEIVED = "not_received", _("没有收到货")
    QUALITY = "quality", _("质量问题")
    NOT_AS_DESCRIBED = "not_as_described", _("与描述不符")
    LATE = "late", _("未按时发货")
    FAKE = "fake", _("怀疑是假货")
    OWNER_PROMISE = "owner_promise", _("掌柜承诺不实")
    CANCEL = "cancel", _("取消定制")  # of customised goods only, which know no seven-day return


class DisputeKind(models.TextChoices):
    """Kinds that this version arbitrates."""

    AFTERSALE = "aftersale", _("售后争议")
    FAKE_GOODS = "fake_goods", _("假货争议")
    CUSTOM_CONTRACT = "custom", _("定制合约争议")


class DisputeStatus(models.TextChoices):
    """Where a dispute stands."""

    EVIDENCE = "evidence", _("举证中")
    REVIEW = "review", _("审理中")
    SECOND_APPROVAL = "second_approval", _("待复核")  # above FOUR_EYES_DISPUTE_FEN
    DECIDED = "decided", _("已裁定，可申诉")
    APPEALED = "appealed", _("申诉中")
    EXECUTING = "executing", _("执行中")
    CLOSED = "closed", _("已结案")
    WITHDRAWN = "withdrawn", _("已撤回")


D = DisputeStatus
DISPUTES = StateTable(
    "dispute",
    DisputeStatus,
    (
        move("D2", D.EVIDENCE, "both_done", SYSTEM, D.REVIEW),
        move("D3", D.EVIDENCE, "evidence_over", SYSTEM, D.REVIEW, "DISP_EVIDENCE_H"),
        move("D8", D.REVIEW, "decide", STAFF, D.DECIDED, "DISP_SLA_H"),
        move("D8", D.REVIEW, "decide", STAFF, D.SECOND_APPROVAL, "DISP_SLA_H"),
        move("D8", D.SECOND_APPROVAL, "approve", STAFF, D.DECIDED),
        move("D8", D.SECOND_APPROVAL, "send_back", STAFF, D.REVIEW),
        move("D9", D.DECIDED, "appeal", [BUYER, SUPPLIER], D.APPEALED, "DISP_APPEAL_H"),
        move("D9", D.DECIDED, "appeal_over", SYSTEM, D.EXECUTING, "DISP_APPEAL_H"),
        move("D10", D.APPEALED, "uphold", STAFF, D.EXECUTING),
        move("D10", D.APPEALED, "change", STAFF, D.EXECUTING),
        move("D11", D.EXECUTING, "executed", SYSTEM, D.CLOSED),
        move("D12", [D.EVIDENCE, D.REVIEW], "withdraw", BUYER, D.WITHDRAWN),
    ),
    {
        "open": _("提起争议"),
        "both_done": _("双方举证完毕"),
        "evidence_over": _("举证期满"),
        "decide": _("裁定"),
        "approve": _("复核通过"),
        "send_back": _("退回重审"),
        "appeal": _("申诉"),
        "appeal_over": _("申诉期满"),
        "uphold": _("维持原裁定"),
        "change": _("改判"),
        "executed": _("执行完毕"),
        "withdraw": _("撤回"),
    },
)


class RulingOutcome(models.TextChoices):
    """What a ruling orders."""

    FULL_REFUND = "full_refund", _("全额退款")
    PARTIAL_REFUND = "partial_refund", _("部分退款")
    REJECT = "reject", _("驳回申请")


class Liable(models.TextChoices):
    """Who bears it."""

    SUPPLIER = "supplier", _("供应商")
    OWNER = "owner", _("掌柜")
    BUYER = "buyer", _("消费者")
    LOGISTICS = "logistics", _("物流")
    PLATFORM = "platform", _("平台")


class PenaltyStatus(models.TextChoices):
    """Where a penalty stands. Points count in every state but the last."""

    IN_FORCE = "in_force", _("已处罚")
    APPEALED = "appealed", _("申诉中")
    UPHELD = "upheld", _("维持处罚")
    LIFTED = "lifted", _("已撤销")


P = PenaltyStatus
PENALTIES = StateTable(
    "penalty",
    PenaltyStatus,
    (
        move("P2", P.IN_FORCE, "appeal", [OWNER, SUPPLIER], P.APPEALED, "PENALTY_APPEAL_D"),
        move("P3", P.APPEALED, "uphold", STAFF, P.UPHELD),
        move("P4", P.APPEALED, "lift", STAFF, P.LIFTED),
    ),
    {
        "give": _("处罚"),
        "appeal": _("申诉"),
        "uphold": _("维持处罚"),
        "lift": _("撤销处罚"),
    },
)


class Offence(models.TextChoices):
    """Acts that cost points (docs/rules.md §4)."""

    AD_WORDS = "ad_words", _("违禁广告用语或未标明广告")
    FALSE_PROMISE = "false_promise", _("对消费者虚假承诺")
    FAKE_TRAFFIC = "fake_traffic", _("抢占站内流量、机器点击或刷单")
    RECRUITING = "recruiting", _("发展下线、收取加盟费或团队计酬")
    DATA_LEAK = "data_leak", _("泄露消费者信息")
    LATE_SHIPMENT = "late_shipment", _("延迟发货")
    FALSE_SHIPMENT = "false_shipment", _("虚假发货")
    REFUND_REFUSED = "refund_refused", _("拒不退款或不执行裁定")
    COUNTERFEIT = "counterfeit", _("销售假冒商品")
    BAIT = "bait", _("价格或佣金先高后低、货不对板")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What an act costs: points the first time and from the second on, or a range that staff choose from.

    ``lasts``: the points are not forgotten at the end of the year (class C).
    """

    parties: frozenset[ActorKind]
    first: int
    again: int
    most: int = 0
    lasts: bool = False

    def allows(self, points: int, *, repeated: bool) -> bool:
        """Whether so many points may be given."""
        least = self.again if repeated else self.first
        return least <= points <= max(least, self.most)


O = Offence  # noqa: E741
_OWNER, _SUPPLIER = frozenset({OWNER}), frozenset({SUPPLIER})
TARIFFS: dict[Offence, Tariff] = {
    O.AD_WORDS: Tariff(_OWNER, 0, 2),
    O.FALSE_PROMISE: Tariff(_OWNER, 4, 4),
    O.FAKE_TRAFFIC: Tariff(_OWNER, 12, 12),
    O.RECRUITING: Tariff(_OWNER, 48, 48),
    O.DATA_LEAK: Tariff(_OWNER | _SUPPLIER, 24, 24, most=48),
    O.LATE_SHIPMENT: Tariff(_SUPPLIER, 1, 1),
    O.FALSE_SHIPMENT: Tariff(_SUPPLIER, 2, 2),
    O.REFUND_REFUSED: Tariff(_SUPPLIER, 6, 6),
    O.COUNTERFEIT: Tariff(_SUPPLIER, 24, 48, lasts=True),
    O.BAIT: Tariff(_SUPPLIER, 6, 6),
}
