-- What was let through, and what came of it: gate answers with the facts they were given on, and deployments with their verification.

CREATE TABLE release.gate_answer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  promotion bigint NOT NULL REFERENCES release.promotion (id),
  verdict text NOT NULL CHECK (verdict IN ('open', 'waiting', 'refused')),
  facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
  facts_digest text NOT NULL CHECK (facts_digest = 'sha256:' || encode(sha256(convert_to(release.canonical(facts), 'UTF8')), 'hex')),
  answer jsonb NOT NULL CHECK (jsonb_typeof(answer) = 'object'),
  answered_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT gate_answer_says_its_verdict CHECK (answer ->> 'verdict' = verdict),
  UNIQUE (promotion, facts_digest),
  UNIQUE (id, promotion, verdict)
);
COMMENT ON COLUMN release.gate_answer.facts IS 'All that the gate looked at; the audit has its digest';

CREATE TABLE release.deployment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  promotion bigint NOT NULL,
  bundle text NOT NULL,
  environment text NOT NULL,
  gate_answer bigint NOT NULL UNIQUE,
  gate_verdict text NOT NULL DEFAULT 'open' CHECK (gate_verdict = 'open'),
  started_by text NOT NULL CHECK (started_by <> ''),
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  outcome text CHECK (outcome IN ('succeeded', 'failed')),
  reason text CHECK (reason <> ''),
  rollback boolean NOT NULL,
  verdict text CHECK (verdict IN ('passed', 'failed', 'error', 'inconclusive')),
  verified_at timestamptz(3),
  CONSTRAINT deployment_ends_with_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  CONSTRAINT deployment_fails_with_reason CHECK (outcome IS DISTINCT FROM 'failed' OR reason IS NOT NULL),
  CONSTRAINT deployment_verified_at CHECK ((verdict IS NULL) = (verified_at IS NULL)),
  CONSTRAINT deployment_passes_when_succeeded CHECK (verdict IS DISTINCT FROM 'passed' OR outcome = 'succeeded'),
  -- There is no deployment but of this promotion's bundle, in its environment, with an answer to it that says open.
  FOREIGN KEY (promotion, bundle, environment) REFERENCES release.promotion (id, bundle, environment),
  FOREIGN KEY (gate_answer, promotion, gate_verdict) REFERENCES release.gate_answer (id, promotion, verdict)
);
CREATE UNIQUE INDEX deployment_one_running ON release.deployment (environment) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX deployment_one_per_promotion ON release.deployment (promotion);
CREATE INDEX deployment_environment ON release.deployment (environment, id);

SELECT slipway.restore('release.gate_answer');
SELECT slipway.restore('release.deployment');

-- What ended stays ended; what is known to be bad stays bad.
CREATE FUNCTION release.deployment_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.outcome, NEW.reason) IS DISTINCT FROM (OLD.ended_at, OLD.outcome, OLD.reason) THEN
    RAISE EXCEPTION 'deployment % has ended (%), which stays so', OLD.id, OLD.outcome USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.verdict = 'failed' AND NEW.verdict IS DISTINCT FROM 'failed' THEN
    RAISE EXCEPTION 'deployment % failed its verification, which stays so', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.verdict IS NOT NULL AND NEW.verdict IS NULL THEN
    RAISE EXCEPTION 'deployment % has a verdict, which stays', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON release.gate_answer FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON release.deployment FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER moves BEFORE UPDATE ON release.deployment FOR EACH ROW EXECUTE FUNCTION release.deployment_moves();

CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.gate_answer DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('gate', 'id', 'gate.answered');
CREATE CONSTRAINT TRIGGER record AFTER INSERT ON release.deployment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION release.record('deployment', 'id', 'deployment.started');
CREATE CONSTRAINT TRIGGER record_end AFTER UPDATE ON release.deployment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION release.record('deployment', 'id', 'deployment.finished');
CREATE CONSTRAINT TRIGGER record_verdict AFTER UPDATE ON release.deployment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN ((OLD.verdict, OLD.verified_at) IS DISTINCT FROM (NEW.verdict, NEW.verified_at))
  EXECUTE FUNCTION release.record('deployment', 'id', 'deployment.verified');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA release FROM PUBLIC;
GRANT SELECT ON release.gate_answer, release.deployment TO slipway_release, slipway_release_reader;
GRANT INSERT ON release.gate_answer TO slipway_release;
GRANT INSERT (promotion, bundle, environment, gate_answer, started_by, rollback) ON release.deployment TO slipway_release;
GRANT UPDATE (ended_at, outcome, reason, verdict, verified_at) ON release.deployment TO slipway_release;
