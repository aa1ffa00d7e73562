-- Functions only: no data.

DROP FUNCTION public.feature_flag_evaluate(text, text, jsonb);
DROP FUNCTION public.feature_flag_evaluate_each(text, text, jsonb[]);
DROP FUNCTION public.feature_flag_answer(text, jsonb, jsonb, jsonb);
DROP FUNCTION public.feature_flag_state(text, text);
DROP FUNCTION public.feature_flag_decide(text, integer, jsonb, jsonb);
