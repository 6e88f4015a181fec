/** A policy misbehaved: not a defect of leasehold, but of the named policy. */
export class PolicyFault extends Error {
  readonly policy: string;
  constructor(policy: string, what: string) {
    super(`policy '${policy}' ${what}`);
    this.policy = policy;
  }
}
