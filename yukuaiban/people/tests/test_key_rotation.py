"""After the keys were rotated and the old one is gone, second factors still open."""

from __future__ import annotations

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from yukuaiban.people.key_rotation import second_factors
from yukuaiban.people.models import Account
from yukuaiban.vault import keys


@pytest.mark.django_db
def test_second_factors_stand_under_the_new_key(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    account = Account.objects.create_user(email="a@example.org")
    kept = {"seed": get_adapter().encrypt("seed"), "used_mask": 5, "note": "not base64!"}
    Authenticator.objects.create(user=account, type="recovery_codes", data=kept)
    Authenticator.objects.create(user=account, type="totp", data={"secret": get_adapter().encrypt("JBSWY3DP")})
    old = keys.ring().current
    keys.make(keys.Purpose.DATA)
    assert [step.done for step in second_factors()][-1] == 2
    assert [step.done for step in second_factors()][-1] == 0
    (tmp_path / "keys" / "vault" / f"data-{old.id.hex()}.key").unlink()
    keys.reload()
    codes, totp = Authenticator.objects.order_by("pk")
    assert get_adapter().decrypt(codes.data["seed"]) == "seed"
    assert (codes.data["used_mask"], codes.data["note"]) == (5, "not base64!")
    assert get_adapter().decrypt(totp.data["secret"]) == "JBSWY3DP"
