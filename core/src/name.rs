//! What usernames, groups, aliases and cluster names may look like.

use alloc::string::String;

use crate::problem::Reason;

/// The longest username or group, in bytes.
pub const MAX_BYTES: usize = 255;
/// The most groups one credential may carry.
pub const MAX_GROUPS: usize = 64;

/// Checks a username after mapping, just before it is believed.
///
/// # Errors
/// [`Reason::UsernameRefused`] or [`Reason::SystemName`]: kube-apiserver believes us blindly, an
/// empty name becomes a nameless authenticated user and `system:` names are the cluster's own.
pub fn check_username(username: &str) -> Result<(), Reason> {
    check(username, Reason::UsernameRefused)
}

/// Checks groups after mapping; one bad name refuses all.
///
/// # Errors
/// [`Reason::GroupsRefused`] or [`Reason::SystemName`]: `system:masters` would be root.
pub fn check_groups(groups: &[String]) -> Result<(), Reason> {
    if groups.len() > MAX_GROUPS {
        return Err(Reason::GroupsRefused);
    }
    groups.iter().try_for_each(|group| check(group, Reason::GroupsRefused))
}

/// Checks a subject, `<alias>:<upstream sub>`: the upstream part may look like anything that can be
/// read back from a log or a deny list.
///
/// # Errors
/// [`Reason::ClaimsMalformed`]: who makes subjects checks their parts first.
pub fn check_subject(subject: &str) -> Result<(), Reason> {
    // An alias, a colon and an upstream subject.
    let good = !subject.is_empty() && subject.len() <= 63 + 1 + MAX_BYTES && !subject.chars().any(is_deceptive);
    if good { Ok(()) } else { Err(Reason::ClaimsMalformed) }
}

/// Checks all the names of a credential.
pub(crate) fn check_identity(subject: &str, username: &str, groups: &[String]) -> Result<(), Reason> {
    check_subject(subject)?;
    check_username(username)?;
    check_groups(groups)
}

fn check(name: &str, refusal: Reason) -> Result<(), Reason> {
    if name.is_empty() || name.len() > MAX_BYTES || name.chars().any(is_deceptive) {
        return Err(refusal);
    }
    if name.starts_with("system:") {
        return Err(Reason::SystemName);
    }
    Ok(())
}

/// Control characters, and the invisible ones that reorder or hide text in logs and terminals
/// (Unicode Bidi_Control, zero-width and line separators).
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a text is a DNS label (RFC 1123 §2.1), as cluster names are: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, ≤ 63.
#[must_use]
pub fn is_dns_label(text: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// Whether a text may be a provider's alias: `[a-z0-9-]+`, ≤ 63, never `system`.
#[must_use]
pub fn is_alias(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 63
        && text != "system"
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a text may be an id (`jti`, `sid`) or key id: 1 … 128 visible ASCII characters.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn h33_usernames_are_checked_after_mapping() {
        let long = "a".repeat(256);
        for name in ["", "a\0b", "a\nb", "\u{202e}ecila", "a\u{200b}", &long] {
            assert_eq!(check_username(name), Err(Reason::UsernameRefused), "{name:?}");
        }
        for name in ["system:admin", "system:", "system:serviceaccount:a:b"] {
            assert_eq!(check_username(name), Err(Reason::SystemName), "{name:?}");
        }
        check_username("alice@example.com").unwrap();
        check_username("corp:system:x").unwrap();
    }

    #[test]
    fn h33_subjects_may_look_like_system_names_but_not_deceive() {
        check_subject("corp:system:masters").unwrap();
        check_subject(&"a".repeat(319)).unwrap();
        for subject in ["", "corp:a\0b", "corp:\u{202e}ecila", &"a".repeat(320)] {
            assert_eq!(check_subject(subject), Err(Reason::ClaimsMalformed), "{subject:?}");
        }
    }

    #[test]
    fn h34_one_bad_group_refuses_all() {
        assert_eq!(check_groups(&vec!["g".into(); 65]), Err(Reason::GroupsRefused));
        assert_eq!(check_groups(&["sre".into(), "".into()]), Err(Reason::GroupsRefused));
        assert_eq!(check_groups(&["sre".into(), "system:masters".into()]), Err(Reason::SystemName));
        check_groups(&vec!["g".into(); 64]).unwrap();
    }

    #[test]
    fn labels_and_aliases() {
        assert!(is_dns_label("prod-1") && !is_dns_label("Prod") && !is_dns_label("-a") && !is_dns_label(""));
        assert!(is_alias("corp") && !is_alias("system") && !is_alias("a:b"));
    }
}
