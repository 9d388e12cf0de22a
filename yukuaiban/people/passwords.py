"""What a password may not be, said in our words: Django's are not all in Chinese, and know no phone numbers."""

from __future__ import annotations

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """At least so many characters."""

    def get_error_message(self) -> str:
        return _("密码太短：至少 {n} 个字符。").format(n=self.min_length)

    def get_help_text(self) -> str:
        return _("至少 {n} 个字符，可以是一句您记得住的话").format(n=self.min_length)


class NotCommon(CommonPasswordValidator):
    """None of the passwords that everybody tries first."""

    def get_error_message(self) -> str:
        return _("这个密码太常见，容易被猜中，请换一个。")

    def get_help_text(self) -> str:
        return _("不用常见的密码，例如连续的数字")


class NotPersonal(UserAttributeSimilarityValidator):
    """Nothing that others know of the holder."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("email", "phone", "number"))

    def get_error_message(self) -> str:
        return _("密码与您的手机号码、邮箱或账号编号太像，请换一个。")

    def get_help_text(self) -> str:
        return _("不用您的手机号码或邮箱")
