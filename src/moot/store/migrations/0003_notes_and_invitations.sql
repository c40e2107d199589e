-- What belongs to a seat and to no record: its private notes, and the links by which somebody sits in it.
CREATE TABLE notes (role TEXT NOT NULL, seat INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (role, seat, number));
-- A link is known by its hash alone. phrase is the hash of a pass-phrase, empty where none is asked, and used is 0 until somebody came.
CREATE TABLE invitations (id TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, seat INTEGER NOT NULL, hash TEXT NOT NULL UNIQUE, phrase TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL, revoked INTEGER NOT NULL);
