DROP FUNCTION enterprise.create_organization(text, text);
DROP FUNCTION enterprise.is_own_organization(uuid);
DROP FUNCTION enterprise.colleague_ids();
DROP FUNCTION enterprise.administered_team_ids();
DROP FUNCTION enterprise.current_team_ids();
DROP FUNCTION enterprise.administered_organization_ids();
DROP FUNCTION enterprise.current_organization_ids();
DROP FUNCTION enterprise.is_authenticating();
DROP FUNCTION enterprise.current_user_id();
