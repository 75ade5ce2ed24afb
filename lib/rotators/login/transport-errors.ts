import { RotationError } from "../../errors.ts";

/* Why a server does not answer. An address is `host:port`. */

/** The host name does not resolve. */
export class DnsFailed extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override readonly server: string;

  constructor(host: string) {
    super({
      code: "DNS_FAILED",
      retryable: true,
      happened: `The host name ${host} does not resolve.`,
      remedy: "Check the host in the secret, and that the function's VPC resolves it.",
    });
    this.server = host;
  }
}

/** There is no TCP connection, or it broke, or it stayed silent. */
export class Unreachable extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override readonly server: string;

  constructor(address: string, why: string) {
    super({
      code: "UNREACHABLE",
      retryable: true,
      happened: `No answer from ${address} (${why}).`,
      remedy:
        "Check that the server runs, and the security groups and routes between it and the function.",
    });
    this.server = address;
  }
}

/** The server offers no TLS, or its certificate is not trusted, not valid, or for another name. */
export class TlsFailed extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override readonly server: string;

  constructor(address: string, why: string) {
    super({
      code: "TLS_FAILED",
      happened: `No verified TLS with ${address} (${why}).`,
      remedy:
        "Enable TLS on the server, use the name in its certificate, and name its authority under ca in rotation.yml (system, rds or a PEM file). Quarterturn never connects without TLS.",
    });
    this.server = address;
  }
}
