-- Segments and go-lives go to slipway_archive. A flag that names a shared segment is malformed to the older schema's readers, and
-- therefore off there, until the next up.

SELECT slipway.archive('public.feature_flag_segments');
SELECT slipway.archive('public.feature_flag_go_lives');

DROP FUNCTION public.feature_flag_activation(text, jsonb);
DROP TABLE public.feature_flag_segments;
DROP TABLE public.feature_flag_go_lives;
