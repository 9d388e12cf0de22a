"""Who asks, when a proxy stands in between: brakes count addresses, and one for all would lock everybody out."""

from __future__ import annotations

import pytest

from yukuaiban.config.wsgi import behind

LOCAL = ["127.0.0.1", "10.0.0.0/8"]


def seen(proxies: list[str], peer: str, forwarded: str = "") -> str:
    found: list[str] = []
    application = behind(proxies, lambda environ, _start: found.append(environ["REMOTE_ADDR"]))
    application({"REMOTE_ADDR": peer, **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})}, None)
    return found[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        pytest.param(LOCAL, "127.0.0.1", "192.0.2.7", "192.0.2.7", id="through our proxy"),
        pytest.param(LOCAL, "127.0.0.1", "192.0.2.7, 10.1.2.3", "192.0.2.7", id="through two of ours"),
        pytest.param(
            LOCAL, "127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7", id="what the asker claims is not believed"
        ),
        pytest.param(LOCAL, "127.0.0.1", "", "127.0.0.1", id="the proxy says nothing"),
        pytest.param(LOCAL, "192.0.2.9", "198.51.100.1", "192.0.2.9", id="straight from outside"),
        pytest.param([], "127.0.0.1", "198.51.100.1", "127.0.0.1", id="no proxy is named"),
    ],
)
def test_the_address_is_that_of_who_asks(proxies, peer, forwarded, address):
    assert seen(proxies, peer, forwarded) == address
