//! What keeps a PostgreSQL from running here.

use std::io;

/// The line that installs what is needed.
const INSTALL: &str =
    "as root: apt-get install --yes --no-install-recommends postgresql postgresql-client";

/// Why there is no PostgreSQL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not installed.
    #[error(
        "look for {programs}: no folder of the search path and none under /usr/lib/postgresql has all of them\n  hint: {INSTALL}"
    )]
    Missing {
        /// The programs that are asked of it.
        programs: String,
    },
    /// PostgreSQL refuses to run as root, and nobody else is there.
    #[error(
        "start PostgreSQL: it refuses to run as root, and /etc/passwd has neither `postgres` nor `nobody`\n  hint: {INSTALL}"
    )]
    NoUser,
    /// A program of PostgreSQL ended badly.
    #[error("{doing}: {said}")]
    Program {
        /// What was attempted.
        doing: &'static str,
        /// What it wrote.
        said: String,
    },
    /// The system refused something.
    #[error("{doing}: {source}")]
    System {
        /// What was attempted.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// For `map_err`: what was attempted when the system refused.
pub(crate) fn system(doing: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| Error::System { doing, source }
}
