//! Other programs: started from the root of the repository, their failures told in one form.

use std::fmt::{self, Display};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What was attempted and what was found, with the next step apart.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    hint: Option<String>,
    /// How many single tests or checks it stands for; at least one.
    pub(crate) failed: usize,
}

/// The result of anything here that can fail.
pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            failed: 1,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn counting(mut self, failed: usize) -> Self {
        self.failed = failed.max(1);
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// One call of another program.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    name: String,
    args: Vec<String>,
    envs: Vec<(String, String)>,
    dir: Option<PathBuf>,
}

impl Program {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            args: Vec::new(),
            envs: Vec::new(),
            dir: None,
        }
    }

    /// The same cargo that runs this program.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
    }

    pub(crate) fn args<I: IntoIterator<Item: Into<String>>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.envs.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.dir = Some(dir.to_owned());
        self
    }

    /// Runs with this terminal as its own.
    pub(crate) fn run(&self) -> Done {
        let status = self.command().status().map_err(|e| self.not_started(&e))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.ended(&status.to_string()))
        }
    }

    /// Runs in silence and returns what it wrote to its standard output.
    ///
    /// A failure carries everything that it wrote.
    pub(crate) fn capture(&self) -> Done<String> {
        let output = self.command().output().map_err(|e| self.not_started(&e))?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            return Ok(stdout.into_owned());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        let ended = self.ended(&output.status.to_string());
        Err(Failure::new(format!("{stdout}{stderr}{ended}")))
    }

    /// Runs in silence, however it ends, and returns its exit status and what it wrote to its standard output.
    pub(crate) fn answer(&self) -> Done<(Option<i32>, String)> {
        let output = self.command().output().map_err(|e| self.not_started(&e))?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.code(), stdout))
    }

    /// Runs, shows each line of its standard output as it comes, and hands it to `each`.
    pub(crate) fn tee(&self, mut each: impl FnMut(&str)) -> Done {
        let mut child = self
            .command()
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| self.not_started(&e))?;
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n') {
                let line = line.map_err(|e| Failure::new(format!("read from {self}: {e}")))?;
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                each(&line);
            }
        }
        let status = child.wait().map_err(|e| self.not_started(&e))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.ended(&status.to_string()))
        }
    }

    /// Runs for at most `limit` with its standard output in the file `out`, then ends it.
    ///
    /// A file and no pipe, so that a program that writes much and a program that hangs are both
    /// waited for in one loop.
    pub(crate) fn run_within(&self, limit: Duration, out: &Path) -> Done {
        let at = |e: std::io::Error| Failure::new(format!("write {}: {e}", out.display()));
        let errors = out.with_extension("stderr");
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(out).map_err(at)?)
            .stderr(std::fs::File::create(&errors).map_err(at)?)
            .spawn()
            .map_err(|e| self.not_started(&e))?;
        let step = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            if let Some(status) = child.try_wait().map_err(|e| self.not_started(&e))? {
                if status.success() {
                    return Ok(());
                }
                let said = std::fs::read_to_string(&errors).unwrap_or_default();
                return Err(Failure::new(format!(
                    "{said}{}",
                    self.ended(&status.to_string())
                )));
            }
            if waited >= limit {
                let _ = child.kill();
                let _ = child.wait();
                return Err(self.ended(&format!("no end after {} s", limit.as_secs())));
            }
            std::thread::sleep(step);
            waited += step;
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command
            .args(&self.args)
            .envs(self.envs.iter().map(|(k, v)| (k, v)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        command
    }

    fn not_started(&self, e: &std::io::Error) -> Failure {
        Failure::new(format!("start `{self}`: {e}"))
    }

    fn ended(&self, how: &str) -> Failure {
        Failure::new(format!("`{self}` ended with {how}"))
    }
}

impl Display for Program {
    /// As a person would type it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.envs {
            write!(f, "{name}={value} ")?;
        }
        let name = Path::new(&self.name).file_name().and_then(|n| n.to_str());
        write!(f, "{}", name.unwrap_or(&self.name))?;
        for arg in &self.args {
            let quote = if arg.contains(' ') { "'" } else { "" };
            write!(f, " {quote}{arg}{quote}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_call_and_carries_the_output() {
        let failure = Program::new("sh")
            .args(["-c", "echo seen; exit 3"])
            .capture()
            .unwrap_err();
        let text = failure.to_string();
        assert!(
            text.contains("seen") && text.contains("`sh -c 'echo seen; exit 3'`"),
            "{text}"
        );
        assert!(text.contains('3'), "{text}");
    }

    #[test]
    fn a_missing_program_is_told_apart_from_a_failing_one() {
        let failure = Program::new("no-such-program-here").run().unwrap_err();
        assert!(
            failure
                .to_string()
                .starts_with("start `no-such-program-here`")
        );
    }
}
