"""Where a signed-in person belongs."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from accounts.models import User
from taoxiaopu.desks.selectors import roles_of


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Staff, suppliers and owners go to their desk, anyone else to the consumer's own page."""
    roles = roles_of(cast(User, request.user))
    if roles.is_staff:
        return redirect("admin:index")
    if roles.is_supplier:
        return redirect("supplier:home")
    if roles.is_owner:
        return redirect("owner:home")
    return redirect("me")


urlpatterns = [path("", home, name="home")]
