"""Staff's pages of the rules: documents, versions from draft to effect, comments, who accepted what."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rulebook import services
from rulebook.comparison import compare
from rulebook.forms import AnswerForm, CommentsForm, PublishForm, UrgentForm, VersionForm
from rulebook.markdown import as_html
from rulebook.models import Acceptance, Comment, Document, Version
from rulebook.selectors import (
    acceptance_counts,
    all_comments_of,
    changes_of,
    edition_before,
    own_numbers,
    texts_of,
    versions_of,
)
from rulebook.services.first import AUTHOR, PUBLISHER
from rulebook.states import COMMENTS, VERSIONS, CommentStatus, VersionStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    name_of,
    pill,
    rows_by,
    sentence_of,
    staff_actor,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time

teach_subject("rules", _("规则文件"), VERSIONS, find=rows_by(Version, "number"))
teach_subject("rules_comment", _("规则意见"), COMMENTS, find=rows_by(Comment, "number"))
TONES = {"draft": "wait", "in_comment": "moving", "superseded": "over", "withdrawn": "over"}


def _state(row: Version, at: datetime) -> SafeString:
    """A version's state; one that is published says whether it is in force yet."""
    if row.status == VersionStatus.PUBLISHED:
        assert row.effective_at is not None
        if row.effective_at > at:
            words = gettext("{day} 生效").format(day=local_time(row.effective_at, "date"))
            return pill("coming", words, "moving")
        return pill("in_force", _("生效中"), "good")
    return pill(row.status, row.get_status_display(), TONES[row.status])


def _person(ref: str) -> str:
    return gettext("平台") if ref in (AUTHOR, PUBLISHER) else name_of(ref)


DRAFT, IN_COMMENT, PUBLISHED = VersionStatus.DRAFT, VersionStatus.IN_COMMENT, VersionStatus.PUBLISHED


