/** The folder of a tiny model with random weights whose greedy answer goes on until the length limit. */
export function endlessModel(): string {
  const folder = process.env.CHATON_ENDLESS;
  if (!folder) throw new Error('the global setup has not run');
  return folder;
}
