/** Where a call goes: the provider, the model asked for, and the key that pays for it. */
export interface Target {
  readonly provider: string;
  readonly model: string | null;
  /** The upstream API key to inject, or null to pass on what the client sent. Never logged. */
  readonly key: string | null;
}
