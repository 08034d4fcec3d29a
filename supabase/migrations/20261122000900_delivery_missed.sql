-- How many positions of the log went by a subscription that was paused for longer than the log is kept.
alter table public.subscriptions add column missed bigint not null default 0;
