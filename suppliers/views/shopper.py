"""The platform's own good pages and pictures of goods."""

from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from suppliers import access, photographs
from suppliers.selectors import attribute_facts, choices_of
from taoxiaopu.kernel.errors import NotFound


@require_safe
def good(request: HttpRequest, public_id: str) -> HttpResponse:
    """A good as the platform itself shows it: nobody earns a commission here."""
    found = access.good_for_visitor(public_id)
    skus = list(choices_of(found))
    context = {
        "good": found,
        "is_on_sale": found.is_sellable_at(found.present),  # type: ignore[attr-defined]
        "off_season": found.off_season_at(found.present),  # type: ignore[attr-defined]
        "skus": skus,
        "facts": attribute_facts(found),
        "in_stock": any(sku.available for sku in skus),
        "first_sku": next((sku.pk for sku in skus if sku.available), None),
        "choosing": "choose" in request.GET,
        "server_now": None,  # nothing counts down here, so the clock need not be read
    }
    return render(request, "suppliers/shopper/good.html", context)


@require_safe
def good_picture(request: HttpRequest, public_id: str, version: int, size: int) -> HttpResponseBase:
    """A good's main picture in one of three sizes, kept by browsers for ever: a changed good has another address."""
    if size not in photographs.SIZES:
        raise NotFound
    found = access.good_for_picture(public_id)
    if version != found.version:
        return _now_at("good-picture", public_id, found.version, size)
    return _picture(photographs.file_of(found, size))


@require_safe
def gallery_picture(
    request: HttpRequest, public_id: str, version: int, place: int, size: int
) -> HttpResponseBase:
    """A good's picture in a place after the main one, as above."""
    found = access.good_for_picture(public_id)
    file = photographs.file_in_gallery(found, place, size)
    if version != found.version:
        return _now_at("good-gallery", public_id, found.version, place, size)
    return _picture(file)


def _now_at(name: str, *place: object) -> HttpResponse:
    response = redirect(name, *place)
    response["Cache-Control"] = "public, max-age=60"
    return response


def _picture(path: Path) -> HttpResponseBase:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound from None
    answer = FileResponse(file, content_type="image/webp")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


urlpatterns = [
    path("g/<slug:public_id>/", good, name="good"),
    path("pictures/<slug:public_id>/<int:version>/<int:size>.webp", good_picture, name="good-picture"),
    path(
        "pictures/<slug:public_id>/<int:version>/<int:place>/<int:size>.webp",
        gallery_picture,
        name="good-gallery",
    ),
]
