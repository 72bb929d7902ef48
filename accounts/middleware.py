"""The language of a page: a signed-in person's own choice, else the cookie of a choice, else what the browser asks for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers


class ReaderLanguage:
    """Stands below LocaleMiddleware, which knows the cookie and Accept-Language, and adds the person's own choice.

    A browser without a session is asked nothing, so that public pages stay free of cookies. The API follows
    Accept-Language alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language_of(request)
        if language and language != translation.get_language():
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
            patch_vary_headers(response, ("Cookie",))
            if not response.has_header("Cache-Control"):
                patch_cache_control(
                    response, private=True
                )  # no cache may hand it to someone who chose nothing
        return response


def _language_of(request: HttpRequest) -> str:
    if request.path.startswith("/api/"):
        asked = HttpRequest()
        asked.META = request.META  # without the cookies
        return translation.get_language_from_request(asked)
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return str(getattr(request.user, "language", ""))
    return ""
