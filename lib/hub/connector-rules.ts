import type { ConnectorRules } from '#lib/records/index';
import { connectors } from './connectors.ts';

function resourceOf(connector: string, resource: string) {
  return connectors
    .get(connector)
    ?.manifest.resources.find((candidate) => candidate.name === resource);
}

/** What each connector can write, from the manifests. */
export const connectorRules: ConnectorRules = {
  writableFields: (connector, resource) => resourceOf(connector, resource)?.writable ?? [],
  acceptedValues: (connector, resource, field) =>
    resourceOf(connector, resource)?.writableValues?.[field] ?? null,
};
