"""The platform's rules in public: the list, each version, what changed, comments, and reading and accepting."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from disputes.selectors import public_penalties
from rulebook import services
from rulebook.access import document_for_anyone, version_for_anyone
from rulebook.comparison import compare
from rulebook.markdown import as_html
from rulebook.models import Version
from rulebook.selectors import (
    changes_of,
    coming_among,
    comments_of,
    edition_before,
    present_among,
    public_versions,
    shelves,
    texts_of,
)
from taoxiaopu.desks.forms import CommentForm
from taoxiaopu.desks.rules import Role, concerned, duties, roles_for_rules
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import BadInput, DomainError, NotFound
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import reads_chinese

PENALTIES_PER_PAGE = 50


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All documents: what is in force, what comes, what is open for comments."""
    at = clock.now()
    return render(request, "desks/rules/list.html", {"shelves": shelves(at=at), "now": at})


@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """A document as it is in force."""
    at = clock.now()
    document = document_for_anyone(code)
    versions = list(public_versions(document))
    shown = present_among(versions, at) or (versions[0] if versions else None)
    if shown is None:
        raise NotFound
    return _page(request, shown)


@require_safe
def edition(request: HttpRequest, code: str, edition: int) -> HttpResponse:
    """One version."""
    return _page(request, version_for_anyone(code, edition))


@require_safe
def changes(request: HttpRequest, code: str, edition: int) -> HttpResponse:
    """What a version changes: numbers, and the text line by line."""
    at = clock.now()
    shown = version_for_anyone(code, edition)
    before = edition_before(shown)
    page = {
        "version": shown,
        "before": before,
        "numbers": changes_of(shown, at=at),
        "lines": compare(_text(before, at) if before else "", _text(shown, at)),
    }
    return render(request, "desks/rules/changes.html", page)


@require_safe
def penalties(request: HttpRequest) -> HttpResponse:
    """Penalties in public, with the rule (E-Commerce Law 36): owners by their shops, suppliers by company."""
    page = Paginator(public_penalties(), PENALTIES_PER_PAGE).get_page(request.GET.get("page"))
    suffix = rules_at(clock.now()).SHOP_SUFFIX
    return render(request, "desks/rules/penalties.html", {"page": page, "suffix": suffix})


@login_required
@require_POST
def comment(request: HttpRequest, code: str, edition: int) -> HttpResponse:
    """Say something about a version."""
    shown = version_for_anyone(code, edition)
    roles = _roles(request, shown)
    if not roles:
        raise NotFound
    form = CommentForm(request.POST, roles=_choices(roles))
    if form.is_valid():
        role = next(role for role in roles if role.kind == form.cleaned_data["role"])
        try:
            made = services.comment(
                version=shown,
                text=form.cleaned_data["text"],
                party=role.party,
                shown_name=role.shown_name,
                at=clock.now(),
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            said = _("意见已公开") if made.status == "shown" else _("意见已收到，审核后公开")
            messages.success(request, said)
            return redirect("rule-edition", code, edition)
    return _page(request, shown, form=form, status=422)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def acceptance(request: HttpRequest) -> HttpResponse:
    """What is in force or coming and not accepted yet, in each of the person's roles; accepting it."""
    roles = roles_for_rules(cast(User, request.user))
    if request.method == "POST":
        role = next((role for role in roles if role.kind == request.POST.get("role")), None)
        if role is None:
            raise NotFound
        hashes = dict(_seen(text) for text in request.POST.getlist("seen"))
        if not hashes:
            raise BadInput(what=_("请选择要同意的文件"))
        services.accept(party=role.party, hashes=hashes, at=clock.now())
        messages.success(request, _("已记录您的同意"))
        return redirect("rule-acceptance")
    at = clock.now()
    return render(request, "desks/rules/acceptance.html", {"duties": duties(roles, at=at), "now": at})


def _seen(text: str) -> tuple[str, str]:
    number, _colon, seal = text.partition(":")
    return number, seal


def _page(
    request: HttpRequest, shown: Version, *, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    versions = list(public_versions(shown.document))
    roles = _roles(request, shown)
    if form is None and roles and shown.is_in_comment(at):
        form = CommentForm(roles=_choices(roles))
    page: dict[str, Any] = {
        "version": shown,
        "document": shown.document,
        "text": as_html(_text(shown, at)),
        "versions": versions,
        "present": present_among(versions, at),
        "coming": coming_among(versions, at),
        "is_in_comment": shown.is_in_comment(at),
        "comments": comments_of(shown) if shown.comments_from else None,
        "before": edition_before(shown),
        "form": form,
        "duties": [duty for duty in duties(roles, at=at) if shown in (*duty.due, *duty.coming)],
        "now": at,
    }
    return render(request, "desks/rules/version.html", page, status=status)


def _roles(request: HttpRequest, shown: Version) -> list[Role]:
    if not request.user.is_authenticated:
        return []
    return concerned(roles_for_rules(cast(User, request.user)), shown.document)


def _choices(roles: list[Role]) -> list[tuple[str, str]]:
    return [(role.kind, role.label) for role in roles]


def _text(version: Version, at: Any) -> str:
    return texts_of(version, at=at)[0 if reads_chinese() else 1]


urlpatterns = [
    path("rules/", rules, name="rules"),
    path("rules/acceptance/", acceptance, name="rule-acceptance"),
    path("rules/penalties/", penalties, name="rule-penalties"),
    path("rules/<slug:code>/", rule, name="rule"),
    path("rules/<slug:code>/<int:edition>/", edition, name="rule-edition"),
    path("rules/<slug:code>/<int:edition>/changes/", changes, name="rule-changes"),
    path("rules/<slug:code>/<int:edition>/comments/", comment, name="rule-comments"),
]
