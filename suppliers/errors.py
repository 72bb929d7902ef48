"""Failures of entry, goods, stock and imports."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class BadCreditCode(DomainError):
    """The unified social credit code's check digit is wrong."""

    code = "bad_credit_code"
    message = _("统一社会信用代码有误，请核对 18 位代码")
    status = 400
    field = "credit_code"


class CreditCodeTaken(DomainError):
    """Another supplier has this code."""

    code = "credit_code_taken"
    message = _("该企业已提交过入驻申请")
    field = "credit_code"


class CapitalTooLow(DomainError):
    """Registered capital below the gate (docs/rules.md §1.3 rule 30)."""

    code = "capital_too_low"
    message = _("注册资本为 ¥{capital}，入驻须不低于 ¥{gate}")
    field = "capital"


class NotGeneralTaxpayer(DomainError):
    """The company is no general VAT taxpayer (rule 30)."""

    code = "not_general_taxpayer"
    message = _("入驻企业须为增值税一般纳税人")
    field = "is_general_taxpayer"


class ChainTooLong(DomainError):
    """The authorisation chain has no or more than three levels (rule 31)."""

    code = "chain_too_long"
    message = _("品牌授权链路须为 1 到 {limit} 级，您填写的是 {levels} 级")
    field = "chain_levels"


class VoucherMissing(DomainError):
    """No description of purchase vouchers that lead to the source (rule 31)."""

    code = "voucher_missing"
    message = _("无品牌授权时，须说明可追溯至源头的采购凭证（至少 10 个字）")
    status = 400
    field = "voucher_note"


class BrandMissing(DomainError):
    """No brand named."""

    code = "brand_missing"
    message = _("请填写至少一个经营品牌（每个 1 到 40 字）")
    status = 400
    field = "brands"


class AlreadyMember(DomainError):
    """The account belongs to a supplier already."""

    code = "already_member"
    message = _("您的账号已属于供应商“{name}”")


class NotActive(DomainError):
    """The supplier may not list now."""

    code = "supplier_not_active"
    message = _("供应商状态为“{state}”，入驻后才能操作")


class RateOutOfRange(DomainError):
    """Commission rate outside 1 % to 50 % (docs/rules.md §6.1)."""

    code = "rate_out_of_range"
    message = _("佣金率须在 {low}% 到 {high}% 之间")
    status = 400
    field = "rate"


class BadTitle(DomainError):
    """Title empty or too long."""

    code = "bad_title"
    message = _("标题须为 1 到 120 字")
    status = 400
    field = "title"


class ForeignBrand(DomainError):
    """A brand that the supplier may not list."""

    code = "foreign_brand"
    message = _("品牌“{brand}”不在您的授权品牌中")
    field = "brand"


class BadStock(DomainError):
    """Stock not a whole number in range."""

    code = "bad_stock"
    message = _("库存须为 0 到 {limit} 的整数")
    status = 400
    field = "stock"


class SoldOut(DomainError):
    """Less available than wanted."""

    code = "sold_out"
    message = _("“{title}”库存不足，当前可买 {left} 件")


class TooManyUnpaid(DomainError):
    """One buyer would hold more of one SKU unpaid than is allowed (docs/rules.md, Trust 4)."""

    code = "too_many_unpaid"
    message = _("您未付款的订单里“{title}”将超过 {most} 件，请先付款或取消之前的订单")
    field = "quantity"


class ImportOver(DomainError):
    """The import was confirmed before."""

    code = "import_over"
    message = _("该文件已开始导入，请查看进度")


class ListingStopped(DomainError):
    """Violation points stop new goods for some days (docs/rules.md §4)."""

    code = "listing_stopped"
    message = _("违规分达到限制，{until} 前不能上新商品")


class SupplierClosed(DomainError):
    """Violation points cleared the supplier out (docs/rules.md §4)."""

    code = "supplier_closed"
    message = _("违规分达到清退标准，不能再上新商品；申诉成立后恢复")


class TooManyGoods(DomainError):
    """More goods than one change takes."""

    code = "too_many_goods"
    message = _("一次最多修改 {limit} 件商品，请缩小筛选范围")
    status = 400


