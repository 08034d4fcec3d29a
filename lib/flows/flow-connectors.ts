import type { ResourceManifest } from '#lib/connectors/protocol/index';

/** What this room asks of the connectors, as facts; handed in by whoever knows them. */
export interface FlowConnectors {
  /** Null for a connector or resource nobody knows any more. */
  resourceOf(connector: string, resource: string): ResourceManifest | null;
  /** The company's name, for people. */
  providerOf(connector: string): string;
  /** Names of the lists the service can be asked for. */
  lookupsOf(connector: string): readonly string[];
}

export interface FlowDeps {
  connectors: FlowConnectors;
}
