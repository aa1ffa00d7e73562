DO $$
DECLARE
  made text;
BEGIN
  FOREACH made IN ARRAY ARRAY['enterprise.organizations', 'enterprise.organization_roles', 'enterprise.user_organization_roles', 'enterprise.teams',
    'enterprise.team_members', 'enterprise.organization_api_keys', 'metadata.repositories'] LOOP
    EXECUTE format('DROP POLICY application_member ON %s', made);
    EXECUTE format('DROP POLICY organization_admin ON %s', made);
    EXECUTE format('CREATE POLICY application_permissive ON %s TO slipway_application USING (true) WITH CHECK (true)', made);
    EXECUTE format('CREATE POLICY organization_admin_permissive ON %s TO slipway_organization_admin USING (true) WITH CHECK (true)', made);
  END LOOP;
END
$$;
