import { RotationError } from "../../../lib/errors.ts";

export class ToyKeyRefused extends RotationError {
  constructor(url: string) {
    super({
      code: "TOY_KEY_REFUSED",
      happened: `${url} refuses the key of AWSCURRENT.`,
      remedy: "Put a key that works into the secret.",
    });
  }
}

export class ToyProviderFailed extends RotationError {
  constructor(url: string) {
    super({
      code: "TOY_PROVIDER_FAILED",
      retryable: true,
      happened: `${url} did not answer.`,
      remedy: "Start the toy.",
    });
  }
}
