"""What other domains are told of people."""

from django.dispatch import Signal

#: Two rows proved to be one person: `from_id` is never shown again, `into_id` stays. Whoever refers to parties
#: moves his rows within the same transaction.
party_merged = Signal()

#: An account is closed: `account`, `party`, `at`. Whoever holds more of the person than the law keeps deletes it.
account_closed = Signal()
