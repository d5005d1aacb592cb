import { Chat } from '../support/chat';
import {
  grey,
  hugeHeader,
  noise,
  onePixel,
  redCircle,
  textNamedPng,
  truncatedJpeg,
  unusualRedCircles,
  veryTall,
  type TestFile,
} from '../support/pictures';
import { expect, test } from '../support/test';

const UPLOAD_LIMIT_BYTES = 300_000;

test.use({
  serverOptions: { environment: { CHATON_UPLOAD_LIMIT: String(UPLOAD_LIMIT_BYTES), CHATON_CONTEXT: '1024' } },
});

const REFUSED: [what: string, file: TestFile, sentence: RegExp][] = [
  ['a text file named .png', textNamedPng(), /Can't read this picture\./],
  ['a truncated JPEG', truncatedJpeg(), /Can't read this picture\./],
  ['a header that claims 50,000 x 50,000', hugeHeader(), /too (large|big|many)|pixels/i],
  ['a file over the limit', noise(UPLOAD_LIMIT_BYTES + 50_000), /too (large|big)/i],
];

for (const [what, file, sentence] of REFUSED) {
  test(`${what} is refused with a sentence, nothing is lost, and a good picture works`, async ({ page, expectNetworkErrors }) => {
    expectNetworkErrors();
    const chat = new Chat(page);
    await chat.box.fill('What is in this picture?');
    await chat.attachFiles([file]);
    await expect(page.getByRole('alert').filter({ hasText: sentence })).toBeVisible();
    await expect(chat.box, 'the text is kept').toHaveValue('What is in this picture?');

    if (await chat.remove(file.name).isVisible()) await chat.remove(file.name).click();
    await chat.attachAll([redCircle()]);
    await chat.send.click();
    await chat.answered(/red circle/i);
    await expect(chat.questions.getByRole('img')).toHaveCount(1);
  });
}

test('an empty message is not sent', async ({ page }) => {
  const chat = new Chat(page);
  await chat.box.press('Enter');
  await chat.box.fill('  \n ');
  await chat.box.press('Enter');
  await expect(chat.send).toBeDisabled();
  await expect(chat.questions).toHaveCount(0);
  await chat.ask('Hello');
  await chat.answered();
});

test('a message longer than the context is refused with a sentence, and kept', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  const long = 'a long story '.repeat(1000).trim();
  await chat.box.fill(long);
  await chat.send.click();
  await expect(page.getByRole('alert')).toContainText(/long/i);
  await expect(chat.box).toHaveValue(long);
  await expect(chat.send).toBeVisible();
  await chat.ask('Hello');
  await chat.answered();
});

test('more than 16 pictures are refused with a sentence', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await chat.box.fill('What is in these?');
  const files = Array.from({ length: 17 }, (_, i) => ({ ...onePixel(), name: `pixel-${i + 1}.png` }));
  await chat.attachFiles(files);
  await expect(page.getByRole('alert').filter({ hasText: /16/ })).toBeVisible();
  await expect(chat.box).toHaveValue('What is in these?');
  await expect(chat.composer.getByRole('button', { name: /^Open picture/ })).toHaveCount(16);
});

for (const file of unusualRedCircles()) {
  test(`${file.name} is read right`, async ({ page }) => {
    const chat = new Chat(page);
    await chat.attachAll([file]);
    await chat.ask('What is in this picture?');
    await chat.answered(/red circle/i);
  });
}

for (const file of [onePixel(), veryTall(), grey()]) {
  test(`${file.name} is answered`, async ({ page }) => {
    const chat = new Chat(page);
    await chat.attachAll([file]);
    await chat.ask('What is in this picture?');
    await chat.answered(/\w{3}/);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
}
