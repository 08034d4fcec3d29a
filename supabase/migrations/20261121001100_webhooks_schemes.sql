-- webhooks: an address may say by itself how its calls are signed; a replaced secret holds for a
-- while, and is then kept only to say why something is refused; a secret a service brings along by an
-- unsigned call waits for a person.

alter table public.webhook_endpoints
  -- webhookDescriptorSchema of connectors/protocol; null: what the connector's manifest says.
  add column scheme jsonb check (jsonb_typeof(scheme) = 'object' and octet_length(scheme::text) <= 20000);

alter table private.webhook_secrets
  -- Until then the previous secret verifies. Null: a registration is under way, and until it has
  -- settled the service goes on signing with that one.
  add column previous_until timestamptz;
update private.webhook_secrets set previous_until = now() + interval '24 hours' where previous_envelope is not null;
create index webhook_secrets_retired on private.webhook_secrets (previous_until) where previous_envelope is not null;

-- Anybody who knows the address could have sent it, so it verifies nothing. Sealed to the gateway.
create table private.webhook_brought_secrets (
  endpoint_id uuid primary key,
  workspace_id uuid not null,
  envelope bytea not null,
  key_id text not null,
  brought_at timestamptz not null default now(),
  foreign key (workspace_id, endpoint_id) references public.webhook_endpoints (workspace_id, id) on delete cascade
);
alter table private.webhook_brought_secrets enable row level security;
alter table private.webhook_brought_secrets force row level security;
create policy web_put on private.webhook_brought_secrets for all to patchbay_web using (true) with check (true);
create policy worker_put on private.webhook_brought_secrets for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.webhook_brought_secrets to patchbay_web;
grant select, insert, update, delete on private.webhook_brought_secrets to patchbay_worker;
