-- identity: over REST, too, the audit log and the invitations are an admin's to read.
--
-- The API asks for an admin, and a viewer's own token must not read past it. Our routes (hub_user)
-- still see the rows of every member's workspaces: they ask for the role themselves, and have to tell
-- "you may not" from "there is none".
alter policy member_read on public.audit_log to hub_user;
create policy admin_read on public.audit_log for select to authenticated
  using (workspace_id in (select private.my_workspaces('admin')));

alter policy member_read on public.invitations to hub_user;
create policy admin_read on public.invitations for select to authenticated
  using (workspace_id in (select private.my_workspaces('admin')));
