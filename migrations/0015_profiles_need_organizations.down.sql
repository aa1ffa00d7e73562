ALTER TABLE public.profiles DROP CONSTRAINT IF EXISTS profiles_organization_needed;