class SelectionChanged(DomainError):
    """Since the preview, more or fewer goods match."""

    code = "selection_changed"
    message = _("商品在核对之后有变化，现在会改动 {n} 项，请重新核对")


class BulkUndoOver(DomainError):
    """A bulk change can be taken back for 24 hours."""

    code = "bulk_undo_over"
    message = _("只能在 24 小时内撤销")


class RoleRefused(DomainError):
    """The member's role does not reach this part of the desk (docs/rules.md §1.7)."""

    code = "role_refused"
    message = _("您的角色是“{role}”，没有“{area}”的权限，请联系管理员")
    status = 403


class SecondFactorMissing(DomainError):
    """The desk stays closed to who needs a second factor and has none, and so does its API."""

    code = "second_factor_missing"
    message = _("您的账号须先绑定两步验证，才能使用供应商后台和它的 API")
    status = 403


class BadContact(DomainError):
    """Neither a phone nor an e-mail."""

    code = "bad_contact"
    message = _("请填写 11 位手机号或邮箱")
    status = 400
    field = "contact"


class AlreadyInvited(DomainError):
    """This contact has an open invitation, or works for the supplier already."""

    code = "already_invited"
    message = _("对方已是成员，或邀请还在等待接受")
    field = "contact"


class TeamFull(DomainError):
    """As many members and open invitations as a supplier may have."""

    code = "team_full"
    message = _("成员和待接受的邀请最多 {limit} 个")
    field = "contact"


class LastAdmin(DomainError):
    """Somebody has to be able to let others in."""

    code = "last_admin"
    message = _("至少要有一名管理员")


class TooManyViews(DomainError):
    """As many saved views of a list as a member may have."""

    code = "too_many_views"
    message = _("每个列表最多保存 {limit} 个视图")


class TooManyEndpoints(DomainError):
    """As many endpoints as a supplier may have."""

    code = "too_many_endpoints"
    message = _("最多 {limit} 个 Webhook 地址")
    field = "url"


class StaffBeganExit(DomainError):
    """Only staff take back an exit that staff began (docs/rules.md §1.6)."""

    code = "staff_began_exit"
    message = _("本次退出由平台发起，只能由平台撤回")


class ExitBeingPaid(DomainError):
    """An exit is not taken back while its money is on the way out (docs/rules.md §1.6)."""

    code = "exit_being_paid"
    message = _("保证金正在退还，暂时不能撤回退出")


class SupplierGone(DomainError):
    """The desk of a supplier that left only shows (docs/rules.md §1.6)."""

    code = "supplier_gone"
    message = _("企业已退出平台，后台只供查阅")
    status = 403


class UndoOver(DomainError):
    """An import can be undone once, when it is done, for some hours."""

    code = "undo_over"
    message = _("只有完成后 {hours} 小时内的导入可以撤销，且只能撤销一次")


class BadBarcode(DomainError):
    """No EAN-13, EAN-8 or UPC-A, or its check digit is wrong (docs/rules.md §1.6)."""

    code = "bad_barcode"
    message = _("条码“{code}”有误：须为 8、12 或 13 位数字，且校验位正确，请核对后重新输入")
    status = 400
    field = "barcode"


class BarcodeSpoilt(DomainError):
    """A spreadsheet turned the barcode into a power of ten."""

    code = "barcode_spoilt"
    message = _("条码“{code}”被表格软件改成了科学计数法，末几位已丢失：请把条码列设为文本后重新填写")
    status = 400
    field = "barcode"


class BadSkus(DomainError):
    """Options or SKUs that do not fit together."""

    code = "bad_skus"
    message = _("{what}")
    status = 400
    field = "skus"


class SeveralSkus(DomainError):
    """Price or stock for a good with several SKUs, without saying which."""

    code = "several_skus"
    message = _("“{title}”有多个规格，请按规格修改价格和库存")
    status = 400
    field = "skus"


