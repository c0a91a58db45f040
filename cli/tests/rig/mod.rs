//! A home folder as a sign-in leaves it, with a real key and real grants, and the real binary to run in it.
#![allow(dead_code, reason = "each test binary uses its own part of the rig")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "test code")]

pub mod documents;
pub mod kubeconfig;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::SystemTime,
};

use kubemint_core::{
    date::rfc3339,
    grant::{self, Grant},
    jwk::SecretKey,
    resource::Resource,
    time::{Seconds, Time},
};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const ISSUER: &str = "https://mint.example";
pub const SERVER: &str = "https://k8s.example:6443";
pub const CA: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==";

/// A folder with a home in it, and what else a test puts there.
pub struct Rig {
    pub folder: TempDir,
    pub issuer: String,
    key: SecretKey,
    mint_key: SecretKey,
}

/// How a command ended.
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

fn random() -> SecretKey {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    SecretKey::from_random(&bytes).unwrap()
}

pub fn now() -> Time {
    Time::from_unix(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

pub fn ago(seconds: u64) -> Time {
    Time::from_unix(now().unix() - seconds).unwrap()
}

impl Rig {
    /// An empty home.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder, issuer: ISSUER.to_owned(), key: random(), mint_key: random() }
    }

    /// Signed in just now, with the cluster `prod` known and a grant of eight hours for it.
    pub fn signed_in() -> Self {
        let rig = Self::empty();
        rig.write_key();
        rig.save("mint.json", &json!({ "issuer": rig.issuer, "provider": "corp" }));
        rig.know("prod");
        rig.keep_session(now(), Seconds::hours(12));
        rig.keep_grant("prod", now(), Seconds::hours(8));
        rig
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write_key(&self) {
        let path = self.home().join("key.jwk");
        fs::write(&path, self.key.reveal_jwk().as_bytes()).unwrap();
        set_mode(&path, 0o600);
    }

    pub fn secret(&self) -> String {
        let jwk: Value = serde_json::from_str(&self.key.reveal_jwk()).unwrap();
        jwk["d"].as_str().unwrap().to_owned()
    }

    pub fn save(&self, name: &str, value: &Value) {
        let path = self.home().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    }

    pub fn know(&self, cluster: &str) {
        let address = json!({ "name": "public", "server": SERVER });
        let inside = json!({ "name": "internal", "server": "https://10.0.0.5:6443", "tlsServerName": "kubernetes" });
        self.save(
            &format!("clusters/{cluster}.json"),
            &json!({
                "issuer": self.issuer, "name": cluster, "displayName": cluster, "addresses": [address, inside],
                "certificateAuthorityData": CA, "accepts": ["bound"],
            }),
        );
    }

    pub fn keep_session(&self, issued: Time, life: Seconds) {
        self.save("session.json", &self.kept(&Resource::Mint, issued, life));
    }

    pub fn keep_grant(&self, cluster: &str, issued: Time, life: Seconds) {
        self.save(&format!("grants/{cluster}.json"), &self.kept(&Resource::Cluster(cluster.to_owned()), issued, life));
    }

    fn kept(&self, resource: &Resource, issued: Time, life: Seconds) -> Value {
        let grant = Grant {
            issuer: self.issuer.clone(),
            audience: resource.bound_audience(&self.issuer),
            issued_at: issued,
            expires_at: issued.plus(life),
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            subject: "corp:1".into(),
            username: "alice@example.com".into(),
            groups: vec!["sre".into()],
            session_id: "AAAAAAAAAAAAAAAAAAAAAQ".into(),
            session_issued_at: issued,
            auth_time: issued,
            holder: self.key.public().clone(),
            window: Seconds(60),
            client_id: None,
            authentication_methods: None,
        };
        let input = grant.signing_input(&self.mint_key.public().thumbprint());
        let signature = self.mint_key.sign(input.bytes());
        json!({
            "grant": grant::text(&input.attach(&signature)), "audience": grant.audience,
            "username": grant.username, "groups": grant.groups, "issued": issued,
            "expires": grant.expires_at, "window": 60, "until": rfc3339(grant.expires_at),
        })
    }

    /// The binary, in this home and with nothing of the caller's environment but PATH.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-mint"));
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("KUBEMINT_HOME", self.home())
            .env("KUBECONFIG", self.path("config"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        ended(&self.command(args).output().unwrap())
    }

    /// `token --cluster prod` as kubectl runs it.
    pub fn token(&self, info: &Value) -> Ended {
        ended(
            &self
                .command(&["token", "--cluster", "prod"])
                .env("KUBERNETES_EXEC_INFO", info.to_string())
                .output()
                .unwrap(),
        )
    }
}

pub fn ended(output: &Output) -> Ended {
    Ended {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout.clone()).unwrap(),
        stderr: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

/// What kubectl says when it calls the plugin for `SERVER`.
pub fn exec_info(version: &str) -> Value {
    json!({
        "apiVersion": format!("client.authentication.k8s.io/{version}"), "kind": "ExecCredential",
        "spec": { "interactive": false, "cluster": { "server": SERVER, "certificate-authority-data": CA, "config": null } },
    })
}

#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
