"""Documents: typeset by typst from data, signed as PAdES, checked again when somebody brings them back.

- `typesetting`: data and a template become PDF/A, in process, with our own fonts only.
- `fonts`, `rare`: what the font can draw; how a character that it lacks is drawn or flagged, never dropped.
- `signing`: keys outside the database, the signature, the check of a file.
- `register`: whose document is this file? Each domain that issues documents answers for its own.
"""
