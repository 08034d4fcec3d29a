import type { FlowConnectors } from '#lib/flows/index';
import { connectors } from './connectors.ts';

const manifestOf = (connector: string) => connectors.get(connector)?.manifest;

/** What flows ask of the connectors, from the manifests. */
export const flowConnectors: FlowConnectors = {
  resourceOf: (connector, resource) =>
    manifestOf(connector)?.resources.find(({ name }) => name === resource) ?? null,
  providerOf: (connector) => manifestOf(connector)?.provider ?? connector,
  lookupsOf: (connector) => manifestOf(connector)?.lookups ?? [],
};
