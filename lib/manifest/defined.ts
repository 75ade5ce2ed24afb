/** Without what is undefined. */
export function defined<T>(record: { [K in keyof T]: T[K] | undefined }): {
  [K in keyof T]?: T[K];
} {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: T[K];
  };
}
