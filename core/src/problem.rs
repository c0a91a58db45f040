//! The one table of refusals: each has a stable name, says who can mend it, and holds no secret.

use core::fmt;

/// Who can do something about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fixer {
    /// The person or job that asked: sign in again, ask for something else.
    User,
    /// The program that made the token or the request: a defect or a forgery.
    Client,
    /// Whoever runs the mint and writes its configuration.
    MintAdministrator,
    /// Whoever runs the cluster and its webhook.
    ClusterOwner,
    /// Whoever runs the identity provider.
    ProviderAdministrator,
    /// Nobody: it passes with time.
    Time,
}

impl Fixer {
    /// A few words for people: who to turn to.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "you",
            Self::Client => "the program that made it",
            Self::MintAdministrator => "the administrator of the mint",
            Self::ClusterOwner => "the owner of the cluster",
            Self::ProviderAdministrator => "the administrator of the identity provider",
            Self::Time => "nobody: it passes with time",
        }
    }
}

macro_rules! reasons {
    ($($variant:ident $name:literal $fixer:ident $sentence:literal,)*) => {
        /// Why something was refused. The names are part of the interface and never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $(#[doc = $sentence] $variant,)* }

        impl Reason {
            /// Every reason, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable kebab-case name.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $name,)* } }

            /// Who can mend it.
            #[must_use]
            pub const fn fixer(self) -> Fixer { match self { $(Self::$variant => Fixer::$fixer,)* } }

            /// One sentence for people, without a final stop.
            #[must_use]
            pub const fn sentence(self) -> &'static str { match self { $(Self::$variant => $sentence,)* } }
        }
    };
}

