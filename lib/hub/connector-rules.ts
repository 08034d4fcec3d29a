import type { Json } from '#lib/core/index';
import type { Kind } from '#lib/kinds/index';
import type { ConnectorRules } from '#lib/records/index';
import { type Lens, lensOf, plainLens, readRules } from '#lib/sync/lens/index';
import { connectors } from './connectors.ts';

function resourceOf(connector: string, resource: string) {
  return connectors
    .get(connector)
    ?.manifest.resources.find((candidate) => candidate.name === resource);
}

const lensThrough = (kind: Kind | undefined, mapping: Json = null): Lens =>
  mapping === null || kind === undefined ? plainLens : lensOf(kind, readRules(mapping));

/** What each connector can write, from the manifests, seen through the rules of the stream. */
export const connectorRules: ConnectorRules = {
  writableFields: (connector, resource, mapping) => {
    const found = resourceOf(connector, resource);
    return lensThrough(found?.kind, mapping).writable(found?.writable ?? []);
  },
  acceptedValues: (connector, resource, field, mapping) => {
    const found = resourceOf(connector, resource);
    const lens = lensThrough(found?.kind, mapping);
    return lens.accepted(field, found?.writableValues?.[lens.sideOf(field)] ?? null);
  },
  hasField: (connector, resource, field, mapping) =>
    lensThrough(resourceOf(connector, resource)?.kind, mapping).observes(field),
};
