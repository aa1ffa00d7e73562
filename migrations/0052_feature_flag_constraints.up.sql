-- What the evaluation in SQL (0054) is made of: the hash that puts users into buckets, and constraints. Everything is read as
-- JavaScript reads it (numbers, white space, times), because delivery/flags/evaluation answers from the same targeting and contexts.

-- MurmurHash3, x86, 32 bits, of a text as UTF-8. Two's complement keeps the products of two 32-bit numbers within bigint.
CREATE FUNCTION public.feature_flag_hash(value text, seed bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bytes bytea := convert_to(value, 'UTF8');
  size integer := length(bytes);
  whole integer := size - size % 4;
  state bigint := seed;
  block bigint;
BEGIN
  FOR at IN 0 .. whole - 1 BY 4 LOOP
    block := ((get_byte(bytes, at) + get_byte(bytes, at + 1) * 256 + get_byte(bytes, at + 2) * 65536
               + get_byte(bytes, at + 3)::bigint * 16777216) * -862048943) & 4294967295;
    state := state # ((((block << 15) | (block >> 17)) & 4294967295) * 461845907 & 4294967295);
    state := ((((state << 13) | (state >> 19)) & 4294967295) * 5 + 3864292196) & 4294967295;
  END LOOP;
  block := 0;
  FOR at IN whole .. size - 1 LOOP
    block := block + (get_byte(bytes, at)::bigint << (8 * (at - whole)));
  END LOOP;
  block := (block * -862048943) & 4294967295;
  state := (state # ((((block << 15) | (block >> 17)) & 4294967295) * 461845907 & 4294967295)) # size;
  state := ((state # (state >> 16)) * -2048144789) & 4294967295;
  state := ((state # (state >> 13)) * -1028477387) & 4294967295;
  RETURN state # (state >> 16);
END $$;

-- What JavaScript calls white space.
CREATE FUNCTION public.feature_flag_trim(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN btrim(value, E' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff');
END $$;

-- One field of a context as text: the context's own, else from its "properties". Lists and objects are nothing to compare with.
CREATE FUNCTION public.feature_flag_field(context jsonb, field text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
  found jsonb := context -> field;
  shown text;
BEGIN
  IF jsonb_typeof(found) = 'string' THEN
    RETURN found #>> '{}';
  ELSIF (found IS NULL OR found = 'null') AND jsonb_typeof(context -> 'properties') = 'object' THEN
    found := context -> 'properties' -> field;
  END IF;
  CASE jsonb_typeof(found)
    WHEN 'string', 'boolean' THEN
      RETURN found #>> '{}';
    WHEN 'number' THEN
      IF NOT pg_input_is_valid(found #>> '{}', 'double precision') THEN
        RETURN CASE WHEN abs((found #>> '{}')::numeric) < 1 THEN '0' WHEN found < '0' THEN '-Infinity' ELSE 'Infinity' END;
      END IF;
      shown := (found #>> '{}')::double precision::text;
      IF strpos(shown, 'e') = 0 THEN
        RETURN shown;
      ELSIF abs(shown::numeric) >= 1e-6 AND abs(shown::numeric) < 1e21 THEN
        RETURN shown::numeric::text;
      END IF;
      RETURN regexp_replace(shown, 'e([+-])0*', 'e\1');
    ELSE
      RETURN NULL;
  END CASE;
END $$;

-- JavaScript's Number(text); null where that is NaN.
CREATE FUNCTION public.feature_flag_number(value text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  digits text := public.feature_flag_trim(value);
BEGIN
  IF digits = '' THEN
    RETURN 0;
  ELSIF digits ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$' THEN
    IF pg_input_is_valid(digits, 'double precision') THEN
      RETURN digits::double precision;
    END IF;
    RETURN CASE WHEN digits ~* 'e-|^[+-]?0*\.' THEN 0::double precision WHEN digits LIKE '-%' THEN '-Infinity' ELSE 'Infinity' END;
  ELSIF digits ~ '^[+-]?Infinity$' OR digits ~ '^0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$' THEN
    RETURN digits::numeric::double precision;
  END IF;
  RETURN NULL;
END $$;

-- A date, or a time with its zone, in milliseconds as JavaScript keeps them; null for anything else.
CREATE FUNCTION public.feature_flag_time(value text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parts text[] := regexp_match(value,
    '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T((?:[01][0-9]|2[0-3]):[0-5][0-9])(:[0-5][0-9])?(\.[0-9]{1,3})?[0-9]*(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9])))?$');
  moment text := parts[1] || ' ' || coalesce(parts[2] || coalesce(parts[3], ':00') || coalesce(parts[4], ''), '00:00');
BEGIN
  IF parts IS NULL OR (parts[3] IS NULL AND value ~ 'T[0-9:]{5}[.0-9]') OR NOT pg_input_is_valid(moment, 'timestamp') THEN
    RETURN NULL;
  END IF;
  RETURN (moment::timestamp - make_interval(hours => (coalesce(parts[5], '+') || coalesce(parts[6], '0'))::integer,
                                            mins => (coalesce(parts[5], '+') || coalesce(parts[7], '0'))::integer)) AT TIME ZONE 'UTC';
END $$;

-- A time in milliseconds since 1970; null beyond what JavaScript's dates reach. Before the year 1 it does not matter by how much.
CREATE FUNCTION public.feature_flag_epoch(milliseconds numeric) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE WHEN abs(milliseconds) <= 8640000000000000
    THEN to_timestamp(0) + make_interval(secs => (greatest(trunc(milliseconds), -62135596800000) / 1000)::double precision) END;
END $$;

-- Which of two versions comes first, by semver's precedence: -1, 0 or 1; null when one of them is none.
CREATE FUNCTION public.feature_flag_compare_versions(a text, b text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  pattern CONSTANT text := '^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)'
    '(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][a-zA-Z0-9-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][a-zA-Z0-9-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$';
  one text[] := regexp_match(public.feature_flag_trim(a), pattern);
  two text[] := regexp_match(public.feature_flag_trim(b), pattern);
  x text;
  y text;
BEGIN
  IF one IS NULL OR two IS NULL OR a LIKE 'v%' OR b LIKE 'v%' OR char_length(a) > 256 OR char_length(b) > 256 THEN
    RETURN NULL;
  END IF;
  FOR at IN 1 .. 3 LOOP
    IF greatest(one[at]::numeric, two[at]::numeric) > 9007199254740991 THEN
      RETURN NULL;
    END IF;
  END LOOP;
  FOR at IN 1 .. 3 LOOP
    IF one[at]::numeric <> two[at]::numeric THEN
      RETURN sign(one[at]::numeric - two[at]::numeric);
    END IF;
  END LOOP;
  IF one[4] IS NULL OR two[4] IS NULL THEN
    RETURN (one[4] IS NULL)::integer - (two[4] IS NULL)::integer;
  END IF;
  one := string_to_array(one[4], '.');
  two := string_to_array(two[4], '.');
  FOR at IN 1 .. least(cardinality(one), cardinality(two)) LOOP
    x := one[at];
    y := two[at];
    CONTINUE WHEN x = y;
    IF x ~ '^[0-9]+$' AND y ~ '^[0-9]+$' THEN
      RETURN sign(x::numeric - y::numeric);
    ELSIF x ~ '^[0-9]+$' OR y ~ '^[0-9]+$' THEN
      RETURN CASE WHEN x ~ '^[0-9]+$' THEN -1 ELSE 1 END;
    END IF;
    RETURN CASE WHEN x COLLATE "C" < y COLLATE "C" THEN -1 ELSE 1 END;
  END LOOP;
  RETURN sign(cardinality(one) - cardinality(two));
END $$;

-- An address, or the network of a range, as inet; null for what is none. Zones of IPv6 are no part of an address.
CREATE FUNCTION public.feature_flag_address(value text) RETURNS inet
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  plain text := regexp_replace(value, '%[0-9a-zA-Z.:-]+$', '');
BEGIN
  IF plain ~ '^(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}$' THEN
    IF plain <> value OR plain ~ '(^|\.)0[0-9]' THEN
      RETURN NULL;
    END IF;
    RETURN plain::inet;
  ELSIF plain ~ '^[0-9a-fA-F:.]+$' AND strpos(plain, ':') > 0 AND pg_input_is_valid(plain, 'inet') THEN
    RETURN plain::inet;
  END IF;
  RETURN NULL;
END $$;

-- A range such as 10.0.0.0/8, or a single address, as inet; null for what is none.
CREATE FUNCTION public.feature_flag_range(value text) RETURNS inet
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parts text[] := string_to_array(value, '/');
  network inet := public.feature_flag_address(parts[1]);
BEGIN
  IF network IS NULL OR cardinality(parts) > 2 OR parts[2] !~ '^[0-9]{1,3}$' THEN
    RETURN NULL;
  ELSIF parts[2] IS NULL THEN
    RETURN network;
  ELSIF parts[2]::integer > masklen(network) THEN
    RETURN NULL;
  END IF;
  RETURN set_masklen(network, parts[2]::integer);
END $$;

-- Whether a list has the value, among its entries as they are without white space around them.
CREATE FUNCTION public.feature_flag_lists(list jsonb, wanted text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN public.feature_flag_trim(wanted) = wanted AND EXISTS (
    SELECT FROM jsonb_array_elements_text(list) entry
      WHERE entry = wanted
        OR (char_length(entry) > char_length(wanted) AND strpos(entry, wanted) > 0 AND public.feature_flag_trim(entry) = wanted));
END $$;

CREATE FUNCTION public.feature_flag_constraint_holds(condition jsonb, context jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  operator text := condition ->> 'operator';
  field text := condition ->> 'contextName';
  wanted jsonb := condition -> 'values';
  given text := public.feature_flag_field(context, field);
  amount double precision;
  bound double precision;
  compared integer;
  moment timestamptz;
  holds boolean;
BEGIN
  IF operator IN ('IN', 'NOT_IN') THEN
    holds := coalesce(public.feature_flag_lists(wanted, given), false) <> (operator = 'NOT_IN');
  ELSIF operator LIKE 'STR%' THEN
    holds := given IS NOT NULL AND EXISTS (
      SELECT FROM (
        SELECT CASE WHEN (condition ->> 'caseInsensitive')::boolean THEN lower(given COLLATE "und-x-icu") ELSE given END AS text,
          CASE WHEN (condition ->> 'caseInsensitive')::boolean THEN lower(public.feature_flag_trim(entry) COLLATE "und-x-icu")
            ELSE public.feature_flag_trim(entry) END AS part
          FROM jsonb_array_elements_text(wanted) entry) one
      WHERE CASE operator
        WHEN 'STR_STARTS_WITH' THEN starts_with(one.text, one.part)
        WHEN 'STR_ENDS_WITH' THEN one.part = '' OR right(one.text, char_length(one.part)) = one.part
        ELSE strpos(one.text, one.part) > 0 END);
  ELSIF operator LIKE 'NUM%' THEN
    amount := public.feature_flag_number(given);
    bound := public.feature_flag_number(condition ->> 'value');
    compared := CASE WHEN amount < bound THEN -1 WHEN amount = bound THEN 0 WHEN amount > bound THEN 1 END;
    holds := CASE operator WHEN 'NUM_EQ' THEN compared = 0 WHEN 'NUM_GT' THEN compared > 0 WHEN 'NUM_GTE' THEN compared >= 0
      WHEN 'NUM_LT' THEN compared < 0 ELSE compared <= 0 END;
  ELSIF operator LIKE 'SEMVER%' THEN
    compared := public.feature_flag_compare_versions(given, condition ->> 'value');
    holds := CASE operator WHEN 'SEMVER_EQ' THEN compared = 0 WHEN 'SEMVER_GT' THEN compared > 0 WHEN 'SEMVER_GTE' THEN compared >= 0
      WHEN 'SEMVER_LT' THEN compared < 0 ELSE compared <= 0 END;
  ELSIF operator LIKE 'DATE%' THEN
    moment := CASE
      WHEN field <> 'currentTime' THEN public.feature_flag_time(given)
      WHEN coalesce(context -> 'currentTime', 'null') IN ('null', '""') THEN date_trunc('milliseconds', statement_timestamp())
      WHEN jsonb_typeof(context -> 'currentTime') = 'number' THEN public.feature_flag_epoch((context ->> 'currentTime')::numeric)
      WHEN jsonb_typeof(context -> 'currentTime') = 'string' THEN public.feature_flag_time(context ->> 'currentTime') END;
    holds := CASE operator WHEN 'DATE_AFTER' THEN moment > public.feature_flag_time(condition ->> 'value')
      ELSE moment < public.feature_flag_time(condition ->> 'value') END;
  ELSE
    holds := EXISTS (SELECT FROM jsonb_array_elements_text(wanted) entry
      WHERE family(public.feature_flag_address(given)) = family(public.feature_flag_range(entry))
        AND public.feature_flag_address(given) <<= public.feature_flag_range(entry));
  END IF;
  RETURN coalesce(holds, false) <> coalesce((condition ->> 'inverted')::boolean, false);
END $$;

CREATE FUNCTION public.feature_flag_constraints_hold(conditions jsonb, context jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  condition jsonb;
BEGIN
  FOR condition IN SELECT * FROM jsonb_array_elements(coalesce(conditions, '[]')) LOOP
    IF NOT public.feature_flag_constraint_holds(condition, context) THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END $$;

REVOKE ALL ON FUNCTION public.feature_flag_hash(text, bigint), public.feature_flag_trim(text), public.feature_flag_field(jsonb, text),
  public.feature_flag_number(text), public.feature_flag_time(text), public.feature_flag_epoch(numeric),
  public.feature_flag_compare_versions(text, text), public.feature_flag_address(text), public.feature_flag_range(text),
  public.feature_flag_lists(jsonb, text), public.feature_flag_constraint_holds(jsonb, jsonb),
  public.feature_flag_constraints_hold(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.feature_flag_hash(text, bigint), public.feature_flag_trim(text), public.feature_flag_field(jsonb, text),
  public.feature_flag_number(text), public.feature_flag_time(text), public.feature_flag_epoch(numeric),
  public.feature_flag_compare_versions(text, text), public.feature_flag_address(text), public.feature_flag_range(text),
  public.feature_flag_lists(jsonb, text), public.feature_flag_constraint_holds(jsonb, jsonb),
  public.feature_flag_constraints_hold(jsonb, jsonb) TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;
