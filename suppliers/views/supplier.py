"""The supplier's desk: application, goods, imports, freight."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ledger.models import AccountKind
from ledger.selectors import balance, entries_of, movements_of
from payments.selectors import deposit_charges_of, returned_of_deposit
from payments.services import provider_named
from suppliers import access, services
from suppliers.forms import ApplicationForm, FreightForm, GoodForm, ImportForm, StockForm, category_choices
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import Good, Supplier
from suppliers.selectors import good_counts_of, goods_of, imports_of, report_of, skus_of, supplier_of
from suppliers.states import GOODS, GoodStatus, ImportStatus, SupplierStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.forms import PercentField, YuanField
from taoxiaopu.kernel.money import split_commission
from taoxiaopu.kernel.settings import rules_at

GOODS_PER_PAGE = 20
LINES_PER_PAGE = 50
CHARGES_SHOWN = 20
UNPROCESSABLE = 422
REPORT_WORDS = {
    "error": gettext_lazy("无法识别"),
    "held": gettext_lazy("转人工审核"),
    "repeat": gettext_lazy("重复行"),
    "foreign": gettext_lazy("非授权品牌"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The application, or where it stands; a rejected one can be handed in again, corrected."""
    user = cast(User, request.user)
    supplier = supplier_of(user)
    form = _application_form(request, supplier)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _hand_in(user, supplier, form)
            return redirect("supplier:apply")
        except DomainError as error:
            form.refuse(error)
    return render(
        request,
        "suppliers/supplier/apply.html",
        {"form": form, "supplier": supplier},
        status=UNPROCESSABLE if form is not None and form.errors else 200,
    )


def _application_form(request: HttpRequest, supplier: Supplier | None) -> ApplicationForm | None:
    if supplier is not None and supplier.status != SupplierStatus.REJECTED:
        return None
    if request.method == "POST":
        return ApplicationForm(request.POST)
    if supplier is None:
        return ApplicationForm(initial={"proof": "chain"})
    return ApplicationForm.of(supplier, [brand.name for brand in supplier.brands.order_by("id")])


def _hand_in(user: User, supplier: Supplier | None, form: ApplicationForm) -> None:
    if supplier is None:
        services.apply(user=user, application=form.application(), at=clock.now())
        return
    actor = Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)
    services.resubmit(supplier=supplier, application=form.application(), actor=actor, at=clock.now())


@supplier_page
@require_safe
def goods(request: HttpRequest) -> HttpResponse:
    """The supplier's goods; search, status, category and page live in the address."""
    supplier = cast(SupplierRequest, request).supplier
    query, status = request.GET.get("q", "").strip()[:80], request.GET.get("status", "")
    category = request.GET.get("category", "")[:24]
    counts = good_counts_of(supplier)
    found = goods_of(supplier, query=query, status=status, category=category)
    return render(
        request,
        "suppliers/supplier/goods.html",
        {
            "page": Paginator(found, GOODS_PER_PAGE).get_page(request.GET.get("page")),
            "tabs": [
                (None, _("全部"), sum(counts.values()), status not in GoodStatus.values),
                *((s.value, s.label, counts[s.value], s.value == status) for s in GoodStatus),
            ],
            "total": sum(counts.values()),
            "status": status,
            "query": query,
            "category": category,
            "categories": category_choices()[1:],
            "may_list": supplier.status == SupplierStatus.ACTIVE,
        },
    )


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def good_new(request: HttpRequest) -> HttpResponse:
    """List a new good."""
    request = cast(SupplierRequest, request)
    if request.method != "POST":
        return _good_page(request, GoodForm(supplier=request.supplier), None)
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


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def good(request: HttpRequest, public_id: str) -> HttpResponse:
    """One good: how it stands, and the form to change it."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    if request.method != "POST":
        available = sum(sku.available for sku in skus_of(found))
        return _good_page(request, GoodForm.of(found, available), found)
    form = GoodForm(request.POST, request.FILES, supplier=request.supplier)
    if form.is_valid():
        try:
            saved = services.edit_good(good=found, draft=form.draft(), actor=request.actor, at=clock.now())
        except DomainError as error:
            form.refuse(error)
        else:
            _tell_saved(request, saved, _("已保存"))
            return redirect("supplier:good", public_id)
    return _good_page(request, form, found)


def _good_page(request: SupplierRequest, form: GoodForm, found: Good | None) -> HttpResponse:
    events = GOODS.events(found.status, ActorKind.SUPPLIER) if found else set()
    return render(
        request,
        "suppliers/supplier/good.html",
        {
            "form": form,
            "good": found,
            "skus": list(skus_of(found)) if found else [],
            "events": events,
            "supplier": request.supplier,
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
def import_page(request: HttpRequest) -> HttpResponse:
    """Upload a catalogue to see what it would do; earlier imports below."""
    request = cast(SupplierRequest, request)
    form, status = ImportForm(initial={"stock": 100, "rate": "20"}), 200
    if request.method == "POST":
        form, status = ImportForm(request.POST, request.FILES), UNPROCESSABLE
        if form.is_valid():
            try:
                made = services.preview_import(
                    supplier=request.supplier,
                    person=request.user.public_id,
                    filename=form.cleaned_data["file"].name,
                    raw=form.raw(),
                    defaults=form.defaults(),
                    encoding=form.cleaned_data["encoding"] or None,
                    at=clock.now(),
                )
                return redirect("supplier:import-detail", made.public_id)
            except DomainError as error:
                form.refuse(error)
                status = error.status
    page = Paginator(imports_of(request.supplier), GOODS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "supplier": request.supplier}
    return render(request, "suppliers/supplier/import.html", context, status=status)


@supplier_page
@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """An empty catalogue with the columns that an import reads and one line as an example."""
    supplier = cast(SupplierRequest, request).supplier
    brand = supplier.brands.order_by("id").first()
    today = clock.local(clock.now()).date().isoformat()
    line = (today, "10001", "示例商品 50g", "99.00", "0", "0", brand.name if brand else "")
    return csv_response(
        _("商品导入模板") + ".csv", ("日期", "商品编号", "标题", "价格", "销量", "评论数", "品牌"), [line]
    )


@supplier_page
@require_safe
def import_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The preview of an import, its progress, and its report by line."""
    supplier = cast(SupplierRequest, request).supplier
    found = access.import_for(supplier, public_id)
    outcome = request.GET.get("outcome", "")
    lines = report_of(found)
    if outcome in REPORT_WORDS:
        lines = lines.filter(outcome=outcome)
    return render(
        request,
        "suppliers/supplier/import_detail.html",
        {
            "catalogue": found,
            "page": Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page")),
            "chips": [
                (None, _("全部"), outcome not in REPORT_WORDS),
                *((code, word, code == outcome) for code, word in REPORT_WORDS.items()),
            ],
            "reported": found.errors + found.held + found.repeats + found.foreign_brand,
            "step": {ImportStatus.PREVIEW: 2, ImportStatus.RUNNING: 3, ImportStatus.FAILED: 3}.get(
                ImportStatus(found.status), 4
            ),
        },
    )


