"""The owner's pages: joining, shop, pool, picks, sharing. One service or selector call a view."""

import json
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from storefronts import access, selectors, services
from storefronts.forms import JoinForm, RecommendationForm, ShopForm
from storefronts.gates import OwnerRequest, ShopRequest, choose_shop, owner_page, shop_of, shop_page
from storefronts.posters import qr_png
from storefronts.states import ShopStatus
from suppliers.access import good_for_owner, goods_for_owner
from suppliers.selectors import choices_of, root_categories
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at

PER_PAGE = 20
SORTS = (
    ("sales", gettext_lazy("销量")),
    ("earn", gettext_lazy("赚得多")),
    ("rate", gettext_lazy("佣金率")),
    ("price", gettext_lazy("价格低")),
    ("new", gettext_lazy("新上架")),
)


def _refuse(form: forms.Form, error: DomainError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.sentence)


def _flash(text: str, tone: str) -> str:
    return json.dumps({"flash": {"text": text, "tone": tone}})


# --- Joining and opening ---------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Become an owner: invitation, real name, credit gate."""
    user = cast(User, request.user)
    if selectors.owner_of(user) is not None:
        return redirect("owner:home")
    now = clock.now()
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.join(
                user=user,
                invitation=form.cleaned_data["invitation"],
                name=form.cleaned_data["name"],
                id_number=form.cleaned_data["id_number"],
                at=now,
            )
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("核验通过，给您的小铺起个名字吧"))
            return redirect("owner:open-shop")
    page = {"form": form, "rules": rules_at(now), "phone": user.masked_phone}
    return render(request, "storefronts/owner/join.html", page, status=400 if form.errors else 200)


@owner_page
@require_http_methods(["GET", "POST"])
def open_shop(request: OwnerRequest) -> HttpResponse:
    """Open a shop: its name and a few words."""
    now = clock.now()
    form = ShopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            shop = services.open_shop(owner=request.owner, at=now, **form.cleaned_data)
        except DomainError as error:
            _refuse(form, error)
        else:
            choose_shop(request, shop)
            return redirect(reverse("owner:shop") + "?opened=1")
    page = {"form": form, "rules": rules_at(now), "first": shop_of(request) is None, "nav": "owner:shop"}
    return render(request, "storefronts/owner/open_shop.html", page, status=400 if form.errors else 200)


@owner_page
@require_GET
def name_check(request: OwnerRequest) -> HttpResponse:
    """What the rules say of a name while it is typed (a fragment)."""
    besides = shop_of(request) if request.GET.get("besides") else None
    name = request.GET.get("name", "")
    advice = selectors.name_advice(name, besides=besides, at=clock.now()) if name.strip() else None
    return render(request, "storefronts/owner/_name_advice.html", {"advice": advice})


@shop_page
@require_GET
def shop(request: ShopRequest) -> HttpResponse:
    """The shop in use: number, link, QR, picks, and what is still locked and why."""
    if number := request.GET.get("use"):
        choose_shop(request, access.shop_for_owner(request.owner, number))
        return redirect("owner:shop")
    now, query = clock.now(), request.GET.get("q", "").strip()
    rules = rules_at(now)
    found = Paginator(selectors.picks_of(request.shop, query=query), PER_PAGE).get_page(
        request.GET.get("page")
    )
    link = selectors.link_of_shop(request.shop)
    page = {
        "shop": request.shop,
        "shown_name": selectors.display_name(request.shop.name, rules.SHOP_SUFFIX),
        "shops": selectors.shops_of(request.owner),
        "url": services.url_of(link) if link else "",
        "count": selectors.pick_count(request.shop),
        "invalid": selectors.invalid_pick_count(request.shop),
        "rules": rules,
        "q": query,
        "found": found,
        "picks": selectors.picked(request.owner, found, at=now),
        "statuses": ShopStatus,
        "may_open": rules.SHOPS_PER_TIER[selectors.standing_of(request.owner).tier - 1],
        "opened": "opened" in request.GET,
        "nav": "owner:shop",
    }
    template = "storefronts/owner/shop.html"
    if request.headers.get("HX-Request") and request.GET.get("page"):
        template = "storefronts/owner/_picks.html"
    return render(request, template, page)


@shop_page
@require_http_methods(["GET", "POST"])
def edit_shop(request: ShopRequest) -> HttpResponse:
    """Another name or description."""
    now, shown = clock.now(), request.shop
    form = ShopForm(request.POST or None, initial={"name": shown.name, "description": shown.description})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_shop(shop=shown, actor=request.actor, at=now, **form.cleaned_data)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("店铺资料已保存"))
            return redirect("owner:shop")
    page = {"form": form, "shop": shown, "rules": rules_at(now), "nav": "owner:shop"}
    return render(request, "storefronts/owner/edit_shop.html", page, status=400 if form.errors else 200)


