"""Papers and messages of the office: what they say of an account, who may get them now, the PDF, the record.

`letterheads` what is printed on every paper; `telling` the facts of an account; `wording` fills a text in and
has its words judged; `drawing` and the `*_page` modules draw; `making` makes a paper and keeps it;
`delivering` records that it was handed over; `messages` the texts that a person sends himself; `answering`
what an office says to whoever holds a slip.
"""
