-- Sums, an update and a join over ledger.db, each row found through an index: in random order.
-- Run: sqlite3 ledger.db ".read ledger.sql"
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
SELECT sum(balance) FROM account INDEXED BY account_by_code WHERE code BETWEEN 1000 AND 90000;
UPDATE account SET balance = balance + 1 WHERE code BETWEEN 20000 AND 24000;
SELECT max(balance) FROM account INDEXED BY account_by_owner WHERE owner > '1';
SELECT sum(balance) FROM account INDEXED BY account_by_code WHERE code > 500;
