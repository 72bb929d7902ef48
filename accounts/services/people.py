"""Writes about people: sign-up, phone, real name and credit, API tokens."""

import hashlib
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as StdnumError

from accounts import errors
from accounts.models import ApiToken, RealName, User
from accounts.providers import sandbox
from accounts.selectors import credit_is_fresh
from rulebook.services import accept_present
from rulebook.states import AcceptedBy
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.personal import blind_index
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import sentences

# Django's own sentences are not all there in Chinese.
WEAK = {
    "password_too_short": gettext_lazy("密码至少 {min_length} 位。"),
    "password_too_common": gettext_lazy("这个密码太常见。"),
    "password_entirely_numeric": gettext_lazy("密码不能全是数字。"),
}


def sign_up(
    *,
    nickname: str,
    password: str,
    phone: str = "",
    email: str = "",
    is_staff: bool = False,
    verified: bool = True,
    accepted_at: datetime | None = None,
) -> User:
    """Create a user who signs in by phone or e-mail. Raises BadPhone, WeakPassword, SignInTaken.

    An empty password: signs in by one-time code only. ``verified``: phone and e-mail are known to be the person's own;
    people who sign up by themselves prove it by a code, and accept the rules in force (``accepted_at``).
    """
    nickname = nickname.strip()
    if not 1 <= len(nickname) <= 40:
        raise BadInput(what=_("昵称须为 1 到 40 个字"))
    if password:
        check_password_strength(password=password)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email or None,
                password or None,
                phone=phone,
                nickname=nickname,
                is_staff=is_staff,
                phone_verified=bool(phone) and verified,
                mfa_required=is_staff,
                language=_language_read(),
            )
            _remember_address(user, verified)
            if accepted_at is not None:
                party = Actor(ActorKind.BUYER, user.public_id, user.public_id)
                accept_present(party=party, channel=AcceptedBy.SIGN_UP, at=accepted_at)
            return user
    except IntegrityError:
        raise errors.SignInTaken from None


def _language_read() -> str:
    """The language of the page that is open when it is not the platform's own, so that later mail is in it too."""
    language = get_language() or ""
    return language if language in dict(settings.LANGUAGES) and language != settings.LANGUAGE_CODE else ""


def choose_language(*, user: User, language: str) -> None:
    """Keep the language in which a person wants pages and mail. Raises BadInput for one that there is not."""
    if language not in dict(settings.LANGUAGES):
        raise BadInput(what=_("没有这种语言"))
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def hire(*, nickname: str, email: str, password: str) -> User:
    """Create a person of the platform's staff who may do everything, with a second factor. Raises SignInTaken.

    An empty password: signs in by one-time code only.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_superuser(
                email, password or None, nickname=nickname, mfa_required=True
            )
            _remember_address(user, verified=True)
            return user
    except IntegrityError:
        raise errors.SignInTaken from None


def check_password_strength(*, password: str) -> None:
    """Raises WeakPassword with every reason."""
    try:
        validate_password(password)
    except ValidationError as weak:
        raise errors.WeakPassword(reasons=sentences(map(_why_weak, weak.error_list))) from None


def set_phone(*, user: User, phone: str, verified: bool) -> None:
    """Give a user this phone. Raises BadPhone, SignInTaken."""
    user.set_phone(phone)
    user.phone_verified = verified
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_index", "phone_verified"])
    except IntegrityError:
        raise errors.SignInTaken from None


def _remember_address(user: User, verified: bool) -> None:
    if user.email:
        EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)


def verify_real_name(*, user: User, name: str, id_number: str, at: datetime) -> RealName:
    """Check the identity number and age, read the credit score and keep both (docs/rules.md §1.6).

    A score read within CREDIT_VALID_D days is kept. Raises BadIdNumber, UnderAge, IdentityTaken, CreditUnavailable.
    """
    rules = rules_at(at)
    if not user.phone:
        raise BadInput(what=_("信用分按手机号查询，请用手机号注册的账号开店"))
    name = name.strip()
    if not 2 <= len(name) <= 40:
        raise BadInput(what=_("请填写真实姓名"))
    try:
        number = ric.validate(id_number.strip().upper())
        born = ric.get_birth_date(number)
    except StdnumError:
        raise errors.BadIdNumber from None
    today = clock.local(at).date()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < rules.OWNER_MIN_AGE:
        raise errors.UnderAge(age=rules.OWNER_MIN_AGE)
    index = blind_index(number)
    if RealName.objects.filter(id_index=index).exclude(user=user).exists():
        raise errors.IdentityTaken
    known = RealName.objects.filter(user=user, id_index=index).first()
    if known is not None and credit_is_fresh(known, at=at, valid_days=rules.CREDIT_VALID_D):
        score, checked_at = known.credit_score, known.credit_checked_at
    else:
        score, checked_at = sandbox.read_score(phone=user.phone, name=name, id_number=number), at
    try:
        with transaction.atomic():
            record, _created = RealName.objects.update_or_create(
                user=user,
                defaults={
                    "name": name,
                    "id_number": number,
                    "id_index": index,
                    "credit_score": score,
                    "credit_checked_at": checked_at,
                    "consented_at": at,
                    "verified_at": at,
                },
            )
    except IntegrityError:
        raise errors.IdentityTaken from None
    return record


def issue_token(*, user: User, name: str, at: datetime) -> tuple[ApiToken, str]:
    """Create an API token; returns the row and the text, which is never shown again."""
    text = secret_key_text()
    name = name.strip()[:40] or "API"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user, name=name, digest=digest_of(text), prefix=text[:6], created_at=at
        )
    return token, text


def revoke_token(*, user: User, token_id: int, actor: Actor, at: datetime) -> None:
    """Stop a token of this user. Raises NotFound."""
    with transaction.atomic():
        changed = ApiToken.objects.filter(user=user, pk=token_id, revoked_at=None).update(revoked_at=at)
        if not changed:
            raise NotFound
        audit.record(actor=actor, subject_type="api_token", subject_ref=str(token_id), event="revoke", at=at)


def user_of_token(*, text: str, at: datetime) -> User | None:
    """The user whom a bearer token speaks for, or None; notes when it was used, at most once a minute."""
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(text), revoked_at=None).first()
    if token is None or not token.user.is_active:
        return None
    if token.last_used_at is None or (at - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token.user


def digest_of(text: str) -> str:
    """SHA-256 of a token's text; tokens are long and random, so no salt is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def _why_weak(error: ValidationError) -> str:
    sentence = WEAK.get(error.code or "")
    return str(sentence).format(**(error.params or {})) if sentence else error.messages[0]
