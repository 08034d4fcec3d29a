import { cruise, type ICruiseResult, type IReporterOutput } from 'dependency-cruiser';

/** One import: files relative to the project's root. */
export interface Edge {
  from: string;
  to: string;
}

const roots = [
  'app',
  'components',
  'lib',
  'middleware.ts',
  'instrumentation.ts',
  'instrumentation-client.ts',
];

/**
 * Every import between files of the tree at `baseDir`, type-only ones included. An import that cannot
 * be resolved is an edge to its bare name, so that a misspelt door is seen as well.
 */
export async function readEdges(
  baseDir: string,
  folders: readonly string[] = roots,
): Promise<Edge[]> {
  const { existsSync } = await import('node:fs');
  const result: IReporterOutput = await cruise(
    folders.filter((folder) => existsSync(`${baseDir}/${folder}`)),
    {
      baseDir,
      parser: 'swc',
      tsPreCompilationDeps: false,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: 'node_modules|\\.css$' },
      enhancedResolveOptions: {
        extensions: ['.ts', '.tsx', '.js', '.mjs'],
        conditionNames: ['import', 'node', 'default'],
        exportsFields: ['exports'],
        mainFields: ['module', 'main'],
      },
    },
    { alias: { '@': baseDir } },
  );
  const { modules } = result.output as ICruiseResult;
  return modules.flatMap((module) =>
    module.dependencies.map((dependency) => ({ from: module.source, to: dependency.resolved })),
  );
}
