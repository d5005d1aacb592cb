import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { programs } from './programs';

/** Models besides the built-in one, made once for the whole run. */
export type ModelName =
  /** Random weights; its greedy answer goes on until the length limit. */
  | 'endless'
  /** The built-in one as a GGUF pair, in fewer bits. */
  | 'quantised'
  /** The same without its mmproj file. */
  | 'blind'
  /** Random weights that read text only. */
  | 'text';

const TEXT_MODEL = resolve(__dirname, '../../engine/tests/cases/moe-text/mistral');

/** What `--model` is given. */
export function modelPath(name: ModelName): string {
  const folder = process.env.CHATON_END2END_FOLDER;
  if (!folder) throw new Error('the global setup has not run');
  return name === 'text' ? TEXT_MODEL : join(folder, name);
}

export function makeModels(folder: string): void {
  const run = (program: string, ...words: string[]) => execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  run(programs.randomModel, join(folder, 'endless'));
  run(programs.chaton, 'models', 'quantize', 'mini', '--to', 'q8_0', '--output', join(folder, 'quantised'));
  run(programs.chaton, 'models', 'quantize', 'mini', '--to', 'q8_0', '--output', join(folder, 'blind'));
  mkdirSync(join(folder, 'elsewhere'));
  for (const file of readdirSync(join(folder, 'blind')).filter(name => name.startsWith('mmproj'))) {
    renameSync(join(folder, 'blind', file), join(folder, 'elsewhere', file));
  }
}
