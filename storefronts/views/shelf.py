"""How an owner lays out the shop: order, pins, hidden picks, sections, a look as a customer, and picks that ail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from storefronts import access, selectors, services
from storefronts.forms import SectionForm
from storefronts.gates import ShopRequest, shop_page, whole_number
from storefronts.models import Pick
from storefronts.selectors.health import ailing, with_substitutes
from suppliers.access import good_for_owner
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at

ON_SHELF = 100
AILING = 10
MOST = 10**9
BACKS = {"shelf": "owner:shelf", "health": "owner:health", "shop": "owner:shop"}


def _back(request: HttpRequest, row: Pick) -> HttpResponse:
    """To the page that the button stood on; the pick's own, if none is named."""
    name, page = BACKS.get(request.POST.get("back", "")), whole_number(request.POST.get("page", ""))
    if name is None:
        return redirect("owner:pick-detail", row.pk)
    return redirect(reverse(name) + (f"?page={page}" if page else ""))


# --- Order -----------------------------------------------------------------------------------------------


@shop_page
@require_http_methods(["GET", "POST"])
def shelf(request: ShopRequest) -> HttpResponse:
    """All picks in their order: dragged, moved by a button, or by typed numbers."""
    found = Paginator(selectors.picks_of(request.shop), ON_SHELF).get_page(request.GET.get("page"))
    if request.method == "POST":
        services.arrange(shop=request.shop, order=_typed_order(request))
        if request.headers.get("X-Requested-With") == "fetch":
            return HttpResponse(status=204)
        messages.success(request, _("顺序已保存"))
        return redirect(reverse("owner:shelf") + f"?page={found.number}")
    page = {"found": found, "sections": selectors.sections_of(request.shop), "nav": "owner:shop"}
    return render(request, "storefronts/owner/shelf.html", page)


def _typed_order(request: HttpRequest) -> list[int]:
    """The picks of the page by the numbers typed beside them; of two with one number see ``_wanted``."""
    picks = [whole_number(key) for key in request.POST.getlist("pick")]
    numbers = [whole_number(n) or MOST for n in request.POST.getlist("n")]
    was = [whole_number(n) for n in request.POST.getlist("was")]
    rows = sorted(zip(numbers, was, picks, strict=False), key=_wanted)
    return [pick for _n, _was, pick in rows]


def _wanted(row: tuple[int, int, int]) -> tuple[int, int]:
    """Where a pick wants to stand: one that moved up before the one that is there, one that moved down behind it."""
    number, was, _pick = row
    return number, (number > was) - (number < was)


