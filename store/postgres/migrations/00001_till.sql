-- What a till keeps. Every row is one document, doc, as the bot wrote it;
-- the columns beside it say what is looked for, what the database defends, and
-- what an accountant reads. Secrets (numbers of customers, codes, messages)
-- are sealed in doc before they come here. Times in bigint are nanoseconds
-- since 1970, money is in centimes.

-- +goose Up

-- Who writes, and how far. Each commit of the bot checks the epoch and counts
-- the batch, so that whoever lost the lead writes nothing more, and a commit
-- whose answer was lost can be looked up.
CREATE TABLE till (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL DEFAULT 0,
    batch bigint NOT NULL DEFAULT 0,
    place text   NOT NULL DEFAULT ''
);
INSERT INTO till DEFAULT VALUES;

CREATE TABLE epochs (
    epoch bigint PRIMARY KEY,
    batch bigint NOT NULL,
    ended timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE counters (
    name text COLLATE "C" PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE settings (
    name text COLLATE "C" PRIMARY KEY,
    doc  json NOT NULL
);

CREATE TABLE shops (
    id      bigint PRIMARY KEY,
    chat    bigint NOT NULL UNIQUE,
    name    text   NOT NULL,
    state   text   NOT NULL,
    ceiling bigint NOT NULL CHECK (ceiling >= 0),
    asked   timestamptz,
    decided timestamptz,
    doc     json   NOT NULL
);

CREATE TABLE members (
    person bigint PRIMARY KEY,
    shop   bigint NOT NULL REFERENCES shops,
    role   text   NOT NULL CHECK (role IN ('keeper', 'cashier')),
    name   text   NOT NULL,
    since  timestamptz,
    doc    json   NOT NULL
);
CREATE INDEX members_of_shop ON members (shop, person);
CREATE UNIQUE INDEX one_keeper ON members (shop) WHERE role = 'keeper';

CREATE TABLE chats (
    id       bigint PRIMARY KEY,
    language text   NOT NULL,
    heard    timestamptz,
    doc      json   NOT NULL
);

CREATE TABLE sessions (
    chat bigint PRIMARY KEY,
    body bytea  NOT NULL
);

-- The money. A line is never changed; each names the one before by its hash,
-- which covers all of it. What an account holds is moved by its postings and
-- by nothing else.
CREATE TABLE accounts (
    account text COLLATE "C" PRIMARY KEY,
    shop    bigint GENERATED ALWAYS AS (substring(account FROM '^shop/([0-9]+)/')::bigint) STORED REFERENCES shops,
    kind    text   GENERATED ALWAYS AS (CASE WHEN account LIKE 'shop/%/owed' THEN 'owed' WHEN account LIKE 'shop/%/held' THEN 'held' WHEN account LIKE 'shop/%' THEN 'available' ELSE 'house' END) STORED,
    balance bigint NOT NULL DEFAULT 0,
    CONSTRAINT floor CHECK (CASE kind WHEN 'house' THEN true WHEN 'owed' THEN balance <= 0 ELSE balance >= 0 END)
);

CREATE TABLE journal (
    seq    bigint PRIMARY KEY CHECK (seq > 0),
    key    text COLLATE "C" NOT NULL UNIQUE CHECK (key <> ''),
    at     timestamptz NOT NULL,
    shop   bigint REFERENCES shops,
    actor  bigint NOT NULL,
    chat   bigint NOT NULL,
    method text   NOT NULL,
    slip   text   NOT NULL,
    memo   text   NOT NULL,
    prev   text COLLATE "C" NOT NULL,
    hash   text COLLATE "C" NOT NULL,
    before bigint GENERATED ALWAYS AS (nullif(seq - 1, 0)) STORED,
    doc    json   NOT NULL,
    UNIQUE (seq, hash),
    CONSTRAINT chain FOREIGN KEY (before, prev) REFERENCES journal (seq, hash),
    CONSTRAINT first CHECK ((seq = 1) = (prev = ''))
);

CREATE TABLE postings (
    seq     bigint   NOT NULL REFERENCES journal,
    n       smallint NOT NULL,
    account text COLLATE "C" NOT NULL REFERENCES accounts,
    amount  bigint   NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (seq, n)
);
CREATE INDEX entries ON postings (account, seq);

-- +goose StatementBegin
CREATE FUNCTION move_money() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE accounts a SET balance = a.balance + d.amount
    FROM (SELECT account, sum(amount)::bigint AS amount FROM added GROUP BY account) d
    WHERE a.account = d.account;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER move_money AFTER INSERT ON postings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION move_money();

-- +goose StatementBegin
CREATE FUNCTION line_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    parts int;
    total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount), 0) INTO parts, total FROM postings WHERE seq = NEW.seq;
    IF parts < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'journal: line % has % postings that sum to %', NEW.seq, parts, total USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER line_balances AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION line_balances();
