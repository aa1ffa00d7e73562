-- The audit: one chain of entries, of which each holds the hash of the one before it. Whoever inserts gives actor, source, proof,
-- action, subject and details; all else is the database's. delivery/release/audit/verify.ts reads the chain with code of its own.

CREATE SCHEMA release;
REVOKE ALL ON SCHEMA release FROM PUBLIC;
GRANT USAGE ON SCHEMA release TO slipway_release, slipway_release_reader;

-- The canonical text of a value, after RFC 8785: keys in the order of their UTF-8 bytes, no white space, JSON's shortest escapes.
-- It differs in numbers, which jsonb keeps exactly: plain decimals with all their digits, without exponent.
-- delivery/release/audit/canonical.ts is the same in TypeScript; a test compares them.
CREATE FUNCTION release.canonical(value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE jsonb_typeof(value)
    WHEN 'object' THEN (SELECT '{' || coalesce(string_agg(to_json(m.key)::text || ':' || release.canonical(m.value), ',' ORDER BY m.key COLLATE "C"), '') || '}'
      FROM jsonb_each(value) m)
    WHEN 'array' THEN (SELECT '[' || coalesce(string_agg(release.canonical(e.value), ',' ORDER BY e.position), '') || ']'
      FROM jsonb_array_elements(value) WITH ORDINALITY e (value, position))
    WHEN 'string' THEN to_json(value #>> '{}')::text
    ELSE coalesce(value #>> '{}', 'null')
  END;
END $$;

CREATE TABLE release.audit_entry (
  seq bigint PRIMARY KEY CHECK (seq >= 1),
  at timestamptz NOT NULL,
  actor text NOT NULL CHECK (actor ~ '^[a-z]+:.' AND char_length(actor) <= 200),
  source text NOT NULL CHECK (source IN ('workflow', 'terminal', 'sandbox', 'database')),
  proof text NOT NULL CHECK (char_length(proof) <= 1000),
  login text NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z]+(\.[a-z-]+)+$'),
  subject text NOT NULL CHECK (subject <> '' AND char_length(subject) <= 300),
  details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
  schema_version integer NOT NULL,
  previous bytea NOT NULL CHECK (length(previous) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32)
);
COMMENT ON COLUMN release.audit_entry.actor IS 'Who did it, as the system that authenticated them names them';
COMMENT ON COLUMN release.audit_entry.proof IS 'By what the actor was known: the subject of an OIDC token, the login of a GitHub token';
COMMENT ON COLUMN release.audit_entry.login IS 'The login of the session: another than that of the commands means that somebody wrote by hand';
COMMENT ON COLUMN release.audit_entry.hash IS 'SHA-256 over previous and the canonical text of all other columns; the first entry follows 32 zero bytes';

CREATE INDEX audit_entry_subject ON release.audit_entry (subject, seq);

-- Before the triggers exist: what comes back keeps its hashes.
SELECT slipway.restore('release.audit_entry');

CREATE FUNCTION release.audit_text(entry release.audit_entry) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT release.canonical(jsonb_build_object(
    'schema_version', entry.schema_version, 'seq', entry.seq,
    'at', to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', entry.actor, 'source', entry.source, 'proof', entry.proof, 'login', entry.login,
    'action', entry.action, 'subject', entry.subject, 'details', entry.details))
$$;

-- One writer at a time, until it commits: whoever waits here then reads the head that the other has left. That takes a snapshot for each
-- statement, which only READ COMMITTED has.
CREATE FUNCTION release.audit_chain() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'audit entries are written in READ COMMITTED only, not in %', current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('slipway audit chain'), 0);
  SELECT e.seq, e.hash INTO head FROM release.audit_entry e ORDER BY e.seq DESC LIMIT 1;
  NEW.seq := coalesce(head.seq, 0) + 1;
  NEW.at := clock_timestamp();
  NEW.login := session_user;
  NEW.schema_version := 1;
  NEW.previous := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
  NEW.hash := sha256(NEW.previous || convert_to(release.audit_text(NEW), 'UTF8'));
  RETURN NEW;
END $$;

CREATE FUNCTION release.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'release.%: % is refused, what was recorded stays', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- Who listens on slipway_release hears at commit what changed: {"seq", "action", "subject"}.
CREATE FUNCTION release.audit_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('slipway_release', json_build_object('seq', NEW.seq, 'action', NEW.action, 'subject', NEW.subject)::text);
  RETURN NULL;
END $$;

CREATE TRIGGER chain BEFORE INSERT ON release.audit_entry
  FOR EACH ROW EXECUTE FUNCTION release.audit_chain();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER notify AFTER INSERT ON release.audit_entry
  FOR EACH ROW EXECUTE FUNCTION release.audit_notify();
-- Not even by session_replication_role = replica.
ALTER TABLE release.audit_entry ENABLE ALWAYS TRIGGER chain;
ALTER TABLE release.audit_entry ENABLE ALWAYS TRIGGER append_only;

-- What a change of any other table leaves in the audit: trigger arguments are the subject's kind, its key column, and the action.
-- Deferred to the commit, so that the chain is locked for that moment only, and its order is the order of commits.
-- Who acts comes from the transaction's settings; without them nothing can be changed.
CREATE FUNCTION release.record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  now_row jsonb := to_jsonb(NEW) - 'facts';
  details jsonb := jsonb_build_object('row', now_row);
BEGIN
  IF coalesce(current_setting('slipway.actor', true), '') = '' THEN
    RAISE EXCEPTION 'release.%: nobody is said to do this (slipway.actor)', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    details := details || jsonb_build_object('before',
      (SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}') FROM jsonb_each(to_jsonb(OLD) - 'facts') o WHERE o.value IS DISTINCT FROM now_row -> o.key));
  END IF;
  INSERT INTO release.audit_entry (actor, source, proof, action, subject, details)
  VALUES (current_setting('slipway.actor'), current_setting('slipway.source'), current_setting('slipway.proof'),
    TG_ARGV[2], TG_ARGV[0] || '/' || (now_row ->> TG_ARGV[1]), details);
  RETURN NULL;
END $$;

-- For what is no row of a table: an export, a checkpoint, a change of the process. Not for what the tables record themselves.
CREATE FUNCTION release.note(action text, subject text, details jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  written bigint;
BEGIN
  IF action !~ '^(audit|process|workflow|flags|note)\.' THEN
    RAISE EXCEPTION 'the action "%" is recorded by what it changes, not by a note', action USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF coalesce(current_setting('slipway.actor', true), '') = '' THEN
    RAISE EXCEPTION 'nobody is said to do this (slipway.actor)' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO release.audit_entry (actor, source, proof, action, subject, details)
  VALUES (current_setting('slipway.actor'), current_setting('slipway.source'), current_setting('slipway.proof'), action, subject, details)
  RETURNING seq INTO written;
  RETURN written;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION release.note(text, text, jsonb) TO slipway_release;
GRANT EXECUTE ON FUNCTION release.canonical(jsonb) TO slipway_release, slipway_release_reader;
GRANT SELECT ON release.audit_entry TO slipway_release, slipway_release_reader;
