-- The unique key (workspace_id, id) is read backwards as well as forwards: an index of the same columns
-- for the newest first only made receiving dearer.
drop index public.inbox_events_newest;
