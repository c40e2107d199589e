"""The pages of Moot: the laboratory and the court room, served by one process.

::

    app.py           the application: what is joined to what
    settings.py      what a server is told when it starts
    guard.py         what every request meets first: host, origin, session, token, sizes, rates, headers
    sessions.py      who a browser is: a signed cookie, and roles kept in the server's folder
    roles.py         who may do what: one table
    answers.py       errors as JSON
    hub.py           frames to many observers; a slow one gets the latest only
    pages.py         the built page
    laboratory*.py   societies that are looked at while they live
    court*.py        the court room

The extra `moot[web]` installs what this room needs; nothing here is imported before `moot serve` is.
"""
