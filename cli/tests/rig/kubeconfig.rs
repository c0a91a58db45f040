//! kubeconfig files of a test: what others wrote, the real kubectl, and what it reads.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{Ended, Rig, ended};

pub const OTHERS: &str = "\
# kept by hand
apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://other.example   # not ours
  name: other
contexts:
- context: {cluster: other, user: other}
  name: other
users:
- name: other
  user:
    token: of-somebody-else
current-context: other
";

/// The rig's kubectl, else the one on PATH; without one the test fails and says what to do.
pub fn kubectl(config: &Path, args: &[&str]) -> Ended {
    let tools = std::env::var_os("KUBEMINT_TOOLS").map(|tools| PathBuf::from(tools).join("bin/kubectl"));
    let program = tools.filter(|path| path.exists()).unwrap_or_else(|| "kubectl".into());
    let output = Command::new(program).arg("--kubeconfig").arg(config).args(args).output();
    ended(&output.expect("kubectl is needed: run `cargo xtask test`, or put it on PATH"))
}

pub fn view(config: &Path) -> Value {
    let ended = kubectl(config, &["config", "view", "--raw", "-o", "json"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

pub fn refused(ended: &Ended, reason: &str) {
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("({reason})")), "{}", ended.stderr);
}

pub fn add(rig: &Rig) -> Ended {
    rig.run(&["kubeconfig", "add", "--cluster", "prod", "--use"])
}
