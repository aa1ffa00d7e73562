-- slipway: phase 8.6
-- The permissive phase ends for the tables of organizations: a member sees what is his organizations', an administrator changes what
-- is of the organizations that he administers. Who may try what at all was granted with the tables.

DROP POLICY application_permissive ON enterprise.organizations;
DROP POLICY application_permissive ON enterprise.organization_roles;
DROP POLICY application_permissive ON enterprise.user_organization_roles;
DROP POLICY application_permissive ON enterprise.teams;
DROP POLICY application_permissive ON enterprise.team_members;
DROP POLICY application_permissive ON enterprise.organization_api_keys;
DROP POLICY application_permissive ON metadata.repositories;
DROP POLICY organization_admin_permissive ON enterprise.organizations;
DROP POLICY organization_admin_permissive ON enterprise.organization_roles;
DROP POLICY organization_admin_permissive ON enterprise.user_organization_roles;
DROP POLICY organization_admin_permissive ON enterprise.teams;
DROP POLICY organization_admin_permissive ON enterprise.team_members;
DROP POLICY organization_admin_permissive ON enterprise.organization_api_keys;
DROP POLICY organization_admin_permissive ON metadata.repositories;

CREATE POLICY application_member ON enterprise.organizations FOR SELECT TO slipway_application
  USING (id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_member ON enterprise.organization_roles FOR SELECT TO slipway_application
  USING (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_member ON enterprise.user_organization_roles FOR SELECT TO slipway_application
  USING (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_member ON enterprise.teams FOR SELECT TO slipway_application
  USING (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_member ON enterprise.team_members FOR SELECT TO slipway_application
  USING (team_id = ANY ((SELECT enterprise.current_team_ids())::uuid[]));
CREATE POLICY application_member ON enterprise.organization_api_keys TO slipway_application
  USING (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_member ON metadata.repositories TO slipway_application
  USING (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));

CREATE POLICY organization_admin ON enterprise.organizations TO slipway_organization_admin
  USING (id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
CREATE POLICY organization_admin ON enterprise.organization_roles TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
CREATE POLICY organization_admin ON enterprise.user_organization_roles TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
CREATE POLICY organization_admin ON enterprise.teams TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
CREATE POLICY organization_admin ON enterprise.team_members TO slipway_organization_admin
  USING (team_id = ANY ((SELECT enterprise.administered_team_ids())::uuid[]))
  WITH CHECK (team_id = ANY ((SELECT enterprise.administered_team_ids())::uuid[]));
CREATE POLICY organization_admin ON enterprise.organization_api_keys TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
CREATE POLICY organization_admin ON metadata.repositories TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
