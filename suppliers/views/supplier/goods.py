"""Goods, their stock, and freight."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from suppliers import access, photographs, services
from suppliers.barcodes import read_barcode
from suppliers.forms import FreightForm, GoodForm, StockForm, category_choices
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import Good
from suppliers.selectors import (
    GoodStock,
    changes_of,
    good_counts_of,
    goods_of,
    is_fast,
    known_barcode,
    references_of,
    review_due,
    skus_of,
    stock_of_goods,
    tags_of,
)
from suppliers.selectors.tags import tags_for, with_known_brand
from suppliers.services.bulk import BULK_MAX
from suppliers.states import GOODS, GoodStatus, Season, SupplierStatus, Tag
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import PercentField, YuanField
from taoxiaopu.kernel.keyset import key_page
from taoxiaopu.kernel.money import split_commission
from taoxiaopu.kernel.settings import rules_at

GOODS_PER_PAGE = 20
UNPROCESSABLE = 422


@supplier_page
@require_safe
def goods(request: HttpRequest) -> HttpResponse:
    """The supplier's goods; search, status, category and page live in the address."""
    supplier = cast(SupplierRequest, request).supplier
    query, status = request.GET.get("q", "").strip()[:80], request.GET.get("status", "")
    category = request.GET.get("category", "")[:24]
    at, counts = clock.now(), good_counts_of(supplier)
    found = goods_of(supplier, query=query, status=status, category=category)
    shown = with_known_brand(found).defer("description", "gallery", "attributes", "keywords")
    page = key_page(shown, after=request.GET.get("after", "")[:20], size=GOODS_PER_PAGE)
    # What a search finds is counted when it is to be changed, not whenever it is looked at.
    matching = None if query or category else counts.by_status.get(status, counts.total)
    return render(
        request,
        "suppliers/supplier/goods.html",
        {
            "page": page,
            "lines": _lines(page, at),
            "server_now": at,
            "matching": matching,
            "back": f"?{request.GET.urlencode()}",
            "bulk_max": BULK_MAX,
            "tabs": [
                (None, _("全部"), counts.total, status not in GoodStatus.values),
                *((s.value, s.label, counts.by_status[s.value], s.value == status) for s in GoodStatus),
            ],
            "total": counts.total,
            "status": status,
            "query": query,
            "category": category,
            "categories": category_choices()[1:],
            "may_list": supplier.status == SupplierStatus.ACTIVE,
            "hidden_count": counts.hidden,
        },
    )


