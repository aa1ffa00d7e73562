-- Functions only: no data.

DROP FUNCTION public.feature_flag_constraints_hold(jsonb, jsonb);
DROP FUNCTION public.feature_flag_constraint_holds(jsonb, jsonb);
DROP FUNCTION public.feature_flag_lists(jsonb, text);
DROP FUNCTION public.feature_flag_range(text);
DROP FUNCTION public.feature_flag_address(text);
DROP FUNCTION public.feature_flag_compare_versions(text, text);
DROP FUNCTION public.feature_flag_epoch(numeric);
DROP FUNCTION public.feature_flag_time(text);
DROP FUNCTION public.feature_flag_number(text);
DROP FUNCTION public.feature_flag_field(jsonb, text);
DROP FUNCTION public.feature_flag_trim(text);
DROP FUNCTION public.feature_flag_hash(text, bigint);
