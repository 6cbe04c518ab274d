/** Watches the resident memory of this process. */
export function createPeak(): { /** The most there was, in MB. */ stop(): number } {
  let megabytes = 0;
  const look = () => {
    megabytes = Math.max(megabytes, Math.round(process.memoryUsage.rss() / 1_048_576));
  };
  const timer = setInterval(look, 100);
  return {
    stop() {
      clearInterval(timer);
      look();
      return megabytes;
    },
  };
}
