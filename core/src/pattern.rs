//! Patterns for names: anchored at both ends, `*` crosses no `@ : /`.

use alloc::{borrow::ToOwned, string::String};

/// A pattern such as `*@example.com` or `dev-*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern from its text; every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether it fits the whole name.
    ///
    /// Greedy with one point of return, so the time is at most length × length.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.as_str(), name);
        let mut back: Option<(&str, &str)> = None;
        loop {
            let mut after_pattern = pattern.chars();
            let mut after_rest = rest.chars();
            match (after_pattern.next(), after_rest.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    pattern = after_pattern.as_str();
                    back = Some((pattern, rest));
                }
                (Some(p), Some(r)) if p == r => {
                    pattern = after_pattern.as_str();
                    rest = after_rest.as_str();
                }
                _ => {
                    let Some((after_star, from)) = back else { return false };
                    let mut longer = from.chars();
                    match longer.next() {
                        Some(c) if !matches!(c, '@' | ':' | '/') => {
                            rest = longer.as_str();
                            pattern = after_star;
                            back = Some((after_star, rest));
                        }
                        _ => return false,
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchored_and_bounded() {
        for (pattern, name, fits) in [
            ("*@example.com", "alice@example.com", true),
            ("*@example.com", "alice@example.com.evil", false),
            ("*@example.com", "a@b@example.com", false),
            ("dev-*", "dev-shop", true),
            ("dev-*", "dev-", true),
            ("dev-*", "xdev-shop", false),
            ("dev-*", "dev-a:b", false),
            ("repo:org/*", "repo:org/app", true),
            ("repo:org/*", "repo:org-evil/x", false),
            ("repo:org/*", "repo:org/app/x", false),
            ("*-*-x", "a-b-c-x", true),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_end_in_bounded_time() {
        assert!(!Pattern::new(&"*a".repeat(100)).matches(&"a".repeat(255).replace("aaa", "aab")));
    }
}
