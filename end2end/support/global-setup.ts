import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeModels } from './models';
import { programs } from './programs';

/** Checks that everything is built and makes, once for the whole run, the models that the specs use. */
export default function setup(): () => void {
  for (const program of [programs.chaton, programs.seed, programs.randomModel]) {
    if (!existsSync(program)) {
      throw new Error(`${program} is missing: run end2end/run.sh, which builds it`);
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'chaton-end2end-'));
  makeModels(folder);
  process.env.CHATON_END2END_FOLDER = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
