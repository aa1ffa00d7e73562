-- slipway: phase 8.6
-- slipway: transaction none
-- From here on a profile belongs to an organization ("Force organization selection on login"). First promised for what is written from now on,
-- then checked for what is there.

DO $$
DECLARE
  lost bigint := (SELECT count(*) FROM public.profiles WHERE organization_id IS NULL);
BEGIN
  IF lost > 0 THEN
    RAISE EXCEPTION '% profiles have no organization', lost
      USING HINT = 'Their users are not in auth.users (SELECT id FROM public.profiles WHERE organization_id IS NULL). Give them one, or delete them.';
  END IF;
END
$$;
ALTER TABLE public.profiles DROP CONSTRAINT IF EXISTS profiles_organization_needed,
  ADD CONSTRAINT profiles_organization_needed CHECK (organization_id IS NOT NULL) NOT VALID;
ALTER TABLE public.profiles VALIDATE CONSTRAINT profiles_organization_needed;
