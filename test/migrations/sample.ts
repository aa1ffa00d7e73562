/** What the old application has before anything of organizations: users with and without email and profile, connections with and without user. */
export const oldRows = `
  INSERT INTO auth.users (id, email) VALUES
    ('11111111-1111-1111-1111-111111111111', 'ada@example.com'),
    ('22222222-2222-2222-2222-222222222222', NULL),
    ('33333333-3333-3333-3333-333333333333', 'without-profile@example.com'),
    ('44444444-4444-4444-4444-444444444444', ''),
    ('00000000-0000-0000-0000-000000000000', 'zero@example.com');
  INSERT INTO public.profiles (id, display_name) VALUES
    ('11111111-1111-1111-1111-111111111111', 'Ada; DROP TABLE "x"'), ('22222222-2222-2222-2222-222222222222', NULL),
    ('00000000-0000-0000-0000-000000000000', 'Zero');
  INSERT INTO github_module.github_app_installations (id, installation_id, user_id, account_login) VALUES
    ('aaaaaaaa-0000-0000-0000-000000000001', 9007199254740993, '11111111-1111-1111-1111-111111111111', 'ada'),
    ('aaaaaaaa-0000-0000-0000-000000000002', 2, NULL, 'nobody');`;

/**
 * What people do once everything is there: flags are operated, ada's organization gets teams, a key, a repository and a second member, and
 * somebody founds an organization and moves there.
 */
export const newRows = `
  INSERT INTO public.feature_flags (flag_key, name) VALUES ('first', 'First'), ('gone', 'Gone');
  INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage, user_targeting)
    VALUES ('first', 'development', true, 30, '{"users": ["ada"]}'), ('first', 'production', false, 0, '{}');
  INSERT INTO public.feature_flag_declarations (flag_key, environment, declaration) VALUES ('first', 'development', '{"rollout": 30}');
  UPDATE public.feature_flag_environments SET rollout_percentage = 40 WHERE environment = 'development';
  DELETE FROM public.feature_flags WHERE flag_key = 'gone';
  INSERT INTO public.feature_flag_segments (environment, segment_key, definition) VALUES ('development', 'testers', '{"users": ["ada"]}');
  INSERT INTO public.feature_flag_go_lives (environment, went_live_at) VALUES ('development', '2026-01-31 12:00+00');
  INSERT INTO public.feature_flag_exposures (environment, flag_key, unit_kind, unit_id, variant) VALUES ('development', 'first', 'user', 'ada', 'red');
  INSERT INTO public.feature_flag_events (id, environment, metric, organization_id, value)
    VALUES ('dddddddd-0000-0000-0000-000000000001', 'development', 'revenue', 'acme', 0.1);

  INSERT INTO enterprise.teams (id, organization_id, name, display_name, team_type)
    SELECT 'bbbbbbbb-0000-0000-0000-000000000001', organization_id, 'all', 'Everybody', 'department' FROM public.profiles WHERE id = '11111111-1111-1111-1111-111111111111';
  INSERT INTO enterprise.teams (id, organization_id, parent_team_id, name, display_name, team_type)
    SELECT 'bbbbbbbb-0000-0000-0000-000000000002', organization_id, id, 'some', 'Some', 'team' FROM enterprise.teams;
  INSERT INTO enterprise.team_members (team_id, user_id) VALUES
    ('bbbbbbbb-0000-0000-0000-000000000002', '11111111-1111-1111-1111-111111111111'), ('bbbbbbbb-0000-0000-0000-000000000002', '22222222-2222-2222-2222-222222222222');
  INSERT INTO enterprise.organization_roles (organization_id, name, display_name, permissions)
    SELECT organization_id, 'Member', 'Member', '[]' FROM enterprise.teams WHERE name = 'all';
  INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id, assigned_by)
    SELECT '22222222-2222-2222-2222-222222222222', organization_id, id, '11111111-1111-1111-1111-111111111111' FROM enterprise.organization_roles WHERE name = 'Member';
  INSERT INTO enterprise.organization_api_keys (organization_id, provider, key_hash, key_name, created_by)
    SELECT organization_id, 'openai', sha256('key'), 'Key', '22222222-2222-2222-2222-222222222222' FROM enterprise.teams WHERE name = 'all';
  INSERT INTO metadata.repositories (organization_id, path, name) SELECT organization_id, '/a', 'a' FROM enterprise.teams WHERE name = 'all';
  UPDATE enterprise.organizations SET display_name = 'Renamed' WHERE name = 'ada@example.com_org';

  INSERT INTO enterprise.organizations (id, name, display_name) VALUES ('cccccccc-0000-0000-0000-000000000001', 'founded', 'Founded');
  INSERT INTO enterprise.organization_roles (id, organization_id, name, display_name) VALUES ('cccccccc-0000-0000-0000-000000000002', 'cccccccc-0000-0000-0000-000000000001', 'Admin', 'Administrator');
  INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id)
    VALUES ('00000000-0000-0000-0000-000000000000', 'cccccccc-0000-0000-0000-000000000001', 'cccccccc-0000-0000-0000-000000000002');
  UPDATE public.profiles SET organization_id = 'cccccccc-0000-0000-0000-000000000001' WHERE id = '00000000-0000-0000-0000-000000000000';
  INSERT INTO auth.users (id, email) VALUES ('55555555-5555-5555-5555-555555555555', 'late@example.com');
  INSERT INTO public.profiles (id) VALUES ('55555555-5555-5555-5555-555555555555');`;
