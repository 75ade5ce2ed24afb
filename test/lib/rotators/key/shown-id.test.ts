import { expect, it } from "vitest";
import { shownEntries, shownId } from "../../../../lib/rotators/key/shown-id.ts";

it("an id that stands in the key is shown in part, others as they are", () => {
  expect(shownId({}, "apikey_0123456789")).toBe("apikey_0123456789");
  expect(shownId({ idInKey: true }, "0123456789abcdef")).toBe("01234567…");
  expect(shownEntries({ idInKey: true }, [{ id: "0123456789abcdef", name: "web" }])).toEqual([
    { id: "01234567…", name: "web" },
  ]);
});
