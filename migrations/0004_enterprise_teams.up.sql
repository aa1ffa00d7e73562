-- slipway: phase 8.2
-- Teams and their members. A team's parent is a team of the same organization, and no team is above itself: a trigger looks, and
-- changes of one organization's hierarchy wait for each other, so that no two of them make a circle together.

CREATE TABLE enterprise.teams (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES enterprise.organizations (id) ON DELETE CASCADE,
  parent_team_id uuid CHECK (parent_team_id <> id),
  name text NOT NULL CHECK (name <> ''),
  display_name text NOT NULL,
  team_type text NOT NULL,
  description text,
  email text,
  metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, name),
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, parent_team_id) REFERENCES enterprise.teams (organization_id, id) ON DELETE SET NULL (parent_team_id)
);
CREATE INDEX teams_parent ON enterprise.teams (organization_id, parent_team_id);

CREATE TABLE enterprise.team_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  team_id uuid NOT NULL REFERENCES enterprise.teams (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
  role text NOT NULL DEFAULT 'member' CHECK (role <> ''),
  joined_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (team_id, user_id)
);
CREATE INDEX team_members_user ON enterprise.team_members (user_id);

SELECT slipway.restore('enterprise.teams');
SELECT slipway.restore('enterprise.team_members');

-- SECURITY DEFINER: it must see the whole hierarchy and lock its organization, whoever changes it.
CREATE FUNCTION enterprise.refuse_circle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  above uuid := NEW.parent_team_id;
BEGIN
  -- Behind the lock it must see what was committed meanwhile: READ COMMITTED does, SERIALIZABLE fails one of the two.
  IF current_setting('transaction_isolation') = 'repeatable read' THEN
    RAISE EXCEPTION 'a team''s parent cannot be changed at REPEATABLE READ' USING ERRCODE = 'feature_not_supported', HINT = 'Use READ COMMITTED or SERIALIZABLE.';
  END IF;
  PERFORM FROM enterprise.organizations WHERE id = NEW.organization_id FOR NO KEY UPDATE;
  WHILE above IS NOT NULL LOOP
    IF above = NEW.id THEN
      RAISE EXCEPTION 'team % cannot be below itself', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'teams_no_circle';
    END IF;
    SELECT t.parent_team_id INTO above FROM enterprise.teams t WHERE t.id = above;
  END LOOP;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION enterprise.refuse_circle() FROM PUBLIC;

CREATE TRIGGER no_circle_at_insert AFTER INSERT ON enterprise.teams
  FOR EACH ROW WHEN (NEW.parent_team_id IS NOT NULL) EXECUTE FUNCTION enterprise.refuse_circle();
CREATE TRIGGER no_circle_at_update AFTER UPDATE OF parent_team_id, id ON enterprise.teams
  FOR EACH ROW WHEN (NEW.parent_team_id IS NOT NULL) EXECUTE FUNCTION enterprise.refuse_circle();
CREATE TRIGGER touch BEFORE UPDATE ON enterprise.teams FOR EACH ROW EXECUTE FUNCTION enterprise.touch();
CREATE TRIGGER touch BEFORE UPDATE ON enterprise.team_members FOR EACH ROW EXECUTE FUNCTION enterprise.touch();

SELECT slipway.protect('enterprise.teams');
SELECT slipway.protect('enterprise.team_members');

GRANT SELECT ON enterprise.teams, enterprise.team_members TO slipway_application, slipway_organization_admin, slipway_operator;
GRANT INSERT, UPDATE, DELETE ON enterprise.teams, enterprise.team_members TO slipway_organization_admin;

CREATE POLICY application_permissive ON enterprise.teams TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY application_permissive ON enterprise.team_members TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON enterprise.teams TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON enterprise.team_members TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY operator_reads ON enterprise.teams FOR SELECT TO slipway_operator USING (true);
CREATE POLICY operator_reads ON enterprise.team_members FOR SELECT TO slipway_operator USING (true);
