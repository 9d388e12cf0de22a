"""Addresses of people: logging in (allauth's, with two of ours in front) and a person's own affairs under /me/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from yukuaiban.people.pages import desk, family, identity, privacy, rules, security

mine = [
    path("real-name", identity.real_name, name="real_name"),
    path("real-person", identity.real_person, name="real_person"),
    path("take-over", identity.take_over, name="take_over"),
    path("identities", identity.identities, name="identities"),
    path("family", family.family, name="family"),
    path("family/child", family.child_add, name="child_add"),
    path("family/child/<int:pk>/end", family.guardianship_end, name="guardianship_end"),
    path("family/child/<int:pk>/consent", family.child_consent, name="child_consent"),
    path("mandates/offer", family.mandate_offer, name="mandate_offer"),
    path("mandates/ask", family.mandate_ask, name="mandate_ask"),
    path("mandates/ask-organisation", family.mandate_ask_organisation, name="mandate_ask_organisation"),
    path("mandates/code", family.mandate_code, name="mandate_code"),
    re_path(r"^mandates/(?P<pk>\d+)/(?P<act>confirm|decline|revoke)$", family.mandate_act, name="mandate_act"),
    path("organisations", family.organisations, name="organisations"),
    path("security", security.security, name="security"),
    path("security/phone", security.phone, name="phone"),
    path("security/phone/codes", security.phone_codes, name="phone_codes"),
    path("security/password", security.password, name="password"),
    path("security/tokens", security.api_tokens, name="api_tokens"),
    path("security/tokens/<int:pk>/revoke", security.api_token_revoke, name="api_token_revoke"),
    path("security/logout-everywhere", security.logout_everywhere, name="logout_everywhere"),
    path("privacy", privacy.privacy, name="privacy"),
    path("privacy/reads", privacy.reads, name="reads"),
    path("privacy/export", privacy.export, name="export"),
    path("privacy/corrections", privacy.corrections, name="corrections"),
    path("privacy/close", privacy.close, name="close"),
]
claims = [
    path("code", security.claim_code, name="claim_code"),
    path("person", security.claim_person, name="claim_person"),
]
officers = [
    path("post", desk.choose_post, name="choose_post"),
    path("posts", desk.posts, name="posts"),
    path("posts/give", desk.post_give, name="post_give"),
    path("posts/<int:pk>/substitute", desk.post_substitute, name="post_substitute"),
    path("posts/<int:pk>/end", desk.post_end, name="post_end"),
    path("log", desk.log, name="log"),
    path("requests", desk.requests, name="requests"),
    path("requests/corrections/<int:pk>", desk.correction, name="correction"),
    path("requests/guardianships/<int:pk>", desk.guardianship, name="guardianship_confirm"),
]
ours: list[URLPattern | URLResolver] = [
    path("rules", rules.rules, name="rules"),
    path("me", identity.me, name="me"),
    path("claim-phone", security.claim, name="claim"),
    path("me/", include(mine)),
    path("claim-phone/", include(claims)),
    path("desk/people/", include(officers)),
    # in front of allauth's pages of the same address: one way for phone and e-mail
    path("accounts/password/reset/", security.forgotten_password, name="forgotten_password"),
    path("accounts/phone/change/", security.phone, name="phone_by_accounts"),
]

urlpatterns = [
    path("", include((ours, "people"))),
    path("accounts/", include("allauth.urls")),
]
