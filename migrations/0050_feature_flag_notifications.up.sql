-- Tells whoever listens on slipway_feature_flags that a flag changed, when the change is committed: an application asks anew at
-- once and not at its next poll. The payload is the flag's key, and nothing of what it holds: anyone on the server may listen.

CREATE FUNCTION public.feature_flags_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('slipway_feature_flags', coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'flag_key');
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION public.feature_flags_notify() FROM PUBLIC;

CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON public.feature_flags
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_notify();
CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON public.feature_flag_environments
  FOR EACH ROW EXECUTE FUNCTION public.feature_flags_notify();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON public.feature_flags
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_notify();
CREATE TRIGGER notify_truncate AFTER TRUNCATE ON public.feature_flag_environments
  FOR EACH STATEMENT EXECUTE FUNCTION public.feature_flags_notify();
