"""Check characters: the arithmetic alone. Which characters go in, and in what order, each scheme says itself."""

from __future__ import annotations

from collections.abc import Sequence

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2 over digits: the last character of a resident's number.

    Written with the weights 2^i mod 11 that GB 11643 prints; 11 is prime, so one wrong digit is always found.
    """
    total = sum(int(digit) * pow(2, len(digits) - n, 11) for n, digit in enumerate(digits))
    return "0123456789X"[(12 - total) % 11]


def mod_37_36(text: str) -> str:
    """ISO 7064 hybrid MOD 37,36 over 0-9 and A-Z: finds every single wrong character and most swaps of neighbours."""
    product = 36
    for char in text:
        product = (product + ALPHANUMERIC.index(char)) % 36 or 36
        product = product * 2 % 37
    return ALPHANUMERIC[(37 - product) % 36]


def mod_31(text: str) -> str:
    """GB 32100-2015: weights 3^i mod 31 over the 31 characters of credit codes; 31 is prime."""
    total = sum(USCC_ALPHABET.index(char) * pow(3, n, 31) for n, char in enumerate(text))
    return USCC_ALPHABET[-total % 31]


def luhn(digits: Sequence[str] | str) -> str:
    """ISO/IEC 7812-1 Annex B, the digit that goes after `digits`."""
    total = 0
    for n, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if n % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)
