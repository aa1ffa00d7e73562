-- Segments that several flags share (a flag's targeting names one with "shared"), and when an environment went live, from which
-- scheduled activations count. Variants, prerequisites and organizations are part of a flag's targeting, where they already are.

CREATE TABLE public.feature_flag_segments (
  environment text NOT NULL CHECK (environment <> ''),
  segment_key text NOT NULL CHECK (segment_key ~ '^[A-Za-z][A-Za-z0-9_.-]{0,254}$'),
  description text NOT NULL DEFAULT '',
  definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (environment, segment_key)
);
COMMENT ON COLUMN public.feature_flag_segments.definition IS '{"users": [...], "organizations": [...], "constraints": [...]}, as in a targeting''s segment';

CREATE TABLE public.feature_flag_go_lives (
  environment text PRIMARY KEY CHECK (environment <> ''),
  went_live_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.feature_flag_go_lives IS 'When an environment went live: one moment each, from which activations are counted by this database''s clock';

-- Before the triggers exist: bringing rows back is no change.
SELECT slipway.restore('public.feature_flag_segments');
SELECT slipway.restore('public.feature_flag_go_lives');

CREATE TRIGGER touch BEFORE UPDATE ON public.feature_flag_segments
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_touch();
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON public.feature_flag_segments
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON public.feature_flag_go_lives
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER record_truncate AFTER TRUNCATE ON public.feature_flag_segments
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER record_truncate AFTER TRUNCATE ON public.feature_flag_go_lives
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON public.feature_flag_segments
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_notify();
CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON public.feature_flag_go_lives
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_notify();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON public.feature_flag_segments
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_notify();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON public.feature_flag_go_lives
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_notify();

SELECT slipway.protect('public.feature_flag_segments');
SELECT slipway.protect('public.feature_flag_go_lives');

GRANT SELECT ON public.feature_flag_segments, public.feature_flag_go_lives TO slipway_application, slipway_organization_admin, slipway_operator;
GRANT INSERT, DELETE, UPDATE (description, definition) ON public.feature_flag_segments TO slipway_operator;
-- Recorded once: what an operator wrote is for the owner alone to change.
GRANT INSERT ON public.feature_flag_go_lives TO slipway_operator;

CREATE POLICY application_reads ON public.feature_flag_segments
  FOR SELECT TO slipway_application, slipway_organization_admin USING (true);
CREATE POLICY application_reads ON public.feature_flag_go_lives
  FOR SELECT TO slipway_application, slipway_organization_admin USING (true);
CREATE POLICY operator_operates ON public.feature_flag_segments
  TO slipway_operator USING (true) WITH CHECK (true);
CREATE POLICY operator_reads ON public.feature_flag_go_lives
  FOR SELECT TO slipway_operator USING (true);
CREATE POLICY operator_records ON public.feature_flag_go_lives
  FOR INSERT TO slipway_operator WITH CHECK (true);

-- When a flag becomes active by its targeting's "activation": null when it has none (or a malformed one, which the evaluation reports), infinity
-- while nobody has recorded the go-live. Months are counted in UTC, whatever the session's time zone is.
CREATE FUNCTION public.feature_flag_activation(environment text, targeting jsonb) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  activation jsonb := targeting -> 'activation';
  starts_after text := activation ->> 'afterGoLive';
BEGIN
  IF activation IS NULL THEN
    RETURN NULL;
  ELSIF starts_after ~ '^P([0-9]{1,3}[MWD]|T[0-9]{1,4}[HM])$' THEN
    RETURN coalesce(
      (SELECT (g.went_live_at AT TIME ZONE 'UTC' + starts_after::interval) AT TIME ZONE 'UTC'
         FROM public.feature_flag_go_lives g WHERE g.environment = feature_flag_activation.environment),
      'infinity');
  ELSIF pg_input_is_valid(activation ->> 'at', 'timestamptz') THEN
    RETURN (activation ->> 'at')::timestamptz;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION public.feature_flag_activation(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.feature_flag_activation(text, jsonb)
  TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;
