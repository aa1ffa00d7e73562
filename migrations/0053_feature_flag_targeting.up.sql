-- What delivery/flags/targeting.ts accepts as a flag's targeting, for SQL: what is malformed to the one is malformed to the other. The table
-- takes any object, because an operator's slip turns that flag off and must not stop anything else.

-- Whether a value is an object with these keys and no others.
CREATE FUNCTION public.feature_flag_is_object(value jsonb, required text[], optional text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE WHEN jsonb_typeof(value) = 'object' THEN value ?& required AND (value - (required || optional)) = '{}' ELSE false END;
END $$;

CREATE FUNCTION public.feature_flag_is_text(value jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(jsonb_typeof(value) = 'string' AND char_length(value #>> '{}') BETWEEN 1 AND 255, false);
END $$;

CREATE FUNCTION public.feature_flag_is_whole(value jsonb, most integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE WHEN jsonb_typeof(value) = 'number' THEN (value #>> '{}')::numeric BETWEEN 0 AND most AND (value #>> '{}')::numeric % 1 = 0 ELSE false END;
END $$;

-- Whether a value is a list of 1 to `most` entries, or is not there at all.
CREATE FUNCTION public.feature_flag_is_list(value jsonb, most integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE jsonb_typeof(value) WHEN 'array' THEN jsonb_array_length(value) BETWEEN 1 AND most ELSE value IS NULL END;
END $$;

CREATE FUNCTION public.feature_flag_are_texts(value jsonb, most integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN public.feature_flag_is_list(value, most) AND (value IS NULL OR NOT EXISTS (
    SELECT FROM jsonb_array_elements(value) entry
      WHERE jsonb_typeof(entry) <> 'string' OR char_length(entry #>> '{}') NOT BETWEEN 1 AND 255));
END $$;

CREATE FUNCTION public.feature_flag_are_constraints(list jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  condition jsonb;
  operator text;
  fine boolean;
BEGIN
  IF list IS NULL OR NOT public.feature_flag_is_list(list, 50) THEN
    RETURN list IS NULL;
  END IF;
  FOR condition IN SELECT * FROM jsonb_array_elements(list) LOOP
    operator := condition ->> 'operator';
    fine := CASE
      WHEN operator IN ('IN', 'NOT_IN', 'IN_CIDR') THEN
        public.feature_flag_is_object(condition, ARRAY['contextName', 'operator', 'values'], ARRAY['inverted'])
      WHEN operator IN ('STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS') THEN
        public.feature_flag_is_object(condition, ARRAY['contextName', 'operator', 'values'], ARRAY['inverted', 'caseInsensitive'])
      WHEN operator IN ('NUM_EQ', 'NUM_GT', 'NUM_GTE', 'NUM_LT', 'NUM_LTE') THEN
        public.feature_flag_is_object(condition, ARRAY['contextName', 'operator', 'value'], ARRAY['inverted'])
        AND jsonb_typeof(condition -> 'value') = 'number' AND abs(public.feature_flag_number(condition ->> 'value')) < 'Infinity'
      WHEN operator IN ('DATE_AFTER', 'DATE_BEFORE') THEN
        public.feature_flag_is_object(condition, ARRAY['contextName', 'operator', 'value'], ARRAY['inverted'])
        AND jsonb_typeof(condition -> 'value') = 'string' AND condition ->> 'value' LIKE '%T%'
        AND public.feature_flag_time(condition ->> 'value') IS NOT NULL
      WHEN operator IN ('SEMVER_EQ', 'SEMVER_GT', 'SEMVER_GTE', 'SEMVER_LT', 'SEMVER_LTE') THEN
        public.feature_flag_is_object(condition, ARRAY['contextName', 'operator', 'value'], ARRAY['inverted'])
        AND jsonb_typeof(condition -> 'value') = 'string'
        AND public.feature_flag_compare_versions(condition ->> 'value', condition ->> 'value') = 0
      ELSE false END
      AND public.feature_flag_is_text(condition -> 'contextName')
      AND coalesce(jsonb_typeof(condition -> 'inverted'), 'boolean') = 'boolean'
      AND coalesce(jsonb_typeof(condition -> 'caseInsensitive'), 'boolean') = 'boolean'
      AND CASE WHEN operator = 'IN_CIDR'
        THEN public.feature_flag_is_list(condition -> 'values', 1000) AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(condition -> 'values') entry
            WHERE jsonb_typeof(entry) <> 'string' OR public.feature_flag_range(entry #>> '{}') IS NULL)
        ELSE public.feature_flag_are_texts(condition -> 'values', 10000) END;
    IF fine IS NOT TRUE THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END $$;

-- Which part of a targeting is malformed (delivery/flags/targeting.ts says how); null when none is. The flag is off then.
CREATE FUNCTION public.feature_flag_problem(targeting jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  variants jsonb := coalesce(targeting -> 'variants', '[]');
  entry jsonb;
BEGIN
  IF targeting = '{}' THEN
    RETURN NULL;
  ELSIF length(targeting::text) > 2000000 OR NOT public.feature_flag_is_object(targeting, '{}',
      ARRAY['exclude', 'segments', 'constraints', 'stickiness', 'variants', 'prerequisites', 'metadata', 'activation']) THEN
    RETURN 'it';
  ELSIF targeting ? 'exclude' AND NOT (public.feature_flag_is_object(targeting -> 'exclude', '{}', ARRAY['users', 'organizations'])
      AND public.feature_flag_are_texts(targeting -> 'exclude' -> 'users', 10000)
      AND public.feature_flag_are_texts(targeting -> 'exclude' -> 'organizations', 10000)) THEN
    RETURN 'exclude';
  ELSIF targeting ? 'constraints' AND NOT public.feature_flag_are_constraints(targeting -> 'constraints') THEN
    RETURN 'constraints';
  ELSIF targeting ? 'stickiness' AND NOT targeting -> 'stickiness' IN ('"user"', '"organization"') THEN
    RETURN 'stickiness';
  ELSIF targeting ? 'metadata' AND (jsonb_typeof(targeting -> 'metadata') <> 'object' OR EXISTS (
      SELECT FROM jsonb_each(CASE WHEN jsonb_typeof(targeting -> 'metadata') = 'object' THEN targeting -> 'metadata' END) m
        WHERE jsonb_typeof(m.value) NOT IN ('string', 'number', 'boolean'))) THEN
    RETURN 'metadata';
  ELSIF targeting ? 'activation' AND NOT (
      (public.feature_flag_is_object(targeting -> 'activation', ARRAY['afterGoLive'], '{}')
        AND jsonb_typeof(targeting -> 'activation' -> 'afterGoLive') = 'string'
        AND targeting -> 'activation' ->> 'afterGoLive' ~ '^P([0-9]{1,3}[MWD]|T[0-9]{1,4}[HM])$')
      OR (public.feature_flag_is_object(targeting -> 'activation', ARRAY['at'], '{}')
        AND jsonb_typeof(targeting -> 'activation' -> 'at') = 'string' AND targeting -> 'activation' ->> 'at' LIKE '%T%'
        AND public.feature_flag_time(targeting -> 'activation' ->> 'at') IS NOT NULL)) THEN
    RETURN 'activation';
  END IF;
  IF targeting ? 'variants' THEN
    IF NOT public.feature_flag_is_list(variants, 50) THEN
      RETURN 'variants';
    END IF;
    FOR entry IN SELECT * FROM jsonb_array_elements(variants) LOOP
      IF NOT (public.feature_flag_is_object(entry, ARRAY['name', 'weight'], ARRAY['value'])
          AND public.feature_flag_is_text(entry -> 'name') AND public.feature_flag_is_whole(entry -> 'weight', 1000)) THEN
        RETURN 'variants';
      END IF;
    END LOOP;
    IF (SELECT count(DISTINCT v ->> 'name') < count(*) OR max((v ->> 'weight')::numeric) = 0 FROM jsonb_array_elements(variants) v) THEN
      RETURN 'variants';
    END IF;
  END IF;
  IF targeting ? 'segments' THEN
    IF NOT public.feature_flag_is_list(targeting -> 'segments', 50) THEN
      RETURN 'segments';
    END IF;
    FOR entry IN SELECT * FROM jsonb_array_elements(targeting -> 'segments') LOOP
      IF NOT (public.feature_flag_is_object(entry, ARRAY['name'], ARRAY['users', 'organizations', 'shared', 'constraints', 'rollout', 'variant'])
          AND public.feature_flag_is_text(entry -> 'name')
          AND public.feature_flag_are_texts(entry -> 'users', 10000) AND public.feature_flag_are_texts(entry -> 'organizations', 10000)
          AND public.feature_flag_are_constraints(entry -> 'constraints')
          AND (NOT entry ? 'shared' OR (public.feature_flag_is_text(entry -> 'shared') AND NOT entry ?| ARRAY['users', 'organizations']))
          AND (NOT entry ? 'rollout' OR public.feature_flag_is_whole(entry -> 'rollout', 100))
          AND (NOT entry ? 'variant' OR (public.feature_flag_is_text(entry -> 'variant')
            AND EXISTS (SELECT FROM jsonb_array_elements(variants) v WHERE v -> 'name' = entry -> 'variant')))) THEN
        RETURN 'segments';
      END IF;
    END LOOP;
    IF (SELECT count(DISTINCT s ->> 'name') < count(*) FROM jsonb_array_elements(targeting -> 'segments') s) THEN
      RETURN 'segments';
    END IF;
  END IF;
  IF targeting ? 'prerequisites' THEN
    IF NOT public.feature_flag_is_list(targeting -> 'prerequisites', 20) THEN
      RETURN 'prerequisites';
    END IF;
    FOR entry IN SELECT * FROM jsonb_array_elements(targeting -> 'prerequisites') LOOP
      IF NOT (public.feature_flag_is_object(entry, ARRAY['flag'], ARRAY['enabled', 'variants'])
          AND public.feature_flag_is_text(entry -> 'flag') AND coalesce(jsonb_typeof(entry -> 'enabled'), 'boolean') = 'boolean'
          AND public.feature_flag_are_texts(entry -> 'variants', 50)) THEN
        RETURN 'prerequisites';
      END IF;
    END LOOP;
  END IF;
  RETURN NULL;
END $$;

-- A targeting with the shared segments that it names put in; one that does not exist stays as it is, and lets in nobody.
CREATE FUNCTION public.feature_flag_resolved(environment text, targeting jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT targeting ? 'segments' OR jsonb_typeof(targeting -> 'segments') <> 'array' OR NOT targeting @? '$.segments[*].shared' THEN
    RETURN targeting;
  END IF;
  RETURN
    jsonb_set(targeting, '{segments}', (
      SELECT jsonb_agg(CASE WHEN g.definition IS NULL THEN s.entry
          WHEN g.definition ? 'constraints' AND s.entry ? 'constraints' THEN (s.entry - 'shared') || g.definition || jsonb_build_object('constraints',
            CASE WHEN jsonb_typeof(g.definition -> 'constraints') = 'array' AND jsonb_typeof(s.entry -> 'constraints') = 'array'
              THEN (g.definition -> 'constraints') || (s.entry -> 'constraints') END)
          ELSE (s.entry - 'shared') || g.definition END ORDER BY s.place)
        FROM jsonb_array_elements(targeting -> 'segments') WITH ORDINALITY s (entry, place)
          LEFT JOIN public.feature_flag_segments g ON g.environment = feature_flag_resolved.environment
            AND jsonb_typeof(s.entry) = 'object' AND NOT s.entry ?| ARRAY['users', 'organizations']
            AND jsonb_typeof(s.entry -> 'shared') = 'string' AND g.segment_key = s.entry ->> 'shared'));
END $$;

REVOKE ALL ON FUNCTION public.feature_flag_is_object(jsonb, text[], text[]), public.feature_flag_is_text(jsonb),
  public.feature_flag_is_whole(jsonb, integer), public.feature_flag_is_list(jsonb, integer), public.feature_flag_are_texts(jsonb, integer),
  public.feature_flag_are_constraints(jsonb), public.feature_flag_problem(jsonb), public.feature_flag_resolved(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.feature_flag_is_object(jsonb, text[], text[]), public.feature_flag_is_text(jsonb),
  public.feature_flag_is_whole(jsonb, integer), public.feature_flag_is_list(jsonb, integer), public.feature_flag_are_texts(jsonb, integer),
  public.feature_flag_are_constraints(jsonb), public.feature_flag_problem(jsonb), public.feature_flag_resolved(text, jsonb)
  TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;
