/** Where in the manifest: the keys from its top. */
export type Path = readonly PropertyKey[];

/** A problem of the manifest, or a warning. */
export interface Remark {
  /** Absent, like `line`, where it is about the manifest as it was compiled. */
  readonly file?: string;
  readonly line?: number;
  readonly path: Path;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** `rotation.yml:3: secrets.app.urls: must be a list, …` */
export function remarkText({ file, line, path, message }: Remark): string {
  const place = file === undefined ? [] : [`${file}:${line}`];
  const keys = path.length > 0 ? [path.join(".")] : [];
  return [...place, ...keys, message].join(": ");
}
