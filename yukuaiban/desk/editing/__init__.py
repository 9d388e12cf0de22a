"""A guide edited at a desk, page by page. The pages follow from `items/schema.py`; what is edited at all stands in `parts.PARTS`.

parts.py        which parts there are, and the way to each: materials.2, form.groups.0.fields.3
asking.py       the questions of a page, made from the schema of its part
when.py         a condition chosen from lists
pages.py        the pages; drafts_api.py (one floor up) the same for programs
"""
