import type { TestProject } from 'vitest/node';
import { startRedmine } from './redmine-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    redmine: { url: string; version: string; adminKey: string };
  }
}

/** One Redmine for all tests against it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...redmine } = await startRedmine();
  project.provide('redmine', redmine);
  return stop;
}
