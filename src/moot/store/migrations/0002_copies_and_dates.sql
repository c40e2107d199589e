-- What was copied out of a case, so that whoever wipes it is told of it, and days such as that on which it was made.
ALTER TABLE exports ADD COLUMN kind TEXT NOT NULL DEFAULT 'export';
CREATE TABLE dates (what TEXT NOT NULL PRIMARY KEY, day TEXT NOT NULL);
