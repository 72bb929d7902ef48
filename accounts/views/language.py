"""Choosing the language of the pages."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import services
from accounts.models import User


@csrf_exempt  # a token would put a cookie on every public page; another site's form brings no session here (SameSite)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice in a cookie, and with the person who is signed in; go back to the page it was made on."""
    back = request.POST.get("next", "")
    own = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    answer = redirect(back if own else "home")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
        if request.user.is_authenticated:
            services.choose_language(user=cast(User, request.user), language=language)
    return answer


urlpatterns = [path("language/", choose, name="set_language")]  # the name that the staff's menu looks for
