-- The flags, their declarations and their history go to slipway_archive, from where the next up brings them back.

SELECT slipway.archive('public.feature_flag_history');
SELECT slipway.archive('public.feature_flag_declarations');
SELECT slipway.archive('public.feature_flag_environments');
SELECT slipway.archive('public.feature_flags');

DROP TABLE public.feature_flag_history;
DROP TABLE public.feature_flag_declarations;
DROP TABLE public.feature_flag_environments;
DROP TABLE public.feature_flags;

DROP FUNCTION public.feature_flags_record();
DROP FUNCTION public.feature_flags_touch();
DROP FUNCTION public.feature_flag_history_refuse();
