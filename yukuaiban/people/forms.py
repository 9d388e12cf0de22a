"""The forms of people's pages. A form reads what was typed; whether it may be done is for the services to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import DomainError, Invalid
from yukuaiban.config.now import today
from yukuaiban.identifiers import documents
from yukuaiban.people import contacts
from yukuaiban.people.adapters import PhoneField
from yukuaiban.people.models import Account, Relation
from yukuaiban.people.passwords import NotPersonal
from yukuaiban.people.reach import code_of
from yukuaiban.people.selectors import day_after
from yukuaiban.people.services import Terms
from yukuaiban.people.services.privacy import CORRECTABLE, FIELD_NAMES
from yukuaiban.people.tokens import SCOPES, scope_in_words

T = TypeVar("T")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was handed in; a form with nothing ticked is handed in too."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Do what a valid form asks for; a refusal stands in the form, at its field where it names one."""
    try:
        return act()
    except DomainError as error:
        named = {name: text for name, text in error.details.items() if name in form.fields}
        for name, text in named.items():
            form.add_error(name, text or error.message)
        if not named:
            form.add_error(None, str(error.message))
        form.refused_with = error.code  # type: ignore[attr-defined]
        return None


CONTACT_HELP = _("内地手机号码（11 位）或电子邮箱")


def read_contact(typed: str) -> tuple[str, str]:
    """As `contacts.read`, for a form. Raises: ValidationError."""
    try:
        return contacts.read(typed)
    except Invalid as error:
        raise forms.ValidationError(str(error.message), code="contact") from error


def contact_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("手机号码或电子邮箱"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        **options,
    )


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Phone or e-mail, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = contact_field()
        self.fields["password"].label = _("密码")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("在这台设备上保持登录 {days} 天（公用设备请勿勾选）").format(
            days=settings.SESSION_COOKIE_AGE // (24 * 3600)
        )
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        return read_contact(self.cleaned_data["login"])[1]


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """One way to reach the person, a password, and his agreement. A code then proves that the way is his."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_field(help_text=_("内地手机号码（11 位）或电子邮箱，稍后发送验证码"))
        self.fields["password1"].label = _("设置密码")
        self.fields["password2"].label = _("再输入一次密码")
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["agree"] = forms.BooleanField(
            label=_("我已阅读并同意服务协议和个人信息处理规则"),
            help_text=format_html(
                '<a href="{}" target="_blank">{}</a>', reverse("people:rules"), _("阅读服务协议与个人信息处理规则")
            ),
            error_messages={"required": _("请先阅读；同意后才能注册。")},
        )
        self.order_fields(["contact", "password1", "password2", "agree"])

    def clean_contact(self) -> str:
        kind, value = read_contact(self.cleaned_data["contact"])
        self.cleaned_data[kind] = value
        if kind == "email":
            self.validate_unique_email(get_adapter().clean_email(value))
        return value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        password, phone = cleaned.get("password1"), cleaned.get("phone")
        if password and phone:
            account = Account()
            account.set_phone(phone)
            try:
                NotPersonal().validate(password, account)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class RequestLoginCodeForm(allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]
    """A code to log in with, or to set a new password after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_field(help_text=CONTACT_HELP)

    def clean_contact(self) -> str:
        kind, value = read_contact(self.cleaned_data["contact"])
        self.cleaned_data["email"], self.cleaned_data["phone"] = (value, "") if kind == "email" else ("", value)
        self._user = None
        try:
            self.clean_email() if kind == "email" else self.clean_phone()
        except forms.ValidationError as error:  # allauth calls it failed log-ins
            raise forms.ValidationError(_("获取验证码太频繁，请过一分钟再试。"), code="too_often") from error
        return value