class RateBelowMarket(DomainError):
    """Our commission rate below the same good's on the affiliate market (docs/rules.md §1.3 rule 32)."""

    code = "rate_below_market"
    message = _("佣金率 {ours} 低于同款的淘宝客佣金率 {market}，须不低于它")
    status = 400
    field = "rate"


class PriceAboveMarket(DomainError):
    """Dearer than the same good elsewhere, without the supplier's declaration (docs/rules.md §1.3 rule 33, C7)."""

    code = "price_above_market"
    message = _("售价 ¥{ours} 高于同款市场价 ¥{market}：请勾选声明并说明原因（5 到 300 字）")
    status = 400
    field = "declaration"


class BadReference(DomainError):
    """A market reference that proves nothing."""

    code = "bad_reference"
    message = _("{what}")
    status = 400


class BadAttribute(DomainError):
    """An answer to one of the category's questions is missing or of the wrong kind (docs/rules.md §1.3 rule 39)."""

    code = "bad_attribute"
    message = _("{what}")
    status = 400
    field = "attributes"


class PapersMissing(DomainError):
    """Places of the checklist are empty or to be mended; ``items`` names them."""

    code = "papers_missing"
    message = _("还有材料未提交或待补正：{items}")
    status = 400


class PapersUnjudged(DomainError):
    """Staff approve or ask for more only after a look at every paper."""

    code = "papers_unjudged"
    message = _("还有材料没有核对通过：{items}")


class NothingToMend(DomainError):
    """More can be asked for only by naming what is wrong."""

    code = "nothing_to_mend"
    message = _("请先在材料上注明需补正的内容")


class NoSuchPlace(DomainError):
    """The checklist has no such place for this supplier."""

    code = "no_such_paper"
    message = _("清单里没有这项材料")
    status = 400


class DocumentRefused(DomainError):
    """A file that cannot be kept: unreadable, locked, too large or too long; ``why`` says which."""

    code = "document_refused"
    message = _("{why}")
    status = 400
    field = "files"


class PaperDates(DomainError):
    """Dates missing, in the wrong order or over."""

    code = "paper_dates"
    message = _("{why}")
    status = 400
    field = "valid_until"


class PermitMissing(DomainError):
    """A category asks for a permit that is not there or has run out (docs/rules.md §1.3 rule 31)."""

    code = "permit_missing"
    message = _("在“{category}”发布商品须先提交并通过：{items}")
    field = "category"


class BondMissing(DomainError):
    """A category asks for a bond that is not paid in full (docs/rules.md §1.3 rule 38)."""

    code = "bond_missing"
    message = _("在“{category}”发布商品须先缴纳类目保证金，尚缺 ¥{fen}")
    field = "category"


class BondTooSmall(DomainError):
    """A category's bond is nothing or at least CATEGORY_BOND_MIN_FEN (rule 38)."""

    code = "bond_too_small"
    message = _("类目保证金须为 0，或不低于 ¥{least}")
    status = 400
    field = "bond"


class TooManyPictures(DomainError):
    """More pictures of a good than GOOD_PICTURES_MAX."""

    code = "too_many_pictures"
    message = _("每件商品最多 {most} 张图片")
    status = 400
    field = "picture"


class PictureGone(DomainError):
    """A picture that the good no longer has, or never had."""

    code = "picture_gone"
    message = _("有一张图片已不在这件商品上，请刷新后重试")
    status = 400
    field = "picture"


class BadCut(DomainError):
    """A square that lies outside the picture, or is too small."""

    code = "bad_cut"
    message = _("裁剪范围有误，请重新裁剪")
    status = 400
    field = "picture"


class BadSeason(DomainError):
    """A sale window that ends before it begins."""

    code = "bad_season"
    message = _("停售时间须晚于开售时间")
    status = 400
    field = "sale_until"


class BadOffer(DomainError):
    """What a supplier offers to make to order does not fit (docs/rules.md §5.8)."""

    code = "bad_offer"
    message = _("{why}")
    status = 400
    field = "custom"


class BadWish(DomainError):
    """What a buyer wants made does not fit the offer (docs/rules.md §5.8)."""

    code = "bad_wish"
    message = _("{why}")
    status = 400
    field = "wishes"
