-- +goose Up

-- Who leads, and until when by the clock of this server. The leader prolongs
-- it over a connection of its own; whoever finds it run out may take it. It is
-- no row of table till, whose lock a batch holds until its commit.
CREATE TABLE lease (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    holder text        NOT NULL DEFAULT '',
    until  timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO lease DEFAULT VALUES;

-- +goose StatementBegin
CREATE OR REPLACE PROCEDURE let_sell(role name) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON counters, settings, shops, members, chats, sessions, claims, newest_claims, complaints,'
        ' handled, dead_letters, outbox, undelivered, panels TO %I', role);
    EXECUTE format('GRANT INSERT, UPDATE ON orders TO %I', role);
    EXECUTE format('GRANT INSERT ON journal, postings, showings, epochs TO %I', role);
    EXECUTE format('GRANT INSERT (account) ON accounts TO %I', role);
    EXECUTE format('GRANT UPDATE ON till, lease TO %I', role);
END $$;
-- +goose StatementEnd

-- Who may sell already needs it, too.
-- +goose StatementBegin
DO $$
DECLARE bot name;
BEGIN
    FOR bot IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'outbox' AND privilege_type = 'INSERT' AND grantee <> current_user LOOP
        EXECUTE format('GRANT SELECT, UPDATE ON lease TO %I', bot);
    END LOOP;
END $$;
-- +goose StatementEnd