def _draft(row: Document, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.draft_version(code=row.code, actor=actor, at=at)


def _versions(rows: list[Version], at: datetime) -> Table:
    heads = (_("版本"), _("状态"), _("公布时间"), _("生效时间"))
    cells = [
        (
            link_to(v, code(v.number)),
            _state(v, at),
            when(v.published_at, "day"),
            when(v.effective_at),
        )
        for v in rows
    ]
    return Table(_("版本"), heads, cells)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """The documents, and the button that begins the next version."""

    ordering = ("position",)
    list_display = columns(
        Document,
        column(_("文件"), lambda row: row.title, "code"),
        column(_("适用对象"), lambda row: " · ".join(row.audience_words)),
    )
    acts = (
        Act(
            "draft", _("起草新版"), _draft, tone="primary", icon="edit_document",
            warns=_("以最近公布的版本为底稿。"), done=_("已建立草稿，请在版本中修改"),
        ),
    )  # fmt: skip

    def head(self, row: Document) -> Head:
        return Head(row.title, sub=" · ".join(row.audience_words))

    def main(self, request: HttpRequest, row: Document) -> list[Any]:
        return [_versions(list(versions_of(row)), self.moment())]

    def side(self, request: HttpRequest, row: Document) -> list[Any]:
        return [Facts(_("公开页面"), [Fact(_("地址"), link(reverse("rule", args=[row.code]), row.title))])]


def _open(row: Version, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    until = at + timedelta(days=answers["days"])
    services.open_comments(number=row.number, until=until, actor=actor, at=at)


def _revise(row: Version, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.revise(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _publish(row: Version, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.publish(number=row.number, effective_at=answers["effective_at"], actor=actor, at=at)


def _publish_urgent(row: Version, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.publish_urgent(
        number=row.number,
        effective_at=answers["effective_at"],
        legal_basis=answers["legal_basis"],
        actor=actor,
        at=at,
    )


def _withdraw(row: Version, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.withdraw(number=row.number, actor=actor, at=at, reason=answers["reason"])


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Versions: words, numbers from old to new, comments, and the acts that move them."""

    chip_field = "status"
    search_fields = ("number", "title_zh", "title_en")
    ordering = ("-id",)
    list_select_related = ("document",)
    list_display = columns(
        Version,
        column(_("编号"), lambda row: code(row.number), "number"),
        column(_("标题"), lambda row: row.title),
        column(_("状态"), lambda row: _state(row, row.present), "status"),
        column(_("变更项"), lambda row: len(row.changes), num=True),
        column(_("起草人"), lambda row: _person(row.author)),
        column(_("征求意见截止"), lambda row: when(row.comments_until, "day"), "comments_until"),
        column(_("公布时间"), lambda row: when(row.published_at, "day"), "published_at"),
        "effective_at",
    )
    acts = (
        Act(
            "comments", _("开始征求意见"), _open, frozenset({DRAFT}), CommentsForm, "primary", "forum",
            _("草稿将公开，期间不能修改；适用对象会收到消息。"), _("已开始征求意见"),
        ),
        Act(
            "publish", _("公布"), _publish, frozenset({IN_COMMENT}), PublishForm, "primary", "campaign",
            _("公布后文本与数字不能修改；起草人不能公布。"), _("已公布"),
        ),
        Act(
            "urgent", _("依法紧急公布"), _publish_urgent, frozenset({IN_COMMENT}), UrgentForm, "danger", "gavel",
            _("仅在法律、法规或有权机关的命令要求更早实施时使用，依据将公开显示。"), _("已公布"),
        ),
        Act("revise", _("收回修改"), _revise, frozenset({IN_COMMENT}), ReasonForm, icon="undo",
            done=_("已收回为草稿")),
        Act(
            "withdraw", _("撤回"), _withdraw, frozenset({DRAFT, IN_COMMENT, PUBLISHED}), ReasonForm, "danger", "block",
            _("已公布的版本只能在生效前撤回；撤回后不能恢复。"), _("已撤回"),
        ),
    )  # fmt: skip

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.edit_view)
        return [path("<int:pk>/words/", view, name="rulebook_version_edit")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("规则文件"), reverse("admin:rulebook_document_changelist"), "policy")]

    def hint(self, request: HttpRequest) -> object:
        return _("新版从规则文件的页面开始起草；两人经办，征求意见后公布，生效前至少公示 7 天。")

    def acts_for(self, request: HttpRequest, row: Version) -> list[Act]:
        offered = list(super().acts_for(request, row))
        if row.effective_at is not None and self.moment() >= row.effective_at:
            offered = [act for act in offered if act.name != "withdraw"]
        if row.author == staff_actor(request).ref:
            offered = [act for act in offered if act.name not in ("publish", "urgent")]
        return offered

    def head(self, row: Version) -> Head:
        return Head(row.title, _state(row, self.moment()), code(row.number))

    def main(self, request: HttpRequest, row: Version) -> list[Any]:
        at = self.moment()
        zh, en = texts_of(row, at=at)
        before = edition_before(row)
        old_zh, old_en = texts_of(before, at=at) if before else ("", "")
        numbers = [
            (change.label, code(change.name), change.old, change.new, change.bounds)
            for change in changes_of(row, at=at)
        ]
        heads = (_("项目"), _("名称"), _("原来"), _("变更为"), _("允许范围"))
        words = [
            Fact(_("变更说明（中文）"), row.summary_zh or "—"),
            Fact(_("变更说明（英文）"), row.summary_en or "—"),
        ]
        comments = [
            (
                link_to(c, c.number),
                c.get_party_kind_display(),
                c.shown_name,
                c.text,
                pill(c.status, c.get_status_display()),
                c.answer or "—",
            )
            for c in all_comments_of(row)
        ]
        said = (_("编号"), _("身份"), _("署名"), _("意见"), _("状态"), _("回复"))
        template = "rulebook/staff/_texts.html"
        return [
            Facts(_("变更说明"), words),
            Table(_("变更的数字"), heads, numbers),
            Block(
                _("与上一版对比"),
                "rulebook/staff/_compared.html",
                {"zh": compare(old_zh, zh), "en": compare(old_en, en)},
            ),
            Block(_("正文"), template, {"zh": as_html(zh), "en": as_html(en)}),
            Table(_("意见"), said, comments),
        ]

    def side(self, request: HttpRequest, row: Version) -> list[Any]:
        facts = [
            Fact(_("起草人"), _person(row.author)),
            Fact(_("公布人"), _person(row.publisher) if row.publisher else "—"),
            *facts_of(
                row, "drafted_at", "comments_from", "comments_until", "published_at", "effective_at", "withdrawn_at",
                "legal_basis",
            ),
        ]  # fmt: skip
        if row.status == DRAFT:
            edit = link(reverse("admin:rulebook_version_edit", args=[row.pk]), _("修改草稿"))
            facts.insert(0, Fact(_("内容"), edit))
        accepted = [
            Fact(ActorKind(kind).label, count) for kind, count in sorted(acceptance_counts(row).items())
        ] or [Fact("", _("还没有人同意这一版"))]
        return [Facts(_("版本"), facts), Facts(_("已同意"), accepted), trail("rules", row.number)]

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write the words and numbers of a draft."""
        row: Version = self.row_or_404(request, str(pk))
        if row.status != DRAFT:
            raise Http404
        at, status, problem = self.moment(), 200, ""
        typed = request.POST if request.method == "POST" else None
        form = VersionForm(typed, version=row, names=own_numbers(row), rules=rules_at(at))
        if typed is not None and form.is_valid():
            try:
                services.edit_draft(number=row.number, draft=form.draft(), actor=staff_actor(request), at=at)
            except DomainError as error:
                problem, status = sentence_of(error), error.status
            else:
                messages.success(request, gettext("草稿已保存"))
                return redirect(self.address(row))
        elif typed is not None:
            problem, status = gettext("请检查填写的内容"), 400
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("修改草稿"),
            "form": form,
            "row": row,
            "problem": problem,
            "back": self.address(row),
        }
        return TemplateResponse(request, "rulebook/staff/edit.html", context, status=status)


def _answer(row: Comment, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.answer_comment(number=row.number, text=answers["text"], actor=actor, at=at)


def _show(row: Comment, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.show_comment(number=row.number, actor=actor, at=at)


def _hide(row: Comment, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.hide_comment(number=row.number, actor=actor, at=at, reason=answers["reason"])


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    """Comments: answer in public, show what was held, hide what breaks the law."""

    empty = _("版本征求意见期间，各方的意见列在这里")
    chip_field = "status"
    search_fields = ("number", "text", "shown_name", "version__number")
    ordering = ("-id",)
    list_select_related = ("version",)
    list_display = columns(
        Comment,
        column(_("编号"), lambda row: code(row.number), "number"),
        column(_("版本"), lambda row: code(row.version.number)),
        "party_kind",
        "shown_name",
        column(_("意见"), lambda row: row.text[:60]),
        "status",
        column(_("回复"), lambda row: row.answer[:40]),
        "at",
    )
    acts = (
        Act("answer", _("公开回复"), _answer, frozenset(), AnswerForm, "primary", "reply",
            done=_("已回复")),
        Act("show", _("公开"), _show, frozenset({CommentStatus.HELD, CommentStatus.HIDDEN}), icon="visibility",
            done=_("已公开")),
        Act("hide", _("隐藏"), _hide, frozenset({CommentStatus.SHOWN, CommentStatus.HELD}), ReasonForm, "danger",
            "visibility_off", _("仅用于违法或泄露个人信息的内容，原因留存。"), _("已隐藏")),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: Comment) -> list[Act]:
        offered = list(super().acts_for(request, row))
        return offered if row.answered_at is None else [act for act in offered if act.name != "answer"]

    def head(self, row: Comment) -> Head:
        return Head(
            f"{row.get_party_kind_display()} {row.shown_name}",
            pill(row.status, row.get_status_display()),
            link_to(row.version, row.version.number),
        )

    def main(self, request: HttpRequest, row: Comment) -> list[Any]:
        blocks = [Facts(_("意见"), [Fact(when(row.at), row.text)])]
        if row.answered_at is not None:
            blocks.append(
                Facts(_("公开回复"), [Fact(name_of(row.answered_by), row.answer, hint=when(row.answered_at))])
            )
        return blocks

    def side(self, request: HttpRequest, row: Comment) -> list[Any]:
        return [trail("rules_comment", row.number)]


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyAdmin):
    """Who accepted which version, when and how."""

    chip_field = "party_kind"
    empty = _("有人同意规则文件后，这里会有一条记录")
    search_fields = ("party_ref", "version__number")
    search_help_text = _("按当事人编号或版本编号查找")
    ordering = ("-id",)
    list_select_related = ("version",)
    show_full_result_count = False
    list_display = columns(
        Acceptance,
        column(_("版本"), lambda row: code(row.version.number)),
        "party_kind",
        column(_("当事人"), lambda row: name_of(row.party_ref)),
        column(_("账号"), lambda row: name_of(row.person)),
        "channel",
        "at",
    )

    def head(self, row: Acceptance) -> Head:
        return Head(name_of(row.party_ref), sub=link_to(row.version, row.version.number))

    def main(self, request: HttpRequest, row: Acceptance) -> list[Any]:
        items = facts_of(row, "party_kind", "party_ref", "channel", "at")
        items.insert(0, Fact(_("版本"), link_to(row.version)))
        return [
            Facts("", items),
            Facts(
                _("同意的文本"),
                [Fact(_("摘要"), row.text_hash, hint=_("与公布的正文一致，任何改动都会使摘要不同"))],
            ),
        ]
