import { runCli } from './cli/index.js';

// app.ts is loaded when a command asks for it: `--help` needs neither Express nor the database.
process.exitCode = await runCli(process.argv.slice(2), {
  openServices: async (config) => (await import('./app.js')).openServices(config, { migrate: false, quiet: true }),
  serve: async (config) => (await import('./app.js')).serve(config),
});
