-- webhooks: addresses that were made for Stripe and Notion before leave out, as new ones do, what these
-- services write anew with each attempt: a delivery sent again is no new event.

update public.webhook_endpoints e
set scheme = e.scheme || jsonb_build_object('attemptFields', jsonb_build_array(jsonb_build_array(known.field)))
from (values ('stripe', 'pending_webhooks'), ('notion', 'attempt_number')) as known (preset, field)
where e.scope ->> 'preset' = known.preset and e.scheme is not null and not e.scheme ? 'attemptFields';
