-- What holds releases back, and what an emergency leaves owing: stops, holds, debts, incidents with who is to be told of them.

CREATE TABLE release.stop (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment text CHECK (environment <> ''),
  reason text NOT NULL CHECK (reason <> ''),
  actor text NOT NULL CHECK (actor <> ''),
  since timestamptz(3) NOT NULL DEFAULT now(),
  lifted_at timestamptz(3),
  lifted_by text CHECK (lifted_by <> ''),
  lift_reason text CHECK (lift_reason <> ''),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
COMMENT ON COLUMN release.stop.environment IS 'Null: all of them';
CREATE UNIQUE INDEX stop_one_active ON release.stop (coalesce(environment, '*')) WHERE lifted_at IS NULL;

CREATE TABLE release.hold (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment text NOT NULL CHECK (environment <> ''),
  reason text NOT NULL CHECK (reason <> ''),
  actor text NOT NULL CHECK (actor <> ''),
  since timestamptz(3) NOT NULL DEFAULT now(),
  lifted_at timestamptz(3),
  lifted_by text CHECK (lifted_by <> ''),
  lift_reason text CHECK (lift_reason <> ''),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX hold_one_active ON release.hold (environment) WHERE lifted_at IS NULL;

CREATE TABLE release.debt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  promotion bigint NOT NULL REFERENCES release.promotion (id),
  review text NOT NULL CHECK (review <> ''),
  due_at timestamptz(3) NOT NULL,
  paid_at timestamptz(3),
  paid_by text CHECK (paid_by <> ''),
  link text CHECK (link <> ''),
  UNIQUE (promotion, review),
  CHECK (num_nulls(paid_at, paid_by, link) IN (0, 3))
);

CREATE TABLE release.incident (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident text NOT NULL UNIQUE CHECK (incident <> ''),
  promotion bigint REFERENCES release.promotion (id),
  severity text NOT NULL CHECK (severity <> ''),
  reason text NOT NULL CHECK (reason <> ''),
  customers_hit boolean NOT NULL,
  declared_by text NOT NULL CHECK (declared_by <> ''),
  declared_at timestamptz(3) NOT NULL DEFAULT now(),
  acknowledged_by text CHECK (acknowledged_by <> ''),
  acknowledged_at timestamptz(3),
  resolved_by text CHECK (resolved_by <> ''),
  resolved_at timestamptz(3),
  CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
  CHECK ((resolved_at IS NULL) = (resolved_by IS NULL))
);
COMMENT ON COLUMN release.incident.incident IS 'As the incident system names it';

CREATE TABLE release.contact (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident bigint NOT NULL REFERENCES release.incident (id),
  role text NOT NULL CHECK (role <> ''),
  due_at timestamptz(3) NOT NULL,
  always boolean NOT NULL,
  told_at timestamptz(3),
  UNIQUE (incident, role)
);
COMMENT ON COLUMN release.contact.always IS 'Leadership is told also when somebody has acknowledged';

SELECT slipway.restore('release.stop');
SELECT slipway.restore('release.hold');
SELECT slipway.restore('release.debt');
SELECT slipway.restore('release.incident');
SELECT slipway.restore('release.contact');

-- A column that has a value keeps it: nobody lifts, pays, acknowledges or tells twice. Arguments: the columns.
CREATE FUNCTION release.set_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  field text;
  was jsonb := to_jsonb(OLD);
BEGIN
  FOREACH field IN ARRAY TG_ARGV LOOP
    IF was ->> field IS NOT NULL AND was -> field IS DISTINCT FROM to_jsonb(NEW) -> field THEN
      RAISE EXCEPTION 'release.% %: % is set, and stays', TG_TABLE_NAME, OLD.id, field USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

CREATE TRIGGER set_once BEFORE UPDATE ON release.stop FOR EACH ROW EXECUTE FUNCTION release.set_once('lifted_at', 'lifted_by', 'lift_reason');
CREATE TRIGGER set_once BEFORE UPDATE ON release.hold FOR EACH ROW EXECUTE FUNCTION release.set_once('lifted_at', 'lifted_by', 'lift_reason');
CREATE TRIGGER set_once BEFORE UPDATE ON release.debt FOR EACH ROW EXECUTE FUNCTION release.set_once('paid_at', 'paid_by', 'link');
CREATE TRIGGER set_once BEFORE UPDATE ON release.incident
  FOR EACH ROW EXECUTE FUNCTION release.set_once('acknowledged_at', 'acknowledged_by', 'resolved_at', 'resolved_by');
CREATE TRIGGER set_once BEFORE UPDATE ON release.contact FOR EACH ROW EXECUTE FUNCTION release.set_once('told_at');

CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.stop FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.hold FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.debt FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.incident FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.contact FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();

CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.stop DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('stop', 'id', 'stop.called');
CREATE CONSTRAINT TRIGGER record_lift AFTER UPDATE ON release.stop DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('stop', 'id', 'stop.lifted');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.hold DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('hold', 'id', 'hold.placed');
CREATE CONSTRAINT TRIGGER record_lift AFTER UPDATE ON release.hold DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('hold', 'id', 'hold.lifted');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.debt DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('debt', 'id', 'debt.owed');
CREATE CONSTRAINT TRIGGER record_payment AFTER UPDATE ON release.debt DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('debt', 'id', 'debt.paid');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.incident DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('incident', 'id', 'incident.declared');
CREATE CONSTRAINT TRIGGER record_acknowledgement AFTER UPDATE ON release.incident DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.acknowledged_at IS DISTINCT FROM NEW.acknowledged_at) EXECUTE FUNCTION release.record('incident', 'id', 'incident.acknowledged');
CREATE CONSTRAINT TRIGGER record_resolution AFTER UPDATE ON release.incident DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.resolved_at IS DISTINCT FROM NEW.resolved_at) EXECUTE FUNCTION release.record('incident', 'id', 'incident.resolved');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.contact DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('contact', 'id', 'contact.due');
CREATE CONSTRAINT TRIGGER record_told AFTER UPDATE ON release.contact DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('contact', 'id', 'contact.told');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA release FROM PUBLIC;
GRANT SELECT ON release.stop, release.hold, release.debt, release.incident, release.contact TO slipway_release, slipway_release_reader;
GRANT INSERT (environment, reason, actor) ON release.stop, release.hold TO slipway_release;
GRANT UPDATE (lifted_at, lifted_by, lift_reason) ON release.stop, release.hold TO slipway_release;
GRANT INSERT (promotion, review, due_at) ON release.debt TO slipway_release;
GRANT UPDATE (paid_at, paid_by, link) ON release.debt TO slipway_release;
GRANT INSERT (incident, promotion, severity, reason, customers_hit, declared_by) ON release.incident TO slipway_release;
GRANT UPDATE (acknowledged_at, acknowledged_by, resolved_at, resolved_by) ON release.incident TO slipway_release;
GRANT INSERT (incident, role, due_at, always) ON release.contact TO slipway_release;
GRANT UPDATE (told_at) ON release.contact TO slipway_release;
