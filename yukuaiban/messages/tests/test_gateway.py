"""How messages leave: whole files in the sandbox, real mail by SMTP, text messages by the city's own gateway."""

from __future__ import annotations

import json
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, send_mail

from yukuaiban.messages import gateway

SENT = []


class TextGateway:
    """What a city writes for its provider."""

    def send(self, to, kind, subject, body, html=""):
        SENT.append((to, kind, body))
        return "provider-1"


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    SENT.clear()
    settings.OUTBOX_DIR = tmp_path / "messages"
    settings.MESSAGE_GATEWAY = "yukuaiban.messages.gateway.FileSandbox"
    settings.EMAIL_BACKEND = "yukuaiban.messages.gateway.EmailBackend"
    return settings.OUTBOX_DIR


def files(outbox):
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(outbox.glob("*.json"))]


class TestTheSandbox:
    def test_writes_one_file_a_message_that_only_its_owner_reads(self, outbox):
        number = gateway.send("+8613800138000", "account.code", "", "验证码 123456")
        (message,) = files(outbox)
        assert message["number"] == number
        assert (message["channel"], message["to"], message["kind"]) == ("sms", "+8613800138000", "account.code")
        assert message["body"] == "验证码 123456"
        assert {file.stat().st_mode & 0o777 for file in outbox.iterdir()} == {0o600}
        assert outbox.stat().st_mode & 0o777 == 0o700

    def test_keeps_every_message_when_many_send_at_once(self, outbox):
        def send():
            for n in range(20):
                gateway.send("a@example.com", "test", "s", str(n))

        threads = [threading.Thread(target=send) for _n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(files(outbox)) == 100

    def test_leaves_no_half_message_behind(self, outbox):
        gateway.send("a@example.com", "test", "s", "b")
        assert [file.suffix for file in outbox.iterdir()] == [".json"]


class TestMail:
    def test_of_django_leaves_by_the_same_door(self, outbox):
        send_mail("题目", "正文", None, ["a@example.com", "b@example.com"])
        assert [(m["to"], m["subject"], m["kind"]) for m in files(outbox)] == [
            ("a@example.com", "题目", "email"),
            ("b@example.com", "题目", "email"),
        ]

    def test_says_of_which_kind_it_is_and_keeps_its_html(self, outbox):
        mail = EmailMultiAlternatives("s", "b", to=["a@example.com"], headers={gateway.KIND_HEADER: "case.accepted"})
        mail.attach_alternative("<p>b</p>", "text/html")
        mail.send()
        (message,) = files(outbox)
        assert (message["kind"], message["html"]) == ("case.accepted", "<p>b</p>")

    def test_that_does_not_leave_is_an_error_unless_silence_was_asked_for(self, monkeypatch):
        def down(*args, **kwargs):
            raise OSError("down")

        monkeypatch.setattr(gateway.FileSandbox, "send", down)
        with pytest.raises(OSError, match="down"):
            send_mail("s", "b", None, ["a@example.com"])
        assert send_mail("s", "b", None, ["a@example.com"], fail_silently=True) == 0


class TestSmtp:
    @pytest.fixture(autouse=True)
    def smtp(self, settings, monkeypatch):
        settings.MESSAGE_GATEWAY = "yukuaiban.messages.gateway.Smtp"
        monkeypatch.setattr(gateway, "SMTP_BACKEND", "django.core.mail.backends.locmem.EmailBackend")

    def test_sends_mail_for_real(self, mailoutbox):
        gateway.send("a@example.com", "case.accepted", "题目", "正文")
        (mail,) = mailoutbox
        assert (mail.subject, mail.body, mail.to) == ("题目", "正文", ["a@example.com"])
        assert mail.extra_headers[gateway.KIND_HEADER] == "case.accepted"
        assert mail.extra_headers["Message-ID"].endswith("@yukuaiban.example>")

    def test_gives_text_messages_to_the_city_s_own_gateway(self, settings):
        settings.SMS_GATEWAY = f"{__name__}.TextGateway"
        assert gateway.send("+8613800138000", "account.code", "", "验证码") == "provider-1"
        assert SENT == [("+8613800138000", "account.code", "验证码")]

    def test_says_what_to_set_when_there_is_none(self, settings):
        settings.SMS_GATEWAY = ""
        with pytest.raises(ImproperlyConfigured, match="YUKUAIBAN_SMS_GATEWAY"):
            gateway.send("+8613800138000", "account.code", "", "验证码")
