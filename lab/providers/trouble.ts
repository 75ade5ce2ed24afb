/** What goes wrong with a request. */
export type Trouble =
  /** The provider's own answer for HTTP 500. */
  | { readonly is: "down" }
  /** A page of whoever stands before the provider. */
  | { readonly is: "html"; readonly status: number }
  | { readonly is: "rate limit"; readonly seconds: number }
  /** A request that changes keys has its effect, and the connection ends without a reply. */
  | { readonly is: "lost reply" }
  /** The request has its effect, and the reply is JSON of another form: `changes`, of those that change keys only. */
  | { readonly is: "another form"; readonly of: "everything" | "changes" }
  /** HTTP 200 around an error. */
  | { readonly is: "error inside" }
  /** The reply goes elsewhere. */
  | { readonly is: "redirect"; readonly to: string }
  /** Nothing comes back, ever. */
  | { readonly is: "silence" };

export const page =
  "<!DOCTYPE html><html><head><title>Attention required</title></head><body>Please enable cookies.</body></html>";

export const anotherForm = { version: 2, payload: [{ kind: "unknown" }] };
