-- sync: whoever waits for a parent goes on in the transaction that ends the wait.

-- The record whose object is made before this one; set as long as its creation rests because of that.
-- A hint, as link_id is a name: a wait that ended some other way is found by the next look.
alter table public.creations add column waits_for uuid;
create index creations_waiting on public.creations (waits_for) where waits_for is not null;
-- What was refused is looked through in the order of its ids, some at a time.
drop index public.creations_refused;
create index creations_refused on public.creations (id) where state = 'refused';

-- Children rest until their parent has been made, is refused, is let be, or waits for a person. One that
-- is in somebody's hands at this moment is passed over: it looks again by itself.
create function private.wake_children() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update public.creations c set next_attempt_at = now(), waits_for = null
  where c.id = any (array(
    select w.id from public.creations w
    where w.workspace_id = new.workspace_id and w.waits_for = new.record_id and w.stream_id = new.stream_id
      and w.state = 'owed' and w.next_attempt_at > now() and w.lease_until is null
    for update skip locked));
  return null;
end
$$;
revoke all on function private.wake_children() from public;
create trigger creations_wake_children after update of next_attempt_at on public.creations
  for each row when (old.next_attempt_at is not null and new.next_attempt_at is null)
  execute function private.wake_children();
