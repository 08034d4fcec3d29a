import { github } from '#lib/connectors/github/index';
import type { Connector } from '#lib/connectors/protocol/index';
import { stripe } from '#lib/connectors/stripe/index';

const all: readonly Connector[] = [github, stripe];
const byName = new Map(all.map((connector) => [connector.manifest.name, connector]));

/** Every connector, in the half that calls nobody: manifest and webhook. */
export const connectors = {
  list: (): readonly Connector[] => all,
  get: (name: string): Connector | undefined => byName.get(name),
};