@shop_page
@require_POST
def place(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Move a pick to a number in the shop's order."""
    row = access.pick_for_owner(request.owner, pick_id)
    services.move(pick=row, to=whole_number(request.POST.get("to", "")) or 1)
    return _back(request, row)


@shop_page
@require_POST
def pin(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Keep a pick on top, or no longer."""
    row, pinned = access.pick_for_owner(request.owner, pick_id), request.POST.get("pinned") == "1"
    try:
        services.set_pinned(pick=row, pinned=pinned, at=clock.now())
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("已置顶") if pinned else _("已取消置顶"))
    return _back(request, row)


@shop_page
@require_POST
def visibility(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Leave a pick out of the shop's lists, or show it again."""
    row, hidden = access.pick_for_owner(request.owner, pick_id), request.POST.get("hidden") == "1"
    services.set_hidden(pick=row, hidden=hidden)
    messages.success(
        request, _("已隐藏，客人在小铺里看不到；已发出的链接仍能打开") if hidden else _("已恢复显示")
    )
    return _back(request, row)


@shop_page
@require_POST
def restore(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Undo a removal."""
    row = access.removed_pick_for_owner(request.owner, pick_id)
    try:
        services.restore(pick=row, at=clock.now())
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("已撤销，商品回到原来的位置"))
    return redirect("owner:shop")


# --- Sections --------------------------------------------------------------------------------------------


@shop_page
@require_http_methods(["GET", "POST"])
def sections(request: ShopRequest) -> HttpResponse:
    """The shop's sections, and a new one."""
    now = clock.now()
    form = SectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_section(shop=request.shop, name=form.cleaned_data["name"], at=now)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
        else:
            messages.success(request, _("分组已添加"))
            return redirect("owner:sections")
    page = {
        "form": form,
        "sections": selectors.sections_of(request.shop),
        "limit": rules_at(now).SECTION_LIMIT,
        "nav": "owner:shop",
    }
    return render(request, "storefronts/owner/sections.html", page, status=400 if form.errors else 200)


@shop_page
@require_POST
def section(request: ShopRequest, section_id: int) -> HttpResponse:
    """Another name for a section, or another place."""
    row = access.section_for_owner(request.owner, section_id)
    try:
        services.change_section(
            section=row, name=request.POST.get("name"), place=whole_number(request.POST.get("to", "")) or None
        )
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("owner:sections")


@shop_page
@require_POST
def section_removal(request: ShopRequest, section_id: int) -> HttpResponse:
    """Remove a section; its picks stay."""
    services.remove_section(section=access.section_for_owner(request.owner, section_id))
    messages.success(request, _("分组已删除，商品仍在小铺里"))
    return redirect("owner:sections")


@shop_page
@require_POST
def pick_section(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Put a pick into a section, or into none."""
    row, key = access.pick_for_owner(request.owner, pick_id), whole_number(request.POST.get("section", ""))
    chosen = access.section_for_owner(request.owner, key) if key else None
    services.put_into_section(pick=row, section=chosen)
    messages.success(request, _("分组已保存"))
    return _back(request, row)


# --- What customers see, and what ails -------------------------------------------------------------------


@shop_page
@require_GET
def preview(request: ShopRequest) -> HttpResponse:
    """The shop as customers see it, whether they can now or not."""
    key = whole_number(request.GET.get("section", ""))
    picks = selectors.visible_picks(request.shop)
    page = {
        "shop": request.shop,
        "shop_name": selectors.display_name(request.shop.name, rules_at(clock.now()).SHOP_SUFFIX),
        "picks": (picks.filter(section=key) if key else picks)[:ON_SHELF],
        "sections": selectors.shown_sections(request.shop),
        "section": key,
        "hidden": selectors.pick_count(request.shop) - picks.count(),
        "nav": "owner:shop",
    }
    return render(request, "storefronts/owner/preview.html", page)


@shop_page
@require_GET
def health(request: ShopRequest) -> HttpResponse:
    """Picks with which something is wrong, each with what could stand in its place."""
    now = clock.now()
    found = Paginator(ailing(request.shop, at=now), AILING).get_page(request.GET.get("page"))
    page = {
        "found": found,
        "rows": with_substitutes(request.owner, request.shop, list(found), at=now),
        "count": selectors.pick_count(request.shop),
        "nav": "owner:shop",
    }
    return render(request, "storefronts/owner/health.html", page)


@shop_page
@require_POST
def replacement(request: ShopRequest, pick_id: int) -> HttpResponse:
    """Put another good where a pick stands."""
    row = access.removed_pick_for_owner(request.owner, pick_id)
    good = good_for_owner(request.POST.get("good", ""))
    try:
        services.replace(pick=row, good=good, at=clock.now())
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("已换成“{title}”").format(title=good.title))
    return _back(request, row) if request.POST.get("back") else redirect("owner:health")


@shop_page
@require_POST
def note(request: ShopRequest, pick_id: int) -> HttpResponse:
    """The owner has seen the price and the rate."""
    row = access.pick_for_owner(request.owner, pick_id)
    services.take_note(pick=row)
    return _back(request, row)


urlpatterns: list[URLPattern] = [
    path("shop/shelf/", shelf, name="shelf"),
    path("shop/sections/", sections, name="sections"),
    path("shop/sections/<int:section_id>/", section, name="section"),
    path("shop/sections/<int:section_id>/removal/", section_removal, name="section-removal"),
    path("shop/preview/", preview, name="shop-preview"),
    path("shop/health/", health, name="health"),
    path("picks/<int:pick_id>/place/", place, name="pick-place"),
    path("picks/<int:pick_id>/pin/", pin, name="pick-pin"),
    path("picks/<int:pick_id>/visibility/", visibility, name="pick-visibility"),
    path("picks/<int:pick_id>/section/", pick_section, name="pick-section"),
    path("picks/<int:pick_id>/restoration/", restore, name="pick-restore"),
    path("picks/<int:pick_id>/replacement/", replacement, name="pick-replacement"),
    path("picks/<int:pick_id>/note/", note, name="pick-note"),
]
