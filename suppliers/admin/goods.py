"""Staff's pages of goods and categories."""

import re
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

from suppliers import selectors, services
from suppliers.admin.attributes import TemplateForm, add_template
from suppliers.models import Category, Good
from suppliers.states import GOODS, GoodStatus, WishKind
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import YuanField
from taoxiaopu.kernel.models import AuditEntry
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
    StaffForm,
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
    rows_by,
    sentence_of,
    staff_actor,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, own_name, percent_bp, yuan_sign


def _read_good(entry: AuditEntry) -> str:
    """A changed commission rate is noted in basis points."""
    found = re.fullmatch(r"(\d+) bp", entry.reason)
    return percent_bp(found[1]) if found else entry.reason


teach_subject("good", _("商品"), GOODS, reason=_read_good, find=rows_by(Good, "public_id"))


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


def offer_words(custom: dict[str, Any]) -> str:
    """What can be customised, a line for each thing; a dash for a good from stock."""
    if not custom:
        return "—"
    days = _("付款后 {least} 至 {most} 天发货").format(least=custom["lead_min_d"], most=custom["lead_max_d"])
    fee = _("开始制作后取消留下 {fee}").format(fee=percent_bp(custom["cancel_fee_bp"]))
    fields = [
        f"{one['label']}: {listed(one['options']) or WishKind(one['kind']).label}" for one in custom["fields"]
    ]
    return "\n".join([str(days), str(fee), *fields])


def _market(row: Good) -> Table:
    """What the supplier found of the same good elsewhere, newest first; the first line counts."""
    rows = [
        (
            link(found.address, found.platform),
            when(found.seen_on, "day"),
            money(found.price_fen),
            percent(found.rate_bp),
            money(found.our_price_fen),
            percent(found.our_rate_bp),
            found.declaration,
            link(reverse("staff:upload", args=[found.screenshot, 1000]), _("截图"))
            if found.screenshot
            else "",
        )
        for found in selectors.references_of(row)[:20]
    ]
    heads = (
        _("平台"), _("查看日期"), _("同款售价"), _("同款佣金率"), _("我方售价"), _("我方佣金率"), _("高于市场价的说明"),
        _("截图"),
    )  # fmt: skip
    return Table(_("市场参考"), heads, rows, frozenset({2, 3, 4, 5}), empty=_("供应商没有登记同款"))


def _decisions(row: Good) -> Table:
    """What staff decided so far, newest first, and by which version of the words."""
    rows = [
        (
            when(found.decided_at),
            link_to(found.change, _("修改")) if found.change else _("商品"),
            found.get_verdict_display(),
            found.words,
            code(found.words_version),
            found.reason,
            name_of(found.person),
        )
        for found in selectors.decisions_of(row)[:20]
    ]
    heads = (
        _("时间"), _("对象"), _("结论"), _("命中词"), _("违禁词表版本"), _("审核意见"), _("审核人"),
    )  # fmt: skip
    return Table(_("审核结论"), heads, rows, empty=_("没有人工审核过"))


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
        column(_("价格"), lambda row: money(row.price_from_fen), "price_from_fen", num=True),
        column(_("佣金率"), lambda row: percent(row.rate_bp), "rate_bp", num=True),
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
        at = self.moment()
        rules = rules_at(at)
        waiting = selectors.goods_to_review(rules, query=query)
        page = Paginator(waiting, 50).get_page(request.GET.get("page"))
        shown = list(page)
        tags = selectors.tags_of(shown, rules=rules)
        entries = [
            {
                "row": good,
                "title": marked(good.title, good.held_words),
                "picture": picture_url(good),
                "tags": tags[good.pk],
                "is_fast": selectors.is_fast(tags[good.pk], rules),
                "is_late": at > good.due_at,
            }
            for good in shown
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
            (
                own_name(sku.name) if sku.is_on else format_html("{} · {}", own_name(sku.name), gettext("已停售")),
                code(sku.barcode), money(sku.price_fen), sku.received, sku.available, sku.reserved, sku.sold,
            )
            for sku in selectors.skus_of(row)
        ]  # fmt: skip
        heads = (_("规格"), _("条码"), _("价格"), _("入库"), _("可售"), _("预占"), _("已售"))
        return [
            Block(
                _("商品"),
                "suppliers/staff/_good.html",
                {
                    "good": row,
                    "picture": picture_url(row, 480),
                    "words": row.held_words,
                    "tags": selectors.tags_of([row], rules=rules_at(self.moment()))[row.pk],
                },
            ),
            Table(_("规格与库存"), heads, skus, frozenset(range(2, 7))),
            _market(row),
            _decisions(row),
        ]

    def side(self, request: HttpRequest, row: Good) -> list[Any]:
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            *facts_of(
                row, "brand", "price_from_fen", "rate_bp", "next_rate_bp", "next_rate_at", "rate_told_at"
            ),
            *facts_of(row, "ship_within_h", "source_id", "market_sales", "market_comments", "market_seen_on"),
            *facts_of(row, "sale_from", "sale_until"),
            Fact(_("复购率"), percent(row.repurchase_bp)),
            *facts_of(row, "version", "words_version", "created_at", "changed_at"),
        ]
        custom = [Facts(_("定制"), [Fact(_("可定制"), offer_words(row.custom))])] if row.is_custom else []
        return [Facts(_("详情"), facts), *custom, trail("good", row.public_id)]


class BondForm(StaffForm):
    """What a category's bond is from now on."""

    bond = YuanField(label=_("类目保证金（元，0 为不收）"), zero=True)

    def offer(self, row: Category) -> None:
        """Fill in the bond as it is."""
        self.fields["bond"].initial = format_yuan(row.bond_fen)


def _set_bond(row: Category, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.set_bond(code=row.code, bond_fen=answers["bond"], actor=actor, at=at)


def _read_bond(entry: AuditEntry) -> str:
    """A changed bond is noted in fen."""
    found = re.fullmatch(r"(\d+) fen", entry.reason)
    return yuan_sign(int(found[1])) if found else entry.reason


teach_subject("category", _("类目"), reason=_read_bond, find=rows_by(Category, "code"))


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    """The tree of categories with its return policies and bonds."""

    acts = (
        Act(
            "bond", _("设置保证金"), _set_bond, asks=BondForm, tone="primary", icon="savings",
            warns=_("立即生效：未缴足的供应商不能在该类目发布新商品，已上架的不受影响。"), done=_("已保存"),
        ),
        Act("attribute", _("添加属性"), add_template, asks=TemplateForm, tone="primary", icon="add"),
    )  # fmt: skip

    ordering = ("code",)
    search_fields = ("name", "code")
    list_display = columns(
        Category,
        column(_("名称"), lambda row: row.name if row.parent_id is None else f"└ {row.name}", "name"),
        column(_("代码"), lambda row: code(row.code), "code"),
        "return_policy",
        "bond_fen",
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Category]":
        return selectors.categories()

    def main(self, request: HttpRequest, row: Category) -> list[Any]:
        asked = [
            (link_to(one), code(one.code), one.get_kind_display(), own_name(one.category.name))
            for one in selectors.templates_of(row)
        ]
        heads = (_("属性"), _("代码"), _("类型"), _("来自类目"))
        return [
            Facts("", facts_of(row, "name", "code", "parent", "return_policy", "position", "bond_fen")),
            Table(_("属性模板"), heads, asked),
        ]

    def side(self, request: HttpRequest, row: Category) -> list[Any]:
        return [trail("category", row.code)]
