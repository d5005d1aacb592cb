import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { programs } from './programs';

/** Checks that everything is built and makes, once for the whole run, the model whose answers do not end. */
export default function setup(): () => void {
  for (const program of [programs.chaton, programs.seed, programs.randomModel]) {
    if (!existsSync(program)) {
      throw new Error(`${program} is missing: run end2end/run.sh, which builds it`);
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'chaton-end2end-'));
  const endless = join(folder, 'endless');
  execFileSync(programs.randomModel, [endless], { stdio: ['ignore', 'ignore', 'inherit'] });
  process.env.CHATON_END2END_FOLDER = folder;
  process.env.CHATON_ENDLESS = endless;
  return () => rmSync(folder, { recursive: true, force: true });
}
