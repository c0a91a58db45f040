//! The redirect on this computer: one answer on 127.0.0.1, then it is gone (RFC 8252 §7.3).

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use kubemint_core::{hash, time::Seconds};

use crate::{home::lower, refusal::Refusal};

const PATH: &str = "/callback";
const MAX_REQUEST: usize = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// A listener for one answer of a provider.
pub struct Loopback {
    listener: TcpListener,
    port: u16,
}

/// What must be true of the answer.
pub struct Expected<'a> {
    /// The state that was sent.
    pub state: &'a str,
    /// The provider that was asked.
    pub issuer: &'a str,
    /// Whether the provider says it names itself in every answer (RFC 9207).
    pub names_itself: bool,
}

impl Loopback {
    /// Listens on 127.0.0.1 and a port the system chooses.
    pub fn open() -> Result<Self, Refusal> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| failed(&error))?;
        listener.set_nonblocking(true).map_err(|error| failed(&error))?;
        let port = listener.local_addr().map_err(|error| failed(&error))?.port();
        Ok(Self { listener, port })
    }

    /// The redirect URL to register and to send.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the answer and gives its code. Requests that are not it are turned away and change nothing.
    pub fn wait(self, expected: &Expected<'_>, patience: Duration) -> Result<String, Refusal> {
        let start = Instant::now();
        while start.elapsed() < patience {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    if let Some(outcome) = serve(stream, expected) {
                        return outcome;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
                Err(error) => return Err(failed(&error)),
            }
        }
        let sentence = format!("nobody signed in within {}", Seconds(patience.as_secs()));
        Err(Refusal::new("sign-in-unanswered", sentence)
            .hint("run `kubectl mint login` when you are ready; `--timeout` waits longer"))
    }
}

fn serve(mut stream: TcpStream, expected: &Expected<'_>) -> Option<Result<String, Refusal>> {
    let request = read(&mut stream)?;
    let Some(outcome) = judge(&request, expected) else {
        answer(&mut stream, "404 Not Found", "There is nothing here.");
        return None;
    };
    match &outcome {
        Ok(_) => {
            answer(&mut stream, "200 OK", "You are signed in. You can close this tab and go back to the terminal.");
        }
        Err(_) => answer(&mut stream, "400 Bad Request", "The sign-in failed. The terminal says why."),
    }
    Some(outcome)
}

/// The first line's target, once the whole head has come.
fn read(stream: &mut TcpStream) -> Option<String> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let start = Instant::now();
    let (mut head, mut piece) = (Vec::new(), [0; 2048]);
    while head.len() < MAX_REQUEST && start.elapsed() < PATIENCE {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        head.extend_from_slice(piece.get(..count)?);
        if head.windows(4).any(|w| w == b"\r\n\r\n") {
            let line = head.split(|b| *b == b'\r').next()?;
            return String::from_utf8(line.to_vec()).ok();
        }
    }
    None
}

/// What a request line means; none if it is not the answer that is waited for.
fn judge(line: &str, expected: &Expected<'_>) -> Option<Result<String, Refusal>> {
    let target = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let (path, query) = target.split_once('?')?;
    if path != PATH {
        return None;
    }
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    // A member that stands twice is there and says nothing: two readers must not see two answers.
    let member = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_ref());
        found.next().map(|first| if found.next().is_none() { first } else { "" })
    };
    // Anybody on this computer can call; only who knows the state is heard.
    member("state").filter(|state| hash::equal(state, expected.state))?;
    Some(check(member, expected))
}

fn check<'a>(member: impl Fn(&str) -> Option<&'a str>, expected: &Expected<'_>) -> Result<String, Refusal> {
    // https://www.rfc-editor.org/rfc/rfc9207#section-2.4: another provider's answer is a mix-up attack.
    match member("iss") {
        Some(iss) if iss != expected.issuer => return Err(mixed_up()),
        None if expected.names_itself => return Err(mixed_up()),
        _ => {}
    }
    if let Some(error) = member("error") {
        let more = member("error_description").unwrap_or("it gave no reason");
        return Err(Refusal::new(
            "provider-refused",
            format!("the identity provider refused the sign-in: {error}: {more}"),
        )
        .hint("run `kubectl mint login` again, perhaps as somebody else"));
    }
    let code = member("code").filter(|code| !code.is_empty()).map(str::to_owned);
    code.ok_or_else(|| {
        Refusal::new("provider-refused", "the identity provider's answer has no code")
            .hint("its administrator can mend that")
    })
}

