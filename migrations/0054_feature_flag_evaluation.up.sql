-- The evaluation that delivery/flags/evaluation does in applications, for SQL: the same answer for the same flag and context, reason,
-- rule and variant included. A test holds the two together on 100,000 random cases.
--
--   SELECT * FROM public.feature_flag_evaluate('production', 'new_dashboard', '{"userId": "ada", "plan": "pro"}');
--
-- Every function runs with the rights of who calls it, so that row-level security hides from the application what it hides in the tables.

-- How a flag stands whose targeting is sound, that is on, and whose prerequisites are met.
CREATE FUNCTION public.feature_flag_decide(flag text, rollout integer, targeting jsonb, context jsonb,
  OUT enabled boolean, OUT reason text, OUT rule text, OUT variant text, OUT value jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  field CONSTANT text := CASE targeting ->> 'stickiness' WHEN 'organization' THEN 'organizationId' ELSE 'userId' END;
  id CONSTANT text := nullif(public.feature_flag_field(context, field), '');
  user_id CONSTANT text := public.feature_flag_field(context, 'userId');
  organization CONSTANT text := public.feature_flag_field(context, 'organizationId');
  excluding CONSTANT boolean := coalesce(targeting -> 'exclude', '{}') <> '{}';
  segment jsonb;
  share integer;
  bucket bigint;
  split boolean;
  total bigint;
BEGIN
  enabled := false;
  reason := 'DEFAULT';
  IF excluding AND (coalesce(public.feature_flag_lists(targeting -> 'exclude' -> 'users', user_id), false)
      OR coalesce(public.feature_flag_lists(targeting -> 'exclude' -> 'organizations', organization), false)) THEN
    RETURN;
  END IF;
  FOR segment IN SELECT * FROM jsonb_array_elements(coalesce(targeting -> 'segments', '[]') || jsonb_build_array(NULL)) LOOP
    IF segment = 'null' THEN
      share := rollout;
      CONTINUE WHEN NOT public.feature_flag_constraints_hold(targeting -> 'constraints', context);
      rule := format('rollout %s %%', rollout);
    ELSE
      share := coalesce((segment ->> 'rollout')::numeric::integer, 100);
      CONTINUE WHEN segment ? 'shared' OR NOT (
        (NOT segment ?| ARRAY['users', 'organizations'] OR coalesce(public.feature_flag_lists(segment -> 'users', user_id), false)
          OR coalesce(public.feature_flag_lists(segment -> 'organizations', organization), false))
        AND public.feature_flag_constraints_hold(segment -> 'constraints', context));
      rule := 'segment ' || (segment ->> 'name');
    END IF;
    split := share > 0 AND share < 100;
    IF share = 100 OR (share > 0 AND id IS NOT NULL) THEN
      bucket := CASE WHEN share < 100 THEN public.feature_flag_hash(flag || ':' || id, 0) % 100 + 1 ELSE 1 END;
      enabled := bucket <= share;
    END IF;
    IF enabled THEN
      reason := CASE WHEN split THEN 'SPLIT'
        WHEN excluding OR segment ?| ARRAY['users', 'organizations', 'constraints'] OR (segment = 'null' AND targeting ? 'constraints') THEN 'TARGETING_MATCH'
        WHEN NOT targeting ? 'segments' THEN 'STATIC' ELSE 'DEFAULT' END;
      EXIT;
    END IF;
    reason := CASE WHEN split THEN 'SPLIT' ELSE 'DEFAULT' END;
  END LOOP;
  IF NOT enabled OR NOT targeting ? 'variants' THEN
    RETURN;
  ELSIF segment ? 'variant' THEN
    variant := segment ->> 'variant';
  ELSE
    SELECT sum((v ->> 'weight')::numeric), min(v ->> 'name') FILTER (WHERE (v ->> 'weight')::numeric > 0),
        count(*) FILTER (WHERE (v ->> 'weight')::numeric > 0) > 1
      INTO total, variant, split FROM jsonb_array_elements(targeting -> 'variants') v;
    IF split THEN
      reason := 'SPLIT';
      bucket := CASE WHEN id IS NULL THEN 1 ELSE public.feature_flag_hash(flag || ':' || id, 86028157) % total + 1 END;
      SELECT v.entry ->> 'name' INTO variant FROM (
          SELECT entry, place, sum((entry ->> 'weight')::numeric) OVER (ORDER BY place) AS up_to
            FROM jsonb_array_elements(targeting -> 'variants') WITH ORDINALITY list (entry, place)) v
        WHERE (v.entry ->> 'weight')::numeric > 0 AND bucket <= v.up_to ORDER BY v.place LIMIT 1;
    END IF;
  END IF;
  SELECT v -> 'value' INTO value FROM jsonb_array_elements(targeting -> 'variants') v WHERE v ->> 'name' = variant;
END $$;

-- A flag as it stands in an environment before anyone asks for a context; null when there is no active flag of that name.
CREATE FUNCTION public.feature_flag_state(environment text, flag text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored record;
  targeting jsonb;
  problem text;
BEGIN
  SELECT e.enabled, e.rollout_percentage, e.user_targeting INTO stored
    FROM public.feature_flags f JOIN public.feature_flag_environments e ON e.flag_key = f.flag_key
    WHERE f.flag_key = flag AND e.environment = feature_flag_state.environment AND f.is_active;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  targeting := public.feature_flag_resolved(environment, stored.user_targeting);
  problem := public.feature_flag_problem(targeting);
  RETURN jsonb_build_object(
    'enabled', stored.enabled AND coalesce(public.feature_flag_activation(environment, targeting) <= statement_timestamp(), true),
    'rollout', stored.rollout_percentage,
    'targeting', targeting,
    'problem', problem,
    'prerequisites', CASE WHEN problem IS NULL THEN coalesce(targeting -> 'prerequisites', '[]') ELSE '[]' END);
END $$;

-- Answers for one flag, given its state and the answers for those that it depends on.
CREATE FUNCTION public.feature_flag_answer(flag text, state jsonb, answers jsonb, context jsonb,
  OUT enabled boolean, OUT reason text, OUT rule text, OUT variant text, OUT value jsonb, OUT problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  prerequisite jsonb;
  parent jsonb;
BEGIN
  enabled := false;
  IF state -> 'problem' <> 'null' THEN
    reason := 'ERROR';
    problem := 'its targeting is malformed: ' || (state ->> 'problem');
    RETURN;
  ELSIF state -> 'enabled' = 'false' THEN
    reason := 'DISABLED';
    RETURN;
  END IF;
  FOR prerequisite IN SELECT * FROM jsonb_array_elements(state -> 'prerequisites') LOOP
    parent := answers -> (prerequisite ->> 'flag');
    IF parent IS NULL OR parent -> 'reason' = '"ERROR"' OR parent -> 'enabled' <> coalesce(prerequisite -> 'enabled', 'true')
        OR (parent -> 'enabled' = 'true' AND prerequisite ? 'variants'
          AND NOT prerequisite -> 'variants' ? coalesce(parent ->> 'variant', 'disabled')) THEN
      reason := 'DEFAULT';
      rule := 'prerequisites';
      RETURN;
    END IF;
  END LOOP;
  SELECT d.enabled, d.reason, d.rule, d.variant, d.value INTO enabled, reason, rule, variant, value
    FROM public.feature_flag_decide(flag, (state ->> 'rollout')::integer, state -> 'targeting', context) d;
END $$;

-- How a flag stands for each of many contexts: on or off, why (in OpenFeature's words), by which rule, with which variant and its value. What does
-- not depend on a context is done once. A flag that does not exist or is inactive is off with the reason ERROR, and so is one whose prerequisites
-- form a circle or are too many.
CREATE FUNCTION public.feature_flag_evaluate_each(environment text, flag text, contexts jsonb[])
RETURNS TABLE (place integer, enabled boolean, reason text, rule text, variant text, value jsonb, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  states jsonb := '{}';
  checks jsonb := '{}';
  keys text[] := ARRAY[flag];
  ordered text[] := '{}';
  needed text[];
  state jsonb;
  answers jsonb;
  key text;
  at integer := 1;
  open integer := -1;
  fault text;
BEGIN
  -- All flags that it depends on, near and far. Each costs one check at least, of which 1,000 are the most.
  WHILE at <= cardinality(keys) LOOP
    state := public.feature_flag_state(environment, keys[at]);
    IF state IS NOT NULL THEN
      states := states || jsonb_build_object(keys[at], state);
      IF state -> 'prerequisites' <> '[]' THEN
        keys := keys || ARRAY(SELECT DISTINCT p ->> 'flag' FROM jsonb_array_elements(state -> 'prerequisites') p
          WHERE p ->> 'flag' <> ALL (keys));
      END IF;
    END IF;
    at := at + 1;
    IF at > 1000 AND (SELECT count(*) FROM jsonb_object_keys(states)) > 1000 THEN
      fault := 'its prerequisites are nested so that more than 1000 flags would be checked';
      EXIT;
    END IF;
  END LOOP;
  IF NOT states ? flag THEN
    fault := 'there is no such active flag';
  ELSIF states -> flag -> 'prerequisites' = '[]' THEN
    ordered := keys;
  ELSIF fault IS NULL THEN
    -- Those first that depend on nothing open. What never comes depends on itself.
    WHILE open <> cardinality(ordered) LOOP
      open := cardinality(ordered);
      FOREACH key IN ARRAY keys LOOP
        CONTINUE WHEN NOT states ? key OR checks ? key;
        needed := ARRAY(SELECT p ->> 'flag' FROM jsonb_array_elements(states -> key -> 'prerequisites') p WHERE states ? (p ->> 'flag'));
        CONTINUE WHEN NOT checks ?& needed;
        checks := checks || jsonb_build_object(key,
          1 + (SELECT coalesce(sum((checks ->> name)::numeric), 0) FROM unnest(needed) name));
        ordered := ordered || key;
      END LOOP;
    END LOOP;
    fault := CASE WHEN states -> flag -> 'problem' <> 'null' THEN NULL
      WHEN NOT checks ? flag THEN 'its prerequisites form a circle'
      WHEN (checks ->> flag)::numeric > 1000 THEN 'its prerequisites are nested so that more than 1000 flags would be checked' END;
  END IF;
  FOR at IN 1 .. cardinality(contexts) LOOP
    place := at;
    IF fault IS NOT NULL THEN
      enabled := false;
      reason := 'ERROR';
      problem := fault;
      RETURN NEXT;
      CONTINUE;
    END IF;
    answers := '{}';
    FOREACH key IN ARRAY ordered LOOP
      SELECT a.* INTO enabled, reason, rule, variant, value, problem
        FROM public.feature_flag_answer(key, states -> key, answers, contexts[at]) a;
      EXIT WHEN key = flag;
      answers := answers || jsonb_build_object(key, jsonb_build_object('enabled', enabled, 'reason', reason, 'variant', variant));
    END LOOP;
    RETURN NEXT;
  END LOOP;
END $$;

-- How a flag stands for one context.
CREATE FUNCTION public.feature_flag_evaluate(environment text, flag text, context jsonb DEFAULT '{}',
  OUT enabled boolean, OUT reason text, OUT rule text, OUT variant text, OUT value jsonb, OUT problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT e.enabled, e.reason, e.rule, e.variant, e.value, e.problem INTO enabled, reason, rule, variant, value, problem
    FROM public.feature_flag_evaluate_each(environment, flag, ARRAY[context]) e;
END $$;

REVOKE ALL ON FUNCTION public.feature_flag_decide(text, integer, jsonb, jsonb), public.feature_flag_state(text, text),
  public.feature_flag_answer(text, jsonb, jsonb, jsonb), public.feature_flag_evaluate(text, text, jsonb),
  public.feature_flag_evaluate_each(text, text, jsonb[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.feature_flag_decide(text, integer, jsonb, jsonb), public.feature_flag_state(text, text),
  public.feature_flag_answer(text, jsonb, jsonb, jsonb), public.feature_flag_evaluate(text, text, jsonb),
  public.feature_flag_evaluate_each(text, text, jsonb[])
  TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;
