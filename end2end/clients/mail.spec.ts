import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { ChatonServer } from '../support/server';

const PASSWORD = 'an otter on a bicycle';

/** Python's aiosmtpd, which prints every mail that it takes. `end2end/run.sh --clients` installs it. */
async function mailServer(port: number): Promise<{ mails: () => string; stop: () => void }> {
  const python = join(__dirname, '../../target/clients/venv/bin/python');
  const child = spawn(python, ['-u', '-m', 'aiosmtpd', '-n', '-l', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let mails = '';
  child.stdout.setEncoding('utf8').on('data', piece => (mails += piece));
  child.stderr.setEncoding('utf8').on('data', piece => (mails += piece));
  const net = await import('node:net');
  await expect(async () => {
    await new Promise<void>((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.end();
        resolve();
      });
      socket.once('error', reject);
    });
  }).toPass({ timeout: 15_000 });
  return { mails: () => mails, stop: () => child.kill() };
}

/** Quoted-printable, as mails carry what is not plain ASCII. */
function decoded(mail: string): string {
  const bytes = mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

for (const [locale, expected] of [['en-GB', 'you are invited to Chaton'], ['fr-FR', 'vous êtes invité à Chaton']] as const) {
  test(`an invitation goes by mail, and without a mail server it is shown: ${locale}`, async ({ browser }) => {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const mail = await mailServer(port);
    const server = await ChatonServer.start({
      team: true,
      args: ['--smtp-url', `smtp://127.0.0.1:${port}`, '--mail-from', 'Chaton <chaton@example.org>'],
    });
    try {
      const page = await (await browser.newContext({ locale })).newPage();
      await page.goto(await server.setUpLink());
      await page.locator('[name=name]').fill('Ada');
      await page.locator('[name=password]').fill(PASSWORD);
      await page.locator('[name=repeated]').fill(PASSWORD);
      await page.locator('form button').click();
      await expect(page).toHaveURL(`${server.origin}/`);

      await page.goto(`${server.origin}/administration`);
      await page.locator('[name=mail]').fill('ben@example.org');
      await page.locator('form[action="/administration/invitations"] button').click();
      await expect(page.getByRole('status')).toContainText('ben@example.org');
      const link = await page.getByRole('status').getByRole('textbox').inputValue();
      await expect.poll(() => decoded(mail.mails())).toContain(link);
      expect(decoded(mail.mails())).toContain(expected);
      expect(mail.mails()).toContain('ben@example.org');

      mail.stop();
      await page.locator('[name=mail]').fill('carl@example.org');
      await page.locator('form[action="/administration/invitations"] button').click();
      await expect(page.getByRole('alert')).toBeVisible();
      await expect(page.getByRole('status').getByRole('textbox')).toHaveValue(/\/join\?token=/);
      expect(server.log, 'the log tells no secret').not.toContain(link.split('token=')[1]!);
    } finally {
      mail.stop();
      await server.dispose();
    }
  });
}
