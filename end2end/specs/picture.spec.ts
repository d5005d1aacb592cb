import { Chat } from '../support/chat';
import { blueCircle, noise, redCircle } from '../support/pictures';
import { expect, reload, test } from '../support/test';

test.use({ serverOptions: {} });

test('a dropped picture is asked about, and a follow-up is answered from it', async ({ page, server }) => {
  const chat = new Chat(page);
  await chat.drag([redCircle()]);
  await chat.uploaded('red-circle.png');
  await expect(page, 'the page stays').toHaveURL(`${server.origin}/`);

  await chat.ask('What is in this picture?');
  await expect(chat.questions.last().getByRole('img')).toBeVisible();
  await chat.answered(/red circle/i);
  await expect(page).toHaveURL(/\/c\/[\w-]+$/);
  await expect(chat.thumbnail('red-circle.png'), 'the composer is empty again').toHaveCount(0);
  await expect(chat.box).toHaveValue('');

  await chat.ask('What color is the background?');
  await chat.answered(/white/i);

  await reload(page);
  await expect(chat.answers.first()).toContainText(/red circle/i);
  await expect(chat.answers.last()).toContainText(/white/i);
});

test('while a picture is dragged over it the page says where to drop', async ({ page }) => {
  const chat = new Chat(page);
  const hint = page.getByText(/drop/i).filter({ visible: true });
  await chat.drag([redCircle()], async () => {
    await expect(hint.first()).toBeVisible();
  });
  await chat.uploaded('red-circle.png');
});

test('a picture comes by button', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
});

test('a picture comes by paste', async ({ page }) => {
  const chat = new Chat(page);
  await chat.paste(redCircle());
  await expect(chat.composer.getByRole('button', { name: /^Open picture/ })).toHaveCount(1);
  await expect(chat.composer.getByRole('progressbar')).toHaveCount(0);
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
});

test('several pictures go in one message, and one can be taken out before', async ({ page }) => {
  const chat = new Chat(page);
  await chat.drag([redCircle(), blueCircle()]);
  await chat.attachAll([redCircle('third.png')]);
  await chat.uploaded('red-circle.png');
  await chat.remove('third.png').click();
  await expect(chat.thumbnail('third.png')).toHaveCount(0);
  await chat.ask('What is in these pictures?');
  await expect(chat.questions.last().getByRole('img')).toHaveCount(2);
  await chat.answered();
});

test('pictures open large, turn with the arrow keys and close with Escape', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle(), blueCircle()]);
  await chat.ask('What is in these pictures?');
  await chat.answered();

  const first = chat.questions.last().getByRole('button', { name: 'Open picture red-circle.png' });
  await first.click();
  await expect(chat.dialog).toBeVisible();
  const shown = chat.dialog.getByRole('img');
  await expect(shown).toHaveAccessibleName(/red-circle\.png/);
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(256);
  await page.keyboard.press('ArrowRight');
  await expect(shown).toHaveAccessibleName(/blue-circle\.png/);
  await page.keyboard.press('ArrowLeft');
  await expect(shown).toHaveAccessibleName(/red-circle\.png/);
  await page.keyboard.press('Escape');
  await expect(chat.dialog).toBeHidden();
  await expect(first, 'the focus returns to where it was').toBeFocused();
});

test('a picture in the composer opens large, too', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.thumbnail('red-circle.png').click();
  await expect(chat.dialog.getByRole('img')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chat.dialog).toBeHidden();
});

test('an upload shows its progress', async ({ page, context }) => {
  const chat = new Chat(page);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 150_000 };
  await devtools.send('Network.emulateNetworkConditions', slow);
  await chat.attachFiles([noise(400_000)]);
  const progress = chat.composer.getByRole('progressbar');
  await expect(progress).toBeVisible();
  await expect(chat.send, 'nothing can be sent before the picture is there').toBeDisabled();
  await expect(progress).toHaveCount(0, { timeout: 30_000 });
  await expect(chat.thumbnail('noise.png')).toBeVisible();
});