@supplier_page
@require_safe
def import_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it is; the page asks every second and loads again when it is over."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    response = render(request, "suppliers/supplier/_progress.html", {"catalogue": found})
    if found.status != ImportStatus.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@supplier_page
@require_POST
def import_start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm a preview."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    try:
        services.start_import(catalogue=found, at=clock.now())
    except DomainError as error:
        messages.warning(request, error.sentence)
    return redirect("supplier:import-detail", public_id)


@supplier_page
@require_safe
def import_report(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The report as a file."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    rows = (
        (line.line_no, REPORT_WORDS.get(line.outcome, line.outcome), line.source_id, line.reason)
        for line in report_of(found).iterator()
    )
    return csv_response(
        "-".join([_("导入报告"), f"{public_id}.csv"]), (_("行号"), _("结果"), _("商品编号"), _("原因")), rows
    )


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


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def deposit(request: HttpRequest) -> HttpResponse:
    """What is still missing before the first good can be listed; POST leads to the cashier."""
    request = cast(SupplierRequest, request)
    supplier, at = request.supplier, clock.now()
    if request.method == "POST":
        try:
            charge = services.open_deposit_payment(supplier=supplier, actor=request.actor, at=at)
        except DomainError as refused:
            messages.error(request, refused.sentence)
            return redirect("supplier:deposit")
        return redirect(provider_named(charge.provider).cashier_url(charge.number))
    kinds = [AccountKind.SUPPLIER_DEPOSIT]
    return render(
        request,
        "suppliers/supplier/deposit.html",
        {
            "supplier": supplier,
            "required_fen": rules_at(at).SUPPLIER_DEPOSIT_FEN,
            "held_fen": balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id),
            "missing_fen": services.missing_deposit(supplier, at=at),
            "charges": deposit_charges_of(supplier.public_id)[:CHARGES_SHOWN],
            "returned": returned_of_deposit(supplier.public_id)[:CHARGES_SHOWN],
            "entries": entries_of(
                supplier.public_id, movements_of(supplier.public_id, kinds)[:CHARGES_SHOWN]
            ),
            "is_confirming": bool(request.GET.get("confirming")),
            "nav": "supplier:payable",
        },
    )


urlpatterns = [
    path("apply/", apply, name="apply"),
    path("deposit/", deposit, name="deposit"),
    path("goods/", goods, name="goods"),
    path("goods/new/", good_new, name="good-new"),
    path("goods/earning/", earning, name="earning"),
    path("goods/<slug:public_id>/", good, name="good"),
    path("goods/<slug:public_id>/listing/", good_list, name="good-list"),
    path("goods/<slug:public_id>/delisting/", good_delist, name="good-delist"),
    path("goods/<slug:public_id>/stock/", good_stock, name="good-stock"),
    path("import/", import_page, name="import"),
    path("import/template.csv", import_template, name="import-template"),
    path("import/<slug:public_id>/", import_detail, name="import-detail"),
    path("import/<slug:public_id>/start/", import_start, name="import-start"),
    path("import/<slug:public_id>/progress/", import_progress, name="import-progress"),
    path("import/<slug:public_id>/report.csv", import_report, name="import-report"),
    path("freight/", freight, name="freight"),
]
