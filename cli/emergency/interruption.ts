/** Of a shell whose program was ended by SIGINT. */
const exitCode = 130;

/**
 * Says on Ctrl-C what becomes of the emergency: it goes on.
 * @param again the command that shows it
 */
export function interruption(again: string) {
  let isStarted = false;
  process.on("SIGINT", () => {
    const says = isStarted ? `The emergency continues. Look again: ${again}` : "Nothing was done.";
    process.stderr.write(`\n${says}\n`);
    process.exit(exitCode);
  });
  return {
    /** From now on it may be under way, whatever is answered. */
    mayHaveStarted() {
      isStarted = true;
    },
  };
}
