//! The browser with a person in front of it, who does what the provider's pages ask for.

use crate::ca::Authority;
use crate::provider::{events, script};
use crate::run::Run;
use crate::tools;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// tests/node/browser.mjs as one person's: what a program finds in its environment to open a page with.
pub struct Browser {
    user: String,
    authority: PathBuf,
    log: PathBuf,
    jar: PathBuf,
}

impl Browser {
    /// Somebody who signs in by that name whenever a page asks; an empty name looks at the page and does nothing.
    pub fn new(run: &Run, authority: &Authority, user: &str) -> Self {
        let (log, jar) = (run.log(&format!("browser-{user}")), run.path().join(format!("browser-{user}.jar")));
        Self { user: user.to_owned(), authority: authority.file().clone(), log, jar }
    }

    /// The variables that make a program open its pages in it.
    pub fn environment(&self) -> Result<Vec<(&'static str, String)>> {
        let text = |path: &Path| path.display().to_string();
        let old = std::env::var("PATH").unwrap_or_default();
        Ok(vec![
            ("BROWSER", text(&script("browser.mjs"))),
            ("PATH", format!("{}:{old}", text(&tools::bin()?))),
            ("KUBEMINT_BROWSER_USER", self.user.clone()),
            ("KUBEMINT_BROWSER_CA", text(&self.authority)),
            ("KUBEMINT_BROWSER_LOG", text(&self.log)),
            ("KUBEMINT_BROWSER_JAR", text(&self.jar)),
        ])
    }

    /// Opens a page and does what it asks for.
    pub fn open(&self, url: &str) -> Result<()> {
        let mut command = Command::new(tools::tool("node")?);
        command.arg(script("browser.mjs")).arg(url).envs(self.environment()?);
        let output = command.output().context("the browser did not start")?;
        anyhow::ensure!(output.status.success(), "the browser: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// How many tabs were opened.
    pub fn tabs(&self) -> usize {
        events(&self.log).iter().filter(|event| event["event"] == "tab").count()
    }
}
