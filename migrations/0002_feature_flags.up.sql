-- Feature flags (seeds/000, "Feature Flags Table"), with three differences from the source's table:
-- per-environment state is rows instead of jsonb, so that a rollout is checked by the database and one environment's part can be
-- granted, audited and compared by itself; the source's second, global rollout_percentage, which contradicts the per-environment
-- ones, is gone; and what was declared is kept beside what operators made of it, so that the two can be told apart.

CREATE TABLE public.feature_flags (
  flag_key text PRIMARY KEY CHECK (flag_key ~ '^[A-Za-z][A-Za-z0-9_.-]{0,254}$'),
  name text NOT NULL CHECK (name <> '' AND char_length(name) <= 255),
  description text NOT NULL DEFAULT '',
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN public.feature_flags.is_active IS 'The kill switch: an inactive flag is not shown to the application at all';

CREATE TABLE public.feature_flag_environments (
  flag_key text NOT NULL REFERENCES public.feature_flags (flag_key) ON DELETE CASCADE,
  environment text NOT NULL CHECK (environment <> ''),
  enabled boolean NOT NULL,
  rollout_percentage integer NOT NULL CHECK (rollout_percentage BETWEEN 0 AND 100),
  user_targeting jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(user_targeting) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (flag_key, environment)
);

-- No reference to feature_flags: a flag that someone deleted is still known to have been declared.
CREATE TABLE public.feature_flag_declarations (
  flag_key text NOT NULL,
  environment text NOT NULL,
  declaration jsonb NOT NULL CHECK (jsonb_typeof(declaration) = 'object'),
  declared_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (flag_key, environment)
);
COMMENT ON TABLE public.feature_flag_declarations IS 'What was last declared for a flag; the difference to feature_flags is what operators changed';

CREATE TABLE public.feature_flag_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL,
  database_user text NOT NULL,
  table_name text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')),
  flag_key text,
  environment text,
  before jsonb,
  after jsonb,
  reason text
);
COMMENT ON COLUMN public.feature_flag_history.actor IS 'Who says to have done it (slipway.actor); database_user is who was logged in';

CREATE INDEX feature_flag_history_flag_key ON public.feature_flag_history (flag_key, id);

-- Before the triggers exist: bringing rows back is no change to a flag.
SELECT slipway.restore('public.feature_flags');
SELECT slipway.restore('public.feature_flag_environments');
SELECT slipway.restore('public.feature_flag_declarations');
SELECT slipway.restore('public.feature_flag_history');

CREATE FUNCTION public.feature_flags_touch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;

-- SECURITY DEFINER: operators change flags but may not write history themselves.
CREATE FUNCTION public.feature_flags_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old_row jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END;
  new_row jsonb := CASE WHEN TG_OP IN ('UPDATE', 'INSERT') THEN to_jsonb(NEW) END;
  acting_role text := nullif(current_setting('role', true), 'none');
BEGIN
  IF TG_OP = 'UPDATE' AND old_row - 'updated_at' = new_row - 'updated_at' THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.feature_flag_history (actor, database_user, table_name, operation, flag_key, environment, before, after, reason)
  VALUES (
    coalesce(nullif(current_setting('slipway.actor', true), ''), acting_role, session_user),
    session_user,
    TG_TABLE_NAME,
    TG_OP,
    coalesce(new_row, old_row) ->> 'flag_key',
    coalesce(new_row, old_row) ->> 'environment',
    old_row,
    new_row,
    nullif(current_setting('slipway.reason', true), '')
  );
  RETURN NULL;
END $$;

CREATE FUNCTION public.feature_flag_history_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'public.feature_flag_history is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER touch BEFORE UPDATE ON public.feature_flags
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_touch();
CREATE TRIGGER touch BEFORE UPDATE ON public.feature_flag_environments
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_touch();
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON public.feature_flags
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON public.feature_flag_environments
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER record_truncate AFTER TRUNCATE ON public.feature_flags
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER record_truncate AFTER TRUNCATE ON public.feature_flag_environments
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_record();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.feature_flag_history
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flag_history_refuse();

REVOKE ALL ON FUNCTION public.feature_flags_touch(), public.feature_flags_record(), public.feature_flag_history_refuse() FROM PUBLIC;

-- protect: row-level security forced, the owner may do everything, the auditor reads.
SELECT slipway.protect('public.feature_flags');
SELECT slipway.protect('public.feature_flag_environments');
SELECT slipway.protect('public.feature_flag_declarations');
SELECT slipway.protect('public.feature_flag_history');

GRANT SELECT ON public.feature_flags, public.feature_flag_environments TO slipway_application, slipway_organization_admin;
-- An operator changes what is operated at run time; name and description come from the declaration.
GRANT SELECT, INSERT, DELETE ON public.feature_flags, public.feature_flag_environments TO slipway_operator;
GRANT UPDATE (is_active) ON public.feature_flags TO slipway_operator;
GRANT UPDATE (enabled, rollout_percentage, user_targeting) ON public.feature_flag_environments TO slipway_operator;
GRANT SELECT ON public.feature_flag_declarations, public.feature_flag_history TO slipway_operator;

CREATE POLICY application_reads_active ON public.feature_flags
  FOR SELECT TO slipway_application USING (is_active);
CREATE POLICY application_reads_active ON public.feature_flag_environments
  FOR SELECT TO slipway_application USING (flag_key IN (SELECT f.flag_key FROM public.feature_flags f WHERE f.is_active));
CREATE POLICY organization_admin_reads ON public.feature_flags
  FOR SELECT TO slipway_organization_admin USING (true);
CREATE POLICY organization_admin_reads ON public.feature_flag_environments
  FOR SELECT TO slipway_organization_admin USING (true);
CREATE POLICY operator_operates ON public.feature_flags
  TO slipway_operator USING (true) WITH CHECK (true);
CREATE POLICY operator_operates ON public.feature_flag_environments
  TO slipway_operator USING (true) WITH CHECK (true);
CREATE POLICY operator_reads ON public.feature_flag_declarations
  FOR SELECT TO slipway_operator USING (true);
CREATE POLICY operator_reads ON public.feature_flag_history
  FOR SELECT TO slipway_operator USING (true);
