export { type Emulator, type EmulatorOptions, startGoogleEmulator } from './emulator.ts';
