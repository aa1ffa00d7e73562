-- slipway: phase 8.3
-- While the old application still writes, it knows nothing of organizations: what it inserts gets its organization here, so that the
-- move of the existing rows (0012, 0013) comes to an end. Where the users' table is not ours (Supabase), a user's
-- organization is made with the profile.

-- SECURITY DEFINER: whoever signs up may not write organizations.
CREATE FUNCTION enterprise.ensure_organization(member uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_id uuid;
  label text;
  admin uuid;
BEGIN
  SELECT coalesce(
    (SELECT r.organization_id FROM enterprise.user_organization_roles r WHERE r.user_id = member ORDER BY r.assigned_at, r.id LIMIT 1),
    (SELECT o.id FROM enterprise.organizations o WHERE o.created_for = member)) INTO found_id;
  IF found_id IS NOT NULL THEN
    RETURN found_id;
  END IF;
  SELECT coalesce(nullif(u.email, ''), u.id::text) INTO label FROM auth.users u WHERE u.id = member;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO enterprise.organizations (name, display_name, plan_type, origin, created_for)
    VALUES (label || '_org', label, 'trial', 'signed_up', member) ON CONFLICT DO NOTHING RETURNING id INTO found_id;
  IF found_id IS NULL THEN
    INSERT INTO enterprise.organizations (name, display_name, plan_type, origin, created_for)
      VALUES (member || '_org', label, 'trial', 'signed_up', member) ON CONFLICT (created_for) DO UPDATE SET created_for = member RETURNING id INTO found_id;
  END IF;
  INSERT INTO enterprise.organization_roles (organization_id, name, display_name, permissions, is_default)
    VALUES (found_id, 'Admin', 'Administrator', '["*"]', true) ON CONFLICT (organization_id, name) DO UPDATE SET name = 'Admin' RETURNING id INTO admin;
  INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id, assigned_by)
    VALUES (member, found_id, admin, member) ON CONFLICT DO NOTHING;
  RETURN found_id;
END $$;

CREATE FUNCTION enterprise.users_get_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM enterprise.ensure_organization(NEW.id);
  RETURN NULL;
END $$;

CREATE FUNCTION enterprise.profiles_get_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.organization_id := enterprise.ensure_organization(NEW.id);
  RETURN NEW;
END $$;

CREATE FUNCTION enterprise.installations_get_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.organization_id := coalesce(
    (SELECT p.organization_id FROM public.profiles p WHERE p.id = NEW.user_id),
    enterprise.ensure_organization(NEW.user_id));
  RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION enterprise.ensure_organization(uuid), enterprise.users_get_organization(),
  enterprise.profiles_get_organization(), enterprise.installations_get_organization() FROM PUBLIC;

DO $$
BEGIN
  IF (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'auth.users'::regclass) THEN
    CREATE TRIGGER slipway_organization AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION enterprise.users_get_organization();
  END IF;
END
$$;
CREATE TRIGGER slipway_organization BEFORE INSERT ON public.profiles
  FOR EACH ROW WHEN (NEW.organization_id IS NULL) EXECUTE FUNCTION enterprise.profiles_get_organization();
CREATE TRIGGER slipway_organization BEFORE INSERT ON github_module.github_app_installations
  FOR EACH ROW WHEN (NEW.organization_id IS NULL AND NEW.user_id IS NOT NULL) EXECUTE FUNCTION enterprise.installations_get_organization();
