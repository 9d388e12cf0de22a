"""Numbers and names by which the state knows people, bodies, places and things.

One module a scheme. Each has

    parse(text)      -> a frozen dataclass in normal form, or IdentifierError, which says what, where and what to do
    is_valid(text)   -> the same answer as a bool
    mask(text)       -> how it stands in a list; public codes stand whole

`parse` forgives how a person types (full-width digits, spaces, lower case) and nothing else; `str()` of what it
returns is the normal form, which is what is stored and compared. Pure: no database, no clock, no request.
"""

from yukuaiban.identifiers.errors import IdentifierError

__all__ = ["IdentifierError"]
