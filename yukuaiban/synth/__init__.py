"""A synthetic city: people, organisations and cases in any number, for measuring and for demonstrations.

    yukuaiban synth --people 100000 --organisations 25000 --cases 50000 --seed 1

Nobody in it exists: identity numbers begin with a division that there is not (509999), credit codes with one as well,
and every row of a person is marked as sample. Everything else is as the product writes it: encrypted under the data
folder's own keys, found by blind index, chained, and read back by the product's own pages. What a city has besides and
this one has not: letters, licences, uploaded files, and seals over the events of the past.

    plan.py     what was asked for, and the numbers of rows reserved for it
    offers.py   what can be filed where, by whom, and who decides it
    answers.py  answers that a form accepts
    persons.py  rows of people and organisations        lives.py  rows of cases, their events and their work
    bulk.py     the vault's formats, many at a time     load.py   chunks, processes, progress, constraints held off
"""
