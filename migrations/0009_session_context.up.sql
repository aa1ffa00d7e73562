-- slipway: phase 8.3
-- Who a session acts for. The application says it at the begin of each transaction (SET LOCAL slipway.user_id = '...'), and may narrow it
-- to one organization (slipway.organization_id); a session that says nothing acts for nobody. Policies ask these functions inside
-- a sub-select, so that each is asked once a statement and not once a row.

CREATE FUNCTION enterprise.current_user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT nullif(current_setting('slipway.user_id', true), '')::uuid
$$;

CREATE FUNCTION enterprise.is_authenticating() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(current_setting('slipway.authenticating', true), '') = 'on'
$$;
COMMENT ON FUNCTION enterprise.is_authenticating IS 'Whether the session is at work on a sign-up or sign-in, when nobody is known yet';

-- SECURITY DEFINER, here and below: who is a member where is needed to decide what of the memberships may be seen.
CREATE FUNCTION enterprise.current_organization_ids() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT r.organization_id), '{}') FROM enterprise.user_organization_roles r
  WHERE r.user_id = enterprise.current_user_id()
    AND r.organization_id = coalesce(nullif(current_setting('slipway.organization_id', true), '')::uuid, r.organization_id)
$$;

CREATE FUNCTION enterprise.administered_organization_ids() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT r.organization_id), '{}')
  FROM enterprise.user_organization_roles r JOIN enterprise.organization_roles held ON held.id = r.role_id
  WHERE r.user_id = enterprise.current_user_id() AND held.permissions ?| ARRAY['*', 'organization:admin']
    AND r.organization_id = coalesce(nullif(current_setting('slipway.organization_id', true), '')::uuid, r.organization_id)
$$;

CREATE FUNCTION enterprise.current_team_ids() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(t.id), '{}') FROM enterprise.teams t WHERE t.organization_id = ANY (enterprise.current_organization_ids())
$$;

CREATE FUNCTION enterprise.administered_team_ids() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(t.id), '{}') FROM enterprise.teams t WHERE t.organization_id = ANY (enterprise.administered_organization_ids())
$$;

CREATE FUNCTION enterprise.colleague_ids() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT r.user_id), '{}') FROM enterprise.user_organization_roles r
  WHERE r.organization_id = ANY (enterprise.current_organization_ids())
$$;

-- VOLATILE, so that it sees the organization that a trigger of the same statement made.
CREATE FUNCTION enterprise.is_own_organization(organization uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT organization = ANY (enterprise.current_organization_ids())
$$;

CREATE FUNCTION enterprise.create_organization(name text, display_name text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  creator uuid := enterprise.current_user_id();
  organization uuid;
  admin uuid;
BEGIN
  IF creator IS NULL THEN
    RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'insufficient_privilege', HINT = 'Say for whom: SET LOCAL slipway.user_id = ''<id>''';
  END IF;
  INSERT INTO enterprise.organizations (name, display_name) VALUES (create_organization.name, create_organization.display_name) RETURNING id INTO organization;
  INSERT INTO enterprise.organization_roles (organization_id, name, display_name, permissions, is_default)
    VALUES (organization, 'Admin', 'Administrator', '["*"]', true) RETURNING id INTO admin;
  INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id, assigned_by) VALUES (creator, organization, admin, creator);
  RETURN organization;
END $$;
COMMENT ON FUNCTION enterprise.create_organization IS 'A new organization with the signed-in user as its first administrator';

REVOKE ALL ON FUNCTION enterprise.current_user_id(), enterprise.is_authenticating(), enterprise.current_organization_ids(),
  enterprise.administered_organization_ids(), enterprise.current_team_ids(), enterprise.administered_team_ids(), enterprise.colleague_ids(),
  enterprise.is_own_organization(uuid), enterprise.create_organization(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enterprise.current_user_id(), enterprise.is_authenticating(), enterprise.current_organization_ids(),
  enterprise.administered_organization_ids(), enterprise.current_team_ids(), enterprise.administered_team_ids(), enterprise.colleague_ids(),
  enterprise.is_own_organization(uuid) TO slipway_application, slipway_organization_admin;
GRANT EXECUTE ON FUNCTION enterprise.create_organization(text, text) TO slipway_application;
