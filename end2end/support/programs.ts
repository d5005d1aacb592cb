import { resolve } from 'node:path';

const built = resolve(__dirname, '../../target/debug');

/** What the tests start. */
export const programs = {
  chaton: process.env.CHATON_BIN || resolve(built, 'chaton'),
  /** Puts conversations into a data folder. */
  seed: process.env.CHATON_SEED || resolve(built, 'examples/seed'),
  /** Makes a model with random weights. */
  randomModel: process.env.CHATON_RANDOM_MODEL || resolve(built, 'examples/random_model'),
};
