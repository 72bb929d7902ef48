"""What a supplier's members are told of: their application, papers, goods under review, finished imports."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic
from suppliers.states import MemberRole

SUPPLIER = Audience.SUPPLIER

APPLICATION_APPROVED = letter(
    "application_approved", SUPPLIER, Topic.ACCOUNT,
    title=_("入驻申请已通过"), body=_("{name} 的入驻申请已通过审核，缴纳保证金后即可上架商品"), page="supplier:home", tone="good",
)  # fmt: skip
APPLICATION_REJECTED = letter(
    "application_rejected", SUPPLIER, Topic.ACCOUNT,
    title=_("入驻申请被驳回"), body=_("{name}：{reason}。修改后可重新提交"), page="supplier:apply", tone="bad",
)  # fmt: skip
APPLICATION_TAKEN = letter(
    "application_taken", SUPPLIER, Topic.ACCOUNT,
    title=_("入驻申请审核中"), body=_("{name} 的入驻申请已开始审核，最晚 {due_at} 前给出结果"), page="supplier:apply", tone="wait",
)  # fmt: skip
APPLICATION_NEEDS_INFO = letter(
    "application_needs_info", SUPPLIER, Topic.ACCOUNT,
    title=_("入驻申请需补正"), body=_("{name}：{reason}"), page="supplier:apply", tone="wait",
)  # fmt: skip
PAPER_FINE = letter(
    "paper_fine", SUPPLIER, Topic.ACCOUNT,
    title=_("证照材料已通过"), body=_("“{paper}”已核对通过"), page="supplier:papers", tone="good",
)  # fmt: skip
PAPER_TO_MEND = letter(
    "paper_to_mend", SUPPLIER, Topic.ACCOUNT,
    title=_("证照材料需补正"), body=_("“{paper}”：{reason}"), page="supplier:papers", tone="bad",
)  # fmt: skip
PAPER_RUNS_OUT = letter(
    "paper_runs_out", SUPPLIER, Topic.ACCOUNT,
    title=_("证照即将到期"), body=_("“{paper}”有效期至 {until}，还剩 {days} 天。到期后相关商品不再展示，请尽快更新"),
    page="supplier:papers", tone="wait",
)  # fmt: skip
BOND_RECEIVED = letter(
    "bond_received", SUPPLIER, Topic.MONEY,
    title=_("类目保证金已到账"), body=_("已收到 {amount_fen}，可以在“{category}”发布商品了"), page="supplier:bonds", tone="good",
)  # fmt: skip
DEPOSIT_RECEIVED = letter(
    "deposit_received", SUPPLIER, Topic.MONEY,
    title=_("保证金已到账"), body=_("已收到 {amount_fen}，可以上架商品并接单了"), page="supplier:deposit", tone="good",
)  # fmt: skip
INVITED = letter(
    "member_invited", Audience.SHOPPER, Topic.ACCOUNT,
    title=_("邀请您加入供应商"), body=_("{name} 邀请您担任“{role}”，接受后可进入供应商工作台"), page="supplier:invitations",
    choices={"role": MemberRole},
)  # fmt: skip
DEPOSIT_SHORT = letter(
    "deposit_short", SUPPLIER, Topic.MONEY,
    title=_("保证金不足，请补缴"), body=_("尚缺 {amount_fen}，请在 {due_at} 前补足，逾期全部商品暂停销售，补足后恢复"),
    page="supplier:deposit", tone="bad",
)  # fmt: skip
DEPOSIT_WHOLE = letter(
    "deposit_whole", SUPPLIER, Topic.MONEY,
    title=_("保证金已补足"), body=_("{name} 的保证金已足额，商品照常销售"), page="supplier:deposit", tone="good",
)  # fmt: skip
EXIT_BEGUN = letter(
    "exit_begun", SUPPLIER, Topic.ACCOUNT,
    title=_("已开始退出平台"), body=_("{name} 的商品已停售，已有订单和售后请照常处理。{reason}"), page="supplier:exit", tone="wait",
)  # fmt: skip
EXIT_ENDED = letter(
    "exit_ended", SUPPLIER, Topic.ACCOUNT,
    title=_("退出已撤回"), body=_("{name} 不再退出平台，状态恢复为“{state}”"), page="supplier:exit", tone="good",
)  # fmt: skip
EXIT_DONE = letter(
    "exit_done", SUPPLIER, Topic.ACCOUNT,
    title=_("已退出平台"), body=_("{name} 的款项已全部结清，后台仍可查阅"), page="supplier:exit", tone="good",
)  # fmt: skip
IMPORT_UNDONE = letter(
    "import_undone", SUPPLIER, Topic.GOODS,
    title=_("平台撤销了一次导入"), body=_("“{filename}”的改动正在恢复：{reason}"), page="supplier:import-detail", tone="wait",
)  # fmt: skip
GOOD_HELD = letter(
    "good_held", SUPPLIER, Topic.GOODS,
    title=_("商品待审核"), body=_("“{title}”含须审核的词：{words}"), page="supplier:good", tone="wait",
)  # fmt: skip
GOOD_APPROVED = letter(
    "good_approved", SUPPLIER, Topic.GOODS,
    title=_("商品已通过审核"), body=_("“{title}”已上架"), page="supplier:good", tone="good",
)  # fmt: skip
GOOD_REFUSED = letter(
    "good_refused", SUPPLIER, Topic.GOODS,
    title=_("商品未通过审核"), body=_("“{title}”：{reason}"), page="supplier:good", tone="bad",
)  # fmt: skip
CHANGE_APPROVED = letter(
    "change_approved", SUPPLIER, Topic.GOODS,
    title=_("商品修改已通过"), body=_("“{title}”的修改已生效"), page="supplier:good", tone="good",
)  # fmt: skip
CHANGE_REFUSED = letter(
    "change_refused", SUPPLIER, Topic.GOODS,
    title=_("商品修改未通过"), body=_("“{title}”：{reason}。商品仍按原内容在售"), page="supplier:good", tone="bad",
)  # fmt: skip
IMPORT_DONE = letter(
    "import_done", SUPPLIER, Topic.GOODS,
    title=_("导入已完成"), body=_("{file}，商品 {goods} 个"), page="supplier:import-detail", tone="good",
)  # fmt: skip
IMPORT_FAILED = letter(
    "import_failed", SUPPLIER, Topic.GOODS,
    title=_("导入没有完成"), body=_("{file} 多次重试后仍未成功，请重新上传或联系平台"),
    page="supplier:import-detail", tone="bad",
)  # fmt: skip
