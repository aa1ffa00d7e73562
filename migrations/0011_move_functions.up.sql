-- slipway: phase 8.5
-- What 0012 does with one batch of users, forth and back. Every user of auth.users is moved, with or without profile or email; who is a
-- member somewhere already stays there. (The source lost those without email, linked only those with a profile, and
-- doubled the Admin role when it was run again.)

-- A batch reads a few rows of tables that grow while it runs, of which the planner knows nothing yet: plans that read whole tables
-- are forbidden to it, since they would be right for the first batch only.

-- Forth: first what an earlier down put into slipway_archive, then users without an organization, in the order of their ids.
CREATE FUNCTION enterprise.move_users(behind text, batch integer, OUT next text, OUT affected bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  archive text := 'slipway_archive."enterprise.organizations"';
  ids uuid[];
  linked bigint;
BEGIN
  next := behind;
  IF to_regclass(archive) IS NOT NULL THEN
    EXECUTE format('SELECT ARRAY(SELECT id FROM %s LIMIT %s)', archive, batch) INTO ids;
    affected := cardinality(ids);
    IF affected > 0 THEN
      PERFORM enterprise.bring_back(ids);
      RETURN;
    END IF;
    PERFORM slipway.restore('enterprise.organizations'), slipway.restore('enterprise.organization_roles'), slipway.restore('enterprise.teams');
    PERFORM slipway.restore('enterprise.user_organization_roles'), slipway.restore('enterprise.team_members'),
      slipway.restore('enterprise.organization_api_keys'), slipway.restore('metadata.repositories');
  END IF;
  affected := slipway.restore_column('public.profiles', 'id', 'organization_id', 'enterprise.organizations', batch);
  IF affected > 0 THEN
    RETURN;
  END IF;

  SELECT array_agg(u.id), max(u.id::text) INTO ids, next
    FROM (SELECT id FROM auth.users
          WHERE id >= coalesce(nullif(behind, '')::uuid, '00000000-0000-0000-0000-000000000000') AND id IS DISTINCT FROM nullif(behind, '')::uuid
          ORDER BY id LIMIT batch) u;
  IF ids IS NULL THEN
    RETURN;
  END IF;
  WITH lacking AS (
    SELECT u.id, coalesce(nullif(u.email, ''), u.id::text) AS label,
      row_number() OVER (PARTITION BY coalesce(nullif(u.email, ''), u.id::text) ORDER BY u.id) AS namesake
    FROM auth.users u
    WHERE u.id = ANY (ids)
      AND NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)
      AND NOT EXISTS (SELECT FROM enterprise.organizations o WHERE o.created_for = u.id)
  ), made AS (
    INSERT INTO enterprise.organizations (name, display_name, plan_type, origin, created_for)
    -- Not EXISTS, for which the planner would read all names there are by now.
    SELECT CASE WHEN namesake > 1 OR (SELECT true FROM enterprise.organizations o WHERE o.name = label || '_org') THEN id::text ELSE label END || '_org',
      label, 'trial', 'moved', id
    FROM lacking
    ON CONFLICT DO NOTHING
    RETURNING id, created_for
  ), paired AS MATERIALIZED (
    SELECT id, created_for, gen_random_uuid() AS role_id FROM made
  ), admin AS (
    INSERT INTO enterprise.organization_roles (id, organization_id, name, display_name, permissions, is_default)
    SELECT role_id, id, 'Admin', 'Administrator', '["*"]', true FROM paired
  ), given AS (
    INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id, assigned_by)
    SELECT created_for, id, role_id, created_for FROM paired
  ), profiled AS (
    UPDATE public.profiles p SET organization_id = made.id FROM made WHERE p.id = made.created_for AND p.organization_id IS NULL
  )
  SELECT count(*) INTO affected FROM made;

  UPDATE public.profiles p SET organization_id = own.id
    FROM (SELECT p.id AS profile, coalesce(
            (SELECT r.organization_id FROM enterprise.user_organization_roles r WHERE r.user_id = p.id ORDER BY r.assigned_at, r.id LIMIT 1),
            (SELECT o.id FROM enterprise.organizations o WHERE o.created_for = p.id)) AS id
          FROM public.profiles p WHERE p.id = ANY (ids) AND p.organization_id IS NULL) own
    WHERE p.id = own.profile AND own.id IS NOT NULL;
  GET DIAGNOSTICS linked = ROW_COUNT;
  affected := affected + linked;
END $$;