reasons! {
    // The shape of any token.
    TokenTooLarge "token-too-large" Client "the token is longer than 8 KiB",
    TokenMalformed "token-malformed" Client "the token does not have the parts of its kind",
    EncodingMalformed "encoding-malformed" Client "a part of the token is not strict base64url",
    HeaderMalformed "header-malformed" Client "the header is not a JSON object of known members, each once",
    HeaderMemberRefused "header-member-refused" Client "the header carries a member that must not be there",
    AlgorithmRefused "algorithm-refused" Client "the algorithm is not the one of the key",
    TypeWrong "type-wrong" Client "the token is of another type than is accepted here",
    KeyIdMalformed "key-id-malformed" Client "the key id is missing, empty or longer than 128 characters",
    KeyUnknown "key-unknown" Time "the signing key is not known here yet",
    SignatureWrong "signature-wrong" Client "the signature does not fit",
    // The claims of any token.
    ClaimsMalformed "claims-malformed" Client "a claim is missing, doubled, unknown or of the wrong kind",
    IssuerWrong "issuer-wrong" User "the token comes from another issuer",
    AudienceWrong "audience-wrong" User "the token was made for another cluster or service",
    Expired "expired" User "the token is over: sign in or renew",
    NotYetValid "not-yet-valid" Time "the token is dated in the future: a clock is wrong",
    LifeTooLong "life-too-long" MintAdministrator "the token lives longer than is allowed here",
    UsernameRefused "username-refused" ProviderAdministrator "the username is empty, longer than 255 bytes or holds control characters",
    GroupsRefused "groups-refused" ProviderAdministrator "there are more than 64 groups, or one is empty, too long or holds control characters",
    SystemName "system-name" ProviderAdministrator "a username or group begins with system: and such names are never given",
    KeyRefused "key-refused" Client "the key is not a public P-256 key on its curve, or holds members that do not belong",
    KeysMalformed "keys-malformed" ProviderAdministrator "the key set is too large, holds a key id twice or cannot be read",
    // Presentations.
    BindingMissing "binding-missing" Client "a grant was presented without the signature of its key",
    DisclosureRefused "disclosure-refused" Client "the token carries disclosures and grants have none",
    BindingWrong "binding-wrong" Client "the presentation belongs to another grant",
    BindingStale "binding-stale" User "the presentation is too old: try again, and check the clock of this computer",
    BindingEarly "binding-early" Time "the presentation is dated in the future: check the clock of the computer it was made on",
    NonceMalformed "nonce-malformed" Client "the nonce is not 128 bits in base64url",
    BindingSignatureWrong "binding-signature-wrong" Client "the presentation was not signed by the key the grant names",
    // The webhook's own word.
    NotAccepted "not-accepted" ClusterOwner "this cluster does not accept this kind of credential",
    AboveCeiling "above-ceiling" ClusterOwner "the username, a group or the life is outside what this cluster allows the mint",
    Denied "denied" ClusterOwner "this credential or its subject is on the deny list",
    AudiencesDisjoint "audiences-disjoint" ClusterOwner "none of the audiences asked for is this API server's",
    ReviewMalformed "review-malformed" ClusterOwner "the body is not a TokenReview of authentication.k8s.io",
    // DPoP proofs.
    ProofMissing "proof-missing" Client "the request carries no DPoP proof, or more than one",
    ProofWrong "proof-wrong" Client "the DPoP proof was made for another request",
    ProofStale "proof-stale" User "the DPoP proof is not from this minute: check the clock of this computer",
    ProofReplayed "proof-replayed" Client "the DPoP proof was used before",
    // Sign-in.
    ProviderUnknown "provider-unknown" User "the identity provider is not one of this mint's",
    ProviderUnreachable "provider-unreachable" Time "the identity provider does not answer",
    ProviderMalformed "provider-malformed" ProviderAdministrator "the identity provider's discovery document or keys cannot be used",
    NonceWrong "nonce-wrong" Client "the sign-in was made for another key",
    ClaimMissing "claim-missing" ProviderAdministrator "the sign-in lacks a claim the configuration maps, or it is of the wrong kind",
    EmailUnverified "email-unverified" ProviderAdministrator "the e-mail address has not been verified by the provider",
    // Requests to the mint.
    RequestMalformed "request-malformed" Client "the request is too large, doubled in a member or cannot be read",
    ParameterMissing "parameter-missing" Client "a parameter is missing",
    GrantTypeUnsupported "grant-type-unsupported" Client "only token exchange is done here",
    TokenTypeUnsupported "token-type-unsupported" Client "this type of token is not exchanged or issued here",
    ResourceUnknown "resource-unknown" User "the resource is neither this mint nor one of its clusters you may see",
    SessionChained "session-chained" User "a session cannot make a session: sign in",
    AccessDenied "access-denied" MintAdministrator "no rule gives you access",
    KindForbidden "kind-forbidden" MintAdministrator "the rules or the cluster do not allow this kind of credential",
    GrantTooLarge "grant-too-large" MintAdministrator "the groups make the credential larger than 4 KiB: narrow the rules",
    RateLimited "rate-limited" Time "too many requests: wait a moment",
    KeysUnavailable "keys-unavailable" MintAdministrator "the mint has no signing key that is valid now",
    Internal "internal" MintAdministrator "the mint failed: its log says more",
    NotFound "not-found" Client "there is nothing at this address",
    MethodRefused "method-refused" Client "this address does not answer that method",
    // Exec credentials.
    ExecInfoMissing "exec-info-missing" User "kubectl did not say which cluster it calls: provideClusterInfo must be true",
    ExecInfoMalformed "exec-info-malformed" Client "KUBERNETES_EXEC_INFO cannot be read",
}

impl Reason {
    /// Whether time alone can cure it, so that a cluster must not remember the refusal.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self.fixer(), Fixer::Time)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.sentence(), self.as_str())
    }
}

impl core::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        for (i, reason) in Reason::ALL.iter().enumerate() {
            let name = reason.as_str();
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
            assert!(!Reason::ALL[..i].iter().any(|r| r.as_str() == name), "{name} stands twice");
            assert!(!reason.sentence().ends_with('.'), "{name}");
        }
    }
}
