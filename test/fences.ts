/** The blocks of a page whose fence names no language: commands. */
export const blocksOf = (page: string): readonly string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, block = ""]) =>
    language === "" ? [block] : [],
  );
