"""Staff's pages of suppliers, goods, categories and catalogue imports."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountKind
from ledger.selectors import balance, balances, entries_of, movements_of
from suppliers import selectors, services
from suppliers.models import CatalogueImport, Category, Good, Supplier
from suppliers.states import GOODS, SUPPLIERS, GoodStatus, ProofKind, SupplierStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Block,
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
    link,
    link_to,
    money,
    name_of,
    percent,
    pill,
    sentence_of,
    staff_actor,
    teach_names,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, own_name

teach_names(selectors.supplier_names)
OUTCOMES = {
    "repeat": _("重复行"), "superseded": _("旧快照"), "error": _("有误"), "held": _("待审核"), "foreign": _("品牌不符"),
}  # fmt: skip


def _approve(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_supplier(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _reject(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_supplier(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _suspend(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.suspend_supplier(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _resume(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.resume_supplier(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _condition(holds: bool) -> str:
    return "good" if holds else "bad"


@admin.register(Supplier)
class SupplierAdmin(ReadOnlyAdmin):
    """Companies: entry conditions with their evidence, review, suspension."""

    chip_field = "status"
    search_fields = ("name", "credit_code", "public_id", "brands__name")
    search_help_text = _("按企业名称、信用代码或品牌查找")
    ordering = ("-submitted_at", "-id")
    list_display = columns(
        Supplier,
        "name",
        "kind",
        column(_("注册资本"), lambda row: money(row.capital_fen), "capital_fen"),
        "proof",
        "status",
        "submitted_at",
        "decided_at",
    )
    acts = (
        Act(
            "approve", _("通过入驻"), _approve, frozenset({SupplierStatus.SUBMITTED}), NoteForm, "primary",
            "check", _("通过后供应商缴纳保证金，到账即可上架商品并接单。"), _("已通过审核，等待保证金"),
        ),
        Act(
            "reject", _("驳回"), _reject, frozenset({SupplierStatus.SUBMITTED}), ReasonForm, "danger", "close",
            _("原因会显示给申请企业，可修改后重新提交。"), _("已驳回"),
        ),
        Act(
            "suspend", _("暂停"), _suspend, frozenset({SupplierStatus.ACTIVE}), ReasonForm, "danger", "pause",
            _("暂停期间其全部商品不可购买。"), _("已暂停"),
        ),
        Act(
            "resume", _("恢复"), _resume, frozenset({SupplierStatus.SUSPENDED}), NoteForm, "primary", "play_arrow",
            "", _("已恢复"),
        ),
    )  # fmt: skip

    def head(self, row: Supplier) -> Head:
        return Head(row.name, pill(row.status, row.get_status_display()), row.get_kind_display())

    def main(self, request: HttpRequest, row: Supplier) -> list[Any]:
        goods = selectors.good_counts_of(row)
        base = f"{reverse('admin:suppliers_good_changelist')}?supplier__id__exact={row.pk}"
        counts = [
            Fact(GoodStatus(key).label, link(f"{base}&status__exact={key}", n)) for key, n in goods.items()
        ]
        members = [
            (
                link_to(m.user),
                m.user.masked_phone,
                m.user.email or "—",
                gettext("是") if m.is_admin else gettext("否"),
            )
            for m in row.members.select_related("user")
        ]
        return [
            self._conditions(row),
            Facts(_("商品"), counts),
            self._deposit(row),
            Table(_("成员"), (_("账号"), _("手机号"), _("邮箱"), _("管理员")), members),
        ]

    def side(self, request: HttpRequest, row: Supplier) -> list[Any]:
        kinds = {key[0]: fen for key, fen in balances(row.public_id).items()}
        wallet = [Fact(AccountKind(kind).label, money(fen)) for kind, fen in kinds.items()]
        terms = facts_of(row, "freight_fen", "free_freight_from_fen", "submitted_at", "decided_at")
        return [
            Facts(_("资金"), wallet or [Fact(_("账户"), _("通过入驻后开立"))]),
            Facts(_("条款与时间"), terms),
            trail("supplier", row.public_id, SUPPLIERS),
        ]

    def _deposit(self, row: Supplier) -> Table:
        """Every movement of the deposit, newest first, with its balance below."""
        moved = entries_of(row.public_id, movements_of(row.public_id, [AccountKind.SUPPLIER_DEPOSIT]))
        rows = [
            (
                when(entry.transfer.journal.occurred_at),
                link_to(entry.transfer.journal, entry.transfer.journal.get_kind_display()),
                code(entry.transfer.journal.ref_id),
                money(entry.amount_fen),
            )
            for entry in moved
        ]
        held = balance(AccountKind.SUPPLIER_DEPOSIT, row.public_id)
        missing = services.missing_deposit(row, at=self.moment())
        note = _("尚缺 ¥{fen}").format(fen=format_yuan(missing, thousands=True)) if missing else ""
        url = f"{reverse('admin:payments_charge_changelist')}?q={row.public_id}"
        return Table(
            _("保证金"),
            (_("时间"), _("事件"), _("来源编号"), _("金额")),
            rows,
            frozenset({3}),
            (link(url, _("支付单")), "", "", money(held)) if rows else (),
            note=note,
        )

    def _conditions(self, row: Supplier) -> Facts:
        rules = rules_at(self.moment())
        gate = format_yuan(rules.SUPPLIER_MIN_CAPITAL_FEN, thousands=True)
        by_chain = row.proof == ProofKind.CHAIN
        levels = row.chain_levels or 0
        evidence = (
            Fact(
                _("授权链路"),
                gettext("{levels} 级").format(levels=levels),
                _condition(1 <= levels <= rules.AUTH_CHAIN_MAX),
                gettext("须为 1 到 {limit} 级").format(limit=rules.AUTH_CHAIN_MAX),
            )
            if by_chain
            else Fact(
                _("采购凭证说明"),
                row.voucher_note or "—",
                _condition(len(row.voucher_note) >= 10),
                gettext("须可追溯至源头"),
            )
        )
        return Facts(
            _("入驻条件与证明"),
            [
                Fact(
                    _("统一社会信用代码"),
                    code(row.credit_code or ""),
                    _condition(bool(row.credit_code)),
                    gettext("校验位已核对") if row.credit_code else gettext("按品牌导入，证照待补"),
                ),
                Fact(
                    _("注册资本"),
                    money(row.capital_fen),
                    _condition(row.capital_fen >= rules.SUPPLIER_MIN_CAPITAL_FEN),
                    gettext("须不低于 ¥{gate}").format(gate=gate),
                ),
                Fact(
                    _("增值税一般纳税人"),
                    gettext("是") if row.is_general_taxpayer else gettext("否"),
                    _condition(row.is_general_taxpayer),
                ),
                Fact(_("货源证明"), row.get_proof_display()),
                evidence,
                Fact(_("经营品牌"), listed(brand.name for brand in row.brands.all()) or "—"),
                Fact(_("审核意见"), row.decision_note or "—"),
            ],
        )


def marked(title: str, words: str) -> SafeString:
    """A title with its blocked words marked."""
    text = str(escape(title))
    for word in sorted({w for w in words.split("、") if w}, key=len, reverse=True):
        safe = str(escape(word))
        text = text.replace(safe, f'<mark class="tx-word">{safe}</mark>')
    return mark_safe(text)  # noqa: S308  (both parts are escaped above)


def picture_url(good: Good, size: int = 160) -> str:
    """The good's picture as it is now."""
    return reverse("good-picture", args=[good.public_id, good.version, size])


