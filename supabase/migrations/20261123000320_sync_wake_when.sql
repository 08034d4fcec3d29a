-- sync: where all that is owed to a stream is let be at once, nobody is left to be woken.

-- A child waits for a parent of its own stream, so that it is let be with it: one look for each of a hundred
-- thousand rows would find nothing. A parent that is let be by itself still wakes its children.
drop trigger creations_wake_children on public.creations;
create trigger creations_wake_children after update of next_attempt_at on public.creations
  for each row when (old.next_attempt_at is not null and new.next_attempt_at is null
    and (new.state <> 'cancelled' or current_setting('patchbay.lets_all_be', true) is distinct from 'on'))
  execute function private.wake_children();
