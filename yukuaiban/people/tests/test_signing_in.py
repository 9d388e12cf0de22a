"""Signing up and logging in through the pages, by phone and by e-mail."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection
from django.test import Client

from yukuaiban.messages import gateway
from yukuaiban.people import lockout
from yukuaiban.people.models import Account, AccountEvent
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db

TYPED = "138 0013 8000"
STORED = "+8613800138000"


def sign_up(contact: str, browser: Client | None = None, **more):
    browser = browser or Client()
    form = {"contact": contact, "password1": make.PASSWORD, "password2": make.PASSWORD, "agree": "on"} | more
    return browser, browser.post("/zh/accounts/signup/", form)


def log_in(login: str, password: str = make.PASSWORD, browser: Client | None = None):
    browser = browser or Client()
    return browser, browser.post("/zh/accounts/login/", {"login": login, "password": password})


def is_signed_in(browser: Client) -> bool:
    return browser.get("/zh/me").status_code == 200


class TestSigningUp:
    def test_by_phone_with_a_code(self):
        browser, answer = sign_up(TYPED)
        assert answer["Location"] == "/zh/accounts/phone/verify/"
        assert not is_signed_in(browser)
        browser.post("/zh/accounts/phone/verify/", {"code": make.code_sent(STORED)})
        assert is_signed_in(browser)
        account = Account.objects.with_phone(STORED)
        assert account.phone == STORED
        assert account.party.assurance == "registered"
        assert list(account.events.values_list("kind", flat=True)) == ["opened"]
        assert account.party.consents.get().kind == "terms"

    def test_by_e_mail_with_a_code(self):
        browser, answer = sign_up("Zhang@Example.com")
        assert answer["Location"] == "/zh/accounts/confirm-email/"
        browser.post("/zh/accounts/confirm-email/", {"code": make.code_sent("zhang@example.com")})
        assert is_signed_in(browser)
        assert EmailAddress.objects.get(email="zhang@example.com").verified

    def test_a_wrong_code_opens_nothing(self):
        browser, _answer = sign_up(TYPED)
        browser.post("/zh/accounts/phone/verify/", {"code": "000000"})
        assert not is_signed_in(browser)
        assert Account.objects.with_phone(STORED) is None

    def test_an_unproved_number_blocks_nobody(self):
        sign_up(TYPED)  # somebody types another's number and goes away
        assert sign_up(TYPED)[1].status_code == 429  # codes are not sent twice within thirty seconds
        cache.clear()
        browser, _answer = sign_up(TYPED)
        browser.post("/zh/accounts/phone/verify/", {"code": make.code_sent(STORED)})
        assert is_signed_in(browser)

    @pytest.mark.parametrize(
        "typed",
        [
            pytest.param({"contact": "12345"}, id="not a number"),
            pytest.param({"contact": "023-67890123"}, id="a landline receives no code"),
            pytest.param({"contact": "zhang@"}, id="not an address"),
            pytest.param({"password2": "another-one-9876"}, id="passwords differ"),
            pytest.param({"password1": "1234567890", "password2": "1234567890"}, id="a password everybody has"),
            pytest.param({"agree": ""}, id="without agreeing"),
        ],
    )
    def test_what_does_not_hold_is_said_at_its_field(self, typed):
        _browser, answer = sign_up(**{"contact": TYPED} | typed)
        assert answer.status_code == 200
        assert not Account.objects.exists()

    @pytest.mark.parametrize("contact", [TYPED, "taken@example.com"])
    def test_a_taken_address_looks_the_same_from_outside(self, contact):
        make.account(**({"email": contact} if "@" in contact else {"phone": STORED}))
        _browser, taken = sign_up(contact)
        _browser, free = sign_up("fresh@example.com" if "@" in contact else "139 0013 9000")
        assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
        assert Account.objects.count() == 2
        assert "已有账号" in make.messages(STORED)[-1]["body"] if "@" not in contact else True

    def test_the_phone_stands_encrypted(self):
        make.account(phone=STORED)
        with connection.cursor() as cursor:
            cursor.execute("SELECT phone FROM people_account")
            assert STORED.encode() not in bytes(cursor.fetchone()[0])


class TestLoggingIn:
    @pytest.mark.parametrize("login", [TYPED, "13800138000", "+86 138-0013-8000", "ZHANG@example.com"])
    def test_with_either_address_however_it_is_written(self, login):
        make.account(phone=STORED, email="zhang@example.com")
        browser, _answer = log_in(login)
        assert is_signed_in(browser)

    def test_with_a_wrong_password_says_so_and_not_which_part(self):
        make.account(phone=STORED)
        texts = [log_in(login, "wrong-password-1")[1].content for login in (TYPED, "139 0013 9000")]
        assert not any(b"ykb_session" in text for text in texts)
        assert texts[0].count(b"field-error") == texts[1].count(b"field-error")

    @pytest.mark.parametrize(("typed", "to"), [(TYPED, STORED), ("zhang@example.com", "zhang@example.com")])
    def test_by_a_code(self, typed, to):
        make.account(phone=STORED, email="zhang@example.com")
        browser = Client()
        browser.post("/zh/accounts/login/code/", {"contact": typed})
        browser.post("/zh/accounts/login/code/confirm/", {"code": make.code_sent(to)})
        assert is_signed_in(browser)

    def test_a_code_for_nobody_looks_the_same(self):
        make.account(phone=STORED)
        answers = [Client().post("/zh/accounts/login/code/", {"contact": typed}) for typed in (TYPED, "139 0013 9000")]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert "没有注册" in make.messages("+8613900139000")[-1]["body"]

    def test_a_forgotten_password_is_set_anew_after_a_code(self):
        account = make.account(phone=STORED)
        other_device = make.signed_in(account)
        browser = Client()
        answer = browser.get("/zh/accounts/password/reset/")
        assert answer["Location"] == "/zh/accounts/login/code/?next=/zh/me/security/password"
        browser.post(answer["Location"], {"contact": TYPED, "next": "/zh/me/security/password"})
        answer = browser.post("/zh/accounts/login/code/confirm/", {"code": make.code_sent(STORED)})
        new = "ba-shan-ye-yu-1000"
        answer = browser.post("/zh/me/security/password", {"password1": new, "password2": new})
        assert answer["Location"] == "/zh/me/security"
        account.refresh_from_db()
        assert account.check_password(new)
        assert is_signed_in(browser)
        assert not is_signed_in(other_device)
        assert log_in(TYPED, new)[1].status_code == 302

    def test_a_new_password_without_a_code_needs_the_old_one(self):
        account = make.account()
        browser = make.signed_in(account)
        assert browser.get("/zh/me/security/password")["Location"] == "/zh/accounts/password/change/"

    def test_a_closed_account_opens_no_more(self):
        Account.objects.filter(pk=make.account(phone=STORED).pk).update(is_active=False)
        browser, _answer = log_in(TYPED)
        assert not is_signed_in(browser)

    def test_ten_wrong_passwords_lock_out_and_the_right_one_waits(self, settings):
        make.account(phone=STORED)
        settings.AXES_FAILURE_LIMIT = 4
        for _n in range(4):
            log_in(TYPED, "wrong-password-1")
        _browser, answer = log_in(TYPED)
        assert answer.status_code == 429
        assert "验证码" in answer.content.decode()

    def test_one_phones_failures_do_not_stop_another(self):
        make.account(phone=STORED)
        make.account(phone="+8613900139000")
        for _n in range(6):
            log_in(TYPED, "wrong-password-1")
        browser, _answer = log_in("139 0013 9000")
        assert is_signed_in(browser)

    def test_no_typed_address_is_kept_in_clear(self):
        log_in(TYPED, "wrong-password-1")
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(a)::text FROM axes_accessattempt a")
            kept = cursor.fetchone()[0]
        assert "13800138000" not in kept.replace(" ", "")
        assert lockout.name(None, {"phone": STORED}) in kept


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


class TestSecondFactor:
    def test_an_authenticator_app_is_asked_for_after_the_password(self):
        account = make.account(phone=STORED)
        secret = generate_totp_secret()
        TOTP.activate(account, secret)
        browser, answer = log_in(TYPED)
        assert answer["Location"] == "/zh/accounts/2fa/authenticate/"
        assert not is_signed_in(browser)
        browser.post("/zh/accounts/2fa/authenticate/", {"code": totp_now(secret)})
        assert is_signed_in(browser)

    def test_a_recovery_code_opens_once(self):
        account = make.account(phone=STORED)
        TOTP.activate(account, generate_totp_secret())
        code = RecoveryCodes.activate(account).get_unused_codes()[0]
        for opens in (True, False):
            browser, _answer = log_in(TYPED)
            browser.post("/zh/accounts/2fa/authenticate/", {"code": code})
            assert is_signed_in(browser) is opens

    def test_its_secret_stands_encrypted(self):
        secret = generate_totp_secret()
        TOTP.activate(make.account(), secret)
        assert secret not in str(Authenticator.objects.get(type="totp").data)

    def test_setting_it_up_on_the_page(self, django_capture_on_commit_callbacks):
        account = make.account(phone=STORED)
        browser = make.reauthenticated(account)
        page = browser.get("/zh/accounts/2fa/totp/activate/")
        assert page.status_code == 200
        secret = browser.session["mfa.totp.secret"]
        with django_capture_on_commit_callbacks(execute=True):
            browser.post("/zh/accounts/2fa/totp/activate/", {"code": totp_now(secret)})
        assert Authenticator.objects.filter(user=account, type="totp").exists()
        assert AccountEvent.objects.filter(account=account, kind="mfa_changed").exists()

    def test_passkeys_are_offered(self):
        browser = make.reauthenticated(make.account(phone=STORED))
        assert browser.get("/zh/accounts/2fa/webauthn/add/").status_code == 200
        options = Client().get("/zh/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()
        assert options["request_options"]["publicKey"]["challenge"]


class TestMessagesThatDoNotLeave:
    def test_the_person_is_told_and_not_left_waiting(self, monkeypatch):
        def down(*args, **kwargs):
            raise OSError("down")

        monkeypatch.setattr(gateway.FileSandbox, "send", down)
        make.account(phone=STORED)
        answer = Client().post("/zh/accounts/login/code/", {"contact": TYPED})
        assert answer.status_code == 503
        assert "没有发出去" in answer.content.decode()


def test_logging_in_is_slow_enough_to_guess_nothing_by_time(settings):
    """An account that is not there costs a password check too."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    make.account(phone=STORED)
    spent = []
    for login in (TYPED, "139 0013 9000"):
        begun = time.process_time()
        log_in(login, "wrong-password-1")
        spent.append(time.process_time() - begun)
    assert max(spent) < 4 * min(spent)


