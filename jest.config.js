import { existsSync } from 'node:fs';

const globalSetup = new URL('test/support/global-setup.ts', import.meta.url);
const globalTeardown = new URL('test/support/global-teardown.ts', import.meta.url);

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/fixtures/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/data/'],
  extensionsToTreatAsEsm: ['.ts'],
  // The sources import './name.js', as the compiled files need it; here the same name means the .ts file.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  maxWorkers: '100%',
  testTimeout: 30_000,
  ...(existsSync(globalSetup) ? { globalSetup: globalSetup.pathname } : {}),
  ...(existsSync(globalTeardown) ? { globalTeardown: globalTeardown.pathname } : {}),
};
