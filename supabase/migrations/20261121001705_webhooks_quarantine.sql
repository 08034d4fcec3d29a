-- webhooks: some of the requests that were refused, to be looked at. The newest of each endpoint and
-- of each workspace stay, whatever comes; the counts of all of them stand in webhook_refusals.

create table public.webhook_quarantine (
  id uuid primary key,
  workspace_id uuid not null,
  endpoint_id uuid not null,
  received_at timestamptz not null default now(),
  method text not null check (char_length(method) <= 16),
  -- Why it was refused, and what is probably the matter: a code and a sentence.
  reason text not null check (char_length(reason) <= 80),
  diagnosis_code text check (char_length(diagnosis_code) <= 80),
  diagnosis text check (char_length(diagnosis) <= 400),
  -- Without cookies, credentials and anything that holds a secret of the endpoint.
  headers jsonb not null check (pg_column_size(headers) <= 32768),
  -- The first bytes; null where it was refused before it was read.
  body bytea check (octet_length(body) <= 16384),
  body_bytes int check (body_bytes >= 0),
  address_class text not null check (address_class in ('public', 'private', 'loopback', 'unknown')),
  foreign key (workspace_id, endpoint_id) references public.webhook_endpoints (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create index webhook_quarantine_newest on public.webhook_quarantine (workspace_id, id desc);
create index webhook_quarantine_of_endpoint on public.webhook_quarantine (endpoint_id, id desc);
call private.protect('public.webhook_quarantine');
create trigger touch_insert after insert on public.webhook_quarantine referencing new table as fresh
  for each statement execute function private.touch_new();

-- Keeps them and lets the oldest go. The web login can put in nothing but this way and read nothing.
create or replace function private.keep_refused(refused jsonb, of_endpoint int, of_workspace int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  kept int;
begin
  insert into public.webhook_quarantine
    (id, workspace_id, endpoint_id, received_at, method, reason, diagnosis_code, diagnosis, headers, body, body_bytes, address_class)
  select r.id, e.workspace_id, e.id, r.received_at, r.method, r.reason, r.diagnosis_code, r.diagnosis, r.headers,
    decode(r.body, 'base64'), r.body_bytes, r.address_class
  from jsonb_to_recordset(refused) as r (id uuid, endpoint_id uuid, received_at timestamptz, method text, reason text,
    diagnosis_code text, diagnosis text, headers jsonb, body text, body_bytes int, address_class text)
  join public.webhook_endpoints e on e.id = r.endpoint_id;
  get diagnostics kept = row_count;
  delete from public.webhook_quarantine q where q.id in (
    select n.id from (
      select o.id, row_number() over (partition by o.endpoint_id order by o.id desc) as place
      from public.webhook_quarantine o
      where o.endpoint_id in (select (r ->> 'endpoint_id')::uuid from jsonb_array_elements(refused) r)) n
    where n.place > of_endpoint);
  delete from public.webhook_quarantine q where q.id in (
    select n.id from (
      select o.id, row_number() over (partition by o.workspace_id order by o.id desc) as place
      from public.webhook_quarantine o
      where o.workspace_id in (
        select e.workspace_id from public.webhook_endpoints e
        where e.id in (select (r ->> 'endpoint_id')::uuid from jsonb_array_elements(refused) r))) n
    where n.place > of_workspace);
  return kept;
end
$$;
revoke all on function private.keep_refused(jsonb, int, int) from public;
grant execute on function private.keep_refused(jsonb, int, int) to patchbay_web;
