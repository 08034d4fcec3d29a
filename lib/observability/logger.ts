import { pino } from 'pino';

/** Every field a log line may carry. Anything else is dropped: fail closed. */
const allowed = [
  'request_id',
  'correlation_id',
  'workspace_id',
  'connection_id',
  'stream_id',
  'run_id',
  'record_id',
  'link_id',
  'event_id',
  'endpoint_id',
  'command_id',
  'job_id',
  'user_id',
  'connector',
  'event',
  'kind',
  'queue',
  'method',
  'path',
  'route',
  'status',
  'ms',
  'count',
  'attempt',
  'code',
  'reason',
  'port',
  'url',
  'version',
  'pid',
  'signal',
  'err',
  'table',
  'bytes',
  'position',
  'part',
] as const;

export type LogFields = Partial<Record<(typeof allowed)[number], unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

const allowedNames = new Set<string>(allowed);

function pick(fields: LogFields | undefined): Record<string, unknown> {
  if (!fields) return {};
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!allowedNames.has(name)) continue;
    picked[name] = name === 'err' ? describeError(value) : value;
  }
  return picked;
}

/** At most four causes deep; properties beside these may hold values and are left out. */
function describeError(value: unknown, depth = 0): unknown {
  if (!(value instanceof Error)) return { message: typeof value };
  return {
    name: value.name,
    message: value.message,
    ...('code' in value ? { code: value.code } : {}),
    stack: value.stack,
    ...(value.cause && depth < 4 ? { cause: describeError(value.cause, depth + 1) } : {}),
  };
}

function wrap(sink: pino.Logger): Logger {
  return {
    debug: (message, fields) => sink.debug(pick(fields), message),
    info: (message, fields) => sink.info(pick(fields), message),
    warn: (message, fields) => sink.warn(pick(fields), message),
    error: (message, fields) => sink.error(pick(fields), message),
    child: (fields) => wrap(sink.child(pick(fields))),
  };
}

/** A logger named after its process or room; lines go to standard output where no sink is given. */
export function logger(
  name: string,
  level = 'info',
  sink: { write(line: string): void } = pino.destination(1),
): Logger {
  const options: pino.LoggerOptions = {
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return wrap(pino(options, sink));
}
