import { delimiter, join } from 'node:path';
import { Load } from 'config/lib/util.js';
import parser from 'config/parser.js';
import { parse } from 'yaml';
import { PACKAGE_ROOT } from './package-root.js';

const OWN_FOLDER = join(PACKAGE_ROOT, 'config');

/**
 * Reads default.yaml, local.yaml and the environment, unchecked.
 * Throws what the file system or the YAML parser throws about a file that cannot be read.
 *
 * The npm package `config` looks for its YAML parser and its folder from the working directory, and reads the
 * variable HOST as the name of a file to load; so it is given all three here.
 */
export function readSettings(): unknown {
  const folders = [OWN_FOLDER, process.env.NODE_CONFIG_DIR].filter((folder) => folder !== undefined && folder !== '');
  parser.setParser('yaml', (_file, content) => parse(content));
  parser.setFilesOrder(['yaml']);
  const load = new Load({
    configDir: folders.join(delimiter),
    nodeEnv: [process.env.NODE_ENV ?? 'development'],
    hostName: '',
  });
  return load.scan();
}