class _Code(forms.Form):
    """A code is called by its name, and its placeholder does not say the same again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("验证码")
        self.fields["code"].widget.attrs.pop("placeholder", None)


class ConfirmEmailForm(_Code, allauth_forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass


class ConfirmLoginForm(_Code, allauth_forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class ConfirmPasswordResetForm(_Code, allauth_forms.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass


class VerifyPhoneForm(_Code, allauth_forms.VerifyPhoneForm):  # type: ignore[misc]
    pass


# --- who somebody is --------------------------------------------------------------------------------------------------

K = documents.Kind
ID_KINDS = [(kind.value, documents.NAMES[kind]) for kind in K]


def not_of(*choices: str) -> dict[str, str]:
    """Attributes of a field that is put out of the way while one of these choices of the form is chosen."""
    return {"data-not-of": " ".join(choices)}


def only_of(*kinds: documents.Kind) -> dict[str, str]:
    """The same for a field that only some kinds of document have."""
    return not_of(*(kind for kind in K if kind not in kinds))


def date_input(attrs: dict[str, str] | None = None) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"} | (attrs or {}), format="%Y-%m-%d")


def number_input(attrs: dict[str, str] | None = None) -> forms.TextInput:
    plain = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    return forms.TextInput(attrs=plain | (attrs or {}))


class IdentityForm(forms.Form):
    """Name and document, as they stand on the document."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=80,
        help_text=_("与证件一致，包括间隔号和生僻字"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_kind = forms.ChoiceField(label=_("证件类型"), choices=ID_KINDS)
    id_number = forms.CharField(label=_("证件号码"), max_length=40, widget=number_input())


class RealNameForm(IdentityForm):
    """The real-name check. A passport's number tells neither birth nor country, so these are asked."""

    NEED_BIRTH = (K.PASSPORT, K.HK_MACAO_PERMIT, K.TAIWAN_PERMIT, K.FOREIGN_PERMANENT)

    name_latin = forms.CharField(
        label=_("拉丁字母姓名"), max_length=80, required=False, help_text=_("护照和永久居留身份证持有人填写"),
        widget=forms.TextInput(only_of(K.PASSPORT, K.FOREIGN_PERMANENT)),
    )  # fmt: skip
    birth_on = forms.DateField(
        label=_("出生日期"), required=False, help_text=_("居民身份证持有人不用填"),
        widget=date_input(only_of(*NEED_BIRTH)),
    )  # fmt: skip
    country = forms.CharField(
        label=_("签发国或地区"), max_length=3, required=False, help_text=_("护照填写，三位字母代码，如 FRA"),
        widget=forms.TextInput(only_of(K.PASSPORT)),
    )  # fmt: skip

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and not (country.isascii() and country.isalpha() and len(country) == 3):
            raise forms.ValidationError(_("请填护照资料页上的三位字母代码。"))
        return str(country)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("id_kind")
        if kind in self.NEED_BIRTH and not cleaned.get("birth_on") and "birth_on" not in self.errors:
            self.add_error("birth_on", _("这种证件的号码里没有出生日期，请填写。"))
        if kind == K.PASSPORT and not cleaned.get("country") and "country" not in self.errors:
            self.add_error("country", _("请填写护照的签发国或地区。"))
        if cleaned.get("birth_on") and cleaned["birth_on"] > today():
            self.add_error("birth_on", _("出生日期不能在今天之后。"))
        return cleaned


class CodeForm(forms.Form):
    """A one-time code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class MandateCodeForm(forms.Form):
    """The code of an invitation to act for somebody, or to be acted for."""

    code = forms.CharField(label=_("确认码或接受码"), max_length=20, widget=number_input())


# --- family, mandates, organisations ----------------------------------------------------------------------------------


class ChildForm(IdentityForm):
    """A guardian names his child."""

    relation = forms.ChoiceField(
        label=_("您是孩子的"),
        choices=[
            (Relation.PARENT, _("父母")),
            (Relation.GRANDPARENT, _("祖父母、外祖父母")),
            (Relation.OTHER, _("其他监护人")),
        ],
    )
    consents = forms.BooleanField(
        label=_("作为监护人，我同意渝快办为办理孩子的事项处理其个人信息（不满十四周岁时必须同意，可随时撤回）"),
        required=False,
    )


class TermsForm(forms.Form):
    """How far a mandate reaches."""

    scope = forms.ChoiceField(
        label=_("可以办哪些事项"),
        choices=[("some", _("只限下面写明的事项")), ("all", _("全部事项"))],
        widget=forms.RadioSelect,
        initial="some",
    )
    items = forms.CharField(
        label=_("事项"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3} | not_of("all")),
        help_text=_("每行一个事项的名称或编码"),
    )
    valid_from = forms.DateField(label=_("开始日期"), widget=date_input(), initial=today)
    last_day = forms.DateField(label=_("最后一天（含当日）"), widget=date_input())

    def clean_items(self) -> list[str]:
        try:
            return [code_of(line) for line in self.cleaned_data["items"].splitlines() if line.strip()]
        except Invalid as unknown:
            raise forms.ValidationError(str(unknown)) from unknown

    def terms(self) -> Terms:
        """What was filled in, for the services."""
        data = self.cleaned_data
        last: date = data["last_day"]
        return Terms(
            items=None if data["scope"] == "all" else data["items"],
            valid_from=data["valid_from"],
            valid_until=day_after(last),
        )


class AskRelativeForm(TermsForm):
    """Ask a relative or friend to let me act for him."""

    name = forms.CharField(label=_("对方姓名"), max_length=80, help_text=_("与其证件一致；对方须已实名"))
    contact = contact_field(help_text=_("确认码发到这里"))
    relation = forms.ChoiceField(label=_("对方是您的"), choices=Relation.choices)
    field_order = ["name", "contact", "relation", "scope", "items", "valid_from", "last_day"]

    def clean_contact(self) -> str:
        return read_contact(self.cleaned_data["contact"])[1]


class OfferForm(AskRelativeForm):
    """Appoint somebody to act for me or for my organisation."""

    principal = forms.ChoiceField(label=_("由谁委托"))
    field_order = ["principal", *AskRelativeForm.field_order]

    def __init__(self, *args: Any, principals: list[tuple[int, str, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["principal"].choices = [(str(pk), name) for pk, name, _is_person in principals]  # type: ignore[attr-defined]
        self.fields["contact"].help_text = _("接受码发到这里")
        relation = self.fields["relation"]
        relation.required, relation.help_text = False, _("单位委托经办人时不用选")
        relation.choices = [("", "—"), *Relation.choices]  # type: ignore[attr-defined]
        self.people = {str(pk) for pk, _n, is_person in principals if is_person}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("principal") in self.people and not cleaned.get("relation") and "relation" not in self.errors:
            self.add_error("relation", _("请选择对方是您的什么人。"))
        return cleaned


class AskOrganisationForm(TermsForm):
    """Ask to become an organisation's agent."""

    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=30, widget=number_input())
    field_order = ["credit_code", "scope", "items", "valid_from", "last_day"]


