export type { Emulator, EmulatorOptions } from './emulator.ts';
export { startGoogleEmulator } from './start-google-emulator.ts';
