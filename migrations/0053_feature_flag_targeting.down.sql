-- Functions only: no data.

DROP FUNCTION public.feature_flag_resolved(text, jsonb);
DROP FUNCTION public.feature_flag_problem(jsonb);
DROP FUNCTION public.feature_flag_are_constraints(jsonb);
DROP FUNCTION public.feature_flag_are_texts(jsonb, integer);
DROP FUNCTION public.feature_flag_is_list(jsonb, integer);
DROP FUNCTION public.feature_flag_is_whole(jsonb, integer);
DROP FUNCTION public.feature_flag_is_text(jsonb);
DROP FUNCTION public.feature_flag_is_object(jsonb, text[], text[]);