fn mixed_up() -> Refusal {
    Refusal::new("issuer-wrong", "the answer came from another identity provider than was asked")
        .hint("run `kubectl mint login` again; if it stays so, somebody is tampering with the sign-in")
}

fn answer(stream: &mut TcpStream, status: &str, sentence: &str) {
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>kubemint</title><p style=\"font:16px system-ui;margin:3em\">{sentence}\n"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\ncontent-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\nconnection: close\r\n\r\n",
        page.len()
    );
    // The code is here already: a browser that hangs up loses only the sentence.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(page.as_bytes())));
}

fn failed(error: &std::io::Error) -> Refusal {
    Refusal::new("loopback-failed", format!("no port on 127.0.0.1 can be used for the sign-in: {}", lower(error)))
        .hint("try again; if it stays so, something on this computer forbids programs to listen")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str, names_itself: bool) -> Option<Result<String, Refusal>> {
        let expected = Expected { state: "st4te", issuer: "https://login.example", names_itself };
        judge(&format!("GET /callback?{query} HTTP/1.1"), &expected)
    }

    fn reason(query: &str, names_itself: bool) -> String {
        ask(query, names_itself).unwrap().unwrap_err().reason().to_owned()
    }

    #[test]
    fn takes_the_code_of_the_right_state() {
        assert_eq!(ask("code=c0de&state=st4te", false).unwrap().unwrap(), "c0de");
        assert_eq!(ask("code=c0de&state=st4te&iss=https%3A%2F%2Flogin.example", true).unwrap().unwrap(), "c0de");
    }

    #[test]
    fn h77_another_state_is_not_heard() {
        for query in [
            "code=c0de",
            "code=c0de&state=",
            "code=c0de&state=other",
            "code=c0de&state=st4te&state=st4te",
            "error=access_denied",
        ] {
            assert!(ask(query, false).is_none(), "{query}");
        }
        let expected = Expected { state: "st4te", issuer: "", names_itself: false };
        for line in [
            "",
            "POST /callback?code=c&state=st4te HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "GET /other?code=c&state=st4te HTTP/1.1",
        ] {
            assert!(judge(line, &expected).is_none(), "{line}");
        }
    }

    #[test]
    fn h77_another_issuer_is_a_mix_up() {
        assert_eq!(reason("code=c0de&state=st4te&iss=https%3A%2F%2Fevil.example", false), "issuer-wrong");
        assert_eq!(reason("code=c0de&state=st4te", true), "issuer-wrong");
        assert_eq!(reason("error=access_denied&state=st4te", true), "issuer-wrong");
        // A stranger's redirect URL may bring one `iss` along, before the provider adds its own.
        let double = "iss=https%3A%2F%2Flogin.example&code=c0de&state=st4te&iss=https%3A%2F%2Fevil.example";
        assert_eq!(reason(double, false), "issuer-wrong");
    }

    #[test]
    fn refusals_and_missing_codes_end_the_wait() {
        assert_eq!(reason("error=access_denied&state=st4te", false), "provider-refused");
        assert_eq!(reason("code=a&code=b&state=st4te", false), "provider-refused");
        assert_eq!(reason("error=a&error=b&code=c0de&state=st4te", false), "provider-refused");
    }

    #[test]
    fn strangers_do_not_end_the_wait() {
        let loopback = Loopback::open().unwrap();
        let address = ("127.0.0.1", loopback.port);
        let caller = thread::spawn(move || {
            let call = |line: &str| {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.write_all(format!("{line}\r\nhost: x\r\n\r\n").as_bytes()).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            };
            drop(TcpStream::connect(address).unwrap());
            assert!(call("GET /callback?code=evil&state=guess HTTP/1.1").starts_with("HTTP/1.1 404"));
            call("GET /callback?code=good&state=st4te HTTP/1.1")
        });
        let expected = Expected { state: "st4te", issuer: "", names_itself: false };
        assert_eq!(loopback.wait(&expected, Duration::from_secs(30)).unwrap(), "good");
        assert!(caller.join().unwrap().starts_with("HTTP/1.1 200"));
    }
}
