-- Applications then find changes by their poll.

DROP TRIGGER notify ON public.feature_flags;
DROP TRIGGER notify ON public.feature_flag_environments;
DROP TRIGGER notify_truncate ON public.feature_flags;
DROP TRIGGER notify_truncate ON public.feature_flag_environments;
DROP FUNCTION public.feature_flags_notify();
