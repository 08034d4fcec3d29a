-- The word is taken: of a link "waits for" names the paused flow, as people read it.
alter table public.links rename column waits_for to unsaid_name;
alter table public.links rename constraint links_waits_for_check to links_unsaid_name_check;
alter index public.links_waiting rename to links_unsaid;
