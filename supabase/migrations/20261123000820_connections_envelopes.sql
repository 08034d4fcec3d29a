-- connections: a command and its answer carry the envelope that jobs and events carry, so that one
-- correlation id leads from the request through the command's job to the answer.

alter table private.commands
  add column envelope jsonb,
  add column reply_envelope jsonb;
