"""Words of a text for searching: characters and pairs of characters for Chinese, words for Latin script, pinyin keys.

PostgreSQL's own parsers do not cut Chinese; the tokens made here go into a `tsvector` as they are (`simple`, no
dictionary), so an index needs no extension.
"""

from yukuaiban.search.tokens import pinyin_beginnings, pinyin_keys, query, slips, tokens, vector

__all__ = ["pinyin_beginnings", "pinyin_keys", "query", "slips", "tokens", "vector"]
