"""What consumer and supplier are told of in cases and disputes."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic
from disputes.states import Offence, RulingOutcome

SHOPPER, SUPPLIER, OWNER = Audience.SHOPPER, Audience.SUPPLIER, Audience.OWNER
AFTERSALES = Topic.AFTERSALES

CASE_AGREED = letter(
    "case_agreed", SHOPPER, AFTERSALES,
    title=_("商家同意退款"), body=_("“{title}”{amount_fen} 将原路退回"), page="case", tone="good",
)  # fmt: skip
CASE_REJECTED = letter(
    "case_rejected", SHOPPER, AFTERSALES,
    title=_("商家拒绝了退款申请"), body=_("{reason}。{deadline_at} 前可修改申请或申请平台介入"), page="case", tone="bad",
)  # fmt: skip
CASE_BY_SILENCE = letter(
    "case_by_silence", SHOPPER, AFTERSALES,
    title=_("商家超时未处理，已自动退款"), body=_("“{title}”{amount_fen} 将原路退回"), page="case", tone="good",
)  # fmt: skip
CASE_SHIPPED = letter(
    "case_shipped_meanwhile", SHOPPER, AFTERSALES,
    title=_("商家已发货，退款申请关闭"), body=_("“{title}”已发出，收到后如有问题可再次申请"), page="case",
)  # fmt: skip
CASE_REFUNDED = letter(
    "case_refunded", SHOPPER, AFTERSALES,
    title=_("退款已到账"), body=_("“{title}”的退款已原路退回"), page="case", tone="good",
)  # fmt: skip
EVIDENCE = letter(
    "dispute_evidence", SHOPPER, AFTERSALES,
    title=_("平台已介入，请举证"), body=_("“{title}”请在 {deadline_at} 前提交证据"), page="dispute", tone="wait",
)  # fmt: skip
RULING = letter(
    "dispute_ruling", SHOPPER, AFTERSALES,
    title=_("平台已裁定：{outcome}"), label=_("平台裁定"), body=_("“{title}”退款金额 {amount_fen}"), page="dispute",
    choices={"outcome": RulingOutcome},
)  # fmt: skip
CASE_OPENED = letter(
    "case_opened", SUPPLIER, AFTERSALES,
    title=_("新的售后申请"), body=_("“{title}”申请退款 {amount_fen}，请在 {deadline_at} 前处理"),
    page="supplier:case", tone="wait",
)  # fmt: skip
EVIDENCE_OF_SUPPLIER = letter(
    "dispute_evidence_supplier", SUPPLIER, AFTERSALES,
    title=_("平台已介入，请举证"), body=_("“{title}”请在 {deadline_at} 前提交证据"),
    page="supplier:dispute", tone="wait",
)  # fmt: skip
RULING_OF_SUPPLIER = letter(
    "dispute_ruling_supplier", SUPPLIER, AFTERSALES,
    title=_("平台已裁定：{outcome}"), label=_("平台裁定"), body=_("“{title}”退款金额 {amount_fen}"), page="supplier:dispute",
    choices={"outcome": RulingOutcome},
)  # fmt: skip
PENALTY_GIVEN = letter(
    "penalty_given", OWNER, Topic.ACCOUNT,
    title=_("违规处罚：{offence}"), label=_("违规处罚"), body=_("记 {points} 分，累计 {total} 分。{reason}。{deadline_at} 前可以申诉"), page="owner:penalty", tone="bad",
    choices={"offence": Offence},
)  # fmt: skip
PENALTY_GIVEN_SUPPLIER = letter(
    "penalty_given_supplier", SUPPLIER, Topic.ACCOUNT,
    title=_("违规处罚：{offence}"), label=_("违规处罚"), body=_("记 {points} 分，累计 {total} 分。{reason}。{deadline_at} 前可以申诉"), page="supplier:penalty", tone="bad",
    choices={"offence": Offence},
)  # fmt: skip
PENALTY_UPHELD = letter(
    "penalty_upheld", OWNER, Topic.ACCOUNT,
    title=_("申诉未成立：{offence}"), label=_("申诉未成立"), body=_("维持 {points} 分，累计 {total} 分。{reason}"), page="owner:penalty", tone="bad",
    choices={"offence": Offence},
)  # fmt: skip
PENALTY_UPHELD_SUPPLIER = letter(
    "penalty_upheld_supplier", SUPPLIER, Topic.ACCOUNT,
    title=_("申诉未成立：{offence}"), label=_("申诉未成立"), body=_("维持 {points} 分，累计 {total} 分。{reason}"), page="supplier:penalty", tone="bad",
    choices={"offence": Offence},
)  # fmt: skip
PENALTY_LIFTED = letter(
    "penalty_lifted", OWNER, Topic.ACCOUNT,
    title=_("处罚已撤销：{offence}"), label=_("处罚已撤销"), body=_("{points} 分已撤销，累计 {total} 分。{reason}"), page="owner:penalty", tone="good",
    choices={"offence": Offence},
)  # fmt: skip
PENALTY_LIFTED_SUPPLIER = letter(
    "penalty_lifted_supplier", SUPPLIER, Topic.ACCOUNT,
    title=_("处罚已撤销：{offence}"), label=_("处罚已撤销"), body=_("{points} 分已撤销，累计 {total} 分。{reason}"), page="supplier:penalty", tone="good",
    choices={"offence": Offence},
)  # fmt: skip
