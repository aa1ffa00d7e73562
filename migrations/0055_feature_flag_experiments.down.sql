-- Exposures and events go to slipway_archive. An application that still writes them keeps trying, and is not disturbed.

SELECT slipway.archive('public.feature_flag_exposures');
SELECT slipway.archive('public.feature_flag_events');

DROP TABLE public.feature_flag_exposures;
DROP TABLE public.feature_flag_events;
