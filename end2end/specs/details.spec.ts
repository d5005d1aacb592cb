import { Chat } from '../support/chat';
import { redCircle, veryTall } from '../support/pictures';
import { expect, reload, test } from '../support/test';

test.use({ serverOptions: {} });

test('the detail of pictures is chosen with its cost, kept with the draft, and goes with the message', async ({ page }) => {
  const chat = new Chat(page);
  const choice = page.getByRole('combobox', { name: 'Picture detail' });
  await expect(choice, 'no pictures, no choice').toHaveCount(0);
  const picture = veryTall();
  await chat.drag([picture]);
  await chat.uploaded(picture.name);
  await expect(choice).toHaveValue('auto');
  const tokens = async (name: string) => {
    const option = choice.getByRole('option', { name: new RegExp(`^${name} \\(`) });
    await expect(option).toHaveText(/\(\d+ tokens(, about \d+ s to read)?\)/);
    return Number(/(\d+) tokens/.exec((await option.textContent()) ?? '')?.[1]);
  };
  expect(await tokens('Low')).toBeLessThanOrEqual(await tokens('High'));
  await choice.selectOption('low');

  await reload(page);
  await expect(choice, 'a reload keeps it').toHaveValue('low');
  const low = await tokens('Low');
  await chat.ask('What is in this picture?');
  await chat.answered();
  await chat.answers.last().getByRole('button', { name: 'Details' }).click();
  await expect(chat.answers.last().getByRole('definition').filter({ hasText: 'for pictures' })).toContainText(
    `${low} of them for pictures`,
  );
});

test('an answer tells how it came about, and what was known from before', async ({ page }) => {
  const chat = new Chat(page);
  await chat.drag([redCircle()]);
  await chat.uploaded('red-circle.png');
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
  const details = chat.answers.last().getByRole('button', { name: 'Details' });
  await expect(details).toHaveAttribute('aria-expanded', 'false');
  await details.click();
  await expect(details).toHaveAttribute('aria-expanded', 'true');
  const first = chat.answers.last();
  for (const [term, value] of [
    ['Model', /mini/],
    ['Read', /\d+ tokens, \d+ of them for pictures/],
    ['Saw', /\d+ × \d+ pixels/],
    ['First word after', /^\d+ ms$|^\d+\.\d s$/],
    ['Wrote', /\d+ tokens, [\d.]+ a second/],
  ] as const) {
    await expect(first.getByRole('term').filter({ hasText: term })).toBeVisible();
    await expect(first.getByRole('definition').filter({ hasText: value })).toBeVisible();
  }
  await expect(first.getByText('already known from before')).toHaveCount(0);

  await chat.ask('What color is the background?');
  await chat.answered(/white/i);
  await chat.answers.last().getByRole('button', { name: 'Details' }).click();
  await expect(chat.answers.last().getByText(/\d+ already known from before/)).toBeVisible();
  await page.screenshot({ path: 'test-results/details.png' });
});

test('the same in French', async ({ visitor }) => {
  const { page } = await visitor({ locale: 'fr-FR' });
  const files = page.locator('input[type=file]');
  await expect(page.getByRole('button', { name: 'Envoyer', exact: true })).toBeVisible();
  await files.setInputFiles(redCircle());
  const choice = page.getByRole('combobox', { name: 'Détail des images' });
  await expect(choice).toHaveValue('auto');
  await expect(choice.getByRole('option', { name: /^Élevé \(\d+ jetons/ })).toBeAttached();
});
