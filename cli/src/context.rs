//! What every command is given: where things are kept, and how much to say.

use std::fmt;

use crate::{
    home::Home,
    refusal::{Plain, Refusal},
};

/// The surroundings of a command.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where the plugin's files are.
    pub home: Home,
    /// Whether each step is told on standard error.
    pub verbose: bool,
}

impl Context {
    /// Finds the surroundings by the environment.
    pub fn find(verbose: bool) -> Result<Self, Refusal> {
        Ok(Self { home: Home::find()?, verbose })
    }

    /// Tells a step to whoever asked for `-v`; never a token, a key or a URL with a query.
    pub fn note(&self, step: fmt::Arguments<'_>) {
        if self.verbose {
            anstream::eprintln!("kubectl-mint: {}", Plain(&step.to_string()));
        }
    }

    /// Tells people something on standard error; standard output belongs to kubectl.
    #[allow(clippy::unused_self, reason = "reads as the counterpart of `note`")]
    pub fn say(&self, sentence: fmt::Arguments<'_>) {
        anstream::eprintln!("{}", Plain(&sentence.to_string()));
    }
}
