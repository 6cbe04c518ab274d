// The package's own types describe this ES module as CommonJS, where the default export would be one level deeper.
declare module 'config/parser.js' {
  const parser: {
    setParser(extension: string, parse: (file: string, content: string) => unknown): void;
    setFilesOrder(extensions: readonly string[]): void;
  };
  export default parser;
}