CREATE CONSTRAINT TRIGGER line_balances AFTER INSERT ON postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION line_balances();

-- The sales.
CREATE TABLE orders (
    id          text COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    no          bigint NOT NULL UNIQUE,
    shop        bigint NOT NULL REFERENCES shops,
    seller      bigint NOT NULL,
    panel       text COLLATE "C" NOT NULL UNIQUE,
    provider_id text COLLATE "C" UNIQUE,
    good        text   NOT NULL,
    operator    text   NOT NULL,
    plan        text   NOT NULL,
    state       text   NOT NULL,
    quantity    int    NOT NULL CHECK (quantity > 0),
    face        bigint NOT NULL CHECK (face >= 0),
    price       bigint NOT NULL CHECK (price > 0),
    captured    bigint NOT NULL CHECK (captured BETWEEN 0 AND price),
    charged     bigint,
    placed      timestamptz NOT NULL,
    settled     timestamptz,
    due         bigint,
    to_mark     text COLLATE "C" NOT NULL,
    hold        text COLLATE "C" GENERATED ALWAYS AS ('order/' || id || '/hold') STORED REFERENCES journal (key),
    doc         json   NOT NULL,
    CONSTRAINT due_until_final CHECK ((state IN ('delivered', 'refunded')) = (due IS NULL)),
    CONSTRAINT refunded_in_full CHECK (state <> 'refunded' OR captured = 0)
);
CREATE INDEX orders_of_shop ON orders (shop, no);
CREATE INDEX orders_to ON orders (shop, to_mark, no);
CREATE INDEX orders_due ON orders (due, id) WHERE due IS NOT NULL;
CREATE INDEX orders_open ON orders (id) WHERE due IS NOT NULL;

CREATE TABLE showings (
    order_id text COLLATE "C" NOT NULL REFERENCES orders,
    n        bigint NOT NULL,
    at       timestamptz NOT NULL,
    chat     bigint NOT NULL,
    person   bigint NOT NULL,
    why      text   NOT NULL,
    doc      json   NOT NULL,
    PRIMARY KEY (order_id, n)
);

CREATE TABLE claims (
    hash     bytea  PRIMARY KEY,
    order_id text COLLATE "C" NOT NULL REFERENCES orders,
    shop     bigint NOT NULL REFERENCES shops,
    state    text   NOT NULL,
    expires  bigint NOT NULL,
    doc      json   NOT NULL
);
CREATE INDEX claims_open ON claims (expires, hash) WHERE state = 'open';

-- The claim of an order that was open last.
CREATE TABLE newest_claims (
    order_id text COLLATE "C" PRIMARY KEY REFERENCES orders,
    hash     bytea NOT NULL REFERENCES claims
);

CREATE TABLE complaints (
    order_id text COLLATE "C" PRIMARY KEY REFERENCES orders,
    no       bigint NOT NULL REFERENCES orders (no),
    shop     bigint NOT NULL REFERENCES shops,
    state    text   NOT NULL,
    opened   bigint NOT NULL,
    closed   timestamptz,
    doc      json   NOT NULL
);
CREATE INDEX complaints_open ON complaints (opened, order_id) WHERE state = 'open';
CREATE INDEX complaints_of_shop ON complaints (shop, (state = 'open'), opened, order_id);

-- What Telegram told us, and what it has not taken yet.
CREATE TABLE handled (
    update_id bigint PRIMARY KEY,
    at        bigint NOT NULL
);
CREATE INDEX handled_at ON handled (at, update_id);

CREATE TABLE dead_letters (
    update_id bigint PRIMARY KEY,
    at        timestamptz NOT NULL,
    why       text NOT NULL,
    doc       json NOT NULL
);

CREATE TABLE outbox (
    panel text COLLATE "C" PRIMARY KEY,
    chat  bigint NOT NULL,
    seq   bigint NOT NULL UNIQUE,
    doc   json   NOT NULL
);

CREATE TABLE undelivered (
    seq   bigint PRIMARY KEY,
    chat  bigint NOT NULL,
    at    bigint NOT NULL,
    why   text   NOT NULL,
    doc   json   NOT NULL
);

CREATE TABLE panels (
    panel      text COLLATE "C" PRIMARY KEY,
    chat       bigint NOT NULL,
    message_id bigint NOT NULL,
    at         bigint NOT NULL,
    doc        json   NOT NULL
);
CREATE INDEX panels_at ON panels (at, panel);