def _lines(page: Iterable[Good], at: datetime) -> list[tuple[Good, GoodStock, Season, Sequence[Tag]]]:
    """Goods with what is in stock, where they stand to their season, and their tags."""
    found, rules = list(page), rules_at(at)
    stocks = stock_of_goods(found)
    return [
        (
            good,
            stocks[good.pk],
            good.season_at(at),
            tags_for(good, is_known=good.has_known_brand, rules=rules),
        )  # type: ignore[attr-defined]
        for good in found
    ]


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def good_new(request: HttpRequest) -> HttpResponse:
    """List a new good."""
    request = cast(SupplierRequest, request)
    if request.method != "POST":
        return _good_page(request, _new_form(request), None)
    form = GoodForm(request.POST, request.FILES, supplier=request.supplier)
    if form.is_valid():
        try:
            made = services.create_good(
                supplier=request.supplier, draft=form.draft(), actor=request.actor, at=clock.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            _tell_saved(request, made, _("商品已上架，掌柜现在可以选到它"))
            return redirect("supplier:good", made.public_id)
    return _good_page(request, form, None)


def _new_form(request: SupplierRequest) -> GoodForm:
    """Empty, or what the code library knows of the barcode in the address."""
    try:
        code = read_barcode(request.GET.get("barcode", "")[:40])
    except DomainError:
        code = ""
    if not code:
        return GoodForm(supplier=request.supplier)
    known = known_barcode(code)
    if known is None:
        messages.info(request, _("条码库中没有 {code}，请自行填写").format(code=code))
    else:
        messages.success(request, _("已按条码 {code} 填好，请核对后发布").format(code=code))
    return GoodForm.scanned(request.supplier, code, known)


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def good(request: HttpRequest, public_id: str) -> HttpResponse:
    """One good: how it stands, and the form to change it."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    if request.method != "POST":
        form = GoodForm.of(found, list(skus_of(found)), services.open_change_of(found))
        return _good_page(request, form, found)
    form = GoodForm(request.POST, request.FILES, supplier=request.supplier)
    if form.is_valid():
        try:
            saved = services.edit_good(good=found, draft=form.draft(), actor=request.actor, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            if services.open_change_of(saved):
                messages.warning(
                    request, _("价格、库存等已保存；须审核的修改已提交，通过前商品仍按原内容在售")
                )
            else:
                _tell_saved(request, saved, _("已保存"))
            return redirect("supplier:good", public_id)
    return _good_page(request, form, found)


def _good_page(request: SupplierRequest, form: GoodForm, found: Good | None) -> HttpResponse:
    events = GOODS.events(found.status, ActorKind.SUPPLIER) if found else set()
    changes = list(changes_of(found)[:1]) if found else []
    now = clock.now()
    rules = rules_at(now)
    tags = tags_of([found], rules=rules)[found.pk] if found else ()
    return render(
        request,
        "suppliers/supplier/good.html",
        {
            "form": form,
            "good": found,
            "skus": list(skus_of(found)) if found else [],
            "events": events,
            "change": changes[0] if changes else None,
            "reference": references_of(found).exists() if found else False,
            "supplier": request.supplier,
            "pictures_most": rules.GOOD_PICTURES_MAX,
            "good_tags": tags,
            "season": found.season_at(now) if found else None,
            "review_due": review_due(found, tags, rules) if found else None,
            "is_fast": is_fast(tags, rules),
        },
        status=UNPROCESSABLE if form.errors else 200,
    )


def _tell_saved(request: SupplierRequest, saved: Good, words: str) -> None:
    if saved.status == GoodStatus.HELD:
        messages.warning(
            request,
            _("已保存。内容含须审核的词“{words}”，审核通过后才会上架").format(words=saved.held_words),
        )
    else:
        messages.success(request, words)


@supplier_page
@require_POST
def good_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a good on sale again."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    services.list_good(good=found, actor=request.actor, at=clock.now())
    messages.success(request, _("已上架：{title}").format(title=found.title))
    return _back(request, found)


@supplier_page
@require_POST
def good_delist(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a good off sale."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    services.delist_good(good=found, actor=request.actor, at=clock.now())
    messages.success(request, _("已下架：{title}").format(title=found.title))
    return _back(request, found)


@supplier_page
@require_POST
def change_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back the change set that waits for review."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    services.withdraw_change(good=found, actor=request.actor, at=clock.now())
    messages.success(request, _("已撤回修改，商品仍按原内容在售"))
    return redirect("supplier:good", public_id)


@supplier_page
@require_safe
def upload_picture(request: HttpRequest, name: str, size: int) -> HttpResponseBase:
    """A picture that the supplier uploaded, also one that waits for review."""
    name = access.upload_for_supplier(cast(SupplierRequest, request).supplier, name)
    answer = FileResponse(photographs.upload_file(name, size).open("rb"), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def _back(request: HttpRequest, found: Good) -> HttpResponse:
    kept = request.POST.get("back", "")
    if kept.startswith("?"):
        return redirect(reverse("supplier:goods") + kept)
    return redirect("supplier:good", found.public_id)


@supplier_page
@require_POST
def good_stock(request: HttpRequest, public_id: str) -> HttpResponse:
    """Set the stock from the list; the answer is the small form again."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    form = StockForm(request.POST)
    saved = False
    if form.is_valid():
        try:
            services.set_stock(
                good=found, available=form.cleaned_data["stock"], actor=request.actor, at=clock.now()
            )
            saved = True
        except DomainError as error:
            form.refuse(error)
    if not getattr(request, "htmx", False):
        words = _("库存已保存") if saved else " ".join(e for errors in form.errors.values() for e in errors)
        (messages.success if saved else messages.error)(request, words)
        return redirect("supplier:goods")
    shown = form.cleaned_data.get("stock") if saved else request.POST.get("stock", "")
    context = {"good": found, "stock": shown, "saved": saved, "errors": form.errors.get("stock", [])}
    return render(request, "suppliers/supplier/_stock.html", context)


@supplier_page
@require_safe
def earning(request: HttpRequest) -> HttpResponse:
    """What one sale at this price and rate gives owner, platform and supplier: shown beside the form."""
    price, rate = YuanField(required=False), PercentField(required=False)
    rules, split, price_fen, rate_bp = rules_at(clock.now()), None, None, None
    try:
        price_fen, rate_bp = price.clean(request.GET.get("price")), rate.clean(request.GET.get("rate"))
    except ValidationError:
        price_fen = None
    if price_fen and rate_bp and rules.RATE_MIN_BP <= rate_bp <= rules.RATE_MAX_BP:
        split = split_commission(price_fen, rate_bp, rules.PLATFORM_FEE_BP, 0)
    keeps = price_fen - split.gross_fen if split and price_fen else 0
    context = {"split": split, "keeps_fen": keeps, "rate_bp": rate_bp, "fee_bp": rules.PLATFORM_FEE_BP}
    return render(request, "suppliers/supplier/_earning.html", context)


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def freight(request: HttpRequest) -> HttpResponse:
    """Terms of freight for orders placed from now on."""
    request = cast(SupplierRequest, request)
    form = FreightForm.of(request.supplier)
    if request.method == "POST":
        form = FreightForm(request.POST)
        if form.is_valid():
            try:
                services.set_freight(
                    supplier=request.supplier,
                    freight_fen=form.cleaned_data["freight"],
                    free_from_fen=form.cleaned_data["free_from"],
                    actor=request.actor,
                )
                messages.success(request, _("运费设置已保存，对之后的订单生效"))
                return redirect("supplier:freight")
            except DomainError as error:
                form.refuse(error)
    return render(
        request,
        "suppliers/supplier/freight.html",
        {"form": form, "supplier": request.supplier},
        status=UNPROCESSABLE if form.errors else 200,
    )


urlpatterns = [
    path("goods/", goods, name="goods"),
    path("goods/new/", good_new, name="good-new"),
    path("goods/earning/", earning, name="earning"),
    path("goods/<slug:public_id>/", good, name="good"),
    path("goods/<slug:public_id>/listing/", good_list, name="good-list"),
    path("goods/<slug:public_id>/delisting/", good_delist, name="good-delist"),
    path("goods/<slug:public_id>/stock/", good_stock, name="good-stock"),
    path("goods/<slug:public_id>/change/withdrawal/", change_withdraw, name="change-withdraw"),
    path("uploads/<slug:name>/<int:size>.webp", upload_picture, name="upload"),
    path("freight/", freight, name="freight"),
]
