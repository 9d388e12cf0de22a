"""People: accounts first, so that the project can start."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class Account(AbstractUser):
    """A log-in."""
