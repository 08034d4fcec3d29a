import type { Conformance } from '#lib/connections/schema';
import { httpApiKey, httpBasic, httpOauth, httpWebhook } from '#lib/connectors/generic/index';
import { github } from '#lib/connectors/github/index';
import { linear } from '#lib/connectors/linear/index';
import type { Connector } from '#lib/connectors/protocol/index';
import { redmine } from '#lib/connectors/redmine/index';
import { slack } from '#lib/connectors/slack/index';
import { stripe } from '#lib/connectors/stripe/index';
import { conformance, pointTitles } from './conformance.ts';

const all: readonly Connector[] = [
  github,
  linear,
  slack,
  stripe,
  redmine,
  httpApiKey,
  httpBasic,
  httpOauth,
  httpWebhook,
];
const byName = new Map(all.map((connector) => [connector.manifest.name, connector]));

/** Every connector, in the half that calls nobody: manifest and webhook. */
export const connectors = {
  list: (): readonly Connector[] => all,
  get: (name: string): Connector | undefined => byName.get(name),
  conformance: (name: string): Conformance =>
    Object.entries(conformance[name] ?? {}).map(([point, proof]) => ({
      point,
      title: pointTitles[point] ?? point,
      proof,
    })),
};
