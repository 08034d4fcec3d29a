-- records: why a change was made, where its origin alone does not say it.

-- Null: the origin says it all, or the row is older than this.
alter table public.change_log add column reason text check (reason in (
  -- The hub's own: two records became one; an object was made for it at the connection; it, or its last
  -- object, was taken back; the connection did not take an edit, and what was before was put back.
  'joined', 'made', 'withdrawn', 'refused',
  -- A connection's: what it had answered an edit with; what it had, read by changed rules.
  'answered', 'remapped',
  -- A person's: a conflict was decided, or a decision taken back.
  'resolved', 'resolution_undone'));

-- What services have that cannot be held here is counted by stream.
create index links_unreadable on public.links (workspace_id, stream_id) where unreadable <> '{}'::jsonb;
