"""The owner's pages of sharing: a good, several goods or the shop; posters as they are drawn, and all of them in one file."""

import io
import zipfile

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from storefronts import access, selectors, services
from storefronts.gates import OwnerRequest, ShopRequest, owner_page, shop_page
from storefronts.models import Pick, Poster, ShareLink
from storefronts.posters import SHOWN_MAX
from storefronts.states import WITHOUT_PASSCODE, Channel, PosterStatus, PosterStyle, ShopStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at

# Where owners share, with the icon, the app's name and the address that opens it on a phone.
TARGETS = (
    (Channel.WECHAT, "brand-wechat", _("微信"), "weixin://"),
    (Channel.MOMENTS, "users", _("微信"), "weixin://"),
    (Channel.WEIBO, "speakerphone", _("微博"), "sinaweibo://"),
    (Channel.DOUYIN, "device-mobile", _("抖音"), "snssdk1128://"),
)
OFFERED = 40
WHEN = (2020, 1, 1, 0, 0, 0)  # the same pictures are the same archive


def _channel(value: str | None) -> Channel:
    return Channel(value) if value in Channel.values else Channel.WECHAT


def _page(channel: Channel, made: services.Shared | None, greeting: str) -> dict[str, object]:
    """What both share pages show."""
    app = next(((name, scheme) for target, _icon, name, scheme in TARGETS if target == channel), ("", ""))
    return {
        "channel": channel,
        "targets": [(target, target.label, icon) for target, icon, _name, _scheme in TARGETS],
        "app_name": app[0],
        "app_scheme": app[1],
        "shared": made,
        "drawing": _drawing(made.posters if made else []),
        "passcode_asked": channel in WITHOUT_PASSCODE,
        "greeting": greeting,
        "greeting_max": rules_at(clock.now()).GREETING_MAX,
        "styles": PosterStyle,
        "nav": "owner:shop",
    }


def _asked(request: HttpRequest) -> dict[str, object]:
    """What a share form says besides its channel: the greeting when there is a field for it, and the passcode's box."""
    asked: dict[str, object] = {}
    if "greeting" in request.POST:
        asked["greeting"] = request.POST["greeting"][:200]
    if request.POST.get("passcode"):
        asked["with_passcode"] = True
    return asked


@shop_page
@require_http_methods(["GET", "POST"])
def share(request: ShopRequest, pick_id: int) -> HttpResponse:
    """One tap makes link, posters, captions and passcode for a good; the page shows what there is."""
    row, now = access.pick_for_owner(request.owner, pick_id), clock.now()
    channel = _channel(request.POST.get("channel") or request.GET.get("channel"))
    if request.method == "POST":
        try:
            services.share(pick=row, channel=channel, at=now, **_asked(request))  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, error.sentence)
        return redirect(reverse("owner:share", args=[row.pk]) + f"?channel={channel.value}")
    made = services.shared(pick=row, channel=channel, at=now)
    page = _page(channel, made, selectors.greeting_of(row.shop, row.good, channel))
    page |= {"item": selectors.picked(request.owner, [row], at=now)[0], "share_title": row.good.title}
    return render(request, "storefronts/owner/share.html", page)


@shop_page
@require_http_methods(["GET", "POST"])
def share_shop(request: ShopRequest) -> HttpResponse:
    """The same for the shop, with up to four of its goods on the posters."""
    shop, now = request.shop, clock.now()
    channel = _channel(request.POST.get("channel") or request.GET.get("channel"))
    if request.method == "POST":
        try:
            picks = [
                access.pick_for_owner(request.owner, int(key))
                for key in request.POST.getlist("picks")[: SHOWN_MAX + 1]
                if key.isdecimal() and len(key) < 18
            ]
            services.share_shop(
                shop=shop,
                channel=channel,
                picks=picks,
                at=now,
                **_asked(request),  # type: ignore[arg-type]
            )
        except DomainError as error:
            if error.status == 404:
                raise
            messages.error(request, error.sentence)
        return redirect(reverse("owner:share-shop") + f"?channel={channel.value}")
    made = services.shop_shared(shop=shop, channel=channel, at=now)
    page = _page(channel, made, selectors.greeting_of(shop, None, channel))
    page |= {
        "shop": shop,
        "shop_name": selectors.display_name(shop.name, rules_at(now).SHOP_SUFFIX),
        "share_title": selectors.display_name(shop.name, rules_at(now).SHOP_SUFFIX),
        "is_open": shop.status == ShopStatus.OPEN,
        "picks": selectors.visible_picks(shop)[:OFFERED],
        "shown": made.posters[0].shown if made else [],
        "shown_max": SHOWN_MAX,
    }
    return render(request, "storefronts/owner/share_shop.html", page)


def _drawing(posters: list[Poster]) -> dict[str, object]:
    """Posters of a share for the fragment that polls: those given up, and whether any is still being drawn."""
    failed = selectors.failed_posters(posters)
    waiting = [p for p in posters if p.status != PosterStatus.READY and p.public_id not in failed]
    ready = [p for p in posters if p.status == PosterStatus.READY]
    return {
        "posters": posters,
        "failed": failed,
        "waiting": bool(waiting),
        "ready": len(ready),
        "code": posters[0].link.code if posters else "",
    }


@owner_page
@require_GET
def share_posters(request: OwnerRequest, code: str) -> HttpResponse:
    """The posters of a link as a fragment; it asks again until both are there."""
    link = access.link_for_owner(request.owner, code)
    page = {"drawing": _drawing(list(selectors.posters_of(link))), "styles": PosterStyle}
    return render(request, "storefronts/owner/_posters.html", page)


@owner_page
@require_POST
def retry_poster(request: OwnerRequest, public_id: str) -> HttpResponse:
    """Draw a poster again whose drawing was given up."""
    row = access.poster_for_owner(request.owner, public_id)
    services.retry_poster(poster=row, at=clock.now())
    return redirect(_share_page(row.pick, row.link))


def _share_page(pick: Pick | None, link: ShareLink) -> str:
    address = reverse("owner:share", args=[pick.pk]) if pick else reverse("owner:share-shop")
    return f"{address}?channel={link.channel}"


@owner_page
@require_GET
def poster(request: OwnerRequest, public_id: str) -> HttpResponse:
    """A drawn poster's file: a real picture that a long press saves. Its contents never change."""
    row = access.poster_for_owner(request.owner, public_id)
    if row.status != PosterStatus.READY:
        raise Http404
    answer = HttpResponse(services.poster_path(row.file).read_bytes(), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


@owner_page
@require_GET
def posters_zip(request: OwnerRequest, code: str) -> HttpResponse:
    """All posters of a link that are drawn, in one archive; the same pictures make the same bytes."""
    link = access.link_for_owner(request.owner, code)
    drawn = [row for row in selectors.posters_of(link) if row.status == PosterStatus.READY]
    if not drawn:
        raise Http404
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for row in drawn:
            entry = zipfile.ZipInfo(f"{link.code}-{row.style}.jpg", WHEN)
            archive.writestr(entry, services.poster_path(row.file).read_bytes())
    answer = HttpResponse(made.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="posters-{link.code}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


urlpatterns: list[URLPattern] = [
    path("share/", share_shop, name="share-shop"),
    path("picks/<int:pick_id>/share/", share, name="share"),
    path("links/<slug:code>/posters/", share_posters, name="share-posters"),
    path("links/<slug:code>/posters.zip", posters_zip, name="posters-zip"),
    path("posters/<slug:public_id>/retry/", retry_poster, name="poster-retry"),
    path("posters/<slug:public_id>.jpg", poster, name="poster"),
]
