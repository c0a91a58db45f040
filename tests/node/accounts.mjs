// The people of the provider, friendly and hostile.

/** Whoever signs in with a login that is not here is nobody: no groups, no e-mail. */
export const accounts = {
  alice: { email: "alice@example.com", email_verified: true, groups: ["sre", "dev"] },
  bob: { email: "bob@example.com", email_verified: true, groups: ["shop"] },
  carol: { email: "carol@example.com", email_verified: true, groups: [] },
  // Wants to be cluster-admin by the provider's word alone.
  mallory: { email: "mallory@example.com", email_verified: true, groups: ["dev", "system:masters"] },
  // Claims an address that nobody checked.
  eve: { email: "alice@example.com", email_verified: false, groups: ["dev"] },
  // Is in more groups than a credential may carry.
  trent: { email: "trent@example.com", email_verified: true, groups: Array.from({ length: 300 }, (_, n) => `team-${n}`) },
};
