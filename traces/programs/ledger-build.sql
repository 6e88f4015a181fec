-- A ledger of 14,000 accounts with two indexes, 2.8 MB. Run: sqlite3 ledger.db ".read ledger-build.sql"
PRAGMA journal_mode = OFF;
CREATE TABLE account (id INTEGER PRIMARY KEY, code INTEGER, owner TEXT, balance REAL, note TEXT);
INSERT INTO account
  SELECT value, value * 7919 % 100003, hex(value * 2654435761 % 4294967296), value * 0.5,
      printf('%0120d', value)
    FROM generate_series(1, 14000);
CREATE INDEX account_by_code ON account (code);
CREATE INDEX account_by_owner ON account (owner);
