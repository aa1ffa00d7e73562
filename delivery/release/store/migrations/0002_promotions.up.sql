-- What is to be released, by whose word: bundles, promotions, decisions, evidence. Types: delivery/release/model.ts.

-- A command that is repeated after its answer was lost finds what it did: key is the command's own name for itself.
CREATE TABLE release.command (
  key text PRIMARY KEY CHECK (key <> '' AND char_length(key) <= 300),
  what text NOT NULL CHECK (what <> ''),
  input text NOT NULL CHECK (input ~ '^[0-9a-f]{64}$'),
  result bigint,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
COMMENT ON COLUMN release.command.input IS 'SHA-256 of what was asked: the same key for something else is refused';

CREATE TABLE release.bundle (
  digest text PRIMARY KEY CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  title text NOT NULL CHECK (title <> ''),
  version text NOT NULL CHECK (version <> ''),
  deployables jsonb NOT NULL CHECK (jsonb_typeof(deployables) = 'object'),
  features jsonb NOT NULL CHECK (jsonb_typeof(features) = 'array'),
  changelog text NOT NULL,
  migration text CHECK (migration <> ''),
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE release.promotion (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bundle text NOT NULL REFERENCES release.bundle (digest),
  environment text NOT NULL CHECK (environment <> ''),
  kind text NOT NULL CHECK (kind IN ('normal', 'critical', 'emergency')),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'deploying', 'deployed', 'failed', 'rejected', 'withdrawn')),
  process_version integer NOT NULL CHECK (process_version >= 1),
  process_digest text NOT NULL CHECK (process_digest <> ''),
  changed jsonb NOT NULL CHECK (jsonb_typeof(changed) = 'array'),
  requested_by text NOT NULL,
  requested_at timestamptz(3) NOT NULL DEFAULT now(),
  emergency jsonb CHECK (jsonb_typeof(emergency) = 'object'),
  rollback jsonb CHECK (jsonb_typeof(rollback) = 'object'),
  CONSTRAINT promotion_emergency_says_why CHECK (kind <> 'emergency' OR emergency IS NOT NULL OR rollback IS NOT NULL),
  CONSTRAINT promotion_only_emergency_claims CHECK (emergency IS NULL OR kind = 'emergency'),
  -- What others refer to, so that theirs cannot differ.
  UNIQUE (id, bundle),
  UNIQUE (id, bundle, environment)
);
CREATE INDEX promotion_environment ON release.promotion (environment, id);
CREATE UNIQUE INDEX promotion_one_open ON release.promotion (bundle, environment, kind, (rollback IS NULL)) WHERE state IN ('open', 'deploying');

CREATE TABLE release.decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  promotion bigint NOT NULL,
  actor text NOT NULL CHECK (actor <> ''),
  role text NOT NULL CHECK (role <> ''),
  decision text NOT NULL CHECK (decision IN ('approve', 'reject')),
  comment text,
  bundle text NOT NULL,
  process_version integer NOT NULL CHECK (process_version >= 1),
  process_digest text NOT NULL CHECK (process_digest <> ''),
  decided_at timestamptz(3) NOT NULL DEFAULT now(),
  source text NOT NULL CHECK (source IN ('github', 'command')),
  -- Counts up when somebody renews a word that has expired.
  renewal integer NOT NULL DEFAULT 0 CHECK (renewal >= 0),
  -- Bound to what the promotion is about: a word on another digest cannot be written.
  FOREIGN KEY (promotion, bundle) REFERENCES release.promotion (id, bundle),
  CONSTRAINT decision_once UNIQUE (promotion, actor, role, bundle, process_digest, decision, renewal)
);

CREATE TABLE release.evidence (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bundle text NOT NULL REFERENCES release.bundle (digest),
  environment text NOT NULL CHECK (environment <> ''),
  validation text NOT NULL CHECK (validation <> ''),
  verdict text NOT NULL CHECK (verdict IN ('passed', 'failed')),
  actor text NOT NULL CHECK (actor <> ''),
  link text NOT NULL CHECK (link <> ''),
  recorded_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX evidence_newest ON release.evidence (bundle, environment, validation, id);

SELECT slipway.restore('release.command');
SELECT slipway.restore('release.bundle');
SELECT slipway.restore('release.promotion');
SELECT slipway.restore('release.decision');
SELECT slipway.restore('release.evidence');

CREATE FUNCTION release.promotion_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.state = OLD.state OR (OLD.state, NEW.state) IN (
    ('open', 'deploying'), ('open', 'rejected'), ('open', 'withdrawn'), ('deploying', 'deployed'), ('deploying', 'failed')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'promotion % is %, and cannot become %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
END $$;

-- The row's lock makes it wait for a promotion that is being changed.
CREATE FUNCTION release.decision_needs_open() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found text;
BEGIN
  SELECT p.state INTO found FROM release.promotion p WHERE p.id = NEW.promotion FOR NO KEY UPDATE;
  IF found <> 'open' THEN
    RAISE EXCEPTION 'promotion % is %, and takes no more decisions', NEW.promotion, found USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER moves BEFORE UPDATE ON release.promotion FOR EACH ROW EXECUTE FUNCTION release.promotion_moves();
CREATE TRIGGER needs_open BEFORE INSERT ON release.decision FOR EACH ROW EXECUTE FUNCTION release.decision_needs_open();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON release.bundle FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON release.decision FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON release.evidence FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.promotion FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.command FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER done BEFORE UPDATE ON release.command
  FOR EACH ROW WHEN (OLD.result IS NOT NULL OR OLD.key <> NEW.key) EXECUTE FUNCTION release.refuse();

CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.bundle DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('bundle', 'digest', 'bundle.created');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.promotion DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('promotion', 'id', 'promotion.requested');
CREATE CONSTRAINT TRIGGER record_state AFTER UPDATE ON release.promotion DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('promotion', 'id', 'promotion.moved');
CREATE CONSTRAINT TRIGGER record_approval AFTER INSERT ON release.decision DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.decision = 'approve') EXECUTE FUNCTION release.record('promotion', 'promotion', 'promotion.approved');
CREATE CONSTRAINT TRIGGER record_rejection AFTER INSERT ON release.decision DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.decision = 'reject') EXECUTE FUNCTION release.record('promotion', 'promotion', 'promotion.rejected');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.evidence DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('evidence', 'id', 'evidence.recorded');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA release FROM PUBLIC;
GRANT SELECT ON release.command, release.bundle, release.promotion, release.decision, release.evidence TO slipway_release, slipway_release_reader;
GRANT INSERT ON release.command, release.bundle, release.decision, release.evidence TO slipway_release;
-- A promotion begins open: its state is not among what is inserted.
GRANT INSERT (bundle, environment, kind, process_version, process_digest, changed, requested_by, emergency, rollback) ON release.promotion TO slipway_release;
GRANT UPDATE (state) ON release.promotion TO slipway_release;
GRANT UPDATE (result) ON release.command TO slipway_release;
