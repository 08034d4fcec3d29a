import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { Session } from '#lib/identity/index';
import { fieldsOf } from '#lib/kinds/index';
import type { ConnectorRules } from '#lib/records/index';
import { connectorRules } from './connector-rules.ts';
import { explainMissing } from './explain-missing.ts';
import { explainValue } from './explain-value.ts';
import { selectDecisions, selectPlaceFacts, selectValueFacts } from './lineage-store.ts';
import {
  eventsLookedAt,
  faultsLookedAt,
  selectConnectionFacts,
  selectEventFacts,
  selectFaultFacts,
  selectLinkFacts,
  selectStreamFacts,
  type Wanted,
} from './missing-store.ts';
import type { Lineage, Missing } from './schema.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

/** Why a value is here, and why a thing is not: facts of several rooms, explained by pure functions. */
export function lineageUseCases(
  { asBearer }: Pick<UseCaseDeps, 'asBearer'>,
  rules: ConnectorRules = connectorRules,
) {
  return {
    ofField: (session: Session, input: { recordId: string; field: string }): Promise<Lineage> =>
      asBearer(session, (tx) => readLineage(tx, rules, input)),
    ofMissing: (session: Session, input: { workspaceId: string } & Wanted): Promise<Missing> =>
      asBearer(session, (tx) => readMissing(tx, input)),
  };
}

async function readLineage(
  tx: Tx,
  rules: ConnectorRules,
  { recordId: askedId, field }: { recordId: string; field: string },
): Promise<Lineage> {
  const facts = await selectValueFacts(tx, askedId, field);
  if (!facts) throw new HubError('resource.not_found', 'There is no such record.');
  if (!Object.hasOwn(fieldsOf(facts.kind), field)) {
    throw new HubError('request.invalid', undefined, {
      details: { errors: [{ field: 'field', reason: `is no field of a ${facts.kind}` }] },
    });
  }
  const { workspace_id: workspaceId, record_id: recordId } = facts;
  const decisions = await selectDecisions(tx, workspaceId, recordId, field);
  const found = await selectPlaceFacts(tx, workspaceId, recordId, field);
  const places = found.map((place) => {
    const { connector, resource, rules: mapping } = place;
    const writable = rules.writableFields(connector, resource, mapping);
    return { ...place, isWritable: writable.includes(field) };
  });
  const steps = explainValue(field, facts, decisions, places).map((step) => ({
    ...step,
    at: step.at && toWire(step.at),
  }));
  return { record_id: recordId, field, value: facts.value, steps };
}

/** PostgreSQL writes a time inside JSON with an offset and microseconds. */
const toWire = (at: string): string => new Date(at).toISOString();

async function readMissing(
  tx: Tx,
  { workspaceId, ...wanted }: { workspaceId: string } & Wanted,
): Promise<Missing> {
  const { connectionId } = wanted;
  const connection = await selectConnectionFacts(tx, workspaceId, connectionId);
  if (!connection) throw new HubError('resource.not_found', 'There is no such connection.');
  const streams = await selectStreamFacts(tx, workspaceId, connectionId);
  const links = await selectLinkFacts(tx, workspaceId, wanted);
  const events = await selectEventFacts(tx, workspaceId, connectionId, textsOf(wanted));
  const faults = await selectFaultFacts(tx, workspaceId, wanted);
  const [answer, ...others] = explainMissing({
    wanted,
    connection,
    streams,
    links,
    events,
    faults,
  });
  const looked_at = { streams: streams.length, events: eventsLookedAt, faults: faultsLookedAt };
  return { answer, others, looked_at };
}

/** What stands in the body of an event about the object, as JSON writes it. */
function textsOf({ externalKey, externalId, url }: Wanted): string[] {
  if (url !== null) return [url, url.replaceAll('/', '\\/')];
  const name = externalKey ?? externalId ?? '';
  const quoted = JSON.stringify(name);
  return /^\d+$/.test(name)
    ? [quoted, `:${name},`, `:${name}}`, `: ${name},`, `: ${name}\n`]
    : [quoted];
}
