-- A case: its chained records, and beside them what can be erased. No table joins a seat to a ballot paper.
CREATE TABLE records (
    number INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    commitments TEXT NOT NULL,
    before TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE
);
CREATE TABLE texts (
    record INTEGER NOT NULL REFERENCES records (number),
    field TEXT NOT NULL,
    salt TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (record, field)
);
-- Kept in the order of their keys, so that the order of voting is nowhere.
CREATE TABLE voted (question INTEGER NOT NULL, role TEXT NOT NULL, seat INTEGER NOT NULL, PRIMARY KEY (question, role, seat)) WITHOUT ROWID;
CREATE TABLE papers (commitment TEXT NOT NULL PRIMARY KEY, question INTEGER NOT NULL, salt TEXT NOT NULL, choice TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exports (path TEXT NOT NULL PRIMARY KEY, hash TEXT NOT NULL);