-- +goose StatementBegin
CREATE FUNCTION kept_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept for ever: no % of its rows', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER kept_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION kept_for_ever();
CREATE TRIGGER kept_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION kept_for_ever();
CREATE TRIGGER kept_for_ever BEFORE DELETE OR TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION kept_for_ever();
CREATE TRIGGER kept_for_ever BEFORE DELETE OR TRUNCATE ON orders FOR EACH STATEMENT EXECUTE FUNCTION kept_for_ever();
CREATE TRIGGER kept_for_ever BEFORE DELETE OR TRUNCATE ON showings FOR EACH STATEMENT EXECUTE FUNCTION kept_for_ever();

-- What an accountant reads, in dinars; days are those of Algiers.
CREATE VIEW sales_by_day AS
SELECT (o.settled AT TIME ZONE 'Africa/Algiers')::date AS day, o.shop, s.name AS shop_name, o.good, o.operator,
       count(*) FILTER (WHERE o.state = 'delivered') AS delivered,
       count(*) FILTER (WHERE o.state = 'refunded') AS refunded,
       round(sum(o.face) FILTER (WHERE o.state = 'delivered') / 100.0, 2) AS face,
       round(sum(o.captured) / 100.0, 2) AS paid,
       round(sum(o.charged) FILTER (WHERE o.state = 'delivered') / 100.0, 2) AS cost,
       count(*) FILTER (WHERE o.state = 'delivered' AND o.charged IS NULL) AS cost_unknown
FROM orders o JOIN shops s ON s.id = o.shop
WHERE o.settled IS NOT NULL
GROUP BY 1, 2, 3, 4, 5;
COMMENT ON VIEW sales_by_day IS 'What each shop sold on each day: numbers of sales, their face value, what the shop paid, what they cost where the provider told.';

CREATE VIEW statement AS
SELECT a.shop, a.kind AS account, p.seq, p.n, j.at AT TIME ZONE 'Africa/Algiers' AS at, split_part(j.key, '/', 1) AS kind, j.key, o.no AS sale,
       round(p.amount / 100.0, 2) AS amount,
       round(sum(p.amount) OVER (PARTITION BY p.account ORDER BY p.seq, p.n) / 100.0, 2) AS balance,
       j.method, j.slip, j.memo, j.actor
FROM postings p
JOIN accounts a ON a.account = p.account
JOIN journal j ON j.seq = p.seq
LEFT JOIN orders o ON split_part(j.key, '/', 1) = 'order' AND o.id = split_part(j.key, '/', 2);
COMMENT ON VIEW statement IS 'Every movement of every account, with what the account held after it. Of an account of the house shop is null; held and owed are a shop''s other accounts.';

CREATE VIEW float_cover AS
SELECT round(w.available / 100.0, 2) AS wallets, round(w.held / 100.0, 2) AS held, round(-w.owed / 100.0, 2) AS owed, round(-w.funding / 100.0, 2) AS paid_in,
       round(f.float / 100.0, 2) AS float, f.at AS float_read, round((f.float - w.available - w.held) / 100.0, 2) AS float_beyond_wallets
FROM (SELECT coalesce(sum(balance) FILTER (WHERE kind = 'available'), 0) AS available,
             coalesce(sum(balance) FILTER (WHERE kind = 'held'), 0) AS held,
             coalesce(sum(balance) FILTER (WHERE kind = 'owed'), 0) AS owed,
             coalesce(sum(balance) FILTER (WHERE account = 'house/funding'), 0) AS funding FROM accounts) w
LEFT JOIN (SELECT (doc -> 'readings' -> -1 ->> 'float')::bigint AS float, (doc -> 'readings' -> -1 ->> 'at')::timestamptz AS at
           FROM settings WHERE name = 'float') f ON true;
COMMENT ON VIEW float_cover IS 'What all shops may spend, what is held for open sales, what they owe and have paid in, beside the float at the provider as last read.';

-- Rights, for an owner of the tables to give: CALL let_sell('hanout') to the
-- role of the bot, CALL let_read('accountant') to whoever reads.
-- +goose StatementBegin
CREATE PROCEDURE let_sell(role name) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON counters, settings, shops, members, chats, sessions, claims, newest_claims, complaints,'
        ' handled, dead_letters, outbox, undelivered, panels TO %I', role);
    EXECUTE format('GRANT INSERT, UPDATE ON orders TO %I', role);
    EXECUTE format('GRANT INSERT ON journal, postings, showings, epochs TO %I', role);
    EXECUTE format('GRANT INSERT (account) ON accounts TO %I', role);
    EXECUTE format('GRANT UPDATE ON till TO %I', role);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE PROCEDURE let_read(role name) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT ON sales_by_day, statement, float_cover TO %I', role);
END $$;
-- +goose StatementEnd