class TestTheDevices:
    def test_of_two_one_is_this_one(self):
        who = make.account()
        for browser in (Client(), Client()):
            browser.post("/zh/accounts/login/", {"login": who.phone, "password": make.PASSWORD})
            browser.get("/zh/me/security")
        page = browser.get("/zh/accounts/sessions/").content.decode()
        assert page.count("登录于") == 2
        assert page.count("这台设备") == 1


class TestWhatIsSaidOfWrongEntries:
    def test_a_lock_says_how_it_ends(self):
        who = make.account()
        for _n in range(6):
            answer = Client().post("/zh/accounts/login/", {"login": who.phone, "password": "nicht-das-richtige-1"})
        assert "5 分钟后再试，或改用验证码登录" in answer.content.decode()

    def test_a_wrong_code_is_called_one(self):
        browser = Client()
        browser.post("/zh/accounts/signup/", {"contact": "13800138055", "password1": make.PASSWORD, "password2": make.PASSWORD, "agree": "on"})  # fmt: skip
        page = browser.post("/zh/accounts/phone/verify/", {"code": "000000"}).content.decode()
        assert "验证码不对" in page
        assert "错误代码" not in page

    def test_a_code_by_message_counts_as_long_as_the_message_says(self, monkeypatch):
        begun = time.time()
        in_time, late = sign_up(TYPED)[0], sign_up("139 0013 9000")[0]
        late.get("/zh/accounts/phone/verify/")
        assert "5 分钟内有效" in make.messages(STORED)[-1]["body"]
        monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: begun + 290)
        in_time.post("/zh/accounts/phone/verify/", {"code": make.code_sent(STORED)})
        assert is_signed_in(in_time)
        monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: begun + 310)
        answer = late.post("/zh/accounts/phone/verify/", {"code": make.code_sent("+8613900139000")}, follow=True)
        assert "验证码已失效" in answer.content.decode()
        assert not is_signed_in(late)

    def test_three_wrong_codes_are_no_failed_log_ins(self):
        browser, _answer = sign_up(TYPED)
        for _n in range(3):
            answer = browser.post("/zh/accounts/phone/verify/", {"code": "000000"}, follow=True)
        text = answer.content.decode()
        assert "验证码输错次数过多" in text
        assert "登录失败" not in text

    def test_codes_asked_for_too_often_are_called_so(self):
        for _n in range(5):
            answer = Client().post("/zh/accounts/login/code/", {"contact": TYPED})
        assert "获取验证码太频繁" in answer.content.decode()

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_weak_password_is_refused_in_the_language_of_the_page(self, language):
        form = {"contact": TYPED, "password1": "x13800138000", "password2": "x13800138000", "agree": "on"}
        like_the_phone = Client().post(f"/{language}/accounts/signup/", form).content.decode()
        short = Client().post(f"/{language}/accounts/signup/", form | {"password1": "x", "password2": "x"})
        wanted = (
            ("密码与您的手机号码", "密码太短") if language == "zh" else ("too much like your mobile", "is too short")
        )
        assert wanted[0] in like_the_phone
        assert wanted[1] in short.content.decode()


class TestWhatOneAgreesTo:
    """个人信息保护法 第七条、第十七条: the rules stand where anybody reads them, before he agrees."""

    @pytest.mark.parametrize(("language", "words"), [("zh", "不满 14 周岁"), ("en", "a child under 14")])
    def test_it_is_linked_from_the_sign_up_page_and_public(self, language, words):
        address = f"/{language}/rules"
        assert address in Client().get(f"/{language}/accounts/signup/").content.decode()
        assert words in Client().get(address).content.decode()
