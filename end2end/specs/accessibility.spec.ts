import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { expect, open, test } from '../support/test';

const RICH = `# A heading

Some *emphasis*, **strong** words and \`code\`, a [link](https://example.org) and a list:

1. first
2. second
   - inner

| Shape | Colour | Count |
|:------|:------:|------:|
| Circle | red | 1 |
| Star | blue | 22 |

\`\`\`rust
fn main() {
    let answer: u32 = 42; // a comment
    println!("{answer}");
}
\`\`\`

> A quotation.

Inline $a^2 + b^2 = c^2$ and

$$\\int_0^1 \\frac{x^4 (1-x)^4}{1+x^2}\\,dx = \\frac{22}{7} - \\pi$$
`;

test.use({
  serverOptions: {
    seed: [
      {
        title: 'Everything at once',
        messages: [
          { role: 'user', text: 'Show me everything.' },
          { role: 'assistant', text: RICH },
          { role: 'assistant', text: `${RICH}\n\nAnd more.`, parent: 0 },
        ],
      },
    ],
  },
});

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(violation => ({
    rule: violation.id,
    help: violation.help,
    where: violation.nodes.map(node => `${node.html} ${node.any.map(check => check.message).join('; ')}`),
  }));
  expect(found).toEqual([]);
}

const FORMS = [
  { name: 'light', options: {} },
  { name: 'dark', options: { colorScheme: 'dark' as const } },
  { name: 'in French', options: { locale: 'fr-FR' } },
  { name: 'on a phone', options: { viewport: { width: 360, height: 740 } } },
];

for (const { name, options } of FORMS) {
  test(`every page, ${name}`, async ({ visitor, server }) => {
    const { page } = await visitor(options);
    await expectNoViolations(page);
    for (const path of [`/c/${server.seeded[0]}`, '/settings', '/models']) {
      await open(page, server.origin + path);
      await expectNoViolations(page);
    }
  });
}

test('a menu, a renaming, an edit', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(0));
  await chat.openMenu('Everything at once');
  await expect(page.getByRole('menu')).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await expectNoViolations(page);
  await page.keyboard.press('Escape');
  await chat.questions.first().getByRole('button', { name: 'Edit' }).click();
  await expectNoViolations(page);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`pictures in the composer, in an answer and large, ${colorScheme}`, async ({ visitor }) => {
    const { page } = await visitor({ colorScheme });
    const chat = new Chat(page);
    await chat.attachAll([redCircle()]);
    await expectNoViolations(page);
    await chat.ask('What is in this picture?');
    await chat.answered();
    await expectNoViolations(page);
    await chat.questions.getByRole('button', { name: /^Open picture/ }).click();
    await expect(chat.dialog).toBeVisible();
    await expectNoViolations(page);
  });
}

test('an error and an offer to undo', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await chat.attachFiles([{ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }]);
  await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible();
  await expectNoViolations(page);
  await chat.choose('Everything at once', 'Delete');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(chat.row('Everything at once')).toBeVisible();
});

test('the drawer on a phone', async ({ visitor }) => {
  const { page } = await visitor({ viewport: { width: 360, height: 740 } });
  const chat = new Chat(page);
  await expect(chat.sideBar).toBeHidden();
  await page.getByRole('button', { name: /conversations|menu/i }).click();
  await expect(chat.sideBar).toBeVisible();
  await expectNoViolations(page);
});

test('the pages of who is not signed in', async ({ stranger, expectNetworkErrors }) => {
  expectNetworkErrors();
  const page = await (await stranger()).newPage();
  await page.goto('/');
  await expectNoViolations(page);
});
