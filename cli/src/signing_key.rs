//! `kubectl mint signing-key`: makes the keys that a mint signs with, in the form of its `SIGNING_KEYS`.

use std::{fs, io, path::Path};

use kubemint_core::{
    date, grant, json,
    jwk::SecretKey,
    time::{Seconds, Time},
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    args::SigningKeyArgs,
    atomic, chance, clock,
    home::lower,
    refusal::{Plain, Refusal},
};

/// Every verifier has fetched a key that has been published for so long.
const LEAD: Seconds = Seconds::days(1);
/// The mint's clock may be behind this computer's: the first key has begun by then.
const SKEW: Seconds = Seconds::minutes(5);

/// Adds a key to the file, which it makes if there is none; what it tells goes to standard error.
pub fn run(args: &SigningKeyArgs) -> Result<(), Refusal> {
    let path = &args.file;
    let life = args.life.parse().ok().filter(|life| *life >= LEAD);
    let life = life.ok_or_else(|| Refusal::usage("--life: expected a duration of at least 1d, such as 90d"))?;
    let now = clock::local();
    let mut list = Keys::read(path)?;
    let times = list.add(&chance::bytes()?, life, now)?;
    let text = list.text();
    atomic::replace(path, text.as_bytes(), 0o600)
        .map_err(|error| Refusal::new("output-failed", format!("{}: {}", path.display(), lower(&error))))?;
    let (from, until) = (date::rfc3339(times.sign_from), date::rfc3339(times.sign_until));
    let told = format!("{}: a key that signs from {from} until {until}; keys in it: {}", path.display(), list.0.len());
    anstream::eprintln!("{}", Plain(&told));
    anstream::eprintln!("  give the whole file to the mint as SIGNING_KEYS, and keep it where only you can read it");
    Ok(())
}

/// When a key signs and is published, as the mint reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    sign_from: Time,
    sign_until: Time,
    publish_until: Time,
}

/// The entries as they stand in the file, each with its times.
#[derive(Default)]
struct Keys(Vec<(Value, Times)>);

impl Keys {
    fn read(path: &Path) -> Result<Self, Refusal> {
        match fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => Self::parse(&text).ok_or_else(|| {
                Refusal::new("keys-refused", format!("{} holds no signing keys; nothing was written", path.display()))
                    .hint("name another file, or move this one away to begin with a fresh key")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Refusal::new("keys-unreadable", format!("{}: {}", path.display(), lower(&error)))
                .hint("name a file that you may read and write")),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let value = json::parse(text.as_bytes())?;
        let entry = |entry: &Value| {
            SecretKey::from_jwk(&Zeroizing::new(entry.to_string())).ok()?;
            Some((entry.clone(), Times::of(entry)?))
        };
        value.as_array()?.iter().map(entry).collect::<Option<Vec<_>>>().map(Self)
    }

    /// A first key signs at once; a further one a day later, or as soon as no other signs any more.
    fn add(&mut self, random: &[u8; 32], life: Seconds, now: Time) -> Result<Times, Refusal> {
        self.0.retain(|(_, times)| now < times.publish_until);
        let signing = self.0.iter().filter(|(_, times)| times.sign_from <= now.plus(LEAD));
        let sign_from = signing
            .map(|(_, times)| times.sign_until.min(now.plus(LEAD)))
            .max()
            .filter(|from| *from > now)
            .unwrap_or_else(|| Time::from_unix(now.unix().saturating_sub(SKEW.0)).unwrap_or(now));
        let sign_until = sign_from.plus(life);
        let times = Times { sign_from, sign_until, publish_until: sign_until.plus(grant::MAX_LIFE) };
        let made = SecretKey::from_random(random).ok().and_then(|key| times.beside(&key));
        let made = made.ok_or_else(|| Refusal::new("chance-missing", "the random bytes make no key; try again"))?;
        self.0.push((made, times));
        Ok(times)
    }

    fn text(&self) -> Zeroizing<String> {
        let lines: Vec<String> = self.0.iter().map(|(entry, _)| entry.to_string()).collect();
        Zeroizing::new(format!("[{}]\n", lines.join(",\n ")))
    }
}

impl Times {
    fn of(entry: &Value) -> Option<Self> {
        let time = |name| entry.get(name).and_then(Value::as_u64).and_then(Time::from_unix);
        let (sign_from, sign_until) = (time("sign_from")?, time("sign_until")?);
        let times = Self { sign_from, sign_until, publish_until: time("publish_until")? };
        (sign_from < sign_until && sign_until <= times.publish_until).then_some(times)
    }

    fn beside(&self, key: &SecretKey) -> Option<Value> {
        let mut entry = json::parse(key.reveal_jwk().as_bytes())?;
        let members = entry.as_object_mut()?;
        for (name, time) in
            [("sign_from", self.sign_from), ("sign_until", self.sign_until), ("publish_until", self.publish_until)]
        {
            members.insert(name.to_owned(), time.unix().into());
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Seconds = Seconds::days(90);

    fn at(seconds: u64) -> Time {
        Time::from_unix(seconds).unwrap()
    }

    fn now() -> Time {
        at(1_800_000_000)
    }

    fn added(list: &mut Keys, seed: u8, now: Time) -> Times {
        list.add(&[seed; 32], LIFE, now).unwrap()
    }

    #[test]
    fn the_first_key_signs_at_once_and_is_published_until_its_last_grant_is_over() {
        let times = added(&mut Keys::default(), 1, now());
        assert_eq!(times.sign_from.plus(SKEW), now());
        assert_eq!(times.sign_until, times.sign_from.plus(LIFE));
        assert_eq!(times.publish_until.since(times.sign_until), grant::MAX_LIFE);
    }

    #[test]
    fn a_further_key_is_published_a_day_before_it_signs() {
        let mut list = Keys::default();
        added(&mut list, 1, now());
        assert_eq!(added(&mut list, 2, now()).sign_from, now().plus(LEAD));
    }

    #[test]
    fn at_no_moment_does_no_key_sign() {
        let mut list = Keys::default();
        let first = added(&mut list, 1, now());
        let late = at(first.sign_until.unix() - 60);
        assert_eq!(added(&mut list, 2, late).sign_from, first.sign_until);

        let mut list = Keys::default();
        let first = added(&mut list, 1, now());
        let after = first.sign_until.plus(Seconds(60));
        assert!(added(&mut list, 2, after).sign_from <= after);
        assert_eq!(list.0.len(), 2, "the first is published still");
        assert!(added(&mut list, 3, first.publish_until).sign_from > first.publish_until);
        assert_eq!(list.0.len(), 2, "the first is over");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut list = Keys::default();
        added(&mut list, 1, now());
        added(&mut list, 2, now());
        let again = Keys::parse(&list.text()).unwrap();
        assert_eq!(again.text(), list.text());
        assert_eq!(again.0[1].1, list.0[1].1);
    }

    #[test]
    fn what_holds_no_signing_keys_is_refused() {
        let mut list = Keys::default();
        added(&mut list, 1, now());
        let good = list.text();
        assert!(Keys::parse(&good).is_some());
        for (from, to) in [("\"d\"", "\"e\""), ("sign_from", "from"), ("[{", "{"), ("\"EC\"", "\"RSA\"")] {
            assert!(good.contains(from) && Keys::parse(&good.replace(from, to)).is_none(), "{from}");
        }
        assert!(Keys::parse("").is_none() && Keys::parse("{}").is_none());
    }
}
