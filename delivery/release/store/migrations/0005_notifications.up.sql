-- What people are to be told, written together with what happened and sent afterwards: nothing is told that did not happen, and a
-- sender that is killed leaves it to the next. No part of the audit: each says what an entry says already.

CREATE TABLE release.notification (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE CHECK (key <> '' AND char_length(key) <= 300),
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z.-]*$'),
  payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  sent_at timestamptz(3),
  attempts integer NOT NULL DEFAULT 0,
  problem text
);
COMMENT ON COLUMN release.notification.key IS 'What it is about, such as "deployment/12 started": nobody is told the same twice';
CREATE INDEX notification_unsent ON release.notification (id) WHERE sent_at IS NULL;

SELECT slipway.restore('release.notification');

CREATE FUNCTION release.notification_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('slipway_release', json_build_object('action', 'notification.queued', 'subject', 'notification/' || NEW.id)::text);
  RETURN NULL;
END $$;

CREATE TRIGGER set_once BEFORE UPDATE ON release.notification FOR EACH ROW EXECUTE FUNCTION release.set_once('sent_at');
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.notification FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER notify AFTER INSERT ON release.notification FOR EACH ROW EXECUTE FUNCTION release.notification_notify();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA release FROM PUBLIC;
GRANT SELECT ON release.notification TO slipway_release, slipway_release_reader;
GRANT INSERT (key, kind, payload) ON release.notification TO slipway_release;
GRANT UPDATE (sent_at, attempts, problem) ON release.notification TO slipway_release;
