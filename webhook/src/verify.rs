//! `verify`: judges one token as `serve` would, and tells each check and its outcome.

use std::{
    env, fs,
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::Path,
    process::ExitCode,
};

use kubemint_core::{authenticator::Identity, key_set::KeySet, problem::Reason, time::Time};

use crate::{
    clock,
    command::Verify,
    config::Config,
    deny::DenyFile,
    failure::Failure,
    state::{Kept, State},
    trust::Trust,
};

/// More than any token may have; the judgement itself says what is too long.
const MAX_INPUT: u64 = 64 * 1024;

/// Judges the token on stdin; exit 0 for an identity, 1 for a refusal.
pub fn run(options: &Verify) -> Result<ExitCode, Failure> {
    let config = Config::load(&options.config)?;
    let kept = keys(options.jwks.as_deref(), &config)?;
    let reading = DenyFile::default().look(config.deny.as_deref());
    if let Some(problem) = &reading.problem {
        eprintln!("kubemint-webhook: {problem}");
    }
    let now = match options.now {
        None => clock::now(),
        Some(seconds) => {
            Time::from_unix(seconds).ok_or_else(|| Failure::usage("--now is no moment", "give Unix seconds"))?
        }
    };
    let token = token()?;
    let trust = Trust::new(config.authenticator(), Some(kept), reading.deny.unwrap_or_default());
    let mut passed = Vec::new();
    let verdict = trust.view().judge(token.trim(), now, &mut passed);
    let text = Report { colours: colours() }.text(&passed, &verdict);
    // A closed stdout is the reader's choice; the exit code still tells.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(if verdict.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn keys(file: Option<&Path>, config: &Config) -> Result<Kept, Failure> {
    let Some(path) = file else {
        return State::at(&config.state).load(&config.source.issuer).ok_or_else(|| {
            let what = format!("no keys of {} are kept in {}", config.source.issuer, config.state.display());
            Failure::refusal(
                what,
                "run `kubemint-webhook serve` once while the mint answers, or give its keys with --jwks",
            )
        });
    };
    let unread = |why: String| {
        Failure::refusal(format!("{} cannot be read: {why}", path.display()), "give the mint's jwks.json")
    };
    let bytes = fs::read(path).map_err(|error| unread(error.to_string()))?;
    let keys = KeySet::parse(&bytes).map_err(|reason| unread(reason.to_string()))?;
    Ok(Kept { keys, fetched_at: Time::EPOCH })
}

fn token() -> Result<String, Failure> {
    let hint = "pipe a token in, for instance from `kubectl mint token --cluster NAME --bare`";
    let mut token = String::new();
    io::stdin()
        .take(MAX_INPUT)
        .read_to_string(&mut token)
        .map_err(|_| Failure::usage("no token can be read from stdin", hint))?;
    if token.trim().is_empty() { Err(Failure::usage("there is no token on stdin", hint)) } else { Ok(token) }
}

fn colours() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none()
}

/// How outcomes look.
struct Report {
    colours: bool,
}

impl Report {
    fn text(&self, passed: &[&str], verdict: &Result<Identity, Reason>) -> String {
        let mut lines: Vec<String> = passed.iter().map(|check| format!("{} {check}", self.paint("✓", "32"))).collect();
        match verdict {
            Ok(identity) => lines.extend(admitted(identity)),
            Err(reason) => {
                lines.push(format!("{} {}: {}", self.paint("✗", "31"), reason.as_str(), reason.sentence()));
                lines.push(format!("  who can fix it: {}", reason.fixer().as_str()));
            }
        }
        lines.join("\n") + "\n"
    }

    fn paint(&self, mark: &str, colour: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{mark}\x1b[0m") } else { mark.to_owned() }
    }
}

fn admitted(identity: &Identity) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!("username  {}", identity.username),
        format!("groups    {}", identity.groups.join(", ")),
        format!("uid       {}", identity.uid),
        format!("jti       {}", identity.id),
        format!("sid       {}", identity.session_id),
    ];
    lines.extend(identity.thumbprint.as_ref().map(|thumbprint| format!("jkt       {thumbprint}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_passed_what_failed_and_who_can_fix_it() {
        let text = Report { colours: false }.text(&["size", "shape"], &Err(Reason::KeyUnknown));
        assert_eq!(
            text,
            "✓ size\n✓ shape\n✗ key-unknown: the signing key is not known here yet\n  who can fix it: nobody: it passes with time\n"
        );
        assert!(
            Report { colours: true }
                .text(&["size"], &Err(Reason::Expired))
                .starts_with("\x1b[32m✓\x1b[0m size\n\x1b[31m✗")
        );
    }
}
