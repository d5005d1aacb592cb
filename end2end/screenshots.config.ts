import { defineConfig } from '@playwright/test';

import tests from './playwright.config';

/** `make screenshots`: the pictures of the documentation, in docs/pictures. */
export default defineConfig(tests, { testDir: '.', testMatch: 'screenshots.ts', workers: 1 });
