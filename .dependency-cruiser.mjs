// The arrows of the architecture: a folder may use what stands in the rows below its own, through its index.ts.
// Type-only imports count as well. test/unit/arrows.test.ts proves that forbidden imports are found.

const ROWS = [
  ['cli', 'http', 'jobs'],
  ['api'],
  ['scim', 'google', 'accounts'],
  ['administration'],
  ['connections'],
  ['change'],
  ['invitations', 'sign-ups'],
  ['webhooks', 'mail'],
  ['licensing', 'log'],
  ['directory'],
  ['database', 'secrets'],
  ['config'],
  ['errors'],
];

// Inside scim/; what is not named here (the engine, bulk, discovery) stands above.
const SCIM_ROWS = [
  ['resources'],
  ['access'],
  ['list', 'patch'],
  ['filter'],
  ['schema', 'request.ts'],
  ['profiles', 'errors.ts'],
];

// Inside google/.
const GOOGLE_ROWS = [
  ['increments'],
  ['runs', 'conflicts', 'disconnect'],
  ['apply'],
  ['plan'],
  ['refresh'],
  ['walk'],
  ['connections'],
  ['mapping'],
  ['client'],
  ['json.ts'],
];

const any = (names) => `(?:${names.map((name) => name.replace('.', '\\.')).join('|')})`;

function arrowsDown(base, rows) {
  return rows.flatMap((row, index) =>
    row.map((name) => {
      const below = [name, ...rows.slice(index + 1).flat()];
      return {
        name: `${base}/${name} uses only what is below it`,
        severity: 'error',
        from: { path: `^${base}/${name.replace('.', '\\.')}(?:/|$)` },
        to: { path: `^${base}/`, pathNot: `^${base}/${any(below)}(?:/|$)` },
      };
    }),
  );
}

// $1 is the folder of the importing file, so a folder's own files are free to import each other.
const door = (base) => ({
  name: `${base}/*: only the index.ts of another folder`,
  severity: 'error',
  from: { path: `^${base}/([^/]+)` },
  to: { path: `^${base}/[^/]+/.+`, pathNot: [`^${base}/$1/`, `^${base}/[^/]+/index\\.ts$`] },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrowsDown('src', ROWS),
    ...arrowsDown('src/scim', SCIM_ROWS),
    ...arrowsDown('src/google', GOOGLE_ROWS),
    door('src'),
    door('src/scim'),
    door('src/google'),
    {
      name: 'nothing uses main.ts, and only main.ts uses app.ts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/(?:main|app)\\.ts$' },
    },
    {
      // Both are doors to the same rooms; what one has for the other is handed in by app.ts.
      name: 'the API knows nothing of SCIM',
      severity: 'error',
      from: { path: '^src/api/' },
      to: { path: '^src/scim/' },
    },
    {
      name: 'the domain knows no transport',
      severity: 'error',
      from: { path: '^src/(?:directory|licensing|log|webhooks|change)/' },
      to: { path: '(?:^|/)(?:express|passport|passport-http-bearer|scimmy|scimmy-routers|@googleapis)(?:/|$)' },
    },
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      // An import that is not found would slip through every other rule.
      name: 'every import is found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.mjs$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