@shop_page
@require_GET
def shop_qr(request: ShopRequest) -> HttpResponse:
    """The QR code of the shop's short link as a PNG, for long-pressing."""
    link = selectors.link_of_shop(request.shop)
    if link is None:
        raise Http404
    answer = HttpResponse(qr_png(services.url_of(link), box=12), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


# --- Pool and picks --------------------------------------------------------------------------------------


@shop_page
@require_GET
def pool(request: ShopRequest) -> HttpResponse:
    """Goods to pick from, each with what it earns; further pages come as fragments."""
    now, query = clock.now(), request.GET.get("q", "").strip()
    category, sort = request.GET.get("category", ""), request.GET.get("sort", "sales")
    goods = selectors.pool(request.owner, request.shop, query=query, category=category, sort=sort)
    found = Paginator(goods, PER_PAGE).get_page(request.GET.get("page"))
    page = {
        "found": found,
        "offers": selectors.offers(request.owner, found, at=now),
        "categories": root_categories(),
        "sorts": SORTS,
        "q": query,
        "category": category,
        "sort": sort,
        "bulk": bool(request.GET.get("bulk")),
        "count": selectors.pick_count(request.shop),
        "limit": rules_at(now).PICK_LIMIT,
        "nav": "owner:pool",
    }
    fragment = request.headers.get("HX-Request") and request.GET.get("page")
    template = "storefronts/owner/_offers.html" if fragment else "storefronts/owner/pool.html"
    return render(request, template, page)


@shop_page
@require_GET
def good(request: ShopRequest, public_id: str) -> HttpResponse:
    """One good with what it earns, broken down."""
    now, wanted = clock.now(), good_for_owner(public_id)
    page = {
        "good": wanted,
        "is_on_sale": wanted.is_sellable_at(now),
        "off_season": wanted.off_season_at(now),
        "offer": selectors.offer_of(request.owner, request.shop, wanted, at=now),
        "skus": choices_of(wanted),
        "rules": rules_at(now),
        "nav": "owner:pool",
    }
    return render(request, "storefronts/owner/good.html", page)


@shop_page
@require_POST
def pick(request: ShopRequest, public_id: str) -> HttpResponse:
    """Pick one good; by htmx the button turns into the next step and the place in the list stays."""
    wanted = good_for_owner(public_id)
    if not request.headers.get("HX-Request"):
        services.pick(shop=request.shop, goods=[wanted], at=clock.now())
        messages.success(request, _("已选入小铺"))
        return redirect("owner:good", public_id)
    try:
        made = services.pick(shop=request.shop, goods=[wanted], at=clock.now())[0]
    except DomainError as error:
        return HttpResponse(status=204, headers={"HX-Trigger": _flash(error.sentence, "bad")})
    answer = render(request, "storefronts/owner/_pick_spot.html", {"good": wanted, "pick_id": made.pk})
    answer["HX-Trigger"] = _flash(_("已选入小铺"), "good")
    return answer


@shop_page
@require_POST
def pick_many(request: ShopRequest) -> HttpResponse:
    """Pick all that were ticked, or none."""
    chosen = list(dict.fromkeys(request.POST.getlist("goods")))[:200]
    back = reverse("owner:pool") + "?" + request.POST.get("back", "bulk=1")
    if not chosen:
        messages.error(request, _("请先勾选商品"))
        return redirect(back)
    try:
        made = services.pick(shop=request.shop, goods=goods_for_owner(chosen), at=clock.now())
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, error.sentence)
        return redirect(back)
    messages.success(
        request, ngettext("已选入 {n} 件商品", "已选入 {n} 件商品", len(made)).format(n=len(made))
    )
    return redirect("owner:shop")


@shop_page
@require_http_methods(["GET", "POST"])
def pick_detail(request: ShopRequest, pick_id: int) -> HttpResponse:
    """A pick: why the owner recommends it, and the way out of the shop."""
    row, now = access.pick_for_owner(request.owner, pick_id), clock.now()
    form = RecommendationForm(request.POST or None, initial={"recommendation": row.recommendation})
    if request.method == "POST" and form.is_valid():
        try:
            services.recommend(pick=row, text=form.cleaned_data["recommendation"], at=now)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("推荐理由已保存"))
            return redirect("owner:pick-detail", pick_id)
    page = {
        "form": form,
        "item": selectors.picked(request.owner, [row], at=now)[0],
        "nav": "owner:shop",
    }
    return render(request, "storefronts/owner/pick.html", page, status=400 if form.errors else 200)


@shop_page
@require_POST
def unpick(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Take a good out of the shop."""
    row = access.pick_for_owner(request.owner, pick_id)
    services.unpick(pick=row)
    messages.success(request, _("已从小铺移除“{title}”").format(title=row.good.title))
    return redirect("owner:shop")


urlpatterns: list[URLPattern] = [
    path("join/", join, name="join"),
    path("open-shop/", open_shop, name="open-shop"),
    path("name-check/", name_check, name="name-check"),
    path("shop/", shop, name="shop"),
    path("shop/edit/", edit_shop, name="shop-edit"),
    path("shop/qr.png", shop_qr, name="shop-qr"),
    path("pool/", pool, name="pool"),
    path("pool/pick/", pick_many, name="pick-many"),
    path("goods/<slug:public_id>/", good, name="good"),
    path("goods/<slug:public_id>/pick/", pick, name="pick"),
    path("picks/<int:pick_id>/", pick_detail, name="pick-detail"),
    path("picks/<int:pick_id>/remove/", unpick, name="unpick"),
]