-- Archived organizations with all that hangs on them. Meanwhile their user may have got another one, or their name another's.
CREATE FUNCTION enterprise.bring_back(ids uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  archive text := 'slipway_archive."enterprise.organizations"';
BEGIN
  EXECUTE format('UPDATE %s a SET created_for = NULL WHERE id = ANY ($1) AND EXISTS (SELECT FROM enterprise.organizations o WHERE o.created_for = a.created_for)', archive) USING ids;
  EXECUTE format('UPDATE %s a SET name = a.name || ''_'' || a.id WHERE id = ANY ($1) AND EXISTS (SELECT FROM enterprise.organizations o WHERE o.name = a.name)', archive) USING ids;
  PERFORM slipway.restore_rows('enterprise.organizations', format('id = ANY (%L)', ids));
  PERFORM slipway.restore_rows('enterprise.organization_roles', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.restore_rows('enterprise.user_organization_roles', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.restore_rows('enterprise.teams', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.restore_rows('enterprise.team_members', format('team_id IN (SELECT t.id FROM enterprise.teams t WHERE t.organization_id = ANY (%L))', ids));
  PERFORM slipway.restore_rows('enterprise.organization_api_keys', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.restore_rows('metadata.repositories', format('organization_id = ANY (%L)', ids));
END $$;

-- Back: organizations that the move made, with all that hangs on them by now, go to slipway_archive.
CREATE FUNCTION enterprise.unmove_users(batch integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  ids uuid[];
  made text;
BEGIN
  -- FOR UPDATE: nobody hangs anything on them while they go.
  SELECT array_agg(o.id) INTO ids
    FROM (SELECT id FROM enterprise.organizations WHERE origin = 'moved' ORDER BY id LIMIT batch FOR UPDATE) o;
  IF ids IS NULL THEN
    RETURN 0;
  END IF;
  FOREACH made IN ARRAY ARRAY['public.profiles', 'github_module.github_app_installations'] LOOP
    EXECUTE format('SELECT FROM %s WHERE organization_id = ANY ($1) ORDER BY id FOR NO KEY UPDATE', made) USING ids;
    PERFORM slipway.archive_column(made::regclass, 'id', 'organization_id', format('organization_id = ANY (%L)', ids));
    EXECUTE format('UPDATE %s SET organization_id = NULL WHERE organization_id = ANY ($1)', made) USING ids;
  END LOOP;
  PERFORM slipway.move_to_archive('metadata.repositories', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.move_to_archive('enterprise.organization_api_keys', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.move_to_archive('enterprise.team_members', format('team_id IN (SELECT t.id FROM enterprise.teams t WHERE t.organization_id = ANY (%L))', ids));
  PERFORM slipway.move_to_archive('enterprise.teams', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.move_to_archive('enterprise.user_organization_roles', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.move_to_archive('enterprise.organization_roles', format('organization_id = ANY (%L)', ids));
  PERFORM slipway.move_to_archive('enterprise.organizations', format('id = ANY (%L)', ids));
  RETURN cardinality(ids);
END $$;

CREATE FUNCTION enterprise.move_connections(behind text, batch integer, OUT next text, OUT affected bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  ids uuid[];
BEGIN
  next := behind;
  affected := slipway.restore_column('github_module.github_app_installations', 'id', 'organization_id', 'enterprise.organizations', batch);
  IF affected > 0 THEN
    RETURN;
  END IF;
  SELECT array_agg(c.id), max(c.id::text) INTO ids, next
    FROM (SELECT id FROM github_module.github_app_installations
          WHERE id >= coalesce(nullif(behind, '')::uuid, '00000000-0000-0000-0000-000000000000') AND id IS DISTINCT FROM nullif(behind, '')::uuid
          ORDER BY id LIMIT batch) c;
  UPDATE github_module.github_app_installations i SET organization_id = own.organization_id
    FROM (SELECT c.id, coalesce((SELECT p.organization_id FROM public.profiles p WHERE p.id = c.user_id), enterprise.ensure_organization(c.user_id)) AS organization_id
          FROM github_module.github_app_installations c WHERE c.id = ANY (ids) AND c.organization_id IS NULL AND c.user_id IS NOT NULL) own
    WHERE i.id = own.id AND own.organization_id IS NOT NULL;
  GET DIAGNOSTICS affected = ROW_COUNT;
END $$;

CREATE FUNCTION enterprise.unmove_connections(batch integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ids uuid[];
BEGIN
  SELECT array_agg(c.id) INTO ids
    FROM (SELECT i.id FROM github_module.github_app_installations i JOIN enterprise.organizations o ON o.id = i.organization_id
          WHERE o.origin = 'moved' AND i.user_id IS NOT NULL ORDER BY i.id LIMIT batch FOR NO KEY UPDATE OF i) c;
  IF ids IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM slipway.archive_column('github_module.github_app_installations', 'id', 'organization_id', format('id = ANY (%L)', ids));
  UPDATE github_module.github_app_installations SET organization_id = NULL WHERE id = ANY (ids);
  RETURN cardinality(ids);
END $$;

REVOKE ALL ON FUNCTION enterprise.move_users(text, integer), enterprise.bring_back(uuid[]), enterprise.unmove_users(integer),
  enterprise.move_connections(text, integer), enterprise.unmove_connections(integer) FROM PUBLIC;