class OrganisationForm(forms.Form):
    """A legal representative registers his organisation."""

    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=30, widget=number_input())
    name = forms.CharField(label=_("单位名称"), max_length=200, help_text=_("与营业执照或登记证书一致"))


# --- phone, data ------------------------------------------------------------------------------------------------------


class PhoneForm(forms.Form):
    """A number."""

    phone = PhoneField(label=_("手机号码"), max_length=30)


class PhoneChangeForm(PhoneForm):
    """The new number, and whether the old one can still receive."""

    how = forms.ChoiceField(
        label=_("原号码还能收短信吗？"),
        widget=forms.RadioSelect,
        initial="old_phone",
        choices=[("old_phone", _("能：验证码同时发到原号码和新号码")), ("real_name", _("不能：核对我的姓名和证件"))],
    )
    name = forms.CharField(label=_("姓名"), max_length=80, required=False, widget=forms.TextInput(not_of("old_phone")))
    id_kind = forms.ChoiceField(
        label=_("证件类型"), choices=ID_KINDS, required=False, widget=forms.Select(not_of("old_phone"))
    )
    id_number = forms.CharField(
        label=_("证件号码"), max_length=40, required=False, widget=number_input(not_of("old_phone"))
    )

    def __init__(self, *args: Any, has_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("新手机号码")
        if not has_phone:
            for name in ("how", "name", "id_kind", "id_number"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("how") == "real_name":
            for name in ("name", "id_number"):
                if not cleaned.get(name):
                    self.add_error(name, _("原号码不能用时，请填写以核对身份。"))
        return cleaned


class PhoneCodesForm(forms.Form):
    """The codes that went to the new number and, where it still works, to the old one."""

    new_code = forms.CharField(label=_("新号码收到的验证码"), max_length=20)
    old_code = forms.CharField(label=_("原号码收到的验证码"), max_length=20)

    def __init__(self, *args: Any, with_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.update({"autocomplete": "one-time-code", "inputmode": "numeric"})
        if not with_old:
            del self.fields["old_code"]


class TokenForm(forms.Form):
    """A token for a program: what it is called, what it may do, until when."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("给自己看的，例如“财务软件”"))
    scopes = forms.MultipleChoiceField(
        label=_("权限"),
        choices=lambda: [(scope, f"{scope_in_words(scope)} ({scope})") for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("括号里是接口地址 /api/v1/ 之后的第一段，以及 read（查看）或 write（提交和更改）"),
    )
    last_day = forms.DateField(label=_("最后一天（含当日）"), widget=date_input())


class CorrectionForm(forms.Form):
    """Something about me is wrong."""

    field = forms.ChoiceField(label=_("要更正的内容"), choices=[(name, FIELD_NAMES[name]) for name in CORRECTABLE])
    wanted = forms.CharField(label=_("正确的内容"), max_length=200)
    reason = forms.CharField(
        label=_("哪里不对、以什么为准"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：以户口簿为准，可到窗口出示"),
    )


class CloseForm(forms.Form):
    """Closing is ticked and confirmed, not clicked by accident."""

    sure = forms.BooleanField(label=_("我已阅读上面的说明，确认注销账号"))


class DecisionForm(forms.Form):
    """An officer's answer to a request for correction."""

    grant = forms.ChoiceField(
        label=_("核实结果"), widget=forms.RadioSelect, choices=[("yes", _("予以更正")), ("no", _("不予更正"))]
    )
    answer = forms.CharField(
        label=_("答复"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("不予更正时必须说明理由，当事人会看到"),
    )


class SubstituteForm(forms.Form):
    """Who stands in at a post, and for how long."""

    number = forms.CharField(label=_("代理人的账号编号"), max_length=12, help_text=_("在其“账号与安全”页"))
    valid_from = forms.DateField(label=_("开始日期"), widget=date_input(), initial=today)
    last_day = forms.DateField(label=_("最后一天（含当日）"), widget=date_input())
    reason = forms.CharField(label=_("原因"), max_length=200)


class PostForm(forms.Form):
    """An officer takes a post."""

    number = forms.CharField(label=_("账号编号"), max_length=12, help_text=_("在其“账号与安全”页"))
    desk = forms.ChoiceField(label=_("岗位"))
    valid_from = forms.DateField(label=_("开始日期"), widget=date_input(), initial=today)
    last_day = forms.DateField(label=_("最后一天（含当日）"), widget=date_input(), required=False)

    def __init__(self, *args: Any, desks: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].choices = [(str(pk), name) for pk, name in desks]  # type: ignore[attr-defined]


class SetPasswordForm(allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("新密码")
        self.fields["password2"].label = _("再输入一次新密码")
