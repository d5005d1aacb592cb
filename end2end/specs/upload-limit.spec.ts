import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Chat } from '../support/chat';
import { largeFile } from '../support/pictures';
import { expect, test } from '../support/test';

// The largest picture is a setting; nobody set it here.
test.use({ serverOptions: {} });

test('a picture over 50 MB is refused with a sentence, one below is taken', async ({ page, expectNetworkErrors }) => {
  const folder = mkdtempSync(join(tmpdir(), 'chaton-large-'));
  try {
    const chat = new Chat(page);
    await chat.attachFiles([largeFile(folder, 45_000_000)]);
    await chat.uploaded('large.png');
    await chat.remove('large.png').click();
    expectNetworkErrors();
    await chat.attachFiles([largeFile(folder, 51_000_000)]);
    await expect(page.getByRole('alert').filter({ hasText: /50\sMB/ })).toBeVisible({ timeout: 30_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
