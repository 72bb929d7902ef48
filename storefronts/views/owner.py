"""The owner's pages: joining, shop, pool, picks, sharing. One service or selector call a view."""

import json
from collections.abc import Iterator
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
from storefronts.forms import JoinForm, PoolForm, RecommendationForm, ShopForm
from storefronts.gates import (
    OwnerRequest,
    ShopRequest,
    choose_shop,
    owner_page,
    shop_of,
    shop_page,
    whole_number,
)
from storefronts.models import Pick
from storefronts.posters import qr_png
from storefronts.selectors.health import ailing
from storefronts.selectors.pool import pool_page
from storefronts.states import ShopStatus
from suppliers.access import good_for_owner, known_goods_for_owner
from suppliers.selectors import choices_of, record_of, root_categories, supplier_record
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, NotFound
from taoxiaopu.kernel.settings import rules_at

PER_PAGE = 20
AT_ONCE = 200  # goods that are picked together
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
        "removed": _removed(request),
        "ailing": len(ailing(request.shop, at=now)),
        "nav": "owner:shop",
    }
    template = "storefronts/owner/shop.html"
    if request.headers.get("HX-Request") and request.GET.get("page"):
        template = "storefronts/owner/_picks.html"
    return render(request, template, page)


def _removed(request: ShopRequest) -> Pick | None:
    """The pick that was just taken out, while it is out."""
    key = whole_number(request.GET.get("removed", ""))
    if not key:
        return None
    try:
        row = access.removed_pick_for_owner(request.owner, key)
    except NotFound:
        return None
    return row if row.slot is None else None


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
    now, after = clock.now(), request.GET.get("after", "")
    form = PoolForm(request.GET)
    found = pool_page(request.shop, form.search(), after=after, size=PER_PAGE)
    page = {
        "found": found,
        "offers": selectors.offers(request.owner, found.goods, at=now),
        "form": form,
        "search": form.search(),
        "bulk": bool(request.GET.get("bulk")),
        "limit": rules_at(now).PICK_LIMIT,
    }
    if request.headers.get("HX-Request") and after:
        return render(request, "storefronts/owner/_offers.html", page)
    page |= {
        "categories": root_categories(),
        "sorts": SORTS,
        "count": selectors.pick_count(request.shop),
        "nav": "owner:pool",
    }
    return render(request, "storefronts/owner/pool.html", page)


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
        "record": record_of(wanted),
        "supplier": supplier_record(wanted.supplier),
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
    """Pick all that were ticked and can be; the rest is told."""
    chosen = list(dict.fromkeys(request.POST.getlist("goods")))[:AT_ONCE]
    back = reverse("owner:pool") + "?" + request.POST.get("back", "bulk=1")
    if not chosen:
        messages.error(request, _("请先勾选商品"))
        return redirect(back)
    try:
        done = services.pick_each(shop=request.shop, goods=known_goods_for_owner(chosen), at=clock.now())
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect(back)
    for tone, sentence in _told(done, missing=len(chosen) - done.asked):
        messages.add_message(request, tone, sentence)
    return redirect("owner:shop" if done.picked and not done.no_room else back)


def _told(done: services.BulkPicked, *, missing: int) -> Iterator[tuple[int, str]]:
    """What became of many goods, a sentence for each outcome that there was."""
    n = len(done.picked)
    if n:
        yield messages.SUCCESS, ngettext("已选入 {n} 件商品", "已选入 {n} 件商品", n).format(n=n)
    n = len(done.already)
    if n:
        yield messages.INFO, ngettext("{n} 件早已在小铺里", "{n} 件早已在小铺里", n).format(n=n)
    n = len(done.off_sale) + missing
    if n:
        yield messages.ERROR, ngettext("{n} 件已下架，没有选入", "{n} 件已下架，没有选入", n).format(n=n)
    n = len(done.no_room)
    if n:
        yield (
            messages.ERROR,
            ngettext("小铺满了，{n} 件没有选入", "小铺满了，{n} 件没有选入", n).format(n=n),
        )


@shop_page
@require_http_methods(["GET", "POST"])
def pick_detail(request: ShopRequest, pick_id: int) -> HttpResponse:
    """A pick: why the owner recommends it, where it stands, and the way out of the shop."""
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
        "sections": selectors.sections_of(row.shop),
        "nav": "owner:shop",
    }
    return render(request, "storefronts/owner/pick.html", page, status=400 if form.errors else 200)


@shop_page
@require_POST
def unpick(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Take a good out of the shop; the next page offers to undo it."""
    row = access.pick_for_owner(request.owner, pick_id)
    services.unpick(pick=row)
    return redirect(reverse("owner:shop") + f"?removed={row.pk}")


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