def _title_cell(row: Good) -> SafeString:
    return format_html('<span class="tx-title-cell">{}</span>', marked(row.title, row.held_words))


def _approve_good(row: Good, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_good(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _refuse_good(row: Good, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.refuse_good(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _delist_good(row: Good, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.delist_good(good=row, actor=actor, at=at, reason=answers["reason"])


@admin.register(Good)
class GoodAdmin(ReadOnlyAdmin):
    """All listings, and the queue of those whose text holds a blocked word."""

    chip_field = "status"
    search_fields = ("title", "brand", "source_id", "public_id")
    search_help_text = _("按标题、品牌或来源编号查找")
    ordering = ("-id",)
    list_select_related = ("supplier", "category")
    list_filter = ("category",)
    list_display = columns(
        Good,
        column(_("标题"), _title_cell, "title"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        column(_("类目"), lambda row: own_name(row.category.name), "category__position"),
        column(_("价格"), lambda row: money(row.price_from_fen), "price_from_fen"),
        column(_("佣金率"), lambda row: percent(row.rate_bp), "rate_bp"),
        "status",
        column(_("更新时间"), lambda row: when(row.changed_at), "changed_at"),
    )
    acts = (
        Act(
            "approve", _("通过上架"), _approve_good, frozenset({GoodStatus.HELD}), NoteForm, "primary", "check", "",
            _("已通过上架"),
        ),
        Act(
            "refuse", _("驳回"), _refuse_good, frozenset({GoodStatus.HELD}), ReasonForm, "danger", "close",
            _("原因会显示给供应商。"), _("已驳回"),
        ),
        Act(
            "delist", _("下架"), _delist_good, frozenset({GoodStatus.LISTED}), ReasonForm, "danger",
            "remove_shopping_cart", _("下架后不能购买或选货，已下订单不受影响。"), _("已下架"),
        ),
    )  # fmt: skip

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.review_view)
        return [path("review/", view, name="suppliers_good_review")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [
            (_("审核队列"), reverse("admin:suppliers_good_review"), "fact_check"),
            (_("导入商品"), reverse("staff:import"), "upload_file"),
        ]

    def review_view(self, request: HttpRequest) -> HttpResponse:
        """Held goods with their hit words; one POST approves or refuses the ticked ones."""
        if request.method == "POST":
            return self._review(request)
        query = request.GET.get("q", "").strip()[:60]
        page = Paginator(selectors.goods_to_review(query=query), 50).get_page(request.GET.get("page"))
        entries = [
            {"row": good, "title": marked(good.title, good.held_words), "picture": picture_url(good)}
            for good in page
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("商品审核"),
            "entries": entries,
            "page": page,
            "q": query,
        }
        return TemplateResponse(request, "suppliers/staff/review.html", context)

    def _review(self, request: HttpRequest) -> HttpResponse:
        approve = request.POST.get("verdict") == "approve"
        try:
            result = services.review_goods(
                public_ids=request.POST.getlist("good"),
                approve=approve,
                actor=staff_actor(request),
                at=clock.now(),
                reason=request.POST.get("reason", "")[:500],
            )
        except DomainError as error:
            messages.error(request, sentence_of(error))
            return redirect("admin:suppliers_good_review")
        words = gettext("已通过 {n} 件") if approve else gettext("已驳回 {n} 件")
        messages.success(request, words.format(n=result.done))
        if result.skipped:
            messages.warning(request, gettext("{n} 件已由他人处理，未改动").format(n=result.skipped))
        return redirect("admin:suppliers_good_review")

    def head(self, row: Good) -> Head:
        return Head(
            marked(row.title, row.held_words), pill(row.status, row.get_status_display()), code(row.public_id)
        )

    def main(self, request: HttpRequest, row: Good) -> list[Any]:
        skus = [
            (own_name(sku.name), money(sku.price_fen), sku.received, sku.available, sku.reserved, sku.sold)
            for sku in row.skus.order_by("pk")
        ]
        heads = (_("规格"), _("价格"), _("入库"), _("可售"), _("预占"), _("已售"))
        return [
            Block(
                _("商品"),
                "suppliers/staff/_good.html",
                {"good": row, "picture": picture_url(row, 480), "words": row.held_words},
            ),
            Table(_("规格与库存"), heads, skus, frozenset(range(1, 6))),
        ]

    def side(self, request: HttpRequest, row: Good) -> list[Any]:
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            *facts_of(row, "brand", "price_from_fen", "rate_bp", "next_rate_bp", "next_rate_at"),
            *facts_of(row, "ship_within_h", "source_id", "market_sales", "market_comments", "market_seen_on"),
            *facts_of(row, "version", "created_at", "changed_at"),
        ]
        return [Facts(_("详情"), facts), trail("good", row.public_id, GOODS)]


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    """The tree of categories with its return policies."""

    ordering = ("code",)
    search_fields = ("name", "code")
    list_display = columns(
        Category,
        column(_("名称"), lambda row: row.name if row.parent_id is None else f"└ {row.name}", "name"),
        column(_("代码"), lambda row: code(row.code), "code"),
        "return_policy",
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Category]":
        return selectors.categories()

    def main(self, request: HttpRequest, row: Category) -> list[Any]:
        return [Facts("", facts_of(row, "name", "code", "parent", "return_policy", "position"))]


@admin.register(CatalogueImport)
class ImportAdmin(ReadOnlyAdmin):
    """All catalogue imports, of suppliers and of the platform."""

    chip_field = "status"
    ordering = ("-id",)
    search_fields = ("filename", "public_id")
    list_select_related = ("supplier", "category")
    list_display = columns(
        CatalogueImport,
        "filename",
        column(_("谁的商品"), lambda row: link_to(row.supplier) if row.supplier else _("平台按品牌导入")),
        column(_("行数"), lambda row: f"{row.lines:,}", "lines"),
        column(_("商品数"), lambda row: f"{row.goods:,}", "goods"),
        column(_("待审核"), lambda row: row.held, "held"),
        "status",
        column(_("进度"), lambda row: f"{row.percent}%"),
        "created_at",
    )

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("导入商品"), reverse("staff:import"), "upload_file")]

    def head(self, row: CatalogueImport) -> Head:
        return Head(row.filename, pill(row.status, row.get_status_display()), code(row.public_id))

    def main(self, request: HttpRequest, row: CatalogueImport) -> list[Any]:
        counts = [
            Fact(words, f"{getattr(row, name):,}")
            for name, words in (
                ("lines", _("文件行数")), ("goods", _("商品数")), ("to_create", _("新建")), ("to_update", _("更新")),
                ("unchanged", _("不变")), ("held", _("待审核")), ("repeats", _("重复行")),
                ("superseded", _("旧快照行")), ("foreign_brand", _("品牌不符")), ("errors", _("有误")),
            )
        ]  # fmt: skip
        report = [
            (line.line_no, OUTCOMES.get(line.outcome, line.outcome), code(line.source_id), line.reason)
            for line in selectors.report_of(row)[:200]
        ]
        note = _("先显示 200 行，完整报告请下载。") if len(report) == 200 else ""
        heads = (_("行号"), _("结果"), _("来源编号"), _("原因"))
        return [Facts(_("统计"), counts), Table(_("报告"), heads, report, frozenset({0}), note=note)]

    def side(self, request: HttpRequest, row: CatalogueImport) -> list[Any]:
        facts = [
            Fact(_("上传人"), name_of(row.person)),
            Fact(_("供应商"), link_to(row.supplier)),
            *facts_of(row, "encoding", "category", "stock", "rate_bp", "created_at", "finished_at"),
            Fact(_("进度"), f"{row.done_rows:,} / {row.goods:,}"),
        ]
        if row.failure:
            facts.append(Fact(_("失败原因"), row.failure, "bad"))
        if row.supplier is None:
            page = reverse("staff:import-detail", args=[row.public_id])
            facts.append(Fact(_("导入页"), link(page, _("打开"))))
        return [Facts(_("文件与默认值"), facts)]
