"""Letters (文书): the written notices and decisions of a case, in the standard form, made from data, signed.

    context   what a letter is made of: plain data, filled by whoever knows the case
    kinds     which letters there are, what each needs, its article of law
    wording   what each says, as blocks: paragraphs, lists, tables
    making    blocks -> PDF, signed
    services  a letter of a case: made once, kept, served      selectors  the letters of a case

The words of a letter are the official Chinese text and are not translated; its title may carry an English line.
"""
