import type { Page } from '@playwright/test';

import { Chat } from '../support/chat';
import { exchange, type SeededMessage } from '../support/seed';
import { expect, open, test } from '../support/test';
import { FOREIGN_ELEMENTS, XSS_CORPUS } from '../support/xss';

const WIDE = 'x'.repeat(300);
const MARKDOWN = `## Shapes

| Shape | Colour |
|-------|-------:|
| Circle | red |
| ${'Very wide '.repeat(30)} | ${WIDE} |

\`\`\`rust
fn main() { println!("hello"); } // ${WIDE}
\`\`\`

\`\`\`
plain text
\`\`\`

Inline $e^{i\\pi} + 1 = 0$, then

$$\\sum_{n=1}^{\\infty} \\frac{1}{n^2} = \\frac{\\pi^2}{6}$$

${WIDE}

[a link](https://example.org/page)`;

const LONG: SeededMessage[] = Array.from({ length: 1000 }, (_, i) =>
  i % 2 === 0 ? { role: 'user', text: `Question ${i / 2 + 1}` } : { role: 'assistant', text: `Answer **${(i + 1) / 2}**` },
);

const [MARKDOWN_INDEX, ATTACKS_INDEX, LONG_INDEX] = [0, 1, 2];

test.use({
  serverOptions: {
    seed: [
      exchange('Markdown', MARKDOWN, `Show me **everything** ${WIDE}`),
      {
        title: '<img src=x onerror=alert(1)>"><script>alert(1)</script>',
        messages: XSS_CORPUS.flatMap((text): SeededMessage[] => [{ role: 'user', text }, { role: 'assistant', text }]),
      },
      { title: 'A long talk', messages: LONG },
    ],
  },
});

test('tables, highlighted code and mathematics', async ({ page, server }) => {
  await open(page, server.conversationUrl(MARKDOWN_INDEX));
  const chat = new Chat(page);
  const answer = chat.lastAnswer;
  await expect(answer.getByRole('heading', { name: 'Shapes' })).toBeVisible();
  await expect(answer.getByRole('table').getByRole('columnheader')).toHaveText(['Shape', 'Colour']);
  await expect(answer.getByRole('cell', { name: 'red' })).toHaveCSS('text-align', 'right');

  const code = answer.locator('pre code').first();
  await expect(code).toContainText('fn main()');
  const colours = await code.evaluate(element => {
    const spans = [...element.querySelectorAll('span')];
    return new Set(spans.map(span => getComputedStyle(span).color)).size;
  });
  expect(colours, 'code is highlighted').toBeGreaterThan(2);

  await expect(answer.locator('math')).toHaveCount(2);
  await expect(answer.locator('math[display=block] mfrac').first()).toBeVisible();
  const link = answer.getByRole('link', { name: 'a link' });
  await expect(link).toHaveAttribute('href', 'https://example.org/page');
  await expect(link).toHaveAttribute('rel', /noopener|noreferrer/);
  await expect(chat.questions.first(), 'questions are shown as they were written').toContainText('Show me **everything**');
});

test('what people and models write stays text', async ({ page, server }) => {
  await open(page, server.conversationUrl(ATTACKS_INDEX));
  const chat = new Chat(page);
  await expect(chat.answers).toHaveCount(XSS_CORPUS.length);
  await expect(page.getByRole('heading', { name: '<img src=x onerror=alert(1)>', exact: true })).toBeVisible();
  const messages = page.getByRole('article');
  const found = await messages.evaluateAll((articles, foreign) => {
    const wrong: string[] = [];
    for (const article of articles) {
      for (const element of article.querySelectorAll('*')) {
        const text = element.outerHTML.slice(0, 200);
        if (element.matches(foreign)) wrong.push(`element: ${text}`);
        for (const { name, value } of element.attributes) {
          if (name.startsWith('on') || name === 'style' || name === 'srcdoc' || name === 'formaction') wrong.push(`attribute ${name}: ${text}`);
          const leadsSomewhere = ['href', 'xlink:href', 'src', 'action', 'data', 'poster'].includes(name);
          if (leadsSomewhere) {
            const { protocol, origin } = new URL(value, location.href);
            if (!['http:', 'https:', 'mailto:'].includes(protocol)) wrong.push(`address: ${text}`);
            if (name === 'src' && origin !== location.origin) wrong.push(`loads from outside: ${text}`);
          }
        }
      }
    }
    return wrong;
  }, FOREIGN_ELEMENTS);
  expect(found).toEqual([]);

  // What runs late, or at a touch.
  for (const link of await messages.getByRole('link').all()) await link.hover({ force: true, timeout: 2000 }).catch(() => {});
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => 'hit' in window && window.hit === 1), 'no script ran').toBe(false);
  expect(page.context().pages()).toHaveLength(1);
});

test('a conversation of 1,000 messages opens at its end', async ({ page, server }) => {
  await open(page, server.conversationUrl(LONG_INDEX));
  const chat = new Chat(page);
  await expect(chat.lastAnswer).toContainText('Answer 500');
  await expect(chat.lastAnswer).toBeInViewport();
  await expect(chat.questions).toHaveCount(500);
  await expect(chat.questions.first()).toContainText('Question 1');
  await chat.box.fill('It can still be written in');
  await expect(chat.box).toHaveValue('It can still be written in');
});

/** How far the page can be pushed sideways, in pixels. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const scroller = document.scrollingElement!;
    return scroller.scrollWidth - scroller.clientWidth;
  });

for (const [what, viewport] of [
  ['a phone of 360 pixels', { width: 360, height: 740 }],
  // A window of 1280 pixels at 200 % has as many of the page's pixels.
  ['200 % zoom', { width: 640, height: 430 }],
] as const) {
  test(`nothing scrolls sideways on ${what}`, async ({ visitor, server }) => {
    const { page } = await visitor({ viewport });
    const chat = new Chat(page);
    expect(await overflow(page)).toBe(0);
    for (const path of [`/c/${server.seeded[MARKDOWN_INDEX]}`, '/settings', '/models']) {
      await open(page, server.origin + path);
      expect(await overflow(page), path).toBe(0);
      const widest = await page.locator('main *').evaluateAll(parts =>
        Math.max(...parts.filter(part => !part.closest('pre, .table-scroll, .visually-hidden')).map(part => part.getBoundingClientRect().right)),
      );
      expect(widest, `${path}: nothing is cut off`).toBeLessThanOrEqual(viewport.width);
    }
    await open(page, server.conversationUrl(MARKDOWN_INDEX));
    await expect(chat.box).toBeInViewport();
    await expect(chat.send).toBeInViewport();
    const regionOverflow = await chat.conversation.evaluate(region => region.scrollWidth - region.clientWidth);
    expect(regionOverflow, 'wide tables and code scroll by themselves').toBe(0);
  });
}

test('on a phone the conversations are behind a button', async ({ visitor, server }) => {
  const { page } = await visitor({ viewport: { width: 360, height: 740 } });
  const chat = new Chat(page);
  await expect(chat.sideBar).toBeHidden();
  await page.getByRole('button', { name: /conversations|menu/i }).click();
  await chat.row('Markdown').click();
  await expect(page).toHaveURL(server.conversationUrl(MARKDOWN_INDEX));
  await expect(chat.sideBar).toBeHidden();
  await expect(chat.lastAnswer).toBeVisible();
});
