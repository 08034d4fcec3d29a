-- What records hold of parents in the words from before names had a home.
--
-- A plain name is one of the record's home from now on. Joined before that, a record may hold the plain
-- name another of its services gave: it is given its connection. And where a service says no parents, a
-- bare number counts within one of its places only: the id names instead, where it is clear whose.
do $$
begin
  create temporary table named on commit drop as
  with homes as (
    select r.workspace_id, r.id, r.kind, r.data ->> 'parent' as parent, coalesce(r.home_connection_id, (
      select o.connection_id from public.links o
      where o.workspace_id = r.workspace_id and o.record_id = r.id order by o.id limit 1)) as home
    from public.records r
    where jsonb_typeof(r.data -> 'parent') = 'string' and r.data ->> 'parent' <> ''
      and r.data ->> 'parent' !~ '@[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  )
  select h.workspace_id, h.id as record_id, h.parent as old, coalesce(
    (select h.parent || '@' || l.connection_id from public.links l
      where l.workspace_id = h.workspace_id and l.record_id = h.id and l.state <> 'tombstone'
        and l.connection_id <> h.home and l.base ->> 'parent' = h.parent
        and not exists (select 1 from public.links o
          where o.workspace_id = h.workspace_id and o.record_id = h.id and o.connection_id = h.home
            and o.base ->> 'parent' = h.parent)
      order by l.id limit 1),
    (select min(p.external_id) from public.links p
      where p.workspace_id = h.workspace_id and p.connection_id = h.home and p.kind = h.kind
        and p.external_key = h.parent and h.parent ~ '^[0-9]+$' and not coalesce(p.base ? 'parent', false)
        -- What another of its services says is somebody else.
        and not exists (select 1 from public.links l
          join public.links t on t.workspace_id = l.workspace_id and t.connection_id = l.connection_id
            and t.kind = l.kind and (t.external_key = l.base ->> 'parent' or t.external_id = l.base ->> 'parent')
          where l.workspace_id = h.workspace_id and l.record_id = h.id and l.connection_id <> h.home
            and l.state <> 'tombstone' and t.record_id <> p.record_id)
      having count(*) = 1)) as new
  from homes h;
  delete from named where new is null or new = old or char_length(new) > 240;

  update public.links l set ours = jsonb_set(l.ours, '{parent}', to_jsonb(n.new))
  from named n
  where l.workspace_id = n.workspace_id and l.record_id = n.record_id and l.ours ->> 'parent' = n.old;
  update public.push_intents i set patch = jsonb_set(i.patch, '{parent}', to_jsonb(n.new))
  from named n
  where i.workspace_id = n.workspace_id and i.record_id = n.record_id and i.patch ->> 'parent' = n.old
    and (i.outcome is null or i.outcome = 'unknown' or (i.outcome = 'accepted' and i.echoed_at is null));
  update public.conflicts c set
    base = case when c.base = to_jsonb(n.old) then to_jsonb(n.new) else c.base end,
    local = case when c.local = to_jsonb(n.old) then to_jsonb(n.new) else c.local end
  from named n
  where c.workspace_id = n.workspace_id and c.record_id = n.record_id and c.field = 'parent'
    and c.status = 'open' and to_jsonb(n.old) in (c.base, c.local);
  -- What a person is asked about is what the link's service says.
  update public.conflicts c set remote = to_jsonb(l.base ->> 'parent' || '@' || l.connection_id)
  from public.links l join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
  where c.workspace_id = l.workspace_id and c.link_id = l.id and c.field = 'parent' and c.status = 'open'
    and c.remote = l.base -> 'parent' and jsonb_typeof(c.remote) = 'string' and c.remote <> '""'
    and l.connection_id <> coalesce(r.home_connection_id, (
      select o.connection_id from public.links o
      where o.workspace_id = r.workspace_id and o.record_id = r.id order by o.id limit 1));
  update public.records r set data = jsonb_set(r.data, '{parent}', to_jsonb(n.new))
  from named n where r.workspace_id = n.workspace_id and r.id = n.record_id;
  -- Whoever could not say the old one looks again.
  update public.links l set next_attempt_at = least(l.next_attempt_at, now())
  from named n
  where l.workspace_id = n.workspace_id and l.record_id = n.record_id and l.unsaid_name is not null;
end $$;
