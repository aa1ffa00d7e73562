-- Who saw which variant, and what they did then: what ./slipway flags report is computed from. The application writes both and reads
-- neither; a unit is a user or an organization, whichever the flag's variants stick to.

CREATE TABLE public.feature_flag_exposures (
  environment text NOT NULL CHECK (environment <> ''),
  flag_key text NOT NULL CHECK (flag_key <> ''),
  unit_kind text NOT NULL CHECK (unit_kind IN ('user', 'organization')),
  unit_id text NOT NULL CHECK (unit_id <> '' AND char_length(unit_id) <= 255),
  variant text NOT NULL CHECK (variant <> '' AND char_length(variant) <= 255),
  first_exposed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (environment, flag_key, unit_kind, unit_id, variant)
);
COMMENT ON TABLE public.feature_flag_exposures IS 'The first time that a unit got a variant which chance had chosen';

CREATE TABLE public.feature_flag_events (
  id uuid PRIMARY KEY,
  environment text NOT NULL CHECK (environment <> ''),
  metric text NOT NULL CHECK (metric <> '' AND char_length(metric) <= 255),
  user_id text CHECK (user_id <> '' AND char_length(user_id) <= 255),
  organization_id text CHECK (organization_id <> '' AND char_length(organization_id) <= 255),
  value double precision NOT NULL DEFAULT 1 CHECK (value NOT IN ('NaN', 'Infinity', '-Infinity')),
  occurred_at timestamptz NOT NULL DEFAULT now(),
  CHECK (user_id IS NOT NULL OR organization_id IS NOT NULL)
);
COMMENT ON COLUMN public.feature_flag_events.id IS 'Chosen by who writes it, so that writing it again after a lost answer counts once';

CREATE INDEX feature_flag_events_user ON public.feature_flag_events (environment, metric, user_id, occurred_at);
CREATE INDEX feature_flag_events_organization ON public.feature_flag_events (environment, metric, organization_id, occurred_at);

SELECT slipway.restore('public.feature_flag_exposures');
SELECT slipway.restore('public.feature_flag_events');

SELECT slipway.protect('public.feature_flag_exposures');
SELECT slipway.protect('public.feature_flag_events');

GRANT INSERT ON public.feature_flag_exposures, public.feature_flag_events TO slipway_application;
GRANT SELECT ON public.feature_flag_exposures, public.feature_flag_events TO slipway_operator;

CREATE POLICY application_writes ON public.feature_flag_exposures
  FOR INSERT TO slipway_application WITH CHECK (true);
CREATE POLICY application_writes ON public.feature_flag_events
  FOR INSERT TO slipway_application WITH CHECK (true);
CREATE POLICY operator_reads ON public.feature_flag_exposures
  FOR SELECT TO slipway_operator USING (true);
CREATE POLICY operator_reads ON public.feature_flag_events
  FOR SELECT TO slipway_operator USING (true);
