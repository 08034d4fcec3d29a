-- flows, sync, records: the worker goes by these rows, so the database holds what a member's word may
-- make of them. A fault of a route can then neither have a second object made nor claim that one was.

-- Letting be, and trying again what was refused or waits for a person; a call that is under way, or was
-- answered, is the worker's.
create policy member_decides on public.creations as restrictive for update to hub_user
  using (state in ('owed', 'refused', 'unknown'))
  with check (state in ('owed', 'unknown', 'cancelled'));

create policy member_decides on public.flow_plans as restrictive for update to hub_user
  using (true) with check (status in ('enabling', 'cancelled', 'void'));
create policy member_as_self on public.flow_plans as restrictive for insert to hub_user
  with check (requested_by = private.user_id());
create policy member_as_self on public.flow_plan_rows as restrictive for update to hub_user
  using (true) with check (chosen_by is null or chosen_by = private.user_id());

create policy member_decides on public.undo_runs as restrictive for update to hub_user
  using (true) with check (status = 'cancelled');
